"""Asking in one's own words, beside a middleware: may this be done to somebody, or must it be permitted before one goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from troth.client.errors import Refused
from troth.client.guarding import Asker, verb_of
from troth.client.model import Answer, Question

NO_PAPERS: Final[Mapping[str, str]] = MappingProxyType({})


def must(
    client: Asker, subject: str | None, *questions: Question, papers: Mapping[str, str] = NO_PAPERS
) -> tuple[Answer, ...]:
    """Ask one question after the other, on record, each with these papers, and go on only with a permit for each.

    Raises Refused, Away, Problem.
    """
    found = []
    for question in questions:
        answer: Answer = getattr(client, verb_of(question))(subject, with_papers(question, papers))
        if not answer.permitted:
            raise Refused(answer)
        found.append(answer)
    return tuple(found)


def may(
    client: Asker, subject: str | None, question: Question, papers: Mapping[str, str] = NO_PAPERS
) -> bool:
    """Ask, on record, where one goes on either way. Nobody there is not a yes: raises Away; and Problem."""
    try:
        return all(one.permitted for one in must(client, subject, question, papers=papers))
    except Refused:
        return False


def with_papers(question: Question, papers: Mapping[str, str]) -> Question:
    """The question with papers besides its own."""
    return replace(question, papers={**question.papers, **papers}) if papers else question
