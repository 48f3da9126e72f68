"""What writers said, held against what stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.storms.lives import NOTE
from troth.app.organisation import Organisation
from troth.ledger import Event, Head, segment_of

RELEASE, USE, CREATED = "gate:release:permitted", "gate:use:permitted", "subjects:subject:created"


@dataclass
class Tally:
    """What a storm came to. Of each of the last five, none must be."""

    rounds: int = 0
    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    torn: int = 0
    """Rounds after which tree, segments or projections did not hold."""
    missing: int = 0
    undead: int = 0
    first: str = ""
    """What was wrong first."""

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.torn or self.missing or self.undead)

    def found(self) -> str:
        """All of it but how many rounds and deaths it took."""
        return (
            f"acknowledged {self.acknowledged}, lost {self.lost}, doubled {self.doubled}, torn {self.torn}, "
            f"missing {self.missing}, undead {self.undead}"
        )

    def wrong(self, what: str, count: int, where: str) -> None:
        if count:
            setattr(self, what, getattr(self, what) + count)
            self.first = self.first or f"{what}: {where}"


@dataclass
class Account:
    """All that was said about one company, and the head after each round."""

    notes: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By mark: about whom, and as which entry."""
    acts: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    """By act and person: the entries it was told to be."""
    heads: list[Head] = field(default_factory=list)

    def hear(self, line: str) -> int:
        """Take a whole line; how many entries or acts it acknowledges."""
        verb, *rest = line.split()
        if verb != "done":
            return 0
        act, who, mark, numbers = rest
        sequences = tuple(int(one) for one in numbers.split(",") if one != "-")
        if act == "note":
            self.notes[mark] = (who, sequences[0])
        else:
            self.acts[act, who] = sequences
        return max(1, len(sequences))

    @property
    def people(self) -> list[str]:
        """Everybody who was acknowledged to have come."""
        return [who for act, who in self.acts if act == "person"]


def settle(company: Organisation, account: Account, tally: Tally, where: str) -> None:
    """Hold everything that stands against everything that was said so far."""
    with company.database.read() as connection:
        trusted = account.heads[-1] if account.heads else None
        found = company.ledger.verify(connection, trusted=trusted, segments=company.segments)
        tally.wrong("torn", int(not found.holds), f"{where}: entry {found.bad_sequence}: {found.reason}")
        if not found.holds:
            return
        events = {event.sequence: event for event in company.ledger.events(connection)}
        account.heads.append(company.ledger.head(connection))
    unequal = [one.projection for one in company.ledger.compare() if not one.equal]
    tally.wrong("torn", len(unequal), f"{where}: {', '.join(unequal)} not as replayed")
    uses = _uses(company, events.values())
    for what, gone in _lost(company, account, events, uses):
        tally.wrong("lost", int(gone), f"{where}: {what}")
    for what, times in _counted(events.values(), uses).items():
        tally.wrong("doubled", times - 1, f"{where}: {what}")


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
