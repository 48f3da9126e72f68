"""Calls that ask: before an act, and about a person's request."""

from __future__ import annotations

from collections.abc import Mapping

from troth.client.call import Call, Plain, asked, plain, said, sent, told
from troth.client.model import Answer, Question


class Asking:
    """May this be done? Without a subject the question is about nobody known."""

    @said
    def peek(self, subject: str | None, question: Question) -> Call[Answer]:
        """Advice; recorded nowhere."""
        return asked("peek", {"subject": subject} | question.as_json(), Answer.of)

    @said
    def use(self, subject: str | None, question: Question, key: str = "") -> Call[Answer]:
        """Ask before collecting, using or storing; what was answered is on record."""
        return sent("use", {"subject": subject} | question.as_json(), Answer.of, key)

    @said
    def release(self, subject: str | None, question: Question, key: str = "") -> Call[Answer]:
        """Ask before sharing, transferring or publishing; the record is durable before the answer is here."""
        return told("release", {"subject": subject} | question.as_json(), Answer.of, key)

    @said
    def ask_request(self, right: str, ground: str, papers: Mapping[str, str]) -> Call[Plain]:
        """What is to be said to a person's request; recorded nowhere."""
        return asked("requests/ask", {"right": right, "ground": ground, "papers": dict(papers)}, plain)
