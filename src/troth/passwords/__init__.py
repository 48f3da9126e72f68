"""passwords: how strong one is, and its hash, for people's accounts and for staff alike. It keeps nothing."""

from troth.passwords.hashing import Costs, Hasher
from troth.passwords.strength import MOST_JUDGED, Strength, judge

__all__ = ["MOST_JUDGED", "Costs", "Hasher", "Strength", "judge"]
