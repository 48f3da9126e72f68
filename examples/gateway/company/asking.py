"""The whole way in: a URL, a key, JSON there and back. Any language that speaks HTTP needs no more than this.

What the API says no to comes as a problem (RFC 9457), with a status, a sentence and how to mend it. Nobody there is not a yes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

Asked = dict[str, Any]


def Question(action: str, data: tuple[str, ...], purpose: str, **more: Any) -> Asked:  # noqa: N802 - a thing, not a deed
    """May this be done? What is not said is left out of the request."""
    return {"action": action, "data": data, "purpose": purpose, **more}


class Away(Exception):
    """Nobody answered, or the answer was none: nothing may be done."""


class Told(Exception):
    """The API refused a request: its status, and the problem it described."""


class Refused(Exception):
    """The policy does not permit it: the answer, with the passages it rests on and what is missing."""


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

    def ask(self, path: str, **body: Any) -> dict[str, Any]:
        """One request: something is said where there is a body, and read where there is none. Raises Away, Told."""
        try:
            answer = self._http.request("POST" if body else "GET", path, json=body or None)
            said: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise Away from problem
        if answer.status_code >= 400:
            raise Told(answer.status_code, said) if answer.status_code < 500 else Away
        return said

    def answer(self, subject: str, question: Asked) -> dict[str, Any]:
        """What the policy says: durably recorded before it is here, where data would leave the house."""
        return self.ask(
            "release" if question["action"] in ("share", "transfer", "publish", "export") else "use",
            subject=subject,
            **question,
        )

    def may(self, subject: str, question: Asked) -> bool:
        """Ask, on record, whether this may be done now."""
        return self.answer(subject, question).get("outcome") == "permit"

    def must(self, subject: str, *questions: Asked) -> None:
        """Ask, on record, and come back only with a permit for each. Raises Refused."""
        for question in questions:
            if (answer := self.answer(subject, question)).get("outcome") != "permit":
                raise Refused(answer)
