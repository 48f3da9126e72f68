"""What a company's writers said, held against what stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.storms.company import NOTE
from tests.storms.lives import COMPANY
from tests.storms.tally import Tally
from troth.app.config import Home
from troth.app.organisation import Organisation, open_organisation
from troth.ledger import Event, Head, segment_of

RELEASE, USE, CREATED = "gate:release:permitted", "gate:use:permitted", "subjects:subject:created"


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

    def settle(self, home: Home, tally: Tally, where: str) -> None:
        """Open the company as after a crash, and hold all that stands against all that was said."""
        with open_organisation(home, COMPANY, bring_up=False) as company:
            settle(company, self, tally, where)

    def close(self) -> None:
        """Nothing is held open."""

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
