"""The contract for when the product is slow or away: per purpose, as data of the policy, held by whoever asks.

A purpose that says nothing is closed: what nobody answers is not done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

OPEN: Final = "open"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Terms:
    """What one purpose says: open or closed, the seconds an answer may take (None: the client's own), and for how many it holds."""

    unanswered: str = CLOSED
    within: float | None = None
    good_for: float = 0.0

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Terms:
        """Read one purpose; anything but the word `open` is closed."""
        within = plain.get("within")
        return cls(
            OPEN if plain.get("unanswered") == OPEN else CLOSED,
            float(within) if within is not None else None,
            float(plain.get("good_for") or 0.0),
        )


SHUT: Final = Terms()


@dataclass(frozen=True, slots=True)
class Contract:
    """The terms by purpose, under the policy version of this digest."""

    policy: str = ""
    purposes: Mapping[str, Terms] = field(default_factory=dict)

    def terms(self, purpose: str) -> Terms:
        """What holds for a purpose."""
        return self.purposes.get(purpose, SHUT)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Contract:
        """Read the answer."""
        return cls(str(plain["policy"]), {id: Terms.of(one) for id, one in plain["purposes"].items()})

    @classmethod
    def kept(cls, path: Path | None) -> Contract:
        """What lies in a file, for a program that starts while nobody answers; everything is closed where there is none."""
        try:
            return cls.of(json.loads(path.read_text(encoding="utf-8"))) if path else cls()
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def keep(self, path: Path) -> None:
        """Lay it there, whole or not at all."""
        plain = {
            id: {"unanswered": one.unanswered, "within": one.within, "good_for": one.good_for}
            for id, one in self.purposes.items()
        }
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(json.dumps({"policy": self.policy, "purposes": plain}), encoding="utf-8")
        beside.replace(path)
