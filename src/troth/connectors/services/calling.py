"""Calling a service: as whom, how often in a second, and again where it was away; each act carries a key by which it counts once."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

from troth.connectors.services.description import Call, Service
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.post.web import Forbidden, Reply, exchange

TRIES: Final = 5
LONGEST_PAUSE: Final = 60.0
"""Seconds that are waited at the most where a service says when to come again."""
MOST_BYTES: Final = 20_000_000
MOST_PAGES: Final = 10_000
_AGAIN: Final = frozenset({0, 408, 425, 429, 500, 502, 503, 504})
Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Clock:
    """How time passes for whoever calls."""

    now: Callable[[], float] = time.monotonic
    wait: Wait = time.sleep


class Caller:
    """Speaks to one service."""

    def __init__(self, system: str, service: Service, secret: tuple[str, str] | None, clock: Clock) -> None:
        self._system = system
        self._service = service
        self._headers = self._as_whom(secret)
        self._clock = clock
        self._free_at = 0.0

    def pages(self, call: Call, values: Mapping[str, Any]) -> Iterator[list[Any]]:
        """The rows of each page that a call leads to; none where there is nothing of that name."""
        body = {name: value for name, value in values.items() if name not in call.named}
        sent = _json(body) if call.method != "GET" and body else None
        start = self._address(call, values)
        url: str | None = start
        for number in range(1, MOST_PAGES + 1):
            asked = _with(url or start, {call.page: str(number)}) if call.page else url or start
            reply = self._ask(call.method, asked, sent, {})
            if reply.status in (404, 410) and call.named:
                return  # a row of that name is not there; anywhere else nobody is there to answer
            answer = self._parsed(reply)
            rows = _at(answer, call.rows)
            found = rows if isinstance(rows, list) else [] if rows is None else [rows]
            yield found
            url = start if call.page and found else self._next(call, start, answer, reply)
            if url is None:
                return
        raise StoreRefused(
            f"{self._system}: the pages of an answer do not end.", "Mend 'next' in its description."
        )

    def act(self, call: Call, values: Mapping[str, Any], body: Mapping[str, Any] | None) -> None:
        """Change or remove one row. What is not there any more counts as removed."""
        url, sent = self._address(call, values), None if body is None else _json(body)
        once = hashlib.sha256(b"\n".join((call.method.encode(), url.encode(), sent or b""))).hexdigest()
        reply = self._ask(call.method, url, sent, {"idempotency-key": once})
        if reply.status in (404, 410) and body is None:
            return
        if not 200 <= reply.status < 300:
            raise self._refused(reply)

    def _ask(self, method: str, url: str, body: bytes | None, more: Mapping[str, str]) -> Reply:
        """Ask until there is an answer that is worth one. Raises StoreUnreachable, StoreRefused."""
        reply = Reply(0)
        for attempt in range(TRIES):
            if attempt:
                self._clock.wait(_pause(reply, attempt))
            self._paced()
            try:
                reply = exchange(
                    method, url, body, {**self._headers, **more}, inside=self._service.inside, most=MOST_BYTES
                )
            except Forbidden as problem:
                raise StoreUnreachable(f"{self._system}: {problem.message}", problem.help) from None
            if reply.status not in _AGAIN or reply.trouble == "certificate":
                break
        if reply.status in _AGAIN:
            why = reply.trouble or f"status {reply.status}"
            raise StoreUnreachable(
                f"{self._system} cannot be reached ({why}).",
                "Look whether the service is there; what it was asked to do is looked up again before it counts.",
            )
        return reply

    def _paced(self) -> None:
        if self._service.rate:
            early = self._free_at - self._clock.now()
            if early > 0:
                self._clock.wait(early)
            self._free_at = max(self._free_at, self._clock.now()) + 1 / self._service.rate

    def _parsed(self, reply: Reply) -> Any:
        if not 200 <= reply.status < 300:
            raise self._refused(reply)
        try:
            return json.loads(reply.body) if reply.body else None
        except ValueError:
            raise StoreRefused(f"{self._system} answered with what is no JSON.", "Ask who runs it.") from None

    def _refused(self, reply: Reply) -> StoreRefused:
        why = {401: "its credentials do not hold", 403: "it may not do that"}.get(
            reply.status, f"status {reply.status}"
        )
        return StoreRefused(
            f"{self._system} could not do what was asked: {why}.", "Check credentials and description."
        )

    def _address(self, call: Call, values: Mapping[str, Any]) -> str:
        path = call.path
        for name in call.named:
            path = path.replace(f"{{{name}}}", quote(str(values[name]), safe=""))
        query = {n: str(v) for n, v in values.items() if n not in call.named} if call.method == "GET" else {}
        return _with(self._service.base + path, query)

    def _next(self, call: Call, start: str, answer: Any, reply: Reply) -> str | None:
        """The address of the next page, which is of the same service: credentials go to nobody else."""
        said = (
            _linked(reply.headers.get("link", ""))
            if call.next == "link"
            else _at(answer, call.next)
            if call.next
            else None
        )
        if not said:
            return None
        url = _with(start, {call.cursor: str(said)}) if call.cursor else urljoin(start, str(said))
        if urlsplit(url)[:2] != urlsplit(self._service.base)[:2]:
            raise StoreRefused(
                f"{self._system}: the next page of an answer lies elsewhere.", "Ask who runs it."
            )
        return url

    def _as_whom(self, secret: tuple[str, str] | None) -> dict[str, str]:
        said = {"accept": "application/json", "content-type": "application/json"}
        how = self._service.auth
        if not how:
            return said
        if secret is None:
            raise StoreUnreachable(
                f"{self._system}: the service wants credentials, and the map names none.",
                "Add 'credentials:'.",
            )
        basic = base64.b64encode(":".join(secret).encode()).decode()
        forms = {
            "bearer": ("authorization", f"Bearer {secret[1]}"),
            "basic": ("authorization", f"Basic {basic}"),
        }
        name, value = forms.get(how, (how.lower(), secret[1]))
        return {**said, name: value}


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, default=str).encode()


def _at(answer: Any, path: str) -> Any:
    """What lies at names parted by dots; None where they lead nowhere."""
    for step in path.split(".") if path else ():
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer


def _with(url: str, query: Mapping[str, str]) -> str:
    if not query:
        return url
    base, _, before = url.partition("?")
    kept = [pair for pair in before.split("&") if pair and pair.partition("=")[0] not in query]
    return f"{base}?{'&'.join([*kept, urlencode(query)])}"


def _linked(header: str) -> str | None:
    """The address of the relation `next` (RFC 8288)."""
    for part in header.split(","):
        target, _, rest = part.strip().partition(">")
        if target.startswith("<") and 'rel="next"' in rest.replace("rel=next", 'rel="next"'):
            return target[1:]
    return None


def _pause(reply: Reply, attempt: int) -> float:
    """How long to wait: as it says (RFC 9110, Retry-After in seconds), else ever longer."""
    said = reply.headers.get("retry-after", "")
    return min(float(said), LONGEST_PAUSE) if said.isdigit() else min(0.25 * 2.0**attempt, LONGEST_PAUSE)
