"""Laws: what was sealed opens as it was, in its own place and nowhere else."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.support.vaults import vault_in
from troth.kernel.errors import CallerError
from troth.vault import KeyDestroyed, SealBroken, Vault
from troth.vault.derive import blind_index
from troth.vault.sealing import OVERHEAD, joined, key_bound, key_prefix, open_sealed, prefix_of

OWNERS = st.sampled_from(["", "a" * 64, "b" * 64, "ab" * 32])
CELLS = st.text(max_size=80)
PLAIN = st.binary(max_size=300)
OWNER, CELL = "c0" * 32, "ledger_payloads.payload:00"
KNOWN = "10717ea31691f76aebf8a1c5fd9edc4769f1f5785ef5e7521c2b186262a7"


@pytest.fixture
def neighbour(tmp_path: Path, database_url: str, vault: Vault) -> Iterator[Vault]:
    """Another organisation in the same key store."""
    with vault_in(tmp_path, "axle", url=database_url) as opened:
        assert opened.store_id == vault.store_id
        yield opened


@given(
    items=st.lists(st.tuples(OWNERS, CELLS, PLAIN), max_size=8),
    bucket=st.sampled_from(["evidence", "orders"]),
)
def test_what_was_sealed_opens_as_it_was(
    shared: Vault, items: list[tuple[str, str, bytes]], bucket: str
) -> None:
    sealed = shared.seal_many(items, bucket=bucket)
    assert [len(one) for one in sealed] == [len(plain) + OVERHEAD for _, _, plain in items]
    found = shared.open_many(
        [(owner, cell, one) for (owner, cell, _), one in zip(items, sealed, strict=True)]
    )
    assert found == [plain for _, _, plain in items]


@given(plain=PLAIN, owner=OWNERS, cell=CELLS, other_owner=OWNERS, other_cell=CELLS)
def test_what_was_moved_to_another_owner_or_cell_does_not_open(
    shared: Vault, plain: bytes, owner: str, cell: str, other_owner: str, other_cell: str
) -> None:
    sealed = shared.seal(owner, cell, plain)
    shared.seal(other_owner, cell, b"has a key too")
    if (other_owner, other_cell) == (owner, cell):
        assert shared.open(other_owner, other_cell, sealed) == plain
        return
    with pytest.raises(SealBroken):
        shared.open(other_owner, other_cell, sealed)


@given(plain=PLAIN, data=st.data())
def test_no_bit_can_be_flipped(shared: Vault, plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(shared.seal(OWNER, CELL, plain))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        shared.open(OWNER, CELL, bytes(sealed))


def test_every_single_bit_of_one_value_counts(shared: Vault) -> None:
    sealed = shared.seal(OWNER, CELL, b"Jalan Ampang 7")
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            shared.open(OWNER, CELL, bytes(changed))


@given(cut=st.integers(0, 60))
def test_what_was_cut_does_not_open(shared: Vault, cut: int) -> None:
    sealed = shared.seal(OWNER, CELL, b"sixteen bytes...")
    with pytest.raises(SealBroken):
        shared.open(OWNER, CELL, sealed[:cut])


@given(junk=st.binary(max_size=200))
def test_junk_does_not_open(shared: Vault, junk: bytes) -> None:
    with pytest.raises(SealBroken):
        shared.open(OWNER, CELL, junk)


def test_what_was_moved_to_another_organisation_does_not_open(vault: Vault, neighbour: Vault) -> None:
    sealed = vault.seal(OWNER, CELL, b"ours")
    neighbour.seal(OWNER, CELL, b"theirs")
    with pytest.raises(SealBroken, match="never had"):
        neighbour.open(OWNER, CELL, sealed)


def test_nor_when_its_key_was_taken_along(vault: Vault, neighbour: Vault) -> None:
    sealed = vault.seal(OWNER, CELL, b"ours")
    neighbour.seal(OWNER, CELL, b"theirs")
    with vault._keystore.database.write() as connection:
        connection.execute(text("DELETE FROM keystore_keys WHERE organisation = 'axle'"))
        connection.execute(text("UPDATE keystore_keys SET organisation = 'axle'"))
    neighbour._ring._by_id.clear()
    with pytest.raises(SealBroken, match="altered or moved"):
        neighbour.open(OWNER, CELL, sealed)


@pytest.mark.parametrize("column", ["owner", "bucket", "id", "wrapped"])
def test_rows_of_the_key_store_cannot_be_exchanged(vault: Vault, beside: Vault, column: str) -> None:
    """Whoever can write the key store cannot make one person's key serve for another."""
    ours, theirs = vault.seal(OWNER, CELL, b"ours"), vault.seal("d" * 64, CELL, b"theirs", bucket="orders")
    with vault._keystore.database.write() as connection:
        first, second = connection.scalars(text(f"SELECT {column} FROM keystore_keys ORDER BY owner")).all()
        for now, mark in (
            (b"" if isinstance(first, bytes) else "", first),
            (first, second),
            (second, type(first)()),
        ):
            connection.execute(
                text(f"UPDATE keystore_keys SET {column} = :now WHERE {column} = :mark"),
                {"now": now, "mark": mark},
            )
    for owner, sealed in ((OWNER, ours), ("d" * 64, theirs)):
        with pytest.raises(SealBroken):
            beside.open(owner, CELL, sealed)


