"""What became true of people and recipients, told at once in the policy's own words; and people who never signed up.

For programs that wait.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final

from troth.client.asked import NO_PAPERS, must
from troth.client.calls import Voice
from troth.client.errors import Problem
from troth.client.forms import show_form
from troth.client.model import NoticeText, Question

SAID: Final = frozenset({"shown", "consent", "objects", "accepted", "declined"})
"""Families of facts that are acts of their own; all others are plainly recorded."""


def tell(
    client: Voice, subject: str, said: Mapping[str, bool | str], *, point: str = "", language: str = "en"
) -> tuple[NoticeText, ...]:
    """Record what became true of somebody (True) or ceased to be (False), one after the other, by the names the policy gives it.

    `shown:ID` shows a notice as it reads, at a form; `accepted` and `declined` are about the policy in force; `consent:ID` gives or
    withdraws, of the kind named in place of True where the act had one; `objects:ID` raises or lifts. The notices as they were shown.
    Raises Away, Problem.
    """
    plain: dict[str, bool] = {}
    shown = []
    for fact, value in said.items():
        family, _, name = fact.partition(":")
        if family not in SAID:
            plain[fact] = bool(value)
            continue
        _record(client, subject, plain)
        plain = {}
        if family == "shown":
            shown.append(client.notice(name, language))
            client.show(subject, shown[-1], point=point)
        elif family == "consent":
            kind = value if isinstance(value, str) else ""
            client.consent(subject, name, "given" if value else "withdrawn", kind=kind, language=language)
        elif family == "objects":
            client.objection(subject, name, "raised" if value else "lifted")
        else:
            act = name or ("deemed" if family == "accepted" else family)
            client.accept(subject, act, str(client.policy()["digest"]), language)
    _record(client, subject, plain)
    return tuple(shown)


def open_books(client: Voice, recipients: Mapping[str, Collection[str]]) -> None:
    """Put on record what is known about those who receive data. What is refused there stays off the record."""
    for recipient, facts in recipients.items():
        with suppress(Problem):
            client.recipient(recipient, facts)


def stranger(
    client: Voice, identities: Mapping[str, str], *questions: Question, facts: Mapping[str, bool | str] | None = None,
    papers: Mapping[str, str] = NO_PAPERS, point: str = "",
) -> str:  # fmt: skip
    """Somebody who never signed up is somebody all the same: what is true of them is told, the notices of a form are shown, and then
    it is asked; the subject. Raises Refused, Away, Problem."""
    subject = client.subject(identities)
    tell(client, subject, facts or {}, point=point)
    if point:
        show_form(client, subject, point)
    must(client, subject, *questions, papers=papers)
    return subject


def _record(client: Voice, subject: str, facts: Mapping[str, bool]) -> None:
    if facts:
        on = [fact for fact, holds in facts.items() if holds]
        client.set_facts(subject, on, [fact for fact, holds in facts.items() if not holds])
