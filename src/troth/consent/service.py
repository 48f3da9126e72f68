"""Consent in use: give, refuse, withdraw, accept, decline, object; and what holds at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from troth.consent import evidence, rules, store
from troth.consent.errors import ActUnreadable, MoveRefused
from troth.consent.model import NO, AcceptanceKind, ConsentAct, ConsentKind, ConsentState, Said, Standing
from troth.kernel.calendars import Period, Unit, due
from troth.kernel.findings import did_you_mean
from troth.ledger import Event, Origin, Payload, Work
from troth.policies import Declared, NotDeclared
from troth.policy.facts import Fact
from troth.policy.model import Consent
from troth.subjects import UNWATCHED, Act, Changes, Shown, check_language, id_of, root_of
from troth.subjects.evidence import ERASED, MERGED

Word = TypeVar("Word", ConsentAct, ConsentKind, AcceptanceKind)
_NOT_SAID = Shown()


class Consents:
    """The consents of one organisation's people. Every verb takes the work it is part of; threads may share the room."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation

    def say(
        self,
        work: Work,
        act: Act,
        declared: Declared,
        item: str,
        said: str,
        *,
        kind: str = "",
        notice: str = "",
        shown: Shown = _NOT_SAID,
        only: str = "",
        changes: Changes = UNWATCHED,
    ) -> Standing:
        """Record that a consent was `given` (of a kind, before a notice), `refused` or `withdrawn`; where it then stands.

        `only` narrows it to one recipient (`recipient/ID`) or case (`case/DIGEST`): it then covers no other, and is read from the
        record whenever such an act is asked for. A yes weaker than the item asks for is recorded and does not count. Raises
        NotDeclared, ActUnreadable, MoveRefused (a deemed yes after a no), SubjectUnknown.
        """
        work.lock()
        meant = _word(ConsentAct, said, "act on a consent", ("given", "refused", "withdrawn"))
        consent = declared.consent(item)
        root = root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        if meant is not ConsentAct.GIVEN:
            if not only:  # what is said of one alone is read from the record whenever that one is asked about
                changes.restrict(root, Fact("consent", item))
            work.record(evidence.item_said(act, meant, item, NO, language=shown.language, only=only))
            no = Said(meant, act.at, policy=act.policy or "", language=shown.language)
            return _standing(
                consent, False, NO, no
            )  # a no ends whatever stood before: nothing needs looking up
        self._give(work, act, declared, consent, kind, notice, shown, root, only)
        if not only:
            changes.grant(root, Fact("consent", item))
        return self.standing(work.connection, root, declared, item, act.at, only)

    def _give(
        self,
        work: Work,
        act: Act,
        declared: Declared,
        consent: Consent,
        kind: str,
        notice: str,
        shown: Shown,
        root: str,
        only: str = "",
    ) -> None:
        given = _word(ConsentKind, kind or consent.what, "kind of consent", tuple(ConsentKind))
        state = store.load_said(work.connection, self._organisation, root)
        if not rules.may_follow(state, evidence.key_of(consent.id, only), ConsentAct.GIVEN, given, act.at):
            raise MoveRefused(
                f"A deemed yes to '{consent.id}' cannot follow a no.",
                "Ask the person, and record a clear act.",
            )
        seen = _notice_of(declared, consent, notice, shown)
        work.record(
            evidence.item_said(
                act,
                ConsentAct.GIVEN,
                consent.id,
                given,
                notice=seen,
                version=declared.notice_versions.get(seen, ""),
                language=shown.language,
                rendered=shown.rendered,
                expires=_expiry(consent, act.at, declared.calendar),
                only=only,
            )
        )

    def accept(
        self,
        work: Work,
        act: Act,
        kind: str,
        *,
        language: str = "",
        changes: Changes = UNWATCHED,
    ) -> None:
        """Record that the policy version of the act was accepted (`deemed`, `explicit`) or `declined`.

        Raises ActUnreadable, MoveRefused (a deemed acceptance after a decline), SubjectUnknown.
        """
        work.lock()
        meant = _word(AcceptanceKind, kind, "kind of acceptance", tuple(AcceptanceKind))
        root = root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        declined = Fact("declined") in self.held(work.connection, root, act.at, {}, "")
        if meant is AcceptanceKind.DEEMED and declined:
            raise MoveRefused(
                "A deemed acceptance cannot follow a decline.", "Ask the person, and record a clear act."
            )
        if language:
            check_language(language, ())
        if meant is AcceptanceKind.DECLINED:
            changes.restrict(root, Fact("declined"))
        else:
            changes.grant(root, Fact("accepted", "explicit" if meant is AcceptanceKind.EXPLICIT else ""))
        work.record(evidence.policy_said(act, meant, language))

    def object(
        self,
        work: Work,
        act: Act,
        declared: Declared,
        objection: str,
        *,
        raised: bool = True,
        changes: Changes = UNWATCHED,
    ) -> None:
        """Record that an objection was raised or lifted. Raises NotDeclared, SubjectUnknown."""
        work.lock()
        fact = declared.fact(f"objects:{objection}", ("objects",))
        root = root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        (changes.restrict if raised else changes.grant)(root, fact)
        work.record(evidence.objection(act, objection, raised))

    def state(self, connection: Connection, root: str) -> ConsentState:
        """All that this room knows of a person."""
        return store.load(connection, self._organisation, root)

    def held(
        self, connection: Connection, root: str, at: datetime, asked: dict[str, str], policy: str
    ) -> frozenset[Fact]:
        """The facts that hold at an instant under one policy version; see `rules.held`."""
        return rules.held(self.state(connection, root), at, asked, policy)

    def standing(
        self, connection: Connection, root: str, declared: Declared, item: str, at: datetime, only: str = ""
    ) -> Standing:
        """Where one consent item stands at an instant, for all it is about or for one recipient or case. Raises NotDeclared."""
        consent, state = declared.consent(item), store.load_said(connection, self._organisation, root)
        named = evidence.key_of(item, only)
        said = [(key[1], one) for key, one in state.said.items() if key[0] == named]
        kind, last = max(said, key=lambda pair: pair[1].since, default=(NO, None))
        return _standing(consent, rules.holds(state, named, consent.what, at), kind, last)

    def counted(self, connection: Connection) -> list[Any]:
        """How many persons stand where with each item, by the kind of their yes, narrowed ones under a name of their own: counts, and
        nobody's name."""
        return store.counted(connection, self._organisation)

    def objections_counted(self, connection: Connection) -> list[Any]:
        """How many objections of each kind stand."""
        return store.objections_counted(connection, self._organisation)

    def expire(self, work: Work, at: datetime, origin: Origin = Origin.OBSERVED) -> int:
        """Say in the ledger which consents ran out (they stopped counting at their instant, with or without this).

        Returns how many events were recorded; persons whose id may not be known any more are passed over.
        """
        work.lock()
        count = 0
        for root in store.running_out(work.connection, self._organisation, at):
            subject = id_of(work.connection, self._organisation, root)
            if subject is None:
                continue
            for key, kind in rules.lapsed(self.state(work.connection, root), at):
                item, only = evidence.split(key)
                work.record(
                    evidence.item_said(Act(subject, at, origin), ConsentAct.EXPIRED, item, kind, only=only)
                )
                count += 1
        return count


