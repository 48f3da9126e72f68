"""Signed notes and checkpoints: the published examples, and each way to be written wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.ledger.checkpoint import Checkpoint, proof_text, read_proof, submission
from troth.ledger.errors import NoteRefused
from troth.ledger.note import COSIGNATURE, Note, SigningKey, VerifierKey

# The example of C2SP signed-note, and the one of the Go package that the format comes from.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SIGNED = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFX"
    "mRKuwHjG1Yu72IneyaQM=\n"
)
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
SAID = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
# The example of C2SP tlog-checkpoint, with the witness's line of tlog-cosignature; their keys were not published.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBI"
    "fZ+qnA==\n"
)
MINE = SigningKey("log.example/one", bytes(range(32)))
OTHER = SigningKey("log.example/one", bytes(32))


def test_the_published_example_holds() -> None:
    key = VerifierKey.parse(FOO)
    assert str(key) == FOO
    assert Note.parse(SIGNED).signers([key]) == (key,)
    assert str(Note.parse(SIGNED)) == SIGNED


def test_the_go_example_is_signed_byte_for_byte() -> None:
    key = SigningKey.parse(PETERS_SECRET)
    assert (str(key.verifier), key.written()) == (PETER, PETERS_SECRET)
    assert str(Note.signed(SAID, [key])) == f"{SAID}\n{PETERS_LINE}\n"


def test_the_published_checkpoint_is_read() -> None:
    note = Note.parse(SOFA)
    found = Checkpoint.of(note)
    assert (found.origin, found.size, len(note.signatures)) == ("example.com/behind-the-sofa", 20852163, 2)
    assert found.text + "\n" + SOFA.partition("\n\n")[2] == SOFA == str(note)


def test_two_keys_sign_and_each_is_enough() -> None:
    note = Note.signed("a text\n", [MINE, OTHER])
    assert note.signers([MINE.verifier]) == (MINE.verifier,)
    assert note.signers([OTHER.verifier, MINE.verifier]) == (MINE.verifier, OTHER.verifier)


def test_unknown_signatures_are_ignored_and_false_ones_are_not() -> None:
    note = Note.signed("a text\n", [MINE])
    with pytest.raises(NoteRefused, match="No known key"):
        note.signers([OTHER.verifier])
    with pytest.raises(NoteRefused, match="does not hold"):
        Note("another text\n", note.signatures).signers([MINE.verifier])


def test_a_witness_signs_text_and_instant() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    text, seed = "o\n1\nx\n", bytes([7]) * 32
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    key = VerifierKey("witness.example/w1", secret.public_key().public_bytes_raw(), COSIGNATURE)
    blob = (1679315147).to_bytes(8, "big") + secret.sign(b"cosignature/v1\ntime 1679315147\n" + text.encode())
    assert key.holds(text, blob)
    assert not key.holds(text, (1679315148).to_bytes(8, "big") + blob[8:])
    assert not key.holds(text, b"short")
    assert VerifierKey.parse(str(key)) == key


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        SIGNED[:-1],
        SIGNED.replace("—", "-"),
        SIGNED.replace("example message", "example\tmessage"),
        SIGNED.replace("QM=", "QM"),
        SIGNED.replace("yaQM=", "yaQN="),
        SIGNED.replace("— example.com/foo ", "— example.com/f+o "),
        SIGNED + "\n",
        "text\n\n" + SIGNED.splitlines()[-1] + "\n" + "— a " + "AAAAAAA=\n" * 101,
    ],
)
def test_what_is_no_note(wrong: str) -> None:
    with pytest.raises(NoteRefused):
        Note.parse(wrong)


@pytest.mark.parametrize(
    "wrong", ["", "a+b", FOO.replace("530d", "530e"), FOO.replace("+Aek", "+Auk"), "a b" + FOO[15:], FOO[:-4]]
)
def test_what_is_no_verifier_key(wrong: str) -> None:
    with pytest.raises(NoteRefused):
        VerifierKey.parse(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "o\n1\n",
        "o\n01\n{}\n",
        "o\n-1\n{}\n",
        "\n1\n{}\n",
        "o\n1\n{}\nextension\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "o\n1\nAAAA\n",
    ],
)
def test_what_is_no_checkpoint(wrong: str) -> None:
    text = wrong.format("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    with pytest.raises(NoteRefused):
        Checkpoint.of(Note.signed(text, [MINE]))


def test_a_secret_is_never_shown() -> None:
    assert "seed" not in repr(MINE)
    with pytest.raises(NoteRefused) as refused:
        SigningKey.parse(MINE.written()[:-4])
    assert MINE.written()[40:50] not in str(refused.value)


@given(st.integers(0, 2**40), st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_a_proof_reads_back(index: int, path: list[bytes]) -> None:
    note = Note.parse(SOFA)
    written = proof_text(index, path, note)
    assert read_proof(written) == (index, path, note)
    extra = written.replace("index", "extra YWdl\nindex", 1)
    assert read_proof(extra) == (index, path, note)
    assert submission(index, path, note).partition("\n\n")[2] == SOFA


@pytest.mark.parametrize("change", [("@v1", "@v2"), ("index", "place"), ("index 5", "index 05")])
def test_what_is_no_proof(change: tuple[str, str]) -> None:
    with pytest.raises(NoteRefused):
        read_proof(proof_text(5, [bytes(32)], Note.parse(SOFA)).replace(*change, 1))
