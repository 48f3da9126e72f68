"""What is known when something is asked: the policy versions that bind, and under each the facts, all from one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from troth import consent as consenting
from troth import subjects as knowing
from troth.consent import Consents, ConsentState
from troth.decide.model import Facts
from troth.gate.errors import PaperUnknown
from troth.kernel.findings import did_you_mean
from troth.policies import Declared, Policies
from troth.policy.facts import Fact
from troth.policy.model import Consent
from troth.policy.vocabulary import PAPERS
from troth.recipients import Recipients
from troth.subjects import PersonState, Subjects


class Words(Protocol):
    """A faster copy of what is known of people, shared by the processes of a host."""

    def lookup(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """The facts of a person by policy version that binds, true now; None: read the database instead."""

    def glance(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """As `lookup`, where that neither waits nor reads the database; None says nothing."""


class Unshared:
    """No words on this host: every question reads the database."""

    def lookup(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """Nothing is known here."""
        return None

    def glance(self, pseudonym: str, at: datetime) -> Mapping[str, Facts] | None:
        """Nothing is known here."""
        return None


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms that hold what is on record."""

    policies: Policies
    subjects: Subjects
    consents: Consents
    recipients: Recipients


@dataclass(frozen=True, slots=True)
class View:
    """One policy version that binds, and the facts under it."""

    declared: Declared
    facts: Facts


Situation = tuple[View, ...]
"""Never empty. More than one view where a merge left a person bound by several versions: the strictest decides."""
RecipientFacts = Callable[[Declared], frozenset[Fact]]


def check_papers(papers: Mapping[str, str]) -> frozenset[Fact]:
    """The papers given with a question, as facts. Raises PaperUnknown."""
    for word, reference in papers.items():
        if word not in PAPERS:
            raise PaperUnknown("A paper of no known kind was given.", did_you_mean(word, PAPERS))
        if not str(reference).strip():
            raise PaperUnknown(
                f"The paper '{word}' has no reference.", "Give its number, note or address.", paper=word
            )
    return frozenset(Fact("paper", word) for word in papers)


def now(
    rooms: Rooms,
    connection: Connection,
    pseudonym: str | None,
    recipient: str,
    papers: frozenset[Fact],
    at: datetime,
    words: Words,
    only: tuple[str, ...] = (),
) -> Situation:
    """The situation at this instant, as the snapshot of the connection has it. Raises SubjectUnknown, NoPolicyInForce.

    `only` is what the question is about alone, a recipient or a case: consents narrowed to it are read from the record.
    """

    def received(declared: Declared) -> frozenset[Fact]:
        return rooms.recipients.held(connection, recipient, declared, at) if recipient else frozenset()

    shared = words.lookup(pseudonym, at) if pseudonym else None
    if shared:
        found = tuple(
            _view(rooms.policies.declared(connection, digest), facts, received, papers)
            for digest, facts in sorted(shared.items())
        )
        if not only or pseudonym is None:
            return found
        root = rooms.subjects.root(connection, pseudonym)
        return _narrowed(found, rooms.consents.state(connection, root), at, only)
    if pseudonym is None:
        return views(rooms, connection, None, ConsentState(), received, papers, at)
    person = rooms.subjects.person(connection, pseudonym)
    said = rooms.consents.state(connection, person.pseudonym)
    return _narrowed(views(rooms, connection, person.state, said, received, papers, at), said, at, only)


def _narrowed(found: Situation, said: ConsentState, at: datetime, only: tuple[str, ...]) -> Situation:
    """The same with what was said of one recipient or case alone."""
    if not only or not any("#" in item for item, _ in said.said):
        return found
    narrow = []
    for view in found:
        asked = {consent.id: consent.what for consent in view.declared.catalogue.all(Consent)}
        holding = consenting.narrowed(view.facts.holding, said, asked, at, only)
        narrow.append(View(view.declared, Facts(holding, view.facts.unknown)))
    return tuple(narrow)


def views(
    rooms: Rooms,
    connection: Connection,
    person: PersonState | None,
    said: ConsentState,
    received: RecipientFacts,
    papers: frozenset[Fact],
    at: datetime,
) -> Situation:
    """A view for each version that binds the person; where none does, for the one in force."""
    bound = sorted(person.bound) if person else []
    digests = bound or [rooms.policies.in_force(connection, at).digest]
    found = []
    for digest in digests:
        declared = rooms.policies.declared(connection, digest)
        facts = of_person(declared, person, said, at) if person else Facts()
        found.append(_view(declared, facts, received, papers))
    return tuple(found)


def of_person(declared: Declared, person: PersonState, said: ConsentState, at: datetime) -> Facts:
    """All facts about a person under one policy version at an instant."""
    known = knowing.held(person, declared.notice_versions)
    asked = {consent.id: consent.what for consent in declared.catalogue.all(Consent)}
    agreed = consenting.held(said, at, asked, declared.digest)
    return Facts(known.holding | agreed, known.unknown)


def _view(declared: Declared, facts: Facts, received: RecipientFacts, papers: frozenset[Fact]) -> View:
    return View(declared, Facts(facts.holding | received(declared) | papers, facts.unknown))
