"""What a storm came to."""

from __future__ import annotations

from dataclasses import dataclass


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