def test_nothing_can_be_read_where_it_lies(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(OWNER, CELL, b"Jalan Ampang 7")
    secret = vault._ring.existing(OWNER, "evidence")
    assert secret is not None
    assert b"Jalan" not in sealed
    assert repr(secret.secret) not in repr(secret)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [one for one in files if b"Jalan" in one or secret.secret in one]
    with vault._keystore.database.read() as connection:
        assert (
            secret.secret not in str(connection.execute(text("SELECT * FROM keystore_keys")).all()).encode()
        )


def test_equal_values_are_sealed_differently(shared: Vault) -> None:
    assert shared.seal(OWNER, CELL, b"same") != shared.seal(OWNER, CELL, b"same")


def test_a_value_sealed_by_an_earlier_version_still_opens() -> None:
    """The format is fixed: these bytes were written once, and must open for as long as version 1 does."""
    sealed = bytes.fromhex("01" + "11" * 16 + "22" * 12 + KNOWN)
    assert (
        open_sealed(bytes(range(32)), prefix_of("harbour"), "ab" * 32, "people.mail", sealed)
        == b"me@example.org"
    )


@given(parts=st.lists(st.text(max_size=6), max_size=4), others=st.lists(st.text(max_size=6), max_size=4))
def test_parts_that_are_bound_never_run_together(parts: list[str], others: list[str]) -> None:
    assert (joined(*parts) == joined(*others)) is (parts == others)


@pytest.mark.parametrize(
    "other", [{"owner": "d" * 64}, {"bucket": "b"}, {"id": b"2" * 16}, {"epoch": 2}, {"prefix": b"p"}]
)
def test_a_wrapped_key_is_bound_to_all_that_it_is(other: dict[str, Any]) -> None:
    whole = {"prefix": key_prefix("harbour"), "owner": OWNER, "bucket": "a", "id": b"1" * 16, "epoch": 1}
    assert key_bound(**{**whole, **other}) != key_bound(**whole)
    assert key_prefix("harbour") != key_prefix("axle") != prefix_of("axle")


def test_blind_indexes_tell_equal_values_of_one_field_and_purpose(shared: Vault) -> None:
    one = shared.blind("mail", "support", "me@example.org")
    assert one == shared.blind("mail", "support", "me@example.org")
    others = [
        shared.blind("mail", "support", "you@example.org"),
        shared.blind("phone", "support", "me@example.org"),
        shared.blind("mail", "billing", "me@example.org"),
        shared.blind("mails", "upport", "me@example.org"),
    ]
    assert len({one, *others}) == 5
    assert len(one) == 32


def test_blind_indexes_are_hkdf_and_hmac() -> None:
    """Beside RFC 5869 and RFC 2104 written out with the standard library."""
    info = joined("troth blind", "harbour", "mail", "support")
    drawn = hmac.digest(bytes(32), b"secret" * 5, "sha256")
    key = hmac.digest(drawn, info + b"\x01", "sha256")
    wanted = hmac.digest(key, b"me@example.org", "sha256")
    assert blind_index(b"secret" * 5, "harbour", "mail", "support", "me@example.org") == wanted


def test_a_further_version_of_the_indexes(vault: Vault, beside: Vault) -> None:
    assert vault.blind_versions() == (1,)
    old = vault.blind("mail", "support", "me@example.org")
    assert vault.new_blind_version() == 2
    new = beside.blind("mail", "support", "me@example.org")
    assert new != old == beside.blind("mail", "support", "me@example.org", version=1)
    assert new == vault.blind("mail", "support", "me@example.org", version=2)
    assert vault.destroy([""], buckets=["blind.1"]) == 1
    assert vault.blind_versions() == (2,)
    for one in (vault, beside):
        with pytest.raises(KeyDestroyed):
            one.blind("mail", "support", "me@example.org", version=1)
    assert beside.blind("mail", "support", "me@example.org") == new


def test_pseudonyms_cannot_be_joined_across_recipients_or_purposes(shared: Vault) -> None:
    subjects = [f"sub_{number:026}" for number in range(50)]
    files = [
        {shared.pseudonym(recipient, purpose, subject) for subject in subjects}
        for recipient, purpose in (("courier", "delivery"), ("courier", "billing"), ("adviser", "delivery"))
    ]
    assert [len(file) for file in files] == [50, 50, 50]
    assert len(frozenset().union(*files)) == 150
    assert shared.pseudonym("courier", "delivery", subjects[0]) in files[0]


def test_the_organisations_own_keys_do_not_die_all_at_once(shared: Vault) -> None:
    with pytest.raises(CallerError, match="buckets"):
        shared.destroy(["", OWNER])
