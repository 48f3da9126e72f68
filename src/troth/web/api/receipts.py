"""Routes for receipts: one of an entry, for the person it is about, and what there is to say of one that somebody shows."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from troth.app.hosting import Hosted
from troth.web.api import models as m
from troth.web.api.entry import opens

router = APIRouter()
Consents = Annotated[Hosted, Depends(opens("consents"))]
LAST = 2**53 - 1
Whose = Annotated[
    str, Query(max_length=64, description="the subject it is handed to: nobody else's is given then")
]


@router.get("/{org}/receipts/{sequence}", tags=["receipts"])
def receipt(
    hosted: Consents, sequence: Annotated[int, Path(ge=1, le=LAST)], subject: Whose = ""
) -> dict[str, Any]:
    """The receipt of an act on consent, acceptance or objection: a compact JWS, what it says, and the proof of its entry.

    The proof is a C2SP tlog-proof under the first checkpoint that covers the entry, null until there is one. The public keys
    stand at `/.well-known/jwks.json`.
    """
    found = hosted.receipts.make(sequence, subject)
    return {
        "sequence": found.sequence,
        "receipt": found.jws,
        "claims": found.claims,
        "proof": found.proof or None,
    }


@router.post("/{org}/receipts/verify", tags=["receipts"])
def verify(hosted: Consents, sent: m.ReceiptSent) -> dict[str, Any]:
    """Whether a receipt is valid, forged, or one of another person than the one it is shown for; recorded nowhere."""
    found = hosted.receipts.check(sent.receipt, sent.proof, sent.subject or "")
    return {
        "outcome": found.outcome.value,
        "reason": found.reason,
        "proven": found.proven,
        "claims": found.claims,
    }
