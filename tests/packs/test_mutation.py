"""Nothing in a pack can be changed unseen: neither by whoever carries it, nor, in what the tree proves, by who signed it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.packs.kit import body_of, changed, fast_program, holds, pack_of, quay, signed_again
from tests.verifier.program import load
from troth.app.config import Home
from troth.ledger import Draft
from troth.ledger.errors import NoteRefused
from troth.packs import Pack


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pack, Home]:
    """A small pack: two payloads, a clause, verdicts, everything."""
    with quay(tmp_path_factory.mktemp("small")) as (organisation, home):
        return pack_of(organisation, home, clauses=("2",), payloads=(4, 6), personal="she asked"), home


def flipped(data: bytes, bit: int) -> bytes:
    at, mask = bit >> 3, 1 << (bit & 7)
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def unseen(pack: Pack, bits: range) -> list[int]:
    program, data = fast_program(), pack.text.encode()
    assert holds(program, data, list(pack.keys))
    found = []
    for bit in bits:
        try:
            if holds(program, flipped(data, bit), list(pack.keys)):
                found.append(bit)
        except UnicodeDecodeError:
            pass  # `read` refuses what is no text
    return found


def test_every_eleventh_bit_is_missed(small: tuple[Pack, Home]) -> None:
    assert unseen(small[0], range(0, 8 * len(small[0].text.encode()), 11)) == []


@pytest.mark.slow
def test_every_bit_is_missed(small: tuple[Pack, Home]) -> None:
    assert unseen(small[0], range(8 * len(small[0].text.encode()))) == []


def test_the_programs_own_signatures_see_what_the_librarys_do(small: tuple[Pack, Home]) -> None:
    """The bits of the signature lines, and a few of the rest, with the Ed25519 that the program carries itself."""
    pack, program = small[0], load()
    data = pack.text.encode()
    dice, start = random.Random(7), data.rindex(b"\n\n")
    bits = [*range(8 * start, 8 * len(data), 3), *(dice.randrange(8 * start) for _ in range(50))]
    for bit in bits:
        try:
            assert not holds(program, flipped(data, bit), list(pack.keys)), bit
        except UnicodeDecodeError:
            continue


def test_a_large_pack_is_sampled(tmp_path: Path) -> None:
    with quay(tmp_path) as (organisation, home):
        for _ in range(3):
            with organisation.ledger.recording() as work:
                work.record(*(Draft("gate:look:done", organisation.clock.now()) for _ in range(200)))
        pack = pack_of(organisation, home, everything=True)
    dice, count = random.Random(11), 8 * len(pack.text.encode())
    program, data = fast_program(), pack.text.encode()
    for _ in range(150):
        try:
            assert not holds(program, flipped(data, dice.randrange(count)), list(pack.keys))
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize("part", ["entries", "hashes", "policies", "clauses"])
def test_what_the_tree_proves_even_the_signer_cannot_change(small: tuple[Pack, Home], part: str) -> None:
    """Each tenth bit of a part is flipped and the pack signed anew with the true key."""
    pack, home = small
    program, line = fast_program(), pack.text.split("\n")[1]
    body, inside = (
        body_of(pack.text),
        json.dumps(body_of(pack.text)[part], ensure_ascii=False, sort_keys=True),
    )
    inside = json.dumps(body[part], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    start = len(line[: line.index(f'"{part}":{inside}')].encode()) + len(f'"{part}":'.encode())
    data = line.encode()
    for bit in range(8 * start, 8 * (start + len(inside.encode())), 10):
        try:
            text = f"troth evidence pack 1\n{flipped(data, bit).decode()}\n"
            again = signed_again(home, text)
        except (UnicodeDecodeError, NoteRefused):
            continue  # what cannot be written cannot be signed
        assert not holds(program, again.encode(), list(pack.keys)), data[bit // 8 - 20 : bit // 8 + 20]


def swap_entries(body: dict[str, Any]) -> None:
    body["entries"][0], body["entries"][1] = body["entries"][1], body["entries"][0]


def double_entry(body: dict[str, Any]) -> None:
    body["entries"].insert(0, body["entries"][0])


def drop_proof(body: dict[str, Any]) -> None:
    body["entries"][1]["path"] = []


def shorten_proof(body: dict[str, Any]) -> None:
    body["entries"][1]["path"].pop()


def point_past_the_table(body: dict[str, Any]) -> None:
    body["entries"][1]["path"][0] = len(body["hashes"])


def drop_hashes(body: dict[str, Any]) -> None:
    body["hashes"] = []


def move_entry(body: dict[str, Any]) -> None:
    body["entries"][1]["sequence"] += 1


def show_another_payload(body: dict[str, Any]) -> None:
    next(e for e in body["entries"] if e["payload"])["payload"] = '{"question":"nothing"}'


def show_without_salt(body: dict[str, Any]) -> None:
    next(e for e in body["entries"] if e["payload"])["salt"] = None


def show_where_none_is(body: dict[str, Any]) -> None:
    body["entries"][0] |= {"payload": "{}", "salt": "AAAA"}


def no_simulation(body: dict[str, Any]) -> None:
    body["simulation"] = not body["simulation"]


def other_words(body: dict[str, Any]) -> None:
    body["clauses"][0]["words"] = "We never write to you."


def other_policy(body: dict[str, Any]) -> None:
    [(digest, policy)] = body["policies"].items()
    body["policies"] = {digest: policy | {"bundle": policy["bundle"].replace('"1"', '"2"')}}


def other_text(body: dict[str, Any]) -> None:
    next(iter(body["policies"].values()))["texts"]["text.txt"] += "\n"


def no_activation(body: dict[str, Any]) -> None:
    body["entries"] = body["entries"][1:]


def verdict_on_nothing(body: dict[str, Any]) -> None:
    body["verdicts"][0]["entries"] = [999]


def verdict_of_another_policy(body: dict[str, Any]) -> None:
    body["verdicts"][0]["policy"] = "sha256:" + "0" * 64


def another_origin(body: dict[str, Any]) -> None:
    body["origin"] = "troth/quay/00000000"


def another_organisation(body: dict[str, Any]) -> None:
    body["organisation"] = "harbour"


def another_checkpoint(body: dict[str, Any]) -> None:
    lines = body["checkpoint"].split("\n")
    lines[1] = str(int(lines[1]) + 1)
    body["checkpoint"] = "\n".join(lines)


def unsigned_checkpoint(body: dict[str, Any]) -> None:
    body["checkpoint"] = body["checkpoint"].partition("\n\n")[0] + "\n"


def no_keys(body: dict[str, Any]) -> None:
    body["keys"] = []


def more_fields(body: dict[str, Any]) -> None:
    body["more"] = 1


def missing_field(body: dict[str, Any]) -> None:
    del body["verdicts"]


def another_type(body: dict[str, Any]) -> None:
    body["entries"] = {"0": body["entries"][0]}


def deep(body: dict[str, Any]) -> None:
    body["selection"] = {"not": [[[]]], "entries": 1.5}


LIES = [
    swap_entries, double_entry, drop_proof, shorten_proof, point_past_the_table, drop_hashes, move_entry,
    show_another_payload, show_without_salt, show_where_none_is, no_simulation, other_words, other_policy, other_text,
    no_activation, verdict_on_nothing, verdict_of_another_policy, another_origin, another_organisation,
    another_checkpoint, unsigned_checkpoint, no_keys, more_fields, missing_field, another_type, deep,
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_each_lie_is_seen_though_the_true_key_signed_it(
    small: tuple[Pack, Home], lie: Callable[[dict[str, Any]], None]
) -> None:
    pack, home = small
    program = fast_program()
    assert holds(program, changed(home, pack.text, lambda body: None).encode(), list(pack.keys))
    assert not holds(program, changed(home, pack.text, lie).encode(), list(pack.keys))


@pytest.mark.parametrize(
    "line",
    [
        '{"a":1,"a":2}',
        "[" * 100_000,
        "NaN",
        '{"entries":1e400}',
        "1" * 10_000,
        '"\\ud800"',
        "",
        "null",
    ],
)
def test_json_tricks_are_refused_without_a_traceback(small: tuple[Pack, Home], line: str) -> None:
    pack, home = small
    again = signed_again(home, f"troth evidence pack 1\n{line}\n")
    assert not holds(load(), again.encode(), list(pack.keys))


def test_a_key_that_stands_twice_is_refused(small: tuple[Pack, Home]) -> None:
    pack, home = small
    line = pack.text.split("\n")[1].replace('"simulation":false', '"simulation":true,"simulation":false')
    assert not holds(load(), signed_again(home, f"troth evidence pack 1\n{line}\n").encode(), list(pack.keys))


def test_every_truncation_is_seen(small: tuple[Pack, Home]) -> None:
    pack, program = small[0], fast_program()
    data = pack.text.encode()
    lengths = [*range(0, len(data), 97), *range(len(data) - 300, len(data))]
    assert not [cut for cut in lengths if holds(program, data[:cut], list(pack.keys))]


@pytest.mark.parametrize(
    "around",
    [
        (b"", b"\n"),
        (b"\n", b""),
        (b"\xef\xbb\xbf", b""),
        (b"", b"PK\x05\x06"),
        (b"", b"\x00"),
        (b"PK\x03\x04", b""),
    ],
)
def test_nothing_may_stand_around_it(small: tuple[Pack, Home], around: tuple[bytes, bytes]) -> None:
    pack = small[0]
    assert not holds(load(), around[0] + pack.text.encode() + around[1], list(pack.keys))


def test_a_stranger_can_neither_sign_nor_add_a_signature(small: tuple[Pack, Home], tmp_path: Path) -> None:
    pack = small[0]
    (tmp_path / "other").mkdir()
    with quay(tmp_path / "other") as (organisation, home):
        other = pack_of(organisation, home, sequences=(2,))
        theirs = signed_again(home, pack.text.rpartition("\n\n")[0] + "\n")
    program = load()
    assert not holds(program, theirs.encode(), list(other.keys))
    assert not holds(program, (pack.text + theirs.split("\n")[-2] + "\n").encode(), list(pack.keys))
    assert not holds(program, other.text.encode(), list(pack.keys))
    assert holds(program, other.text.encode(), list(other.keys))
