"""Checking a receipt with nothing but the public keys, and the proof that came with it. Pure.

What holds after that: the organisation signed it, it was not altered, and, with a proof, its entry lies under a checkpoint
which that organisation signed. Whether the ledger still says so is asked of the ledger (`Receipts.check`).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from troth.kernel.canonical import canonical
from troth.ledger import Checkpoint
from troth.ledger.checkpoint import read_proof
from troth.ledger.errors import NoteRefused
from troth.ledger.header import read_header, write_instant
from troth.ledger.tree import leaf_hash, verify_inclusion
from troth.receipts import jws
from troth.receipts.errors import ReceiptRefused
from troth.receipts.keys import ReceiptKey
from troth.receipts.model import ACTS, Checked, Claims, Outcome

_SHAPELESS = (KeyError, TypeError, ValueError, AttributeError)


def check_offline(text: str, keys: Iterable[ReceiptKey], proof: str = "") -> Checked:
    """Whether one of these keys signed the receipt, and whether its proof holds under the same ledger's keys."""
    known = tuple(keys)
    try:
        claims = read_claims(text, known)
        if proof:
            check_proof(claims, proof, known)
    except ReceiptRefused as refused:
        return Checked(Outcome.FORGED, refused.message)
    return Checked(Outcome.VALID, "It is signed by the organisation and unaltered.", claims, bool(proof))


def read_claims(text: str, keys: Iterable[ReceiptKey]) -> Claims:
    """What a receipt says, once a key signed it that was in use when its entry was recorded. Raises ReceiptRefused."""
    found = jws.read(text)
    key = next((one for one in keys if one.id == found.kid), None)
    if key is None:
        jws.refuse("it names a key that this organisation never published")
    if not key.key.holds(found.signed, found.signature):
        jws.refuse("its signature does not hold, so that it was altered or never signed")
    claims = jws.read_json(found.payload)
    if canonical(claims) != found.payload:
        jws.refuse("it is not written in the one form that receipts have")
    if key.retired_at is not None and recorded_at(claims) > key.retired_at:
        jws.refuse("the key that signed it was retired before its entry was recorded")
    if key.key.name != entry_of(claims)["troth:log"]:
        jws.refuse("the key that signed it is that of another ledger")
    return claims


def entry_of(claims: Claims) -> dict[str, Any]:
    """Which entry of which ledger a receipt is of. Raises ReceiptRefused."""
    try:
        found: dict[str, Any] = claims["dpv:hasRecordOfActivity"]["dct:source"]
        if (type(found["troth:sequence"]), type(found["troth:log"]), type(found["troth:leaf"])) != (
            int,
            str,
            str,
        ):
            raise TypeError
    except _SHAPELESS:
        jws.refuse("it names no entry of a ledger")
    return found


def recorded_at(claims: Claims) -> datetime:
    """When the entry of a receipt was recorded. Raises ReceiptRefused."""
    try:
        found = datetime.fromisoformat(claims["dct:created"])
        if found.utcoffset() is None:
            raise ValueError
    except _SHAPELESS:
        jws.refuse("it does not say when its entry was recorded")
    return found


def check_proof(claims: Claims, proof: str, keys: Iterable[ReceiptKey]) -> None:
    """That a tlog-proof leads from the entry of a receipt to a checkpoint one of these keys signed. Raises ReceiptRefused."""
    entry = entry_of(claims)
    try:
        index, path, note = read_proof(proof)
        head = Checkpoint.of(note)
        note.signers([one.key for one in keys if one.key.name == entry["troth:log"]])
        leaf = bytes.fromhex(entry["troth:leaf"].removeprefix("sha256:"))
    except (NoteRefused, ValueError):
        jws.refuse("its proof cannot be read, or no key of this ledger signed the checkpoint in it")
    if head.origin != entry["troth:log"] or index + 1 != entry["troth:sequence"]:
        jws.refuse("its proof is that of another entry")
    if not verify_inclusion(leaf, index, head.size, path, head.root):
        jws.refuse("its proof does not lead from this entry to the checkpoint")
    _check_leaf(claims, proof, leaf)


def _check_leaf(claims: Claims, proof: str, leaf: bytes) -> None:
    """Where the proof shows the entry itself, that it says what the receipt says."""
    shown = next((line for line in proof.splitlines() if line.startswith("extra ")), "")
    if not shown:
        return
    try:
        header = base64.b64decode(shown.removeprefix("extra "), validate=True)
        event = read_header(header)
        record = claims["dpv:hasRecordOfActivity"]
        said = (
            record["troth:said"]["troth:act"],
            record["troth:said"]["dpv:isIndicatedAtTime"],
            claims["dct:created"],
        )
        same = said == (
            ACTS[event.kind].name,
            write_instant(event.occurred_at),
            write_instant(event.recorded_at),
        )
    except _SHAPELESS:
        same, header = False, b""
    if not same or leaf_hash(header) != leaf:
        jws.refuse("the entry shown beside its proof says something else")


def read_keys(key_set: bytes) -> tuple[ReceiptKey, ...]:
    """The keys of a JWK set that can sign receipts; others are passed over. Raises ReceiptRefused where it is no JWK set."""
    keys = jws.read_json(key_set).get("keys")
    if not isinstance(keys, list):
        raise ReceiptRefused(
            "This is no JWK set.", "Take it from /.well-known/jwks.json of the organisation."
        )
    read = (ReceiptKey.of_jwk(one) for one in keys if isinstance(one, dict))
    return tuple(one for one in read if one is not None)
