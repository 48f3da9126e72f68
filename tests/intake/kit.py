"""Quay as somebody who is asked: rights by mail and form, with clocks, pauses, proofs, grounds and refusals, and a class of mail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.access.kit import clock_of
from tests.gate.kit import TEXT, agreed, organisation
from tests.messages.kit import WRITING
from troth.app.organisation import Organisation
from troth.decide.model import Facts
from troth.intake import Contact, Kind, Proof, Received, Route, State, Ticket, What

ASKING = (
    WRITING.replace("  quay: {role: controller, name: Quay, clauses: [\"1\"]}\n",
                    "  quay: {role: controller, name: Quay, clauses: [\"1\"]}\n"
                    "  mailbox: {role: contact, name: Mailbox, address: privacy@quay.example, channels: [email], clauses: ['2']}\n")
    .replace("purposes:\n", "purposes:\n  asking: {data: [email]}\n", 1)
    .replace("grounds:\n", "grounds:\n  asked: {acts: [use], purposes: [asking], basis: legal_obligation}\n", 1)
    .replace("  about: {what: service, purposes: [service], channels: [email, letter]}\n",
             "  about: {what: service, purposes: [service], channels: [email, letter]}\n"
             "  reply: {what: service, purposes: [asking], channels: [email]}\n")
    + "rights:\n"
    "  access: {what: access, routes: [email, form, self_service], proof: ['paper:identity or verified'], within: 30 calendar_days,\n"
    "           start: receipt, pause: [proof is awaited], hedge: as a rule, purpose: asking, clauses: ['1']}\n"
    "  delete: {what: delete, routes: [email, form], proof: ['paper:identity'], within: 7 calendar_days, start: verified,\n"
    "           purpose: asking}\n"
    "  talk: {what: question, routes: [email, form, app], within: 3 working_days, start: receipt, purpose: asking}\n"
    "  moan: {what: complain, routes: [email, form], within: 10 working_days, start: receipt, purpose: asking}\n"
    "request_grounds:\n"
    "  unlawful: {rights: [delete], code: UNLAWFUL, needs: ['paper:violation']}\n"
    "refusals:\n"
    "  again: {mode: may, code: REPETITION, rights: [access], needs: ['paper:repetition'], duties: [give_reason]}\n"
    "  law: {mode: bar, code: LEGAL_DUTY, rights: [delete], needs: ['paper:citation'], duties: [reply_names_ground]}\n"
    "retentions:\n"
    "  asked: {purposes: [asking], period: 6 months, start: purpose_done, then: delete}\n"
)  # fmt: skip
MALAY = ASKING.replace(
    'version: "1"\n', 'version: "1"\nhome: [MY]\ncalendar: MY\nregimes: [MY-PDPA]\nenforced: with_regimes\n'
)


@contextmanager
def asked(place: Path, url: str = "", policy: str = ASKING, **more: Any) -> Iterator[Organisation]:
    folder = place / "policy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(policy)
    (folder / "text.md").write_text(TEXT)
    with organisation(place, url, **more) as quay:
        yield quay


def take(quay: Organisation, received: Received) -> Ticket:
    prepared = quay.intake.prepare(received)
    return quay.act(lambda acts: quay.intake.receive(acts.work, prepared, at=acts.at, origin=acts.origin))


def asks(right: str = "access", number: int = 9, **more: Any) -> Received:
    said = {"contact": Contact(f"p{number}@example.test", name="Nur Aisyah binti Ali")} | more
    return Received(Kind.REQUEST, Route.EMAIL, "What do you hold on me? MARKER-WORDS", right, **said)


def answer(quay: Organisation, number: str, outcome: str = "granted", **more: Any) -> Ticket:
    known = more.pop("known", Facts())
    kept = quay.intake.seal(number, more.pop("text", "Here it is. MARKER-ANSWER"), What.ANSWER, "console")
    return quay.act(
        lambda acts: quay.intake.answer(
            acts.work, number, outcome, kept, "console", known=known, at=acts.at, **more
        )
    )


def see(quay: Organisation, number: str) -> Ticket:
    with quay.database.read() as connection:
        return quay.intake.ticket(connection, number)


def texts(quay: Organisation, number: str) -> list[str]:
    with quay.database.read() as connection:
        return [one.text for one in quay.intake.opened(connection, number) if one.contact is None]


def later(quay: Organisation, **span: float) -> datetime:
    clock = clock_of(quay)
    clock.advance(timedelta(**span))
    return clock.now()


__all__ = ["Proof", "State", "agreed", "clock_of"]


@pytest.fixture
def quay(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    """Quay that is asked, on a database of either kind."""
    with asked(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def quay_on_sqlite(tmp_path: Path) -> Iterator[Organisation]:
    with asked(tmp_path / "home") as opened:
        yield opened
