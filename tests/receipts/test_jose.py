"""Held to published vectors (RFC 8037, appendix A; RFC 7638) and to a JOSE library that the product does not use."""

from __future__ import annotations

import json

import pytest
from joserfc import jws as independent
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OKPKey

from tests.receipts.kit import Wharf, unpacked
from troth.kernel.canonical import canonical
from troth.ledger import SigningKey
from troth.receipts import Outcome, key_set
from troth.receipts.jws import ALGORITHM, CONTENT, TYPE
from troth.receipts.keys import encode, thumbprint

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")

# RFC 8037, A.1 to A.5.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
SIGNED = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
SIGNATURE = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"


def test_the_published_vectors() -> None:
    key = SigningKey("vector", SEED)
    assert (key.verifier.public, encode(PUBLIC)) == (PUBLIC, X)
    assert thumbprint(PUBLIC) == THUMBPRINT
    assert encode(key.sign(SIGNED).blob) == SIGNATURE
    parts = [encode(part) for part in (b'{"alg":"EdDSA"}', b"Example of Ed25519 signing")]
    assert ".".join(parts) == SIGNED
    assert OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": X}).thumbprint() == THUMBPRINT


def test_an_independent_library_reads_our_receipts_with_our_published_keys(still: Wharf) -> None:
    receipt = still.receipts.make(still.gave())
    keys = KeySet.import_key_set(key_set(still.receipts.jwks()))
    found = independent.deserialize_compact(receipt.jws, keys, algorithms=[ALGORITHM])
    assert json.loads(found.payload or b"") == receipt.claims
    assert found.headers() == {
        "alg": ALGORITHM,
        "cty": CONTENT,
        "kid": keys.keys[0].thumbprint(),
        "typ": TYPE,
    }
    assert keys.keys[0].kid == keys.keys[0].thumbprint()
    other = KeySet([OKPKey.generate_key("Ed25519", {"kid": keys.keys[0].kid})])
    with pytest.raises(BadSignatureError):
        independent.deserialize_compact(receipt.jws, other, algorithms=[ALGORITHM])


def test_we_read_what_an_independent_library_signs_with_our_key(still: Wharf) -> None:
    receipt = still.receipts.make(still.gave(still.ben))
    [secret] = still.receipts._keys.all()
    private = {"kty": "OKP", "crv": "Ed25519", "x": encode(secret.verifier.public), "d": encode(secret.seed)}
    header = unpacked(receipt.jws)[0]
    theirs = independent.serialize_compact(
        header, canonical(receipt.claims), OKPKey.import_key(private), algorithms=[ALGORITHM]
    )
    assert still.receipts.check(theirs).outcome is Outcome.VALID
