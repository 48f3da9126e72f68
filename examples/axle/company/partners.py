"""Those who receive data from axle: each is sent what was permitted for it, and what it answers is heard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from http.client import HTTPConnection
from urllib.parse import urlsplit

from examples.axle.company import questions as ask
from examples.axle.company.gate import allowed
from troth.client import Question

OFFICES = {"axle_germany": "DE", "axle_japan": "JP"}


class Partners:
    """Where they are reached."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)

    def send(self, path: str, body: Mapping[str, object]) -> str:
        """Post to a partner; what it says."""
        connection = HTTPConnection(self._address.hostname or "", self._address.port or 80, timeout=10)
        try:
            connection.request("POST", f"/{path}", json.dumps(body), {"Content-Type": "application/json"})
            return str(json.loads(connection.getresponse().read()).get("said", ""))
        finally:
            connection.close()

    def hand(self, subject: str | None, question: Question, reference: str, data: dict[str, object]) -> bool:
        """Hand data to a recipient where sharing them, and taking them over the border, is permitted; whether it was."""
        if not self._allowed(subject, question):
            return False
        told = data | {"mechanism": question.papers.get("mechanism", "none: they stay at home")}
        self.send(question.recipient, {"reference": reference, "purpose": question.purpose, "data": told})
        return True

    def name_is_free(self, subject: str, login_id: str) -> bool:
        """Ask the offices of the group, where they may be asked: they are shown a digest, and say yes or no."""
        return not any(
            self.send(f"{office}/known", {"data": _digest(login_id)}) == "yes"
            for office, place in OFFICES.items()
            if self._allowed(subject, ask.name_free(office, place))
        )

    def name_is_taken(self, subject: str, login_id: str) -> None:
        """From now on the offices say so, those that may be told."""
        data = _digest(login_id)
        for office, place in OFFICES.items():
            question = ask.name_free(office, place)
            if self._allowed(subject, question):
                body = {"reference": data["account_digest"][:16], "purpose": question.purpose, "data": data}
                self.send(office, body)

    @staticmethod
    def _allowed(subject: str | None, question: Question) -> bool:
        return allowed(subject, question, *([] if question.place in ("CN", "") else [ask.across(question)]))


def _digest(login_id: str) -> dict[str, str]:
    digest = sha256(f"axle/{login_id.casefold()}".encode()).hexdigest()
    return {"account_digest": digest, "mechanism": ask.NAME_FREE["mechanism"]}
