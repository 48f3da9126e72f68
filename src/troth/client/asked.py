"""Asking in one's own words, beside a middleware: may this be done to somebody, or must it be permitted before one goes on."""

from __future__ import annotations

from troth.client.errors import Refused
from troth.client.guarding import Asker, verb_of
from troth.client.model import Answer, Question


def must(client: Asker, subject: str | None, question: Question) -> Answer:
    """Ask, on record, and go on only with a permit. Raises Refused, Away, Problem."""
    answer: Answer = getattr(client, verb_of(question))(subject, question)
    if not answer.permitted:
        raise Refused(answer)
    return answer


def may(client: Asker, subject: str | None, question: Question) -> bool:
    """Ask, on record, where one goes on either way. Nobody there is not a yes: raises Away; and Problem."""
    try:
        return must(client, subject, question).permitted
    except Refused:
        return False
