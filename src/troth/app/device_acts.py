"""What an app on a device does: it starts, asks what it may do now, and reports what it did, kept itself from, or was told.

Reads, sends and uses are judged by the gate; prompts by their moment and the same engine; switches, confirmations and notices are
recorded where every other door records them. An installation is a random number that the app made (32 hexadecimal digits): whoever
knows it speaks for that device, and it leads to nobody by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.app.switching import Switch, move, switch_of
from troth.decide.model import Facts, Question
from troth.directories import Allowed, Entry, EntryUnreadable, Outcome, Situation
from troth.directories.evidence import Told, safe_name
from troth.directories.model import KINDS, Asking, Start
from troth.gate import ObservedAct, Seen
from troth.kernel.canonical import digest
from troth.ledger import Origin
from troth.policies import Declared
from troth.policy.model import Notice, Point, SubjectClass
from troth.subjects import Identity, IdentityKind

INSTALLATION: Final = re.compile(r"[0-9a-f]{32}")
MOST: Final = 500
"""Entries of one batch."""
_MOVING: Final = frozenset({"prompt", "switch", "confirm", "shown", "class"})
"""Kinds of entry that change what is known of a person."""


class InstallationUnknown(EntryUnreadable):
    """No session of this installation was started here."""


@dataclass(frozen=True, slots=True)
class Now:
    """What an app may do now: the answer, and a short name that changes with it."""

    version: str
    allowed: Allowed
    first: bool

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"version": self.version, "first": self.first} | self.allowed.as_json()


def start(
    organisation: Organisation, installation: str, app: str, version: str, how: str, built_for: str, *,
    origin: Origin = Origin.OBSERVED,
) -> Now:  # fmt: skip
    """An app begins to run; the answer says what it may do. Raises EntryUnreadable."""
    _check(installation)
    if how not in tuple(Start):
        raise EntryUnreadable("A run of an app begins by `person` or by `itself`.", "Say which.")

    def do(acts: Acts) -> None:
        subject = str(acts.open_subject([("device", installation)]).subject)
        told = _told(organisation, acts, subject, installation)
        organisation.directories.started(acts.work, told, app, version, Start(how), built_for)

    organisation.act(do, origin=origin)
    return now(organisation, installation)


def now(organisation: Organisation, installation: str) -> Now:
    """What an app may do now, as the engine at the gate says. Raises EntryUnreadable, InstallationUnknown."""
    _check(installation)
    with organisation.database.read() as connection:
        identity = Identity(IdentityKind.DEVICE, installation)
        subject = organisation.rooms.subjects.find(connection, identity, organisation.ledger.pseudonym)
        install = _install(organisation, installation)
        known = organisation.directories.installed(connection, install)
        if subject is None or known is None:
            raise InstallationUnknown("No session of this installation was started here.", "Start one first.")
        asked = frozenset(one.point for one in organisation.directories.asked(connection, install))
        first = known.sessions == 1
        answers = [
            organisation.directories.allowed(
                organisation.rooms.policies.declared(connection, version), Situation(facts, first, asked)
            )
            for version, facts in sorted(organisation.gate.known(connection, subject).items())
        ]
    found = answers[0]
    for other in answers[1:]:
        found = narrow(found, other)
    return Now(digest([found.as_json(), first])[7:23], found, first)


def narrow(one: Allowed, other: Allowed) -> Allowed:
    """What two versions of a policy both allow, where a merge left a person bound by both."""
    return Allowed(
        other.policy,
        {id: _stricter(asking, other.permissions[id]) for id, asking in one.permissions.items() if id in other.permissions},
        _both_open(one.reads, other.reads),
        _both_open(one.kits, other.kits),
        _both(one.uses, other.uses),
        {id: on and other.features[id] for id, on in one.features.items() if id in other.features},
    )  # fmt: skip


def _stricter(one: Asking, other: Asking) -> Asking:
    features = tuple(feature for feature in one.features if feature in other.features)
    moment = one.moment if one.moment == other.moment else other.moment
    asked, ready = one.asked or other.asked, one.ready and other.ready and one.moment == other.moment
    return Asking(one.open and other.open, moment, features, asked, ready)


def _both_open(
    one: Mapping[str, Mapping[str, tuple[str, ...]]], other: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> dict[str, Mapping[str, tuple[str, ...]]]:
    found = {id: _both(served, other[id]) for id, served in one.items() if id in other}
    return {id: served for id, served in found.items() if served}


def _both(
    one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    found = {id: tuple(x for x in data if x in other.get(id, ())) for id, data in one.items()}
    return {id: data for id, data in found.items() if data}


def report(
    acts: Acts, organisation: Organisation, installation: str, sent_at: datetime, entries: Sequence[Entry]
) -> list[Outcome]:
    """Take a batch, whole or not at all; what came before under the same numbers is not taken twice.

    Raises EntryUnreadable, InstallationUnknown, PaperUnknown.
    """
    _check(installation)
    if len(entries) > MOST:
        raise EntryUnreadable(f"A batch holds at most {MOST} entries.", "Send the rest in another.")
    return Batch(organisation, acts, installation).take(sent_at, entries)


class Batch:
    """One batch within its transaction."""

    def __init__(self, organisation: Organisation, acts: Acts, installation: str) -> None:
        acts.work.lock()
        connection = acts.work.connection
        identity = Identity(IdentityKind.DEVICE, installation)
        subject = organisation.rooms.subjects.find(connection, identity, organisation.ledger.pseudonym)
        self._install = _install(organisation, installation)
        known = organisation.directories.installed(connection, self._install)
        if subject is None or known is None:
            raise InstallationUnknown("No session of this installation was started here.", "Start one first.")
        self._organisation, self._acts, self._subject = organisation, acts, str(subject)
        self._room, self._known = organisation.directories, known
        self._told = _told(organisation, acts, self._subject, installation)
        self._moved = False

    def take(self, sent_at: datetime, entries: Sequence[Entry]) -> list[Outcome]:
        """Every entry in the order of its number, and a word on the batch itself."""
        off, at = self._room.clock(sent_at, self._acts.at), self._acts.at
        latest, found = self._known.last, []
        upto = self._known.upto
        for entry in sorted(entries, key=lambda one: one.number):
            if entry.number <= upto:
                found.append(Outcome(entry.number, "again"))
                continue
            latest = min(max(entry.at + (at - sent_at), latest), at)
            found.append(self._taken(replace(entry, at=latest)))
            upto = entry.number
        if upto > self._known.upto:
            odd = "clock" if off else ""
            self._room.taken(self._acts.work, self._told, upto, latest, odd=odd, app=self._known.app)
        return found

    def _taken(self, entry: Entry) -> Outcome:
        if entry.kind not in KINDS:
            raise EntryUnreadable("An entry is of no kind known here.", f"Known: {', '.join(KINDS)}.")
        self._moved = self._moved or entry.kind in _MOVING
        verb = {
            "prompt": self._prompt, "read": self._act, "send": self._act, "use": self._act, "switch": self._switch,
            "confirm": self._confirm, "shown": self._shown, "class": self._class,
        }[entry.kind]  # fmt: skip
        return verb(entry)

    # --- what is judged by the gate ----------------------------------------------------------------------------------

    def _act(self, entry: Entry) -> Outcome:
        """Data that were read, sent or used; or that the app kept itself from reading, sending or using."""
        action = "use" if entry.kind == "use" else "collect"
        via = entry.point if entry.point in self._declared.catalogue.ids("point") else safe_name(entry.point)
        question = Question(action, entry.data, entry.purpose, via=via if entry.point else "")
        self._notice_strangers(entry)
        if not entry.done:
            using = self._acts.use(question, self._subject, entry.papers)
            outcome = "taken" if using.reply.permitted else "refused"
            return Outcome(
                entry.number, outcome, "open" if using.reply.permitted else "", using.reply.answer.missing, using.reply.sequence
            )  # fmt: skip
        more = {"times": entry.times, "at": entry.at.isoformat(), "app": self._known.app}
        more |= {"feature": safe_name(entry.feature)} if entry.feature else {}
        seen = Seen(f"device {entry.kind}", "log", more)
        act = ObservedAct(question, self._subject, self._judged_at(question, entry), seen, entry.papers)
        (judged,) = self._acts.observe([act])
        missing = judged.reply.answer.missing
        return Outcome(
            entry.number, "breach" if judged.breach else "permitted", "", missing if judged.breach else (), judged.reply.sequence
        )  # fmt: skip

    def _judged_at(self, question: Question, entry: Entry) -> datetime:
        """When it was done; but what this very batch told before is known since now only, and counts for what came after it."""
        if self._moved:
            connection = self._acts.work.connection
            reply = self._organisation.gate.peek_in(connection, question, self._subject, entry.papers)
            if reply.permitted:
                return self._organisation.clock.now()
        return entry.at

    def _notice_strangers(self, entry: Entry) -> None:
        """A kit or permission that nobody declared, or a kind of data that is not on the list of a kit."""
        if not entry.point:
            return
        catalogue = self._declared.catalogue
        point = catalogue.get(Point, entry.point)
        if point is None:
            what = "unknown_kit" if entry.kind == "send" else "unknown_reader"
            self._room.strange(self._acts.work, self._told, what, entry)
            return
        beyond = tuple(one for one in entry.data if not catalogue.covers(point.data, one))
        if beyond:
            named = tuple(one if one in catalogue.ids("category") else "undeclared" for one in beyond)
            self._room.strange(
                self._acts.work, self._told, "undeclared_type", replace(entry, data=named), point.id
            )

    # --- prompts and switches ----------------------------------------------------------------------------------------

    def _prompt(self, entry: Entry) -> Outcome:
        """A person was asked for a permission, or the app kept itself from asking."""
        point = self._declared.catalogue.get(Point, entry.point)
        if point is None:
            self._room.strange(self._acts.work, self._told, "unknown_permission", entry)
            return Outcome(entry.number, "breach" if entry.done else "refused", "unknown")
        reason = self._out_of_time(point, entry)
        sequence = self._room.prompted(self._acts.work, self._told, entry, reason)
        if not entry.done:
            return Outcome(entry.number, "refused" if reason else "taken", reason, sequence=sequence)
        if reason:
            return Outcome(entry.number, "breach", reason, sequence=sequence)
        self._answered(point, entry)
        return Outcome(entry.number, "taken", sequence=sequence)

    def _out_of_time(self, point: Point, entry: Entry) -> str:
        connection = self._acts.work.connection
        asked = frozenset(one.point for one in self._room.asked(connection, self._install))
        for version, facts in sorted(self._facts().items()):
            declared = self._acts.declared(version)
            at = Situation(facts, self._known.sessions == 1, asked)
            reason = self._room.out_of_time(declared, at, point, entry)
            if reason:
                return reason
        return ""

    def _answered(self, point: Point, entry: Entry) -> None:
        """A prompt at its moment is a notice that was shown; the answer opens the permission, or shuts it."""
        shown = sorted(
            str(literal.fact)
            for need in point.needs
            for literal in need.literals
            if literal.fact.family == "shown"
        )
        for fact in shown:
            self._acts.set_facts(
                self._subject, set=[fact], language=self._spoken(fact.partition(":")[2], entry.language), policy=self._policy
            )  # fmt: skip
        self._set(f"allowed:{point.id}", entry.said == "granted")

    def _switch(self, entry: Entry) -> Outcome:
        """A person turned a permission or a function on or off: in force with this transaction."""
        found = self._switchable(entry)
        if isinstance(found, Outcome):
            return found
        sequence = move(self._acts, self._organisation, self._told, found, entry.said == "on", entry.at)
        return Outcome(entry.number, "taken", sequence=sequence)

    def _switchable(self, entry: Entry) -> Switch | Outcome:
        catalogue = self._declared.catalogue
        if entry.said not in ("on", "off"):
            raise EntryUnreadable("A switch is turned `on` or `off`.", "Say which.")
        kind, id = ("feature", entry.feature) if entry.feature else ("point", entry.point)
        if catalogue.by_key(f"{kind}:{id}") is None:
            if kind == "point":
                self._room.strange(self._acts.work, self._told, "unknown_permission", entry)
            return Outcome(entry.number, "refused", "unknown")
        return switch_of(catalogue, kind, id) or Outcome(entry.number, "refused", "not_theirs")

    # --- what a person was shown and said ----------------------------------------------------------------------------

    def _confirm(self, entry: Entry) -> Outcome:
        if entry.said not in ("explicit", "deemed", "declined"):
            raise EntryUnreadable("A policy is accepted `explicit` or `deemed`, or `declined`.", "Say which.")
        self._acts.accept(self._subject, entry.said, language=entry.language, policy=self._policy)
        return Outcome(entry.number, "taken")

    def _shown(self, entry: Entry) -> Outcome:
        if self._declared.catalogue.get(Notice, entry.point) is None:
            return Outcome(entry.number, "refused", "unknown")
        language = self._spoken(entry.point, entry.language)
        self._acts.set_facts(
            self._subject, set=[f"shown:{entry.point}"], language=language, policy=self._policy
        )
        return Outcome(entry.number, "taken")

    def _class(self, entry: Entry) -> Outcome:
        """What a device can tell about itself; who a person is, is not told by a device."""
        found = self._declared.catalogue.get(SubjectClass, entry.point)
        if found is None:
            return Outcome(entry.number, "refused", "unknown")
        if not found.by_device:
            return Outcome(entry.number, "refused", "not_theirs")
        self._set(f"is:{found.id}", entry.said == "on")
        return Outcome(entry.number, "taken")

    # --- small -------------------------------------------------------------------------------------------------------

    @property
    def _declared(self) -> Declared:
        return self._acts.declared(self._policy)

    @property
    def _policy(self) -> str:
        return self._told.policy

    def _facts(self) -> Mapping[str, Facts]:
        return self._organisation.gate.known(self._acts.work.connection, self._subject)

    def _set(self, fact: str, on: bool) -> None:
        self._acts.set_facts(
            self._subject, set=[fact] if on else (), clear=() if on else [fact], policy=self._policy
        )

    def _spoken(self, notice: str, language: str) -> str:
        found = self._declared.catalogue.get(Notice, notice)
        offered = found.languages if found is not None else ()
        return language if language in offered or not offered else offered[0]


def _told(organisation: Organisation, acts: Acts, subject: str, installation: str) -> Told:
    return Told(subject, _install(organisation, installation), acts.at, acts.declared().digest, acts.origin)


def _install(organisation: Organisation, installation: str) -> str:
    """The name of an installation in the record: a keyed digest, which tells nobody the number."""
    return organisation.ledger.pseudonym(f"installation {installation}")


def _check(installation: str) -> None:
    if not INSTALLATION.fullmatch(installation):
        raise EntryUnreadable(
            "An installation has no number.", "Send 32 hexadecimal digits, made at random once."
        )
