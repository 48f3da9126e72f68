"""Acts on one organisation within one transaction: what a door lets people and programs do, each its own event.

Several may be done together: one button can withdraw a consent, raise an objection and close an account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from troth.consent import Standing
from troth.decide.model import Question
from troth.gate import Found, Gate, ObservedAct, Reply, Rooms, Using
from troth.kernel.findings import did_you_mean
from troth.kernel.ids import SubjectId, parse
from troth.ledger import Origin, Work
from troth.notices import Revisions
from troth.policies import Declared, NoPolicyInForce, NotDeclared, PolicyUnknown
from troth.policy.bundle import Bundle
from troth.subjects import EVERYBODY, Act, Changes, Identity, IdentityKind, Opened, Shown
from troth.subjects.errors import IdentityUnreadable


class Acts:
    """Everything that can be done, bound to a transaction, an instant and an origin. Made by `Organisation.act`.

    `policy` is the digest of the version an act happens under; left out, it is the one in force.
    """

    def __init__(
        self, work: Work, changes: Changes, rooms: Rooms, gate: Gate, at: datetime, origin: Origin, revisions: Revisions
    ) -> None:  # fmt: skip
        self.work = work
        self.at = at
        self.origin = origin
        self._changes = changes
        self._rooms = rooms
        self._gate = gate
        self._revisions = revisions

    @property
    def changes(self) -> Changes:
        """Who must hear, within this transaction, of what changes about people."""
        return self._changes

    # --- policy ------------------------------------------------------------------------------------------------------

    def activate(self, bundle: Bundle, texts: Mapping[str, str], *, since: datetime | None = None) -> str:
        """Put a version of the policy in force, at once or from `since`; its digest.

        Where it differs from the one before, that is on record as a change, with what the rules of change owe because of it.
        """
        self._changes.restrict(EVERYBODY, None)
        self.work.lock()
        before = self._ruling()
        digest = self._rooms.policies.activate(
            self.work, bundle, texts, at=self.at, since=since, origin=self.origin
        )
        self.work.settle()
        if before is not None and before.digest != digest:
            self._revisions.opened(
                self.work, before, self.declared(digest), since or self.at, self.at, self.origin, self._changes
            )  # fmt: skip
        return digest

    def _ruling(self) -> Declared | None:
        try:
            return self.declared()
        except NoPolicyInForce:
            return None

    def declared(self, policy: str = "") -> Declared:
        """What a version declares. Raises PolicyUnknown, NoPolicyInForce."""
        connection, policies = self.work.connection, self._rooms.policies
        if policy and not policies.known(connection, policy):
            raise PolicyUnknown("No version of this digest was activated here.", "Name one that was.")
        return policies.declared(connection, policy) if policy else policies.ruling(connection, self.at)

    # --- subjects ----------------------------------------------------------------------------------------------------

    def open_subject(self, identities: Iterable[tuple[str, str]]) -> Opened:
        """The subject these (kind, value) identities lead to, made anew when none does. Raises IdentitiesDiffer."""
        listed = [_identity(kind, value) for kind, value in identities]
        policy = self.declared().digest
        return self._rooms.subjects.open(self.work, listed, at=self.at, origin=self.origin, policy=policy)

    def link(self, subject: str, kind: str, value: str) -> None:
        """Let an identity lead to a subject. Raises IdentityTaken, SubjectUnknown."""
        self._rooms.subjects.link(self.work, self._act(subject), _identity(kind, value))

    def unlink(self, subject: str, kind: str, value: str) -> None:
        """Let an identity lead to a subject no more. Raises SubjectUnknown."""
        self._rooms.subjects.unlink(self.work, self._act(subject), _identity(kind, value))

    def merge(self, kept: str, absorbed: str) -> None:
        """Make two subjects one; the stricter state of both holds. Raises SubjectUnknown, MergeRefused."""
        self._rooms.subjects.merge(self.work, self._act(kept), parse(SubjectId, absorbed), self._changes)

    def set_facts(
        self,
        subject: str,
        *,
        set: Iterable[str] = (),
        clear: Iterable[str] = (),
        doubt: Iterable[str] = (),
        language: str = "",
        rendered: str = "",
        policy: str = "",
    ) -> None:
        """Record facts such as `registered` and `shown:filing_notice`. Raises NotDeclared, SubjectUnknown."""
        declared = self.declared(policy)
        self._rooms.subjects.record(
            self.work,
            self._act(subject, declared.digest),
            declared,
            set=set,
            clear=clear,
            doubt=doubt,
            shown=Shown(language, rendered),
            changes=self._changes,
        )

    # --- consent -----------------------------------------------------------------------------------------------------

    def consent(
        self,
        subject: str,
        item: str,
        said: str,
        *,
        kind: str = "",
        notice: str = "",
        language: str = "",
        rendered: str = "",
        policy: str = "",
        recipient: str = "",
        case: str = "",
    ) -> Standing:
        """Record that a consent was given, refused or withdrawn: for all it is about, or for one recipient, or one case, which is
        kept as a keyed digest. Raises NotDeclared, MoveRefused, SubjectUnknown."""
        declared = self.declared(policy)
        only = narrow(declared, item, recipient, self.work.pseudonym(f"case:{case}") if case else "")
        return self._rooms.consents.say(
            self.work,
            self._act(subject, declared.digest),
            declared,
            item,
            said,
            kind=kind,
            notice=notice,
            shown=Shown(language, rendered),
            only=only,
            changes=self._changes,
        )

    def take_back(
        self, subject: str, item: str, only: str, *, language: str = "", policy: str = ""
    ) -> Standing:
        """Withdraw what was said of one recipient or case alone, under the name that the record has for it (`recipient/ID`,
        `case/DIGEST`); what was said of all stays. Raises NotDeclared, SubjectUnknown."""
        declared = self.declared(policy)
        return self._rooms.consents.say(
            self.work,
            self._act(subject, declared.digest),
            declared,
            item,
            "withdrawn",
            shown=Shown(language),
            only=only,
            changes=self._changes,
        )

    def accept(self, subject: str, kind: str, *, language: str = "", policy: str = "") -> str:
        """Record that a policy version was accepted (`deemed`, `explicit`), which binds the person to it, or `declined`.

        Returns its digest. Where a rule of change asks for express consent, going on is no acceptance of another version than the
        one that binds: that is recorded, nothing is accepted, and '' is returned. Raises PolicyUnknown, MoveRefused, SubjectUnknown.
        """
        act = self._act(subject, self.declared(policy).digest)
        if kind == "deemed" and self._kept_off(act):
            return ""
        self._rooms.consents.accept(self.work, act, kind, language=language, changes=self._changes)
        if kind != "declined":
            self._leave_behind(act)
            self._rooms.subjects.bind(self.work, act, self._changes)
        return act.policy or ""

    def _kept_off(self, act: Act) -> bool:
        """Whether going on is no acceptance, because a change in between asks for express consent."""
        self.work.lock()
        found = self._revisions.needs_anew(
            self.work.connection, self.work.pseudonym(act.subject), act.policy or ""
        )
        if found is not None:
            self._revisions.kept_off(self.work, act, *found)
        return found is not None

    def _leave_behind(self, act: Act) -> None:
        """By accepting, a person leaves the classes in which a change had put them."""
        pseudonym, declared = self.work.pseudonym(act.subject), self.declared(act.policy or "")
        left = self._revisions.left_behind(self.work.connection, pseudonym, declared.digest)
        known = [f"is:{one}" for one in left if one in declared.catalogue.ids("class")]
        if known:
            self._rooms.subjects.record(self.work, act, declared, clear=known, changes=self._changes)

    def object(self, subject: str, objection: str, *, raised: bool = True, policy: str = "") -> None:
        """Record that an objection was raised, or lifted. Raises NotDeclared, SubjectUnknown."""
        declared = self.declared(policy)
        self._rooms.consents.object(
            self.work,
            self._act(subject, declared.digest),
            declared,
            objection,
            raised=raised,
            changes=self._changes,
        )

    def expire(self) -> int:
        """Say in the ledger which consents ran out by now; how many."""
        return self._rooms.consents.expire(self.work, self.at, self.origin)

    # --- recipients, gate --------------------------------------------------------------------------------------------

    def recipient(
        self,
        recipient: str,
        facts: Iterable[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        stake: Decimal | None = None,
    ) -> None:
        """Put facts about a recipient on record. Raises NotDeclared, StakeTooSmall, WhenUnreadable."""
        self._rooms.recipients.record(
            self.work,
            self.declared(),
            recipient,
            facts,
            at=self.at,
            since=since,
            until=until,
            stake=stake,
            origin=self.origin,
        )

    def end_recipient(self, recipient: str, facts: Iterable[str]) -> None:
        """Let facts about a recipient end now. Raises NotDeclared."""
        self._rooms.recipients.end(
            self.work, self.declared(), recipient, facts, at=self.at, origin=self.origin
        )

    def release(
        self, question: Question, subject: str | None, papers: Mapping[str, str] | None = None
    ) -> Reply:
        """Decide on a release and record it; data may leave once the whole work is durable."""
        return self._gate.release_in(self.work, question, subject, papers or {}, origin=self.origin)

    def use(self, question: Question, subject: str | None, papers: Mapping[str, str] | None = None) -> Using:
        """Decide on a use; a refusal is recorded with the whole work, a permit is booked by the caller once that is durable."""
        return self._gate.use_in(self.work, question, subject, papers or {}, origin=self.origin)

    def observe(self, acts: Iterable[ObservedAct]) -> tuple[Found, ...]:
        """Judge acts that were seen outside the gate, and record what they were."""
        return self._gate.observe_in(self.work, acts, origin=self.origin)

    def _act(self, subject: str, policy: str = "") -> Act:
        digest = policy or self.declared().digest
        return Act(parse(SubjectId, subject), self.at, self.origin, digest)


def narrow(declared: Declared, item: str, recipient: str, case: str) -> str:
    """What a consent is about alone: one recipient that the item names, or one case. Raises NotDeclared."""
    if recipient and case:
        raise NotDeclared(
            "A consent is narrowed to a recipient or to a case, not both.", "Record each by itself."
        )
    if not recipient:
        return f"case/{case[:32]}" if case else ""
    known = declared.catalogue.expand("recipient", declared.consent(item).recipients)
    if declared.recipient(recipient).id not in (known or {recipient}):
        raise NotDeclared("This consent is about no such recipient.", did_you_mean(recipient, known))
    return f"recipient/{recipient}"


def _identity(kind: str, value: str) -> Identity:
    if kind not in tuple(IdentityKind):
        raise IdentityUnreadable(
            "An identity is of no kind known here.", did_you_mean(kind, tuple(IdentityKind))
        )
    return Identity(IdentityKind(kind), value)
