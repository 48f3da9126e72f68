"""What a company's writers said, held against what stands."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.storms.company import NOTE, said_in, secret_of
from tests.storms.lives import COMPANY
from tests.storms.tally import Tally
from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.erasures import evidence
from troth.ledger import Event, Head, read_key, segment_of

RELEASE, USE, CREATED = "gate:release:permitted", "gate:use:permitted", "subjects:subject:created"


@dataclass
class Account:
    """All that was said about one company, and its head after each round."""

    notes: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By mark: about whom, and as which entry."""
    acts: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    """By act and person: the entries it was told to be."""
    erased: dict[str, float] = field(default_factory=dict)
    """By person, the instant after their end was first acknowledged."""
    tried: set[str] = field(default_factory=set)
    """Whose end was begun, acknowledged or not."""
    merged: list[tuple[str, str]] = field(default_factory=list)
    merging: list[tuple[str, str]] = field(default_factory=list)
    reads: list[tuple[str, str, float, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    heads: list[Head] = field(default_factory=list)
    watcher: Organisation | None = None
    """Stays open over many rounds, and has had every key in memory."""

    def hear(self, line: str) -> int:
        """Take a whole line; how many entries or acts it acknowledges."""
        match line.split():
            case ["done", act, who, mark, numbers]:
                return self._done(act, who, mark, tuple(int(n) for n in numbers.split(",") if n != "-"))
            case ["trying", "erase", who, _]:
                self.tried.add(who)
            case ["trying", "merge", kept, absorbed]:
                self.merging.append((kept, absorbed))
            case ["erased", who, at]:
                self.erased[who] = min(float(at), self.erased.get(who, float("inf")))
                return 1
            case ["refused", _, who]:
                self.refused.add(who)
            case ["read", who, mark, asked, answer]:
                self.reads.append((who, mark, float(asked), answer))
        return 0

    def _done(self, act: str, who: str, mark: str, sequences: tuple[int, ...]) -> int:
        if act == "note":
            self.notes[mark] = (who, sequences[0])
        elif act == "merge":
            self.merged.append((who, mark))
        else:
            self.acts[act, who] = sequences
        return max(1, len(sequences))

    def settle(self, home: Home, tally: Tally, where: str) -> None:
        """Open the company as after a crash, and hold all that stands against all that was said."""
        self._judge_keys(home, tally, where)
        with open_organisation(home, COMPANY, bring_up=False) as company:
            settle(company, self, tally, where)
        self.watcher = self.watcher or open_organisation(home, COMPANY, bring_up=False)
        _judge_notes(self.watcher, self, tally, f"{where}, in a process that had the keys", self._telling())

    def _telling(self) -> list[str]:
        """The marks of the notes that the watcher is asked for: those of whoever may be dead, and the newest."""
        perhaps = self.perhaps_dead
        return [*(mark for mark, (who, _) in self.notes.items() if who in perhaps), *list(self.notes)[-20:]]

    def _judge_keys(self, home: Home, tally: Tally, where: str) -> None:
        """Whose end was acknowledged has no key, before any opening that would see to it."""
        key = read_key(home.key(COMPANY))
        with vault_of(home, COMPANY) as vault:
            alive = vault.alive({key.pseudonym(who) for who in self.dead})
        tally.wrong("undead", len(alive), f"{where}: keys that stood when the end was acknowledged")

    def close(self) -> None:
        """Give back what was held open."""
        if self.watcher is not None:
            self.watcher.close()

    def met(self, dice: random.Random) -> list[str]:
        """Some people, each with the notes about them."""
        some = set(dice.sample(self.people, min(4, len(self.people))))
        notes = [f"{who}={mark}={at}" for mark, (who, at) in self.notes.items() if who in some]
        return [*sorted(some), *notes]

    @property
    def people(self) -> list[str]:
        """Everybody who was acknowledged to have come."""
        return [who for act, who in self.acts if act == "person"]

    @property
    def dead(self) -> set[str]:
        """Everybody whose end was acknowledged, theirs or that of somebody who was the same."""
        return _one_with(set(self.erased), self.merged)

    @property
    def perhaps_dead(self) -> set[str]:
        """Everybody whose end may have been begun."""
        return _one_with(set(self.tried), self.merging)


def _one_with(people: set[str], pairs: list[tuple[str, str]]) -> set[str]:
    """These people and all they were merged with, by any number of steps."""
    found, before = set(people), -1
    while before != len(found):
        before = len(found)
        found |= {one for pair in pairs if found & set(pair) for one in pair}
    return found


def settle(
    company: Organisation, account: Account, tally: Tally, where: str, *, replayed: bool = True
) -> None:
    """Hold everything that stands against everything that was said so far; unless told not to, the tables to a replay."""
    with company.database.read() as connection:
        trusted = account.heads[-1] if account.heads else None
        found = company.ledger.verify(connection, trusted=trusted, segments=company.segments)
        tally.wrong("torn", int(not found.holds), f"{where}: entry {found.bad_sequence}: {found.reason}")
        if not found.holds:
            return
        events = {event.sequence: event for event in company.ledger.events(connection)}
        account.heads.append(company.ledger.head(connection))
    unequal = [one.projection for one in company.ledger.compare() if not one.equal] if replayed else []
    tally.wrong("torn", len(unequal), f"{where}: {', '.join(unequal)} not as replayed")
    uses = _uses(company, events.values())
    for what, gone in _lost(company, account, events, uses):
        tally.wrong("lost", int(gone), f"{where}: {what}")
    for what, times in _counted(events.values(), uses).items():
        tally.wrong("doubled", times - 1, f"{where}: {what}")
    _judge_ends(company, account, events.values(), tally, where)
    _judge_reads(account, tally, where)
    _judge_notes(company, account, tally, where)


def _judge_ends(
    company: Organisation, account: Account, events: Iterable[Event], tally: Tally, where: str
) -> None:
    """Whoever was begun to be erased is finished, whose end was acknowledged is among them, and nobody else."""
    ended = {event.subject for event in events if event.kind == evidence.BEGUN}
    names = {company.ledger.pseudonym(who): who for who in account.people}
    with company.database.read() as connection:
        left = company.erasures.unfinished(connection)
    tally.wrong("torn", len(left), f"{where}: erasures were not finished at the opening")
    alive = company.vault.alive(frozenset(names))
    for name, who in names.items():
        end = name in ended
        tally.wrong("undead", int(end and name in alive), f"{where}: {who} has a key after the end")
        tally.wrong("undead", int(who in account.dead and not end), f"{where}: {who} has no tombstone")
        tally.wrong("missing", int(end and who not in account.perhaps_dead), f"{where}: {who} was not to die")
    for who in account.refused - account.perhaps_dead:
        tally.wrong("missing", 1, f"{where}: {who} was refused and is not dead")


def _judge_notes(
    company: Organisation, account: Account, tally: Tally, where: str, marks: Iterable[str] = ()
) -> None:
    """What the living said is read as it was said; what the dead said is read by nobody."""
    dead, perhaps = account.dead, account.perhaps_dead
    with company.database.read() as connection:
        asked = {mark: account.notes[mark] for mark in marks or account.notes}
        said_now = {mark: said_in(company, connection, at) for mark, (_, at) in asked.items()}
    for mark, said in said_now.items():
        who = asked[mark][0]
        tally.wrong("undead", int(who in dead and said != "-"), f"{where}: the note {mark} of {who} is read")
        wrong = said != secret_of(mark) and (said != "-" or who not in perhaps)
        tally.wrong("missing", int(wrong), f"{where}: the note {mark} of {who} says {said}")


def _judge_reads(account: Account, tally: Tally, where: str) -> None:
    """What writers read while others erased."""
    reads, account.reads = account.reads, []
    perhaps = account.perhaps_dead
    for who, mark, asked, answer in reads:
        if answer == "-":
            tally.wrong("missing", int(who not in perhaps), f"{where}: {who} was read as gone")
        else:
            late = asked >= account.erased.get(who, float("inf"))
            tally.wrong("undead", int(late), f"{where}: {who} was read after the end")
            tally.wrong("torn", int(answer != secret_of(mark)), f"{where}: {mark} was read as {answer}")


def _lost(
    company: Organisation, account: Account, events: dict[int, Event], uses: Counter[str]
) -> Iterable[tuple[str, bool]]:
    for mark, (who, sequence) in account.notes.items():
        event = events.get(sequence)
        right = event is not None and event.codes == (mark,) and _is_of(company, event, who)
        yield f"the note {mark} at {sequence}", not right
    for (act, who), sequences in account.acts.items():
        if act == "use":
            yield f"the use of {who}", uses[company.ledger.pseudonym(who)] == 0
        else:
            there = [events.get(sequence) for sequence in sequences]
            right = all(event is not None and _is_of(company, event, who) for event in there)
            yield f"{act} of {who} at {sequences}", not right


def _is_of(company: Organisation, event: Event, who: str) -> bool:
    return event.subject == company.ledger.pseudonym(who)


def _counted(events: Iterable[Event], uses: Counter[str]) -> Counter[str]:
    """How often each thing happened that happens once."""
    once: Counter[str] = Counter(f"use of {who}" for who in uses.elements())
    for event in events:
        if event.kind == NOTE:
            once[f"note {event.codes[0]}"] += 1
        elif event.kind in {RELEASE, CREATED} or event.kind.startswith("consent:item:"):
            once[f"{event.kind} of {event.subject}"] += 1
    return once


def _uses(company: Organisation, events: Iterable[Event]) -> Counter[str]:
    """The rows of uses by pseudonym."""
    rows: Counter[str] = Counter()
    for event in events:
        name = segment_of(event) if event.kind == USE else None
        if name is not None:
            rows.update(company.segments.columns(name)["subject"])
    return rows
