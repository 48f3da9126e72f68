"""Subjects in use: open, link, unlink, merge, bind, and record what is known of a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Table

from troth.kernel import ids
from troth.kernel.entropy import Entropy
from troth.kernel.findings import did_you_mean
from troth.kernel.ids import SubjectId
from troth.ledger import Draft, Event, Origin, Payload, Work
from troth.policies import Declared, NotDeclared
from troth.policy.facts import FAMILIES, Fact
from troth.policy.vocabulary import LANGUAGES
from troth.subjects import evidence, rules, store
from troth.subjects.changes import UNWATCHED, Changes
from troth.subjects.errors import (
    IdentitiesDiffer,
    IdentityTaken,
    IdentityUnreadable,
    MergeRefused,
    SubjectErased,
    SubjectUnknown,
)
from troth.subjects.evidence import Act
from troth.subjects.model import FAMILIES_HERE, Identity, IdentityKind, Opened, Person


@dataclass(frozen=True, slots=True)
class Shown:
    """How notices were shown: the language, and a digest of the words on the screen."""

    language: str = ""
    rendered: str = ""


NOT_SAID: Final = Shown()
ROOTED: Final = store.ROOTED
"""Where the state of the person `who` of the organisation `of` stands, as part of another room's statement."""


class Subjects:
    """The people of one organisation. Every verb takes the work it is part of; threads may share the room."""

    def __init__(self, organisation: str, entropy: Entropy) -> None:
        self._organisation = organisation
        self._entropy = entropy

    def open(
        self,
        work: Work,
        identities: Sequence[Identity],
        *,
        at: datetime,
        origin: Origin = Origin.OBSERVED,
        policy: str | None = None,
    ) -> Opened:
        """The subject these identities lead to, made anew when none does; those not linked yet are linked to it.

        Raises IdentitiesDiffer when they lead to several subjects: merge those first.
        """
        work.lock()
        digests = {_digest(work, identity): identity for identity in identities}
        leads = store.leads_to(work.connection, self._organisation, digests)
        found = set(leads.values())
        if len(found) > 1:
            raise IdentitiesDiffer(
                f"These identities lead to {len(found)} different subjects.",
                "Merge those subjects first, or give the identities one by one.",
                subjects=len(found),
            )
        known = self.id_of(work.connection, found.pop()) if found else None
        subject = known or ids.new(SubjectId, self._entropy)
        act = Act(subject, at, origin, policy)
        if known is None:
            work.record(act.draft(evidence.CREATED, payload={"subject": subject}))
        for digest, identity in digests.items():
            if digest not in leads:
                work.record(_linked(act, identity, digest))
        return Opened(subject, created=known is None)

    def link(self, work: Work, act: Act, identity: Identity) -> None:
        """Let an identity lead to a subject. Raises IdentityTaken when it leads to another, SubjectUnknown."""
        work.lock()
        mine = self.root(work.connection, work.pseudonym(act.subject))
        digest = _digest(work, identity)
        there = store.leads_to(work.connection, self._organisation, (digest,)).get(digest)
        if there is None:
            work.record(_linked(act, identity, digest))
        elif there != mine:
            raise IdentityTaken(
                f"This {identity.kind} identity leads to another subject.",
                "Merge the two subjects if they are one person.",
                kind=identity.kind.value,
            )

    def unlink(self, work: Work, act: Act, identity: Identity) -> None:
        """Let an identity lead to this subject no more; harmless when it does not. Raises SubjectUnknown."""
        work.lock()
        mine = self.root(work.connection, work.pseudonym(act.subject))
        digest = _digest(work, identity)
        there = store.leads_to(work.connection, self._organisation, (digest,)).get(digest)
        if there == mine:
            work.record(act.draft(evidence.UNLINKED, identity.kind.value, payload={"digest": digest}))

    def merge(self, work: Work, act: Act, absorbed: SubjectId, changes: Changes = UNWATCHED) -> None:
        """Make two subjects one: `act.subject` is kept, and the stricter state of both holds from here on.

        Harmless when they are one already. Raises SubjectUnknown, MergeRefused for a subject and itself.
        """
        work.lock()
        if absorbed == act.subject:
            raise MergeRefused("A subject cannot be merged with itself.", "Name two subjects.")
        kept = self.root(work.connection, work.pseudonym(act.subject))
        other = self.root(work.connection, work.pseudonym(absorbed))
        if kept == other:
            return
        changes.restrict(kept, None)
        changes.restrict(other, None)
        work.record(act.draft(evidence.MERGED, other))

    def bind(self, work: Work, act: Act, changes: Changes = UNWATCHED) -> None:
        """Let the policy version of the act bind the subject, in place of any other. Raises SubjectUnknown."""
        work.lock()
        changes.restrict(self.root(work.connection, work.pseudonym(act.subject)), None)
        work.record(act.draft(evidence.BOUND))

    def record(
        self,
        work: Work,
        act: Act,
        declared: Declared,
        *,
        set: Iterable[str] = (),
        clear: Iterable[str] = (),
        doubt: Iterable[str] = (),
        shown: Shown = NOT_SAID,
        changes: Changes = UNWATCHED,
    ) -> None:
        """Record that facts (`registered`, `shown:filing_notice`) now hold, hold no more, or are in doubt.

        Raises NotDeclared for a fact this policy does not declare, SubjectUnknown.
        """
        work.lock()
        pseudonym = self.root(work.connection, work.pseudonym(act.subject))
        for kind, facts in (
            (evidence.CLEARED, clear),
            (evidence.DOUBTED, doubt),
            (evidence.SET, set),
        ):
            for text in facts:
                fact = declared.fact(text, FAMILIES_HERE)
                codes = _showing(declared, fact, shown) if kind == evidence.SET else ()
                _tell(changes, pseudonym, fact, kind)
                work.record(act.draft(kind, str(fact), *codes))

    def root(self, connection: Connection, pseudonym: str) -> str:
        """The pseudonym under which a person's state stands; another one after a merge. Raises SubjectUnknown."""
        return root_of(connection, self._organisation, pseudonym)

    def group(self, connection: Connection, root: str) -> tuple[str, ...]:
        """Every pseudonym whose events are about the same person, the root among them."""
        return store.group(connection, self._organisation, root)

    def ids(self, connection: Connection, root: str) -> dict[str, str | None]:
        """Each of these pseudonyms with the id behind it, None where that may not be known any more."""
        return store.ids_of(connection, self._organisation, root)

    def groups(self, connection: Connection, pseudonyms: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """For each of these pseudonyms that is known and not erased, every pseudonym of the same person, the root first."""
        return store.groups(connection, self._organisation, pseudonyms)

    def person(self, connection: Connection, pseudonym: str) -> Person:
        """A person with all that this room knows. Raises SubjectUnknown."""
        root = self.root(connection, pseudonym)
        return Person(root, store.load(connection, self._organisation, root))

    def id_of(self, connection: Connection, root: str) -> SubjectId | None:
        """The id behind a pseudonym, as long as it may be known."""
        return id_of(connection, self._organisation, root)

    def everybody(self, connection: Connection) -> tuple[str, ...]:
        """The pseudonyms of all persons, those absorbed in a merge left out."""
        return store.everybody(connection, self._organisation)

    def bound_to(
        self, connection: Connection, policies: Iterable[str], *, after: str = "", limit: int = 1_000_000
    ) -> tuple[str, ...]:
        """The pseudonyms of persons whom one of these policy versions binds, in order."""
        return store.bound_to(connection, self._organisation, policies, after, limit)

    def find(
        self, connection: Connection, identity: Identity, pseudonym: Callable[[str], str]
    ) -> SubjectId | None:
        """The subject an identity leads to; nobody is made. `pseudonym` is the ledger's."""
        digest = pseudonym(_naming(identity))
        root = store.leads_to(connection, self._organisation, (digest,)).get(digest)
        return None if root is None else self.id_of(connection, root)

    def digest(self, identity: Identity, pseudonym: Callable[[str], str]) -> str:
        """The keyed digest of an identity: for rooms that note where something came from, and compare. Raises IdentityUnreadable."""
        return pseudonym(_naming(identity))

    def digests(self, connection: Connection, root: str) -> tuple[str, ...]:
        """The keyed digests of the identities that lead to a person."""
        return store.digests_of(connection, self._organisation, root)

    def identities(self, connection: Connection, root: str) -> tuple[str, ...]:
        """The kinds of identity that lead to a person, one entry for each identity."""
        return store.identities_of(connection, self._organisation, root)


def root_of(connection: Connection, organisation: str, pseudonym: str) -> str:
    """The pseudonym under which a person's state stands. Raises SubjectUnknown, SubjectErased."""
    found = store.stands(connection, organisation, pseudonym)
    if found is None:
        raise SubjectUnknown(
            f"{organisation} knows no subject of this id.",
            "Open the subject first.",
            organisation=organisation,
        )
    root, erased = found
    if erased:
        raise SubjectErased(
            f"This person was erased: {organisation} knows nothing of them any more, and records and answers nothing.",
            "If they come back, open a new subject.",
            organisation=organisation,
        )
    return root


def id_of(connection: Connection, organisation: str, root: str) -> SubjectId | None:
    """The id behind a pseudonym, as long as it may be known: it goes with the payload of the event that made it."""
    found = store.id_of(connection, organisation, root)
    return SubjectId(found) if found else None


def _digest(work: Work, identity: Identity) -> str:
    """The keyed digest of an identity, under the organisation's own key: without it nobody can guess or compare."""
    return work.pseudonym(_naming(identity))


def _naming(identity: Identity) -> str:
    value = _normal(identity)
    if not value:
        raise IdentityUnreadable(f"This {identity.kind} identity is empty.", "Give its value.")
    return f"identity:{identity.kind}:{value}"


def _normal(identity: Identity) -> str:
    value = identity.value.strip()
    if identity.kind is IdentityKind.EMAIL:
        # Mail servers know no other letters as equal: folding more (ß and ss) would let one person be taken for another.
        return "".join(sign.lower() if sign.isascii() else sign for sign in value)
    if identity.kind is IdentityKind.PHONE:
        return "".join(sign for sign in value if sign.isdigit() or sign == "+")
    return value


def _linked(act: Act, identity: Identity, digest: str) -> Draft:
    return act.draft(evidence.LINKED, identity.kind.value, payload={"digest": digest})


def _showing(declared: Declared, fact: Fact, shown: Shown) -> tuple[str, ...]:
    """For a notice that was shown: its version, the language, and the digest of the words on the screen."""
    if fact.family != "shown":
        return ()
    check_language(shown.language, declared.notice(fact.name).languages)
    version = declared.notice_versions[fact.name]
    return evidence.details(notice=version, language=shown.language, rendered=shown.rendered)


def check_language(language: str, offered: Sequence[str]) -> None:
    """Pass when a notice can have been shown in that language. Raises NotDeclared."""
    known = tuple(offered) or tuple(LANGUAGES)
    if language not in known:
        raise NotDeclared(
            "The language in which the notice was shown is missing, or not one it exists in.",
            did_you_mean(language, known) or f"Known here: {', '.join(known)}.",
        )


def _tell(changes: Changes, pseudonym: str, fact: Fact, kind: str) -> None:
    """Say which way a fact moves. Belonging to a class may permit or forbid, so it is told as a restriction."""
    grants = FAMILIES[fact.family].restricts == (kind == evidence.CLEARED)
    if grants and kind != evidence.DOUBTED and fact.family != "is":
        changes.grant(pseudonym, fact)
    else:
        changes.restrict(pseudonym, None if fact.family == "is" else fact)


class PeopleProjection:
    """People and their state as the headers tell them; ids and identities as the payloads do, as long as these last."""

    name = "subjects"
    kinds = ("subjects:", evidence.ERASED)
    opens = (evidence.CREATED, evidence.LINKED, evidence.UNLINKED)
    tables: tuple[Table, ...] = (store.people, store.facts, store.bound, store.identities)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring people up to this event."""
        assert event.subject is not None
        if event.kind == evidence.CREATED:
            id = str(payload["subject"]) if payload else None
            store.create(connection, event.organisation, event.subject, id)
            return
        if event.kind == evidence.ERASED:
            store.erase(connection, event.organisation, event.subject)
            return
        root = root_of(connection, event.organisation, event.subject)
        if event.kind in (evidence.LINKED, evidence.UNLINKED):
            self._identity(connection, event, root, payload)
        elif event.kind == evidence.MERGED:
            self._merge(connection, event, root)
        else:
            before = store.load(connection, event.organisation, root)
            store.save(connection, event.organisation, root, before, rules.moved(before, event))

    def _identity(self, connection: Connection, event: Event, root: str, payload: Payload | None) -> None:
        if payload is None:
            return
        digest = str(payload["digest"])
        store.unlink(connection, event.organisation, digest)
        if event.kind == evidence.LINKED:
            store.link(connection, event.organisation, digest, event.codes[0], root)

    def _merge(self, connection: Connection, event: Event, kept: str) -> None:
        of, absorbed = event.organisation, event.codes[0]
        mine, theirs = store.load(connection, of, kept), store.load(connection, of, absorbed)
        store.save(connection, of, kept, mine, rules.merged(mine, theirs))
        store.save(connection, of, absorbed, theirs, type(theirs)())
        store.absorb(connection, of, kept, absorbed)