def _standing(consent: Consent, holds: bool, kind: str, said: Said | None) -> Standing:
    if said is None:
        return Standing(consent.id, holds, "", "", consent.what, None, None, "", "", "")
    return Standing(
        consent.id,
        holds,
        said.act.value,
        kind,
        consent.what,
        said.since,
        said.expires,
        said.notice,
        said.version,
        said.language,
    )


def _word(of: type[Word], text: str, noun: str, known: tuple[str, ...]) -> Word:
    if text not in known:
        raise ActUnreadable(f"That is no {noun}.", did_you_mean(text, known))
    return of(text)


def _notice_of(declared: Declared, consent: Consent, notice: str, shown: Shown) -> str:
    """The notice a yes is bound to: the one its item declares. Raises NotDeclared for another, or for a language it lacks."""
    if consent.notice and notice not in ("", consent.notice):
        raise NotDeclared(
            f"'{consent.id}' is agreed to before the notice '{consent.notice}', and another was named.",
            f"Show '{consent.notice}'.",
        )
    seen = consent.notice or notice
    if seen:
        check_language(shown.language, declared.notice(seen).languages)
    elif shown.language:
        check_language(shown.language, ())
    return seen


def _expiry(consent: Consent, at: datetime, calendar: str) -> datetime | None:
    """When a yes given now runs out, as the item promises (GDPR 7(3) leaves the length to the promise)."""
    if consent.expires is None:
        return None
    value, unit = consent.expires.value, consent.expires.unit
    if unit == "years":
        value, unit = value * 12, "months"
    return due(at, Period(value, Unit(unit)), calendar).at


class ConsentsProjection:
    """Consents, acceptances and objections as the headers tell them, until a person is erased. Runs after the one of subjects,
    which knows who is who."""

    name = "consents"
    kinds = ("consent:item:", "consent:policy:", "consent:objection:", MERGED, ERASED)
    opens = ()
    tables: tuple[Table, ...] = (store.states, store.acceptances, store.objections)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring a person's state up to this event."""
        assert event.subject is not None
        if event.kind == ERASED:
            of = event.organisation
            store.save(
                connection, of, event.subject, store.load(connection, of, event.subject), ConsentState()
            )
            return
        root, before = self._before(connection, event, event.subject)
        if event.kind == MERGED:
            absorbed = event.codes[0]
            theirs = store.load(connection, event.organisation, absorbed)
            store.save(connection, event.organisation, absorbed, theirs, ConsentState())
            store.save(connection, event.organisation, root, before, rules.merged(before, theirs))
        else:
            store.save(connection, event.organisation, root, before, rules.moved(before, event))

    def _before(self, connection: Connection, event: Event, pseudonym: str) -> tuple[str, ConsentState]:
        """Where a person's state stands, and as much of it as the event can move."""
        if event.kind.startswith(evidence.ITEM):
            root, said = store.load_said_by(connection, event.organisation, pseudonym)
            return root or root_of(connection, event.organisation, pseudonym), said
        root = root_of(connection, event.organisation, pseudonym)
        return root, store.load(connection, event.organisation, root)
