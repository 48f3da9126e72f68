"""What a pack shows, what it leaves unreadable, and what is refused before anything leaves."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packs.kit import NOON, PLANTED, SUBJECTS, body_of, pack_of, quay
from tests.verifier.program import load
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.app.proofs import checkpoints_of
from troth.kernel.canonical import canonical
from troth.ledger import VerifierKey
from troth.ledger.errors import EntryMissing
from troth.packs import NothingSelected, Pack, PayloadNotAllowed

program = load()
Opened = tuple[Organisation, Home]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with quay(tmp_path) as found:
        yield found


def checked(pack: Pack, kept: str = "") -> dict[str, Any]:
    found: dict[str, Any] = program.check(pack.text, [program.Key(key) for key in pack.keys], kept)
    return found


def test_a_pack_of_one_entry_shows_that_entry_and_no_other(opened: Opened) -> None:
    pack = pack_of(*opened, sequences=(3,))
    found = checked(pack)
    kinds = {entry["sequence"]: entry["kind"] for entry in found["entries"]}
    assert kinds[3] == "gate:release:permitted"
    assert set(kinds.values()) == {
        "gate:release:permitted",
        "policies:version:activated",
        "ledger:key:published",
    }
    assert not {1, 4, 5, 6} & set(kinds)
    assert (pack.entries, pack.payloads, found["signer"]) == (len(kinds), 0, "named by you")
    assert "planted" not in pack.text


def test_a_payload_is_shown_where_it_was_asked_for_and_nowhere_else(opened: Opened) -> None:
    pack = pack_of(*opened, clauses=("2",), payloads=(4, 6), personal="an authority asked, file 12")
    shown = {e["sequence"]: e["payload_shown"] for e in checked(pack)["entries"]}
    assert {at for at, open in shown.items() if open} == {4, 6}
    assert {3, 5} <= set(shown), "the clause brings every entry that speaks of it, as a header"
    for number in range(3, 7):
        assert (PLANTED.format(number) in pack.text) is (number in {4, 6})
    assert not [subject for subject in SUBJECTS if subject in pack.text]
    assert "an authority asked" not in pack.text


def test_no_salt_of_what_is_not_shown_is_in_the_pack(opened: Opened) -> None:
    organisation, _ = opened
    pack = pack_of(*opened, everything=True, payloads=(6,))
    with organisation.database.read() as connection:
        opened_3 = organisation.ledger.disclose(connection, 3)
    assert opened_3 is not None
    assert [e["salt"] is None for e in body_of(pack.text)["entries"]].count(False) == 1
    for form in (opened_3.salt.hex(), base64.b64encode(opened_3.salt).decode()):
        assert form not in pack.text


def test_payloads_about_a_person_leave_only_with_a_reason(opened: Opened) -> None:
    organisation, _ = opened
    with pytest.raises(PayloadNotAllowed, match="about a person"):
        pack_of(*opened, payloads=(3,))
    with organisation.database.read() as connection:
        made = list(organisation.ledger.events(connection, kinds=("packs:",)))
    assert not made, "what was refused is not recorded as made"


def test_that_a_pack_was_made_is_recorded_before_it_leaves(opened: Opened) -> None:
    organisation, _ = opened
    pack = pack_of(*opened, payloads=(3,), personal="asked by herself")
    with organisation.database.read() as connection:
        [event] = organisation.ledger.events(connection, kinds=("packs:",))
        payload = organisation.ledger.payload(connection, event.sequence)
    assert event.codes == ("payloads:1",)
    assert payload == {"payloads": [3], "personal": "asked by herself"}
    assert event.sequence <= pack.size


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({}, NothingSelected),
        ({"clauses": ("2.9",)}, NothingSelected),
        ({"statements": ("consent:newsletters",)}, NothingSelected),
        ({"sequences": (99,)}, EntryMissing),
        ({"sequences": (0,)}, EntryMissing),
        ({"payloads": (99,)}, EntryMissing),
        ({"payloads": (1,)}, PayloadNotAllowed),
    ],
)
def test_what_is_not_there_is_refused(opened: Opened, wanted: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        pack_of(*opened, **wanted)


def test_a_clause_brings_its_words_its_verdict_and_what_that_rests_on(opened: Opened) -> None:
    body = body_of(pack_of(*opened, clauses=("2",)).text)
    [clause] = body["clauses"]
    assert clause["words"].endswith("We write to you when you agreed.")
    verdicts = {verdict["of"]: verdict for verdict in body["verdicts"]}
    assert set(verdicts) >= {"clause:2", "statement:consent:newsletter"}
    rested = verdicts["statement:consent:newsletter"]
    assert (rested["state"], rested["permitted"], rested["entries"]) == ("kept", 3, [5])
    assert body["made_at"] == NOON.isoformat()


def test_everything_is_complete_and_says_so(opened: Opened) -> None:
    some, whole = pack_of(*opened, sequences=(2,)), pack_of(*opened, everything=True)
    assert not checked(some)["complete"]
    found = checked(whole)
    assert found["complete"]
    assert [e["sequence"] for e in found["entries"]] == list(range(1, whole.size + 1))
    assert any("none was left out" in one for one in program.proves(found)[0])
    assert found["clauses"] == ["1", "2"]


def test_the_body_is_canonical_json(opened: Opened) -> None:
    line = pack_of(*opened, everything=True, payloads=(6,)).text.split("\n")[1]
    assert canonical(json.loads(line)) == line.encode()


def test_a_pack_comes_out_of_either_database(tmp_path: Path, database_url: str) -> None:
    with quay(tmp_path, database=database_url) as (organisation, home):
        checkpoints_of(organisation, home).make()
        pack = pack_of(organisation, home, everything=True, payloads=(6,))
        found = checked(pack)
        with organisation.database.read() as connection:
            latest = checkpoints_of(organisation, home).latest(connection)
    assert (found["complete"], found["size"]) == (True, pack.size)
    assert latest is not None
    assert latest.checkpoint.size == pack.size


def test_a_simulation_says_so_in_every_pack(tmp_path: Path) -> None:
    with quay(tmp_path, more="simulation: yes") as opened:
        pack = pack_of(*opened, sequences=(2,))
    found = checked(pack)
    assert pack.simulation
    assert found["simulation"] is True
    assert program.report(found).startswith("SIMULATION")


def test_a_pack_continues_the_checkpoints_that_were_kept(opened: Opened) -> None:
    organisation, home = opened
    notes = [str(checkpoints_of(organisation, home).make().note)]
    for number in range(3):
        pack_of(*opened, sequences=(number + 1,))
        notes.append(str(checkpoints_of(organisation, home).make().note))
    pack = pack_of(*opened, sequences=(2,))
    sizes = [checked(pack, note)["continues"] for note in notes]
    assert sizes == sorted(set(sizes))
    false = notes[1].replace(notes[1].split("\n")[2], notes[2].split("\n")[2])
    with pytest.raises(program.Bad, match=r"first .* entries were changed"):
        checked(pack, false)
    strange = notes[1].replace("troth/quay/", "troth/other/")
    with pytest.raises(program.Bad, match="another ledger"):
        checked(pack, strange)
    unknown = notes[1].replace(f"\n{sizes[1]}\n", "\n1\n", 1)
    with pytest.raises(program.Bad, match="no proof from"):
        checked(pack, unknown)


def test_two_keys_sign_a_pack_while_they_change(opened: Opened) -> None:
    organisation, home = opened
    first = pack_of(*opened, sequences=(2,))
    checkpoints_of(organisation, home).add_key()
    both = pack_of(*opened, sequences=(2,))
    checkpoints_of(organisation, home).retire_key(VerifierKey.parse(first.keys[0]).id.hex())
    last = pack_of(*opened, sequences=(2,))
    [old], [new] = first.keys, last.keys
    assert set(both.keys) == {old, new}
    for pack, key in ((first, old), (both, old), (both, new), (last, new)):
        assert program.check(pack.text, [program.Key(key)])["signer"] == "named by you"
    for pack, key in ((first, new), (last, old)):
        with pytest.raises(program.Bad, match="none of the keys"):
            program.check(pack.text, [program.Key(key)])
    without = both.text[: both.text.rstrip("\n").rfind("\n") + 1]
    with pytest.raises(program.Bad, match="signature is missing"):
        program.check(without, [])
