"""Imports of one organisation: read from beside its policy, looked through on their schedule, each row in a transaction of its own.

All places are read before anything is recorded, the last import first: whatever a later import builds on was there when the
earlier one was read. Then what rows say is brought in by the instants they bear (see `troth.imports.order`); what bears a later
instant than the reading waits for the next. What a row said before is not said twice, and a row that cannot be taken stops no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.opening import compiled_folder
from troth.app.organisation import Organisation
from troth.app.taking_over import OPT_OUT, REQUEST, opt_out, prepare_request, receive_request
from troth.decide.model import Question
from troth.gate import ObservedAct, Seen
from troth.imports import (
    BROUGHT,
    Deed,
    Import,
    Line,
    Memory,
    Part,
    RowRefused,
    brought,
    check_imports,
    in_order,
    instant,
    line_of,
    parts_of,
    read_imports,
    read_lines,
)
from troth.imports.evidence import row_of, states_of
from troth.intake.receiving import Prepared
from troth.kernel.errors import OperatorError, TrothError
from troth.ledger import Origin
from troth.policy.catalogue import Catalogue
from troth.safeguards import Proof
from troth.sheets import Sheets

FILE: Final = "imports.yaml"
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class NotAllBroughtIn(OperatorError):
    """Some rows, or a whole import, could not be brought in; the others were."""


@dataclass(slots=True)
class Came:
    """What came of one import: rows there are, rows that said something new, what was recorded by kind, and what was not taken."""

    id: str
    rows: int = 0
    fresh: int = 0
    brought: Counter[str] = field(default_factory=Counter)
    breaches: int = 0
    later: int = 0
    """Rows that bear an instant which has not come."""
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def well(self) -> bool:
        """Whether everything was taken."""
        return not self.refused

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "import": self.id, "rows": self.rows, "fresh": self.fresh, "brought": dict(sorted(self.brought.items())),
            "breaches": self.breaches, "later": self.later, "refused": dict(self.refused),
        }  # fmt: skip


def imports_beside(folder: Path, catalogue: Catalogue | None = None) -> tuple[Import, ...]:
    """The imports declared beside a policy, held against it; none where nobody declared any. Raises ImportsUnreadable."""
    file = folder / FILE
    if not file.is_file():
        return ()
    found = read_imports(file.read_text(encoding="utf-8"), str(file))
    if catalogue is not None:
        check_imports(found, catalogue.ids, str(file))
    return found


def held_against(folder: Path) -> tuple[Import, ...]:
    """The imports of a policy folder, held against the policy as it stands there. Raises ImportsUnreadable, PolicyRefused."""
    catalogue = Catalogue.of(compiled_folder(folder)[0])
    found = imports_beside(folder, catalogue)
    if not found:
        raise OperatorError(f"There is no {FILE} in {folder}.", "Draft one with `troth imports draft PLACE`.")
    return found


class Importer:
    """Brings in what the files under `data` say. One thread at a time; several processes may share an organisation."""

    def __init__(self, organisation: Organisation, imports: Iterable[Import], data: Path) -> None:
        self._organisation = organisation
        self._imports = [(one, Sheets(one.places, data)) for one in imports]
        self._due = {one.id: _NEVER for one, _ in self._imports}
        self._memory = Memory()

    def turn(self, *, all: bool = False, dry: bool = False) -> list[Came]:
        """Bring in what is due (or all of it); where `dry`, say what would be and record nothing."""
        now = self._organisation.clock.now()
        due = [(one, sheets) for one, sheets in self._imports if all or self._due[one.id] <= now]
        came = {one.id: Came(one.id) for one, _ in due}
        rows = {one.id: self._rows(one, sheets, came[one.id]) for one, sheets in reversed(due)}
        # What was read had come by now: were this asked before, a row could wait for the next turn, and those that build on it not.
        now = self._organisation.clock.now()
        with self._organisation.database.read() as connection:
            self._memory.feed(
                self._organisation.ledger.events(connection, kinds=(BROUGHT,), after=self._memory.upto)
            )
        parts = [
            part
            for one, _ in due
            for row in rows[one.id]
            for part in self._parts(one, row, came[one.id], now)
        ]
        for part in in_order(parts, [one for one, _ in due]):
            self._bring(part, came[part.one.id], dry)
        for one, _ in due:
            self._due[one.id] = now + timedelta(seconds=one.every)
        return list(came.values())

    def _rows(self, one: Import, sheets: Sheets, came: Came) -> list[Mapping[str, Any]]:
        try:
            found = read_lines(one, sheets)
        except TrothError as problem:
            came.refused[problem.message] += 1
            return []
        came.rows = len(found)
        return found

    def _parts(self, one: Import, row: Mapping[str, Any], came: Came, now: datetime) -> list[Part]:
        """What a row newly says, apart by what it does to later acts; nothing where it bears an instant that has not come."""
        keyed = self._organisation.ledger.pseudonym
        try:
            line = line_of(one, row)
            name, states = row_of(one.id, line, keyed), states_of(line, keyed)
            fresh = self._memory.fresh(one.id, name, states)
            if not fresh:
                return []
            if line.at and instant(line.at) > now:
                came.later += 1
                return []
        except TrothError as problem:
            came.refused[problem.message] += 1
            return []
        came.fresh += any(deed.step in fresh and deed.says is not None for deed in line.deeds)
        return parts_of(one, row, line, name, {step: states[step] for step in fresh})

    def _bring(self, part: Part, came: Came, dry: bool) -> None:
        done = Counter(deed.what for deed in part.line.deeds if deed.step in part.states and deed.says)
        breaches = 0
        try:
            if not dry:
                requests = self._requests(part)
                done, breaches = self._organisation.act(
                    lambda acts: self._record(acts, part.one, part.line, part.name, part.states, requests),
                    origin=Origin.IMPORTED,
                )
        except TrothError as problem:
            came.refused[_without_values(problem, part.one, part.row)] += 1
            return
        came.brought += done
        came.breaches += breaches

    def _requests(self, part: Part) -> dict[str, Prepared]:
        """Requests that a row newly opens, sealed before any lock is held."""
        return {
            deed.step: prepare_request(self._organisation, part.one, part.line, part.name, deed)
            for deed in part.line.deeds
            if deed.what == REQUEST and deed.step in part.states and deed.says is not None
        }

    def _record(
        self,
        acts: Acts,
        one: Import,
        line: Line,
        name: str,
        told: Mapping[str, str],
        requests: Mapping[str, Prepared],
    ) -> tuple[Counter[str], int]:
        """All that a row newly says, and that it said it, whole or not at all."""
        acts.work.lock()
        ledger = self._organisation.ledger
        self._memory.feed(ledger.events(acts.work.connection, kinds=(BROUGHT,), after=self._memory.upto))
        fresh = self._memory.fresh(one.id, name, told)
        if not fresh:
            return Counter(), 0  # somebody else brought it in meanwhile
        deeds = [deed for deed in line.deeds if deed.step in fresh and deed.says is not None]
        subject = str(acts.open_subject(line.identities).subject) if line.identities and deeds else None
        for deed in deeds:
            if deed.what == REQUEST:
                receive_request(self._organisation, acts, requests[deed.step])
            elif deed.what != "act":
                _say(self._organisation, acts, one, line, deed, subject)
        acts.work.settle()
        breaches = sum(self._seen(acts, one, line, deed, subject) for deed in deeds if deed.what == "act")
        states = {step: told[step] for step in fresh}
        acts.work.record(brought(one.id, name, states, subject, acts.declared().digest, acts.at))
        return Counter(deed.what for deed in deeds), breaches

    def _seen(self, acts: Acts, one: Import, line: Line, deed: Deed, subject: str | None) -> bool:
        """An act that the files tell of; judged by what is known by now, this row's own facts included."""
        says = deed.says or {}
        question = Question(
            str(says["act"]), tuple(says.get("data", ())), str(says.get("purpose", "")), str(says.get("recipient", "")),
            str(says.get("place", "")), str(says.get("via", "")), str(says.get("source", "")), str(says.get("message", "")),
        )  # fmt: skip
        seen = Seen(f"import {one.id}", "log", {"done": line.at} if line.at else {})
        act = ObservedAct(
            question, subject, self._organisation.clock.now(), seen, dict(says.get("papers", {}))
        )
        return any(found.breach for found in acts.observe([act]))


