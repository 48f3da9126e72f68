"""The whole way in: a URL, a key, JSON there and back. Any language that speaks HTTP needs no more than this.

What the API says no to comes as a problem (RFC 9457), with a status, a sentence and how to mend it. Nobody there is not a yes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx


@dataclass(frozen=True)
class Question:
    """May this be done? What is not said is left out of the request."""

    action: str
    data: tuple[str, ...]
    purpose: str
    via: str = ""
    source: str = ""
    recipient: str = ""
    place: str = ""
    papers: dict[str, str] = field(default_factory=dict)


class Away(Exception):
    """Nobody answered, or the answer was none: nothing may be done."""


class Told(Exception):
    """The API refused a request; the sentence says why, and how to mend it."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        super().__init__(f"{said.get('detail') or said.get('title', '')} {said.get('help', '')}".strip())
        self.status = status


class Refused(Exception):
    """The policy does not permit it; the answer says by which passages, and what is missing."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("not permitted")
        self.answer = answer


class Troth:
    """One organisation's way in. Threads may share it."""

    def __init__(self, keys: Path) -> None:
        said = json.loads(keys.read_text(encoding="utf-8"))
        self.url, self.organisation = str(said["url"]), str(said["organisation"])
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1/{self.organisation}/",
            headers={"Authorization": f"Bearer {said['key']}"},
            timeout=10,
        )

    def ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        """One request. Raises Away, Told."""
        try:
            answer = self._http.request(method, path, **sent)
            said: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise Away from problem
        if answer.status_code >= 500:
            raise Away
        if answer.status_code >= 400:
            raise Told(answer.status_code, said)
        return said

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read something."""
        return self.ask("GET", path, params=query)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Say something."""
        return self.ask("POST", path, json=body)

    def may(self, subject: str, question: Question) -> bool:
        """Ask, on record, whether this may be done now."""
        return self.answer(subject, question).get("outcome") == "permit"

    def must(self, subject: str, question: Question) -> None:
        """Ask, on record, and come back only with a permit. Raises Refused."""
        answer = self.answer(subject, question)
        if answer.get("outcome") != "permit":
            raise Refused(answer)

    def answer(self, subject: str, question: Question) -> dict[str, Any]:
        """What the policy says: durably recorded before it is here, where data would leave the house."""
        leaves = question.action in ("share", "transfer", "publish", "export")
        said = {name: value for name, value in asdict(question).items() if value}
        return self.post("release" if leaves else "use", subject=subject, **said)
