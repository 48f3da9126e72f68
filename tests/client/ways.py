"""Every way in behind the same verbs: the client that waits, the one that is awaited, the library in one's own process, bare HTTP."""

from __future__ import annotations

import http.client
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.loops import Loop
from troth.client import Answer, AsyncClient, Client, KeyFile, Problem, Question
from troth.inside import Inside

Verbs = Any
"""Something with the verbs of `troth.client.Calls`, answered before they return."""


@contextmanager
def waiting(keys: KeyFile, home: Path) -> Iterator[Verbs]:
    with Client(keys) as client:
        yield client


class Awaited:
    """The client that does not wait, waited for: every verb is awaited in one event loop."""

    def __init__(self, keys: KeyFile, timeout: float = 10.0) -> None:
        self._runner = Loop()
        self._client = AsyncClient(keys, timeout)

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        def said(*args: Any, **kwargs: Any) -> Any:
            coming = getattr(self._client, verb)(*args, **kwargs)
            assert inspect.iscoroutine(coming)
            return self._runner.run(coming)

        return said

    def end(self) -> None:
        self._runner.run(self._client.close())
        self._runner.close()


@contextmanager
def awaited(keys: KeyFile, home: Path) -> Iterator[Verbs]:
    found = Awaited(keys)
    try:
        yield found
    finally:
        found.end()


@contextmanager
def inside(keys: KeyFile, home: Path) -> Iterator[Verbs]:
    with Inside.open(home, keys.organisation) as found:
        yield found


class Bare:
    """What a program without this package does: the routes by hand, as the page about ways in shows them."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys

    def peek(self, subject: str | None, question: Question) -> Answer:
        return Answer.of(self._post("peek", _asked(subject, question)))

    def use(self, subject: str | None, question: Question, key: str = "") -> Answer:
        return Answer.of(self._post("use", _asked(subject, question), key))

    def release(self, subject: str | None, question: Question, key: str = "") -> Answer:
        return Answer.of(self._post("release", _asked(subject, question), key))

    def subject(self, identities: Mapping[str, str]) -> str:
        named = [{"kind": kind, "value": value} for kind, value in identities.items()]
        return str(self._post("subjects", {"identities": named})["subject"])

    def facts_of(self, subject: str) -> Any:
        return self._call("GET", f"subjects/{subject}", None, "")

    def consent(
        self, subject: str, item: str, act: str, *, kind: str = "", language: str = "", key: str = ""
    ) -> int:
        body = {"subject": subject, "item": item, "act": act, "kind": kind, "language": language}
        return int(self._post("consents", body, key)["sequence"])

    def objection(self, subject: str, objection: str, act: str) -> int:
        return int(
            self._post("objections", {"subject": subject, "objection": objection, "act": act})["sequence"]
        )

    def observed(self, acts: list[Any]) -> Any:
        return self._post("observed", {"acts": acts})

    def policy(self) -> Any:
        return self._call("GET", "policy", None, "")

    def evidence(self, after: int = 0, kind: str = "") -> Any:
        return self._call("GET", f"evidence?after={after}&kind={kind}", None, "")

    def _post(self, path: str, body: Any, key: str = "") -> Any:
        return self._call("POST", path, json.dumps(body).encode(), key)

    def _call(self, method: str, path: str, body: bytes | None, key: str) -> Any:
        at = urlsplit(self._keys.url)
        connection = http.client.HTTPConnection(at.hostname or "", at.port or 80, timeout=30)
        headers = {"Authorization": f"Bearer {self._keys.key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        connection.request(method, f"/api/v1/{self._keys.organisation}/{path}", body, headers)
        answer = connection.getresponse()
        plain = json.loads(answer.read())
        connection.close()
        if answer.status >= 400:
            raise Problem(answer.status, plain["title"], plain["detail"])
        return plain


def _asked(subject: str | None, question: Question) -> dict[str, Any]:
    return {"subject": subject} | question.as_json()


@contextmanager
def bare(keys: KeyFile, home: Path) -> Iterator[Verbs]:
    yield Bare(keys)


WAYS = {"sync": waiting, "async": awaited, "inside": inside, "http": bare}
