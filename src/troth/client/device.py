"""An app on a device: it asks what it may do, does no more than that, and reports what it did and what it kept itself from.

Nothing but the standard library, so that it can be read, carried over to another language, and run on a phone. What the server's
answer does not name may not be done: before the first answer nothing, and after a switch was turned off nothing until a new one
has come. Not for several threads at once.
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from troth.client.errors import Away, Problem

T = TypeVar("T")
AT_ONCE: Final = 500
"""Entries of one batch."""
_ADDED_UP: Final = ("read", "send", "use")
MOST_WAITING: Final = 20_000
"""Entries that wait for a connection; with so many nothing more is done, for it could not be told."""


class Wire(Protocol):
    """How an app reaches the server. Each call raises Away where nobody answers, Problem where the server refuses."""

    def start(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """A run begins; what may be done now."""

    def allowed(self, installation: str, version: str) -> dict[str, Any] | None:
        """What may be done now; None while it is as it was under this version."""

    def report(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """A batch; what came of each entry, and the version of what may be done now."""


class Http:
    """The server over HTTP; one connection for each call, closed after it."""

    def __init__(self, url: str, organisation: str, key: str, timeout: float = 10.0) -> None:
        self._url = urlsplit(url)
        self._base = f"/api/v1/{quote(organisation)}/devices"
        self._key = key
        self._timeout = timeout

    def start(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """POST sessions."""
        return self._call("POST", "sessions", said, {})[1]

    def allowed(self, installation: str, version: str) -> dict[str, Any] | None:
        """GET allowed, with the version that is held."""
        headers = {"Troth-Installation": installation} | (
            {"If-None-Match": f'W/"{version}"'} if version else {}
        )
        status, found = self._call("GET", "allowed", None, headers)
        return None if status == 304 else found

    def report(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """POST reports. Sent again, its entries are not taken again: they carry their numbers."""
        return self._call("POST", "reports", said, {})[1]

    def _call(
        self, method: str, name: str, said: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=self._timeout)
        body = None if said is None else json.dumps(said, ensure_ascii=False).encode()
        sent = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **headers}
        try:
            connection.request(method, f"{self._base}/{name}", body, sent)
            answer = connection.getresponse()
            return answer.status, _read(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as problem:
            raise Away(f"troth did not answer ({type(problem).__name__}).", "Try again later.") from problem
        finally:
            connection.close()


@dataclass(slots=True)
class State:
    """What an app must keep over its runs: its number, how far it counted, and what nobody was told yet."""

    installation: str = field(default_factory=lambda: secrets.token_hex(16))
    number: int = 0
    tried: int = 0
    """Up to which number entries went out at least once: these are not added to any more."""
    waiting: list[dict[str, Any]] = field(default_factory=list)


class Device:
    """One app on one device. `ask` and `do` in the methods are called at most once, and only when that may be done."""

    def __init__(
        self,
        wire: Wire,
        app: str,
        version: str,
        state: State | None = None,
        *,
        built_for: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.state = state or State()
        self._wire, self._clock = wire, clock
        self._named = {"app": app, "version": version, "built_for": built_for}
        self._answer: Mapping[str, Any] = {}

    # --- what may be done --------------------------------------------------------------------------------------------

    @property
    def first(self) -> bool:
        """Whether this is the first run."""
        return bool(self._answer.get("first"))

    def may(self, kind: str, point: str, data: Sequence[str], purpose: str) -> bool:
        """Whether data may be read (`read`), sent by a kit (`send`) or worked with without reading anything (`use`)."""
        if len(self.state.waiting) >= MOST_WAITING or not data:
            return False
        if kind == "use":
            open = self._answer.get("uses", {})
        else:
            open = self._answer.get({"read": "reads", "send": "kits"}[kind], {}).get(point, {})
        return set(data) <= set(open.get(purpose, ()))

    def may_ask(self, point: str, moment: str, feature: str = "") -> bool:
        """Whether now is the moment to ask for a permission."""
        found = self._answer.get("permissions", {}).get(point)
        if (
            found is None
            or found["asked"]
            or not found["ready"]
            or (found["prompt"] and found["prompt"] != moment)
        ):
            return False
        if moment == "first_start":
            return self.first
        return not found["features"] or (feature in found["features"] and self.is_on(feature))

    def is_on(self, feature: str) -> bool:
        """Whether a function is on."""
        return bool(self._answer.get("features", {}).get(feature))

    # --- what is done ------------------------------------------------------------------------------------------------

    def start(self, how: str = "person") -> None:
        """Begin to run. Away: nothing may be done until the server was reached."""
        self._answer = {}
        self._answer = self._wire.start(
            {"installation": self.state.installation, "start": how, **self._named}
        )
        self.flush()

    def read(
        self, point: str, data: Sequence[str], purpose: str, do: Callable[[], T], feature: str = ""
    ) -> T | None:
        """Read data from the device, if that may be done; None where it may not."""
        return self._do("read", point, data, purpose, do, feature)

    def send(
        self, kit: str, data: Sequence[str], purpose: str, do: Callable[[], T], feature: str = ""
    ) -> T | None:
        """Let a kit send data, if it may; None where it may not."""
        return self._do("send", kit, data, purpose, do, feature)

    def use(self, data: Sequence[str], purpose: str, do: Callable[[], T]) -> T | None:
        """Work with data without reading anything anew (starting again by itself is such a thing), if that may be done."""
        return self._do("use", "", data, purpose, do, "")

    def ask(
        self, point: str, moment: str, ask: Callable[[], bool], feature: str = "", language: str = ""
    ) -> bool:
        """Ask the person for a permission, if now is the moment; whether it was granted. What it opens is known at once."""
        told = {"moment": moment, "feature": feature, "language": language}
        if not self.may_ask(point, moment, feature):
            if not self._asked(point):
                self._tell("prompt", point, **told, done=False)
            return False
        granted = ask()
        self._tell("prompt", point, **told, said="granted" if granted else "denied")
        self.flush()
        return granted

    def switch(self, on: bool, *, point: str = "", feature: str = "") -> None:
        """The person turned something on or off. Turned off, nothing at all is done until the server has said what still may be."""
        if not on:
            self._answer = {"first": self.first}
        self._tell("switch", point, feature=feature, said="on" if on else "off")
        self.flush()

    def shown(self, notice: str, language: str) -> None:
        """A notice was shown."""
        self._tell("shown", notice, language=language)

    def confirm(self, how: str, language: str) -> None:
        """The person accepted the policy (`explicit`), or declined it (`declined`); known at once."""
        self._tell("confirm", "", said=how, language=language)
        self.flush()

    def is_a(self, name: str, yes: bool = True) -> None:
        """What the device can tell about itself: its maker, or that the app was stopped by force."""
        self._tell("class", name, said="on" if yes else "off")
        self.flush()

    # --- telling -----------------------------------------------------------------------------------------------------

    def flush(self) -> bool:
        """Tell all that nobody was told yet, and learn what may be done now; False where nobody answered, and it waits."""
        try:
            while self.state.waiting:
                batch = self.state.waiting[:AT_ONCE]
                said = {"installation": self.state.installation, "sent_at": self._now(), "entries": batch}
                self.state.tried = batch[-1]["number"]
                self._wire.report(said)
                del self.state.waiting[: len(batch)]
            version = str(self._answer.get("version", ""))
            fresh = self._wire.allowed(self.state.installation, version)
        except Away:
            return False
        if fresh is not None:
            self._answer = fresh
        return True

    def _do(
        self, kind: str, point: str, data: Sequence[str], purpose: str, do: Callable[[], T], feature: str
    ) -> T | None:
        told = {"data": list(data), "purpose": purpose, "feature": feature}
        if not self.may(kind, point, data, purpose):
            self._tell(kind, point, **told, done=False)
            return None
        found = do()
        self._tell(kind, point, **told)
        return found

    def _tell(self, kind: str, point: str, **said: Any) -> None:
        """Put an entry in line; alike ones that follow each other are added up."""
        entry = {
            "kind": kind,
            "point": point,
            "at": self._now(),
            **{k: v for k, v in said.items() if v != ""},
        }
        last = self.state.waiting[-1] if self.state.waiting else None
        if (
            kind in _ADDED_UP
            and last is not None
            and last["number"] > self.state.tried
            and _alike(last, entry)
        ):
            last["times"] = last.get("times", 1) + 1
            last["at"] = entry["at"]
            return
        self.state.number += 1
        self.state.waiting.append({"number": self.state.number, **entry})

    def _asked(self, point: str) -> bool:
        return bool(self._answer.get("permissions", {}).get(point, {}).get("asked"))

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat()


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    apart = {"number", "at", "times"}
    return {k: v for k, v in one.items() if k not in apart} == {
        k: v for k, v in other.items() if k not in apart
    }


def _read(status: int, data: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(data or b"{}")
    except ValueError:
        plain = {}
    found = plain if isinstance(plain, dict) else {}
    if status >= 500 or status == 429:
        raise Away(f"troth could not answer (status {status}).", "Try again later.")
    if status >= 400:
        raise Problem(status, str(found.get("title", "")), str(found.get("detail", "")))
    return found
