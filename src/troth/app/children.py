"""Processes that a program starts and looks after: told when to end by the end of a pipe, started again when they die."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from troth.kernel.errors import OperatorError

PATIENCE: Final = 60.0
"""Seconds a child has to say that it is up."""
PARTING: Final = 5.0
LAST_WORDS: Final = 1.0
"""Seconds to hear what one that is gone still said."""
WAITS: Final = (0.0, 1.0, 2.0, 5.0, 15.0)
"""Seconds before a child that died is started again, growing with every death."""


class ChildFailed(OperatorError):
    """A process did not come up."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to start: a module run by this very Python, in a folder, with its output in a log."""

    name: str
    command: Sequence[str]
    folder: Path
    log: Path
    keeps_port: bool = True
    once: bool = False
    """Whether it ends by itself when its work is done."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it is told besides by its environment."""


class Child:
    """One process. It holds nothing that outlives it: when this program ends, however, so does the child."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.port = 0
        self.deaths = 0
        self.said: dict[str, Any] = {}
        """The last line of JSON it printed."""
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._again_at = 0.0
        self._up = threading.Event()
        self._ready = False

    @property
    def pid(self) -> int | None:
        """Its number, while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it and wait until it says that it is up. Raises ChildFailed."""
        order = self.order
        order.log.parent.mkdir(parents=True, exist_ok=True)
        port = ["--port", str(self.port)] if order.keeps_port else []
        paths = [str(order.folder), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        with order.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the command is this program's own
                [*order.command, *port],
                cwd=order.folder,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)} | dict(order.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._up, self._ready, self.said = threading.Event(), False, {}
        self._reader = threading.Thread(target=self._read, args=(self._process, self._up), daemon=True)
        self._reader.start()
        if not self._up.wait(PATIENCE) or not self._ready:
            self.stop()
            raise ChildFailed(
                f"The process '{order.name}' did not come up: {_last_line(order.log)}", f"See {order.log}."
            )
        self.port = int(self.said.get("port", 0))

    def tend(self) -> bool:
        """Start it again if it died; whether it runs."""
        if self.pid is not None or self.order.once:
            return self.pid is not None
        now = time.monotonic()
        if self._again_at == 0.0:
            self._again_at = now + WAITS[min(self.deaths, len(WAITS) - 1)]
            self.deaths += 1
        if now < self._again_at:
            return False
        self._again_at = 0.0
        try:
            self._let_go()
            self.start()
        except ChildFailed:
            return False
        return True

    def wait(self, seconds: float) -> dict[str, Any]:
        """Wait for one that ends by itself; what it said last. Raises ChildFailed."""
        assert self._process is not None
        assert self._reader is not None
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            code = -1
        self._reader.join(PARTING)
        self._let_go()
        if code:
            raise ChildFailed(
                f"The process '{self.order.name}' ended badly: {_last_line(self.order.log)}",
                f"See {self.order.log}.",
            )
        return self.said

    def stop(self) -> None:
        """Let it end: its input ends, and if that is not heard, it is killed."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        try:
            process.wait(PARTING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._let_go()

    def _let_go(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self._reader is not None:
            self._reader.join(LAST_WORDS)
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        process.wait()

    def _read(self, process: subprocess.Popen[str], up: threading.Event) -> None:
        """Hear what it says until nobody can say anything any more. A process of its own may hold the output open when it is dead,
        so only this thread closes it, and who goes on does not wait for that."""
        assert process.stdout is not None
        with process.stdout as said:
            for line in said:
                if process is self._process:
                    self._hear(line, up)
        up.set()

    def _hear(self, line: str, up: threading.Event) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return
        if isinstance(said, dict):
            self.said = said
            if said.get("ready"):
                self._ready = True
                up.set()


class Nursery:
    """Children in the order they were started; ended the other way round."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.children: dict[str, Child] = {}

    def start(self, order: Order) -> Child:
        """Start one more. Raises ChildFailed."""
        if order.name in self.children:
            self.children.pop(order.name).stop()
        child = self.children[order.name] = Child(order)
        child.start()
        return child

    def pid(self, name: str) -> int | None:
        """The number of a child's process, while it runs."""
        child = self.children.get(name)
        return child.pid if child is not None else None

    def tend(self) -> None:
        """Start again whoever died."""
        for child in list(self.children.values()):
            deaths = child.deaths
            child.tend()
            if child.deaths > deaths:
                self._tell(f"{child.order.name} ended and is started again.")

    def stop(self) -> None:
        """End them all; harmless when some never started."""
        for child in reversed(list(self.children.values())):
            child.stop()


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:200] if lines else "it said nothing."
