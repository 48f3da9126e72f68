"""What this room records. All of it stands in codes: safeguards, items, random ids of staff, digests, counts, days."""

from __future__ import annotations

from typing import Final

from troth.ledger import Draft, Origin
from troth.safeguards.model import Proof

SHOWN: Final = "safeguards:evidence:shown"
FAILED: Final = "safeguards:evidence:failed"


def proof(one: Proof, policy: str, origin: Origin) -> Draft:
    """An item was seen, or looked for and not found."""
    codes = [f"safeguard:{one.safeguard}", f"item={one.item}", f"by={one.by}", f"grade:{one.grade}"]
    codes += [f"document={one.document}"] if one.document else []
    codes += [f"until={one.until.isoformat()}"] if one.until else []
    codes += [f"heads={one.heads}"] if one.heads is not None else []
    attested = one.grade == "attestation" and origin is Origin.OBSERVED
    return Draft(
        SHOWN if one.passed else FAILED,
        one.at,
        policy=policy,
        codes=tuple(codes),
        origin=Origin.ATTESTED if attested else origin,
    )
