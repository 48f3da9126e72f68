"""No receipt can be made or changed by others: each bit, each header that other systems fell for, each key that is not the one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.receipts.kit import Wharf, unpacked
from troth.kernel.canonical import canonical
from troth.ledger import SigningKey
from troth.ledger.note import check_text
from troth.receipts import Checked, Outcome, Receipt, check_offline, key_set, read_keys
from troth.receipts.errors import ReceiptRefused
from troth.receipts.jws import sign
from troth.receipts.keys import encode


@pytest.fixture(scope="module")
def receipt(still: Wharf) -> Receipt:
    sequence = still.gave()
    still.gave(still.ben)
    still.checkpoints.make()
    return still.receipts.make(sequence)


def checks(company: Wharf, jws: str, proof: str = "") -> list[Checked]:
    """What the organisation says of a receipt, and what anybody says who has the keys alone."""
    return [company.receipts.check(jws, proof), check_offline(jws, company.receipts.public_keys(), proof)]


def outcomes(company: Wharf, jws: str, proof: str = "") -> set[Outcome]:
    return {one.outcome for one in checks(company, jws, proof)}


def signed_with(header: dict[str, Any], payload: bytes, key: Callable[[bytes], bytes]) -> str:
    text = f"{encode(json.dumps(header).encode())}.{encode(payload)}"
    return f"{text}.{encode(key(text.encode()))}"


def test_the_true_one_holds(still: Wharf, receipt: Receipt) -> None:
    found = checks(still, receipt.jws, receipt.proof)
    assert [(one.outcome, one.proven) for one in found] == [(Outcome.VALID, True)] * 2
    assert found[0].claims == found[1].claims == receipt.claims


def test_every_bit_that_is_flipped_is_seen(still: Wharf, receipt: Receipt) -> None:
    data, keys = receipt.jws.encode(), still.receipts.public_keys()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        found = check_offline(changed.decode("latin-1"), keys)
        assert found.outcome is Outcome.FORGED, bit


def test_every_bit_of_the_proof_that_is_flipped_is_seen(still: Wharf, receipt: Receipt) -> None:
    data, keys = receipt.proof.encode(), still.receipts.public_keys()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        try:
            text = changed.decode()
        except UnicodeDecodeError:
            continue  # no text, so no proof
        assert check_offline(receipt.jws, keys, text).outcome is Outcome.FORGED, bit


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: f"{text}=",
        lambda text: f"{text}\n",
        lambda text: f" {text}",
        lambda text: f"{text}.",
        lambda text: text.rpartition(".")[0] + ".",
        lambda text: text.replace(".", "..", 1),
        lambda text: "",
        lambda text: "..",
        lambda text: text * 50,
        lambda text: '{"payload":""}',
    ],
)
def test_what_is_no_compact_signature_is_refused(
    still: Wharf, receipt: Receipt, change: Callable[[str], str]
) -> None:
    assert outcomes(still, change(receipt.jws)) == {Outcome.FORGED}


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "HS256", "ES256", "RS256", "Ed25519", "", None, ["EdDSA"]]
)
def test_no_other_algorithm_is_taken(still: Wharf, receipt: Receipt, algorithm: object) -> None:
    header, claims, signature = unpacked(receipt.jws)
    for made in (b"", signature):
        jws = signed_with(header | {"alg": algorithm}, canonical(claims), lambda _, made=made: made)
        assert outcomes(still, jws) == {Outcome.FORGED}


def test_the_public_key_is_no_mac_key(still: Wharf, receipt: Receipt) -> None:
    """HS256 under the public key, in each form an implementation might have at hand."""
    header, claims, _ = unpacked(receipt.jws)
    [jwk] = still.receipts.jwks()
    raw = base64.urlsafe_b64decode(jwk["x"] + "=")
    for secret in (raw, jwk["x"].encode(), json.dumps(jwk).encode(), raw.hex().encode()):
        for algorithm in ("HS256", "EdDSA"):
            mac = lambda text, secret=secret: hmac.new(secret, text, hashlib.sha256).digest()  # noqa: E731
            assert outcomes(still, signed_with(header | {"alg": algorithm}, canonical(claims), mac)) == {
                Outcome.FORGED
            }


@pytest.mark.parametrize(
    "more",
    [
        {"kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
        {"kid": ""},
        {"kid": None},
        {"crit": ["exp"], "exp": 1},
        {"b64": False, "crit": ["b64"]},
        {"typ": "JWT"},
        {"cty": "JWT"},
        {"jku": "https://thief.example/jwks.json"},
        {"x5u": "https://thief.example/cert"},
        {"zip": "DEF"},
    ],
)
def test_the_true_key_under_another_header_is_refused(
    still: Wharf, receipt: Receipt, more: dict[str, Any]
) -> None:
    header, claims, _ = unpacked(receipt.jws)
    [key] = still.receipts._keys.all()
    again = signed_with(header | more, canonical(claims), lambda text: key.sign(text.decode()).blob)
    assert outcomes(still, again) == {Outcome.FORGED}


def test_a_key_that_came_along_is_not_used(still: Wharf, receipt: Receipt) -> None:
    header, claims, _ = unpacked(receipt.jws)
    thief = Ed25519PrivateKey.generate()
    own = {"crv": "Ed25519", "kty": "OKP", "x": encode(thief.public_key().public_bytes_raw())}
    for more in ({"jwk": own}, {}):
        assert outcomes(still, signed_with(header | more, canonical(claims), thief.sign)) == {Outcome.FORGED}
    stranger = sign(SigningKey("troth/wharf/00000000", bytes(32)), canonical(claims))
    assert outcomes(still, stranger) == {Outcome.FORGED}


def test_a_payload_has_one_form(still: Wharf, receipt: Receipt) -> None:
    [key] = still.receipts._keys.all()
    for payload in (
        json.dumps(receipt.claims).encode(),
        b"[]",
        b"null",
        b"",
        b"\xff",
        b"[" * 5000,
        b'{"a":1,"a":1}',
        b'{"@type":"dpv:ConsentReceipt"}',
    ):
        assert outcomes(still, sign(key, payload)) == {Outcome.FORGED}


@pytest.mark.parametrize("lie", ["act", "person", "leaf", "sequence", "policy", "instant", "log", "shape"])
def test_what_the_ledger_does_not_say_is_forged_though_the_true_key_signed_it(
    still: Wharf, receipt: Receipt, lie: str
) -> None:
    claims = json.loads(json.dumps(receipt.claims))
    record = claims["dpv:hasRecordOfActivity"]
    if lie == "act":
        record["troth:said"]["troth:act"] = "refused"
    elif lie == "person":
        record["dpv:hasDataSubject"]["dct:identifier"] = "0" * 64
    elif lie == "leaf":
        record["dct:source"]["troth:leaf"] = "sha256:" + "0" * 64
    elif lie == "sequence":
        record["dct:source"]["troth:sequence"] += 1
    elif lie == "policy":
        record["dpv:hasPolicy"]["dct:identifier"] = "sha256:" + "0" * 64
    elif lie == "instant":
        record["troth:said"]["dpv:isIndicatedAtTime"] = "2020-01-01T00:00:00.000000Z"
    elif lie == "log":
        record["dct:source"]["troth:log"] = "troth/other/00000000"
    else:
        claims["dpv:hasRecordOfActivity"] = [record]
    assert still.receipts.check(still.signed(claims)).outcome is Outcome.FORGED
    if lie in {"act", "leaf", "sequence", "instant", "log", "shape"}:
        offline = check_offline(still.signed(claims), still.receipts.public_keys(), receipt.proof)
        assert offline.outcome is Outcome.FORGED, "the proof shows it without the ledger"


def test_the_proof_of_another_entry_is_no_proof(still: Wharf, receipt: Receipt) -> None:
    [*_, last] = still.receipts.make(receipt.sequence + 1).proof.splitlines(keepends=True)
    assert last in receipt.proof, "both lie under one checkpoint"
    other = still.receipts.make(receipt.sequence + 1).proof
    assert outcomes(still, receipt.jws, other) == {Outcome.FORGED}


def test_a_thief_of_a_retired_key_signs_nothing_that_happened_later(company: Wharf) -> None:
    old = company.receipts.make(company.gave())
    [thief] = company.receipts._keys.all()
    company.checkpoints.add_key()
    company.clock.advance(timedelta(days=1))
    company.checkpoints.retire_key(thief.verifier.id.hex())
    later = company.receipts.make(company.gave(company.ben))
    stolen = sign(thief, canonical(later.claims))
    assert outcomes(company, stolen) == {Outcome.FORGED}
    assert outcomes(company, old.jws) == outcomes(company, later.jws) == {Outcome.VALID}


def test_a_receipt_is_never_a_checkpoint_nor_a_checkpoint_a_receipt(receipt: Receipt) -> None:
    """One key signs both: what is signed for one can never be taken for the other."""
    signed = receipt.jws.rpartition(".")[0]
    assert "\n" not in signed
    with pytest.raises(Exception, match="ends in a newline"):
        check_text(signed)


def test_a_jwk_set_is_read_back(still: Wharf) -> None:
    published = json.dumps(key_set(still.receipts.jwks())).encode()
    [key], [own] = read_keys(published), still.receipts.public_keys()
    assert (key.key, key.id) == (own.key, own.id)
    [jwk] = still.receipts.jwks()
    strangers = [
        {},
        {"kty": "RSA"},
        jwk | {"kid": "x"},
        jwk | {"x": "AAAA"},
        jwk | {"iat": "x"},
        jwk | {"crv": "X25519"},
    ]
    assert read_keys(json.dumps({"keys": [*strangers, 1, jwk]}).encode()) == (key,)
    for nonsense in (b"", b"[]", b"{}", b'{"keys":{}}', b"\xff"):
        with pytest.raises(ReceiptRefused):
            read_keys(nonsense)
