"""Plays the scenario of an app's rules against a harness: a program that reads lines, or an address that takes them.

A line is one JSON object. To the harness: a step (`{"do": …, "allowed": {…}}`), or the answer to its report. From it: `{"seen": {…}}`
for each thing the phone saw, `{"report": […]}` where its app speaks to the server (answered with `{"entries": […], "allowed": {…}}`),
and `{"done": true}` when the step is over. Over HTTP each line is a POST, and its answer the list of lines that follow.
"""

from __future__ import annotations

import http.client
import json
import os
import select
import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from troth.decide.compiled import Engine
from troth.directories.conformance import Judge, Verdict, scenario
from troth.kernel.canonical import digest
from troth.kernel.errors import OperatorError
from troth.policies import Declared

PATIENCE: Final = 30.0
"""Seconds a harness may take for a line."""
_MOST_LINES: Final = 10_000


class HarnessFailed(OperatorError):
    """A harness ended, was silent for too long, or said what is no line of the protocol."""


class Talk(Protocol):
    """A way to a harness."""

    def say(self, line: dict[str, Any]) -> None:
        """Send a line."""

    def hear(self) -> dict[str, Any]:
        """The next line. Raises HarnessFailed."""


def conform(declared: Declared, talk: Talk) -> list[Verdict]:
    """Play the whole scenario, and say how each rule came out. Raises HarnessFailed."""
    judge = Judge(declared, Engine.compile(declared.bundle).decision)
    for step in scenario(judge):
        talk.say(step | {"allowed": _allowed(judge)})
        _follow(judge, talk)
    talk.say({"do": "end"})
    return list(judge.verdicts.values())


def _follow(judge: Judge, talk: Talk) -> None:
    """Listen until the step is over."""
    for _ in range(_MOST_LINES):
        line = talk.hear()
        if line.get("done") is True:
            return
        if isinstance(line.get("seen"), dict):
            judge.saw(line["seen"])
        elif isinstance(line.get("report"), list):
            numbers = [one.get("number", 0) for one in line["report"] if isinstance(one, dict)]
            entries = [{"number": number, "outcome": "taken"} for number in numbers]
            talk.say({"entries": entries, "allowed": _allowed(judge)})
        else:
            raise HarnessFailed(
                "The harness said a line that is none of the protocol.", "See docs/devices.md."
            )
    raise HarnessFailed(
        "The harness never came to the end of a step.", "Answer each step with a done at its end."
    )


def _allowed(judge: Judge) -> dict[str, Any]:
    found = judge.allowed().as_json() | {"first": judge.first}
    return {"version": digest(found)[7:23]} | found


class Command:
    """A harness that is a program: lines on its standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._read = b""

    def say(self, line: dict[str, Any]) -> None:
        """One line in."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise HarnessFailed(
                "The harness ended before the scenario did.", "Run it alone to see why."
            ) from None

    def hear(self) -> dict[str, Any]:
        """One line out."""
        assert self._process.stdout is not None
        while b"\n" not in self._read:
            if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
                raise HarnessFailed(
                    f"The harness was silent for {PATIENCE:.0f} seconds.",
                    "Answer each step with a done at its end.",
                )
            more = os.read(self._process.stdout.fileno(), 65536)
            if not more:
                raise HarnessFailed("The harness ended before the scenario did.", "Run it alone to see why.")
            self._read += more
        line, _, self._read = self._read.partition(b"\n")
        return _line(line)


@contextmanager
def command(words: Sequence[str]) -> Iterator[Command]:
    """Start a harness, and end it afterwards. Raises HarnessFailed."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the words are the user's own command
            list(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except (OSError, IndexError) as problem:
        raise HarnessFailed("The harness cannot be started.", "Name a program that is there.") from problem
    try:
        yield Command(process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the harness hear that nothing more comes; one that goes on is ended."""
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            if stream is not None:
                stream.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Address:
    """A harness behind an address: each line is a POST, its answer the list of lines that follow."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._heard: deque[dict[str, Any]] = deque()

    def say(self, line: dict[str, Any]) -> None:
        """One POST."""
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=PATIENCE)
        try:
            body = json.dumps(line, ensure_ascii=False).encode()
            connection.request("POST", self._url.path or "/", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            plain = json.loads(answer.read() or b"[]")
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise HarnessFailed(
                f"The harness did not answer ({type(problem).__name__}).", "Look at its own output."
            ) from problem
        finally:
            connection.close()
        if not isinstance(plain, list) or not all(isinstance(one, dict) for one in plain):
            raise HarnessFailed("The harness answered with no list of lines.", "See docs/devices.md.")
        self._heard.extend(plain)

    def hear(self) -> dict[str, Any]:
        """The next of the lines that were answered."""
        if not self._heard:
            raise HarnessFailed("The harness answered a step and did not end it.", "End each with a done.")
        return self._heard.popleft()


def _line(text: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(text)
    except ValueError:
        plain = None
    if not isinstance(plain, dict):
        raise HarnessFailed(
            "The harness said what is no JSON object.", "One object a line, and nothing else on that stream."
        )
    return plain
