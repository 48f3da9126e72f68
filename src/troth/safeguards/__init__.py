"""safeguards: the register of what protects data: for each safeguard of the policy, what shows it, by whom, since when, until when.

Owns the evidence that people and probes give for a safeguard, item by item, the head counts that a policy caps, and the map from
threats to what answers them. What was never shown, or not lately, is unproven. Serves GDPR art. 24, 32(1)(d); PIPL art. 51, 54.
"""

from troth.safeguards.errors import ItemRefused, ItemUnknown
from troth.safeguards.model import Proof
from troth.safeguards.service import Safeguards

__all__ = ["ItemRefused", "ItemUnknown", "Proof", "Safeguards"]
