"""The verifier's own Ed25519 and its reading of notes, held to published vectors and to a library it does not use."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.test_note import FOO, PETER, PETERS_LINE, SAID, SIGNED, SOFA
from tests.verifier.program import load

program = load()

# RFC 8032, 7.1: TEST 1, 2, 3 and SHA(abc), as (public key, message, signature).
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_published_vectors_hold_and_no_neighbour_does(public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert program.ed25519(key, text, signed)
    assert not program.ed25519(key, text + b"!", signed)
    for bit in range(0, 512, 5):
        assert not program.ed25519(key, text, flipped(signed, bit))
    for bit in range(0, 256, 5):
        assert not program.ed25519(flipped(key, bit), text, signed)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_it_says_what_the_library_says(seed: bytes, message: bytes, bit: int) -> None:
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = secret.public_key().public_bytes_raw(), secret.sign(message)
    assert program.ed25519(public, message, signature)
    for tried in (flipped(signature, bit), signature[:-1], signature[32:] + signature[:32]):
        assert program.ed25519(public, message, tried) is by_library(public, message, tried)


def test_a_signature_has_one_form() -> None:
    public, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    s = int.from_bytes(signature[32:], "little") + program.L
    assert not program.ed25519(public, message, signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_a_key_of_small_order_signs_nothing(public: str) -> None:
    identity = bytes.fromhex(SMALL_ORDER[0]) + bytes(32)
    key = bytes.fromhex(public)
    assert not any(program.ed25519(key, bytes([number]), identity) for number in range(16))


@pytest.mark.parametrize(
    "public", ["ed" + "ff" * 30 + "7f", "ff" * 32, "02" + "00" * 31, "01" + "00" * 30 + "80"]
)
def test_what_is_no_point_is_no_key(public: str) -> None:
    assert program.unpack(bytes.fromhex(public)) is None


@pytest.mark.parametrize("other", ["AB==", "AA=", "AA", " AA==", "AA==\n", "A-=="])
def test_a_value_has_one_base64_form(other: str) -> None:
    assert program.unbase64("AA==") == b"\0"
    with pytest.raises(program.Bad):
        program.unbase64(other)


def test_the_published_notes_hold() -> None:
    for key, note in ((FOO, SIGNED), (PETER, f"{SAID}\n{PETERS_LINE}\n")):
        assert program.signed_by(program.read_note(note), [program.Key(key)]) == {key: 0}
        with pytest.raises(program.Bad, match="does not hold"):
            program.signed_by(program.read_note("A" + note[1:]), [program.Key(key)])
    text, signatures = program.read_note(SOFA)
    assert program.read_checkpoint(text)[:2] == ("example.com/behind-the-sofa", 20852163)
    assert len(signatures) == 2


def test_a_witness_signs_an_instant() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = secret.public_key().public_bytes_raw()
    id_ = hashlib.sha256(b"w.example/1\n\x04" + public).digest()[:4]
    key = program.Key(f"w.example/1+{id_.hex()}+{program.base64.b64encode(bytes([4]) + public).decode()}")
    blob = (1679315147).to_bytes(8, "big") + secret.sign(b"cosignature/v1\ntime 1679315147\no\n1\n")
    assert program.signed_by(("o\n1\n", [("w.example/1", id_, blob)]), [key]) == {key.written: 1679315147}
    with pytest.raises(program.Bad):
        program.signed_by(("o\n1\n", [("w.example/1", id_, blob[1:] + b"0")]), [key])


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def by_library(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