def _without_values(problem: TrothError, one: Import, row: Mapping[str, Any]) -> str:
    """What was wrong with a row, unless that repeats what stands in it."""
    values = {str(value) for value in row.values() if value is not None} - set(row)
    if any(value in problem.message for value in values):
        return f"{one.id}: what a row says cannot be recorded ({problem.code})."
    return problem.message


def _say(
    organisation: Organisation, acts: Acts, one: Import, line: Line, deed: Deed, subject: str | None
) -> None:
    """Record one thing that is no act."""
    says = dict(deed.says or {})
    if deed.what == "recipient":
        until = instant(says["until"]) if says.get("until") else None
        acts.recipient(
            str(says["recipient"]), _list(says.get("facts")), until=until, stake=_stake(says.get("stake"))
        )
    elif deed.what == "safeguard":
        proof = _proof(one, line, says, acts.at)
        organisation.safeguards.show(acts.work, acts.declared(), proof, now=acts.at, origin=acts.origin)
    elif deed.what == OPT_OUT:
        opt_out(organisation, acts, line, says)
    elif subject is not None:
        _say_of(acts, subject, deed.what, says)


def _say_of(acts: Acts, subject: str, what: str, says: Mapping[str, Any]) -> None:
    language, target, word = str(says.get("language", "")), str(says.get(what, "")), str(says.get("say", ""))
    if what == "accepted":
        acts.accept(subject, target, language=language)
    elif what == "consent":
        acts.consent(subject, target, word or "given", notice=str(says.get("notice", "")), language=language)
    elif what == "objection":
        acts.object(subject, target, raised=word != "lifted")
    elif what == "shown":
        acts.set_facts(subject, set=[f"shown:{target}"], language=language)
    elif word == "clear":
        acts.set_facts(subject, clear=[target])
    else:
        acts.set_facts(subject, set=[target])


def _proof(one: Import, line: Line, says: Mapping[str, Any], now: datetime) -> Proof:
    at = instant(str(says.get("at") or line.at)) if says.get("at") or line.at else now
    heads = int(says["heads"]) if str(says.get("heads", "")).isdigit() else None
    until = instant(str(says["until"])) if says.get("until") else None
    return Proof(
        str(says["safeguard"]), int(says.get("item", 1)), min(at, now), f"probe:import.{one.id}",
        document=str(says.get("document", "")), until=until, heads=heads, grade="log",
    )  # fmt: skip


def _stake(said: Any) -> Decimal | None:
    try:
        return Decimal(str(said)) if said else None
    except InvalidOperation:
        raise RowRefused("A cell holds no figure.", "Write a stake in per cent.") from None


def _list(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else list(said or ())


__all__ = [
    "FILE",
    "Came",
    "Importer",
    "NotAllBroughtIn",
    "held_against",
    "imports_beside",
]
