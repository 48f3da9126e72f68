"""A change of the policy as it is recorded. Codes name versions, kinds, rules, channels and entries; told persons by pseudonym alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.notices.evidence import pairs
from troth.subjects import Act

OPENED: Final = "notices:change:opened"
ESCALATED: Final = "notices:change:escalated"
POSTED: Final = "notices:change:posted"
QUEUED: Final = "notices:change:queued"
TOLD: Final = "notices:change:told"
FAILED: Final = "notices:change:failed"
SETTLED: Final = "notices:change:settled"
BREACH: Final = "notices:change:breach"
KEPT_OFF: Final = "notices:change:refused"


@dataclass(frozen=True, slots=True)
class Revision:
    """A change: the entry that opened it, from which version to which, recorded when, in force since when, of which kinds."""

    sequence: int
    policy: str
    before: str
    at: datetime
    since: datetime
    kinds: tuple[str, ...]


def opened(
    before: str, policy: str, since: datetime, kinds: Iterable[str], at: datetime, origin: Origin
) -> Draft:
    """Another version comes, and differs in these ways."""
    codes = (f"from={before}", f"since={since.isoformat()}", *(f"kind={kind}" for kind in kinds))
    return Draft(OPENED, at, policy=policy, codes=codes, origin=origin)


def revision_in(event: Event) -> Revision:
    """The change that an event opened."""
    said = pairs(event)
    since = datetime.fromisoformat(said["since"])
    return Revision(
        event.sequence, event.policy or "", said["from"], event.occurred_at, since, kinds_in(event)
    )


def kinds_in(event: Event) -> tuple[str, ...]:
    """The kinds of change that an event names."""
    return tuple(code.removeprefix("kind=") for code in event.codes if code.startswith("kind="))


def escalated(of: Revision, kind: str, at: datetime, origin: Origin) -> Draft:
    """Somebody judged it to be of another kind too."""
    return _draft(ESCALATED, of, at, origin, f"kind={kind}")


def posted(of: Revision, channel: str, at: datetime, origin: Origin) -> Draft:
    """The company announced it by a channel of its own."""
    return _draft(POSTED, of, at, origin, f"channel={channel}")


def settled(of: Revision, rule: str, at: datetime, origin: Origin) -> Draft:
    """All that a rule asks for was done."""
    return _draft(SETTLED, of, at, origin, f"change:{rule}")


def breach(of: Revision, rule: str, missing: Iterable[str], at: datetime, origin: Origin) -> Draft:
    """What a rule asks to come before the change did not."""
    return _draft(BREACH, of, at, origin, f"change:{rule}", *(f"missing={step}" for step in missing))


def queued(act: Act, of: Revision, channel: str, message: str) -> Draft:
    """A message about it is on its way."""
    return act.draft(QUEUED, f"of={of.sequence}", f"channel={channel}", f"message={message}")


def told(act: Act, of: Revision, channel: str, message: str, rules: Iterable[str]) -> Draft:
    """Somebody was told: an occasion of every rule that tells people this way."""
    more = (f"message={message}",) if message else ()
    named = (f"change:{rule}" for rule in rules)
    return act.draft(TOLD, f"of={of.sequence}", f"channel={channel}", *more, *named)


def failed(act: Act, of: Revision, channel: str, message: str) -> Draft:
    """A message about it was not taken on."""
    return act.draft(FAILED, f"of={of.sequence}", f"channel={channel}", f"message={message}")


def kept_off(act: Act, of: Revision, rules: Iterable[str]) -> Draft:
    """Going on was no acceptance where a rule asks for express consent."""
    return act.draft(KEPT_OFF, f"of={of.sequence}", *(f"change:{rule}" for rule in rules))


def _draft(kind: str, of: Revision, at: datetime, origin: Origin, *codes: str) -> Draft:
    return Draft(kind, at, policy=of.before, codes=(f"of={of.sequence}", *codes), origin=origin)
