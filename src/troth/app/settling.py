"""What time alone brings about for notices and consents: people were told of a change or were not in time, a yes ran out, a purge
that was cut off is finished. Done again and again under `troth run`, and by hand with `troth notices settle`."""

from __future__ import annotations

from dataclasses import dataclass

from troth.app.change_acts import settle_told
from troth.app.minors import finish_purges
from troth.app.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of one look: people told of changes since the last, consents that ran out, purges finished."""

    told: int
    expired: int
    purged: int


def settle(organisation: Organisation) -> Settled:
    """Look what became of the messages about changes, judge every change, let consents run out, and finish purges.

    What was settled is settled once: a second look at the same instant finds nothing. Raises NoPolicyInForce.
    """
    told = settle_told(organisation)
    expired = organisation.act(lambda acts: acts.expire())
    return Settled(told, expired, finish_purges(organisation))
