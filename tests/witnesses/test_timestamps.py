"""Timestamps of checkpoints by a real authority (`openssl ts`), and every answer that must not be taken."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.certificates import Ca
from tests.support.tsa import Tsa, authority, openssl
from tests.witnesses.kit import Log, log_in
from troth.ledger.errors import WitnessProblem
from troth.witnesses import open_witness
from troth.witnesses.addresses import NoWitness
from troth.witnesses.der import in_order
from troth.witnesses.timestamp import (
    NotStamped,
    TimestampAuthority,
    check_timestamp,
    imprinted,
    read_certificates,
)


@pytest.fixture
def log(tmp_path: Path, database_url: str) -> Iterator[Log]:
    with log_in(tmp_path / "log", database_url) as found:
        yield found


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def tsa(tmp_path: Path, ca: Ca) -> Iterator[Tsa]:
    with authority(tmp_path / "tsa", ca) as found:
        yield found


def asked(tsa: Tsa, ca: Ca) -> TimestampAuthority:
    found = open_witness(f"{tsa.address}#ca={ca.file}")
    assert isinstance(found, TimestampAuthority)
    return found


def test_a_checkpoint_is_stamped_and_the_stamp_is_kept(log: Log, tsa: Tsa, ca: Ca) -> None:
    for _ in range(2):
        made = log.made(asked(tsa, ca))
        assert not made.problems
    [stamp] = made.timestamps
    kept = log.timestamps()
    assert [one.size for one in kept] == [made.checkpoint.size, made.checkpoint.size - 3]
    assert kept[0] == stamp
    assert (stamp.authority, stamp.size) == ("127.0.0.1", made.checkpoint.size)
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(hours=1)
    assert check_timestamp(stamp.token, made.note.text, read_certificates(ca.file)) == stamp.at
    assert [one.name for one in made.note.signatures] == [made.checkpoint.origin], (
        "a stamp is no signature of the note"
    )


def test_the_stamp_is_one_that_openssl_verifies(log: Log, tsa: Tsa, ca: Ca, tmp_path: Path) -> None:
    made = log.made(asked(tsa, ca))
    stamp, text = tmp_path / "stamp.tsr", tmp_path / "text"
    stamp.write_bytes(made.timestamps[0].token)
    words = [openssl(), "ts", "-verify", "-in", stamp, "-data", text, "-CAfile", ca.file]
    for data, holds in ((made.note.text, True), (f"{made.note.text}!", False)):
        text.write_text(data)
        assert (subprocess.run(words, capture_output=True, check=False).returncode == 0) is holds


def test_a_stamp_asked_for_again_takes_the_place_of_the_first(log: Log, tsa: Tsa, ca: Ca) -> None:
    made = log.made(asked(tsa, ca))
    again = log.checkpoints.hand(made, (asked(tsa, ca),))
    assert log.timestamps() == again.timestamps
    assert again.timestamps != made.timestamps
    assert tsa.asked[0] != tsa.asked[1], "each request has a number of its own"


def refused(log: Log, tsa: Tsa, ca: Ca) -> str:
    made = log.made(asked(tsa, ca))
    assert not made.timestamps
    assert not log.timestamps()
    [problem] = made.problems
    assert isinstance(problem, WitnessProblem)
    return str(problem)


def test_an_answer_to_another_request_is_not_taken(log: Log, tsa: Tsa, ca: Ca) -> None:
    made = log.made(asked(tsa, ca))
    tsa.answer = (200, made.timestamps[0].token)
    again = log.checkpoints.hand(made, (asked(tsa, ca),))
    assert "Nonce" in str(again.problems[0])
    assert log.timestamps() == made.timestamps
    other = log.made(asked(tsa, ca))
    assert "over something else" in str(other.problems[0])


def test_a_stranger_is_not_taken_for_the_authority(log: Log, tsa: Tsa, tmp_path: Path) -> None:
    assert "does not hold" in refused(log, tsa, Ca(tmp_path / "stranger"))
    assert "does not hold" in refused(log, tsa, Ca(tmp_path / "namesake", "Test CA"))


def test_certificates_may_come_in_any_order(ca: Ca, tmp_path: Path) -> None:
    """They lie outside the signature; those who send a chain send it as a chain."""
    chain, others = tmp_path / "chain.pem", [ca.stamper().certificate.read_bytes() for _ in range(6)]
    orders = []
    for certificates in (others, others[::-1]):
        chain.write_bytes(b"".join(certificates))
        with authority(tmp_path / "tsa", ca, chain=chain) as tsa:
            at, answer = asked(tsa, ca).stamp("hello\n")
            assert check_timestamp(answer, "hello\n", read_certificates(ca.file)) == at
            orders.append(in_order(answer) == answer)
            assert in_order(in_order(answer)) == in_order(answer)
    assert not all(orders), "one of the two came in another order than that of DER"


@pytest.mark.parametrize(
    "junk", [b"", b"0", b"0\x80", bytes(50), b"0\x84\xff\xff\xff\xff", b"0\x030\x01\x00"]
)
def test_what_is_no_timestamp_is_left_as_it_is(junk: bytes) -> None:
    assert in_order(junk) == junk


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, b""), "cannot be read"),
        ((200, b"hello"), "cannot be read"),
        ((200, bytes.fromhex("30053003020102")), "not granted"),
        ((403, b""), "403"),
        ((500, b"0" * 100), "500"),
    ],
)
def test_an_answer_that_is_none_is_a_sentence(
    log: Log, tsa: Tsa, ca: Ca, answer: tuple[int, bytes], said: str
) -> None:
    tsa.answer = answer
    assert said in refused(log, tsa, ca)


def test_an_authority_that_is_away_does_not_stop_the_others(log: Log, tsa: Tsa, ca: Ca) -> None:
    away = open_witness(f"tsa+http://127.0.0.1:9/#ca={ca.file}")
    made = log.made(away, asked(tsa, ca))
    assert len(made.timestamps) == 1
    assert "cannot be reached" in str(made.problems[0])


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_missing_or_empty_ca_is_a_sentence(
    log: Log, tsa: Tsa, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "trust.pem"
    if content is not None:
        file.write_bytes(content)
    made = log.made(open_witness(f"{tsa.address}#ca={file}"))
    assert str(file) in str(made.problems[0])
    assert not tsa.asked, "nothing is asked of somebody who cannot be checked"


def test_every_flipped_bit_of_a_stamp_is_seen_or_changes_nothing_that_it_says(
    tsa: Tsa, ca: Ca, tmp_path: Path
) -> None:
    """What lies outside the signed part (status texts, an unused certificate's fields) may be altered; instant and text not."""
    with log_in(tmp_path / "log") as log:
        made = log.made(asked(tsa, ca))
    token, text, trust = made.timestamps[0].token, made.note.text, read_certificates(ca.file)
    at, unseen = made.timestamps[0].at, 0
    for bit in range(0, 8 * len(token), 3):
        changed = bytearray(token)
        changed[bit >> 3] ^= 1 << (bit & 7)
        try:
            assert check_timestamp(bytes(changed), text, trust) == at, bit
            unseen += 1
        except NotStamped:
            pass
    assert unseen < len(token) * 8 / 3 / 4


def test_the_imprint_alone_can_be_looked_at(tsa: Tsa, ca: Ca, tmp_path: Path) -> None:
    with log_in(tmp_path / "log") as log:
        made = log.made(asked(tsa, ca))
    stamp = made.timestamps[0]
    assert imprinted(stamp.token, made.note.text) == stamp.at
    for answer, text in ((stamp.token, "other\n"), (stamp.token[:-1], made.note.text), (b"", made.note.text)):
        with pytest.raises(NotStamped):
            imprinted(answer, text)


@pytest.mark.parametrize(
    "wrong",
    [
        "tsa+http://tsa.example/#ca=x",
        "tsa+https://tsa.example/",
        "tsa+https://#ca=x",
        "tsa+https://a.example/#ca=x&b=y",
        "tsa+ftp://x/",
    ],
)
def test_what_names_no_authority(wrong: str) -> None:
    with pytest.raises(NoWitness):
        open_witness(wrong)
