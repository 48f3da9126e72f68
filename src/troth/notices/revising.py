"""Changes of the policy in use: whom a version touches, what its rules of change owe them, and what was done of that.

The rules of the version that is replaced decide. What the privacy centre shows by itself (the page of the policy, every former
version at its own address) is done when the change is opened; what the company does elsewhere is reported;
whom a rule tells one by one is told when the message was accepted by the other side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.decide.changes import BY_HAND, PERSONAL, differences, rules_for, steps
from troth.kernel.calendars import Period, Unit, due
from troth.kernel.findings import did_you_mean
from troth.ledger import Origin, Work
from troth.notices import changed, store
from troth.notices.changed import Revision
from troth.notices.errors import ChangeUnknown, DisplayUnreadable
from troth.policies import Declared, Policies
from troth.policy.model import ChangeRule
from troth.policy.vocabulary import CHANNELS
from troth.subjects import UNWATCHED, Act, Changes, Subjects, root_of

OURS: Final = frozenset({"page"})
"""Channels that the privacy centre itself is: its page of versions says what comes, from when, and what it changes."""
BY_ITSELF: Final = frozenset({"publish", "archive", "summary", "consent_anew"})
"""Steps that hold because of how versions are kept, served, described and accepted here."""
IN_TIME: Final = frozenset({"before_effect", "lead"})


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """What one rule asks for because of one change, and what of it was not done."""

    rule: ChangeRule
    steps: tuple[str, ...]
    missing: tuple[str, ...]
    breached: bool


class Revisions:
    """The changes of one organisation's policy. Verbs that record take the work they are part of."""

    def __init__(self, organisation: str, subjects: Subjects, policies: Policies) -> None:
        self._organisation = organisation
        self._subjects = subjects
        self._policies = policies

    def opened(
        self, work: Work, old: Declared, new: Declared, since: datetime, at: datetime, origin: Origin,
        changes: Changes = UNWATCHED,
    ) -> Revision | None:  # fmt: skip
        """A version was activated that differs from the one before: say in which ways, and do what is done by itself."""
        found = differences(old.bundle, new.bundle)
        if not found.any:
            return None
        work.record(changed.opened(old.digest, new.digest, since, found.kinds, at, origin))
        work.settle()
        made = self.get(work.connection, work.sequences[-1])
        self._classify(work, made, old, at, origin, changes)
        self.judge(work, at, origin)
        return made

    def _classify(
        self, work: Work, made: Revision, old: Declared, at: datetime, origin: Origin, changes: Changes
    ) -> None:
        """Whom a rule names as of a class of their own belongs to it until they accept."""
        classes = {rule.who for rule in rules_for(old.catalogue, made.kinds) if rule.who}
        for root in self._touched(work.connection, made) if classes else ():
            who = self._subjects.id_of(work.connection, root)
            if who is not None:
                act = Act(who, at, origin, old.digest)
                facts = [f"is:{one}" for one in sorted(classes)]
                self._subjects.record(work, act, old, set=facts, changes=changes)

    def escalate(self, work: Work, number: int, kind: str, at: datetime, origin: Origin) -> None:
        """Somebody judges a change to be of another kind too: an assessment of high risk, something material, a cut of rights.

        Raises ChangeUnknown, DisplayUnreadable for a kind that is found by comparing.
        """
        work.lock()
        made = self.get(work.connection, number)
        if kind not in BY_HAND:
            raise DisplayUnreadable("That kind of change is not added by hand.", did_you_mean(kind, BY_HAND))
        if kind not in made.kinds:
            work.record(changed.escalated(made, kind, at, origin))
            self.judge(work, at, origin)

    def posted(self, work: Work, number: int, channel: str, at: datetime, origin: Origin) -> None:
        """The company announced a change by a channel of its own (home page, app …). Raises ChangeUnknown, DisplayUnreadable."""
        work.lock()
        made = self.get(work.connection, number)
        if channel not in CHANNELS or channel in PERSONAL:
            raise DisplayUnreadable(
                "By this channel nothing is announced to everybody.", did_you_mean(channel, CHANNELS)
            )
        work.record(changed.posted(made, channel, at, origin))
        self.judge(work, at, origin)

    def queued(self, work: Work, act: Act, number: int, channel: str, message: str) -> None:
        """A message about a change is on its way to somebody. Raises ChangeUnknown, SubjectUnknown."""
        work.lock()
        root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        work.record(changed.queued(act, self.get(work.connection, number), channel, message))

    def told(self, work: Work, act: Act, number: int, channel: str, message: str = "") -> None:
        """Somebody was told of a change: the message was taken on, the letter handed over. Raises ChangeUnknown, SubjectUnknown."""
        work.lock()
        root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        made = self.get(work.connection, number)
        rules = [rule.id for rule in self._rules(work.connection, made) if channel in rule.channels]
        work.record(changed.told(act, made, channel, message, rules))
        self.judge(work, act.at, act.origin)

    def waiting(self, connection: Connection) -> list[tuple[int, str, str, str]]:
        """Messages of which nobody knows yet whether they were taken on: (change, pseudonym, channel, message)."""
        return store.told_waiting(connection, self._organisation)

    def failed(self, work: Work, act: Act, number: int, channel: str, message: str) -> None:
        """A message about a change was not taken on: whom it was for is still owed it."""
        work.lock()
        work.record(changed.failed(act, self.get(work.connection, number), channel, message))

    # --- accepting --------------------------------------------------------------------------------------------------------------

    def needs_anew(
        self, connection: Connection, subject: str, to: str
    ) -> tuple[Revision, tuple[str, ...]] | None:
        """The change, with its rules, because of which a person bound to an older version must agree expressly to this one."""
        person = self._subjects.person(connection, subject)
        order = self._order(connection)
        if to not in order or not person.state.bound:
            return None
        first = min(order.get(one, 0) for one in person.state.bound)
        for made in self.all(connection):
            if first < order.get(made.policy, 0) <= order[to]:
                rules = tuple(rule.id for rule in self._rules(connection, made) if rule.consent_anew)
                if rules:
                    return made, rules
        return None

    def kept_off(self, work: Work, act: Act, made: Revision, rules: Iterable[str]) -> None:
        """Going on with the service was no acceptance: the version does not bind this person."""
        work.record(changed.kept_off(act, made, rules))

    def left_behind(self, connection: Connection, subject: str, to: str) -> tuple[str, ...]:
        """Classes that somebody belongs to because of a change, and leaves by accepting this version."""
        person, order = self._subjects.person(connection, subject), self._order(connection)
        held = {fact.name for fact in person.state.facts if fact.family == "is"}
        classes = {
            rule.who
            for made in self.all(connection)
            if order.get(made.policy, 0) <= order.get(to, -1)
            for rule in self._rules(connection, made)
            if rule.who
        }
        return tuple(sorted(held & classes))

    # --- how a change stands --------------------------------------------------------------------------------------------------------

    def all(self, connection: Connection) -> list[Revision]:
        """Every change, the oldest first."""
        return store.revisions_of(connection, self._organisation)

    def get(self, connection: Connection, number: int) -> Revision:
        """The change that was opened by an entry. Raises ChangeUnknown."""
        found = next((one for one in self.all(connection) if one.sequence == number), None)
        if found is None:
            raise ChangeUnknown(
                "No change of the policy is kept under this number.", "List the changes first."
            )
        return found

    def owed(
        self, connection: Connection, made: Revision, channel: str, *, after: str = "", limit: int = 1000
    ) -> list[str]:
        """The pseudonyms of whom a change touches and nobody has told by a channel, or is about to."""
        told = store.told_of(connection, self._organisation, made.sequence, channel)
        return [root for root in self._touched(connection, made, after) if root not in told][:limit]

    def standing(self, connection: Connection, made: Revision) -> list[RuleStanding]:
        """What each rule asks for because of a change, and what of it was not done."""
        marks = store.marks_of(connection, self._organisation, made.sequence)
        when = dict(self._done(connection, made, marks))
        return [
            RuleStanding(rule, steps(rule), self._missing(rule, made, when), f"breach:{rule.id}" in marks)
            for rule in self._rules(connection, made)
        ]

    def judge(self, work: Work, at: datetime, origin: Origin) -> int:
        """Say of each rule once that all it asks for was done, or that what had to come before the change did not; how often."""
        work.lock()
        count = 0
        for made in self.all(work.connection):
            marks = store.marks_of(work.connection, self._organisation, made.sequence)
            for one in self.standing(work.connection, made):
                rule = one.rule.id
                if not one.missing and f"settled:{rule}" not in marks:
                    work.record(changed.settled(made, rule, at, origin))
                    count += 1
                late = IN_TIME & set(one.missing) and at >= made.since
                if late and not {f"breach:{rule}", f"settled:{rule}"} & marks.keys():
                    work.record(changed.breach(made, rule, one.missing, at, origin))
                    count += 1
        if count:
            work.settle()
        return count

    def _done(
        self, connection: Connection, made: Revision, marks: dict[str, datetime]
    ) -> Iterator[tuple[str, datetime]]:
        """Channels by which everybody was told, with the instant at which that was so."""
        yield from ((channel, made.at) for channel in OURS)
        yield from (
            (mark.removeprefix("posted:"), at) for mark, at in marks.items() if mark.startswith("posted:")
        )
        for channel in PERSONAL:
            rows = store.told_of(connection, self._organisation, made.sequence, channel)
            told = {root: at for root, (state, at) in rows.items() if state == "told"}
            if all(root in told for root in self._touched(connection, made)):
                yield channel, max(told.values(), default=made.at)

    def _missing(self, rule: ChangeRule, made: Revision, when: dict[str, datetime]) -> tuple[str, ...]:
        told = [when.get(channel) for channel in rule.channels]
        last = max((one for one in told if one is not None), default=made.at)
        whole = all(one is not None for one in told)
        done = {f"tell:{channel}" for channel in when} | BY_ITSELF
        if whole and last < made.since:
            done.add("before_effect")
        if whole and rule.lead is not None and due(last, _period(rule), "PLAIN").at <= made.since:
            done.add("lead")
        return tuple(step for step in steps(rule) if step not in done)

    def _rules(self, connection: Connection, made: Revision) -> tuple[ChangeRule, ...]:
        return rules_for(self._policies.declared(connection, made.before).catalogue, made.kinds)

    def _touched(self, connection: Connection, made: Revision, after: str = "") -> tuple[str, ...]:
        """Persons bound to a version older than the one a change leads to."""
        order = self._order(connection)
        older = [digest for digest, at in order.items() if at < order.get(made.policy, 0)]
        return self._subjects.bound_to(connection, older, after=after)

    def _order(self, connection: Connection) -> dict[str, int]:
        """When each version was last activated, by the number of the entry."""
        return {one.digest: one.sequence for one in self._policies.versions(connection)}


def _period(rule: ChangeRule) -> Period:
    assert rule.lead is not None
    value, unit = rule.lead.value, rule.lead.unit
    return Period(value * 12, Unit.MONTHS) if unit == "years" else Period(value, Unit(unit))
