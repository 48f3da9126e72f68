"""Receipts through the doors: the API and the published keys on both databases, the command with the ledger and without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws as independent
from joserfc.jwk import KeySet

from tests.receipts.kit import Wharf, wharf
from tests.web.kit import Place
from troth.cli.main import main
from troth.client import Client, KeyFile, Problem
from troth.receipts.jws import ALGORITHM

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


def opened(at: Place, name: str) -> str:
    sent = {"identities": [{"kind": "email", "value": f"{name}@people.example"}]}
    return str(at.call("POST", "harbour/subjects", sent).json()["subject"])


def test_each_answer_that_records_an_act_leads_to_its_receipt(harbour: Place) -> None:
    amy, ben = opened(harbour, "amy"), opened(harbour, "ben")
    digest = harbour.call("GET", "harbour/policy").json()["digest"]
    said = {"subject": amy, "item": "other_purpose", "kind": "explicit", "language": "en", "act": "given"}
    accepted = {"kind": "explicit", "policy": digest, "language": "en"}
    objected = {"subject": amy, "objection": "mailing_list", "act": "raised"}
    acts = {
        "given": harbour.call("POST", "harbour/consents", said),
        "withdrawn": harbour.call("POST", "harbour/consents", said | {"act": "withdrawn"}),
        "accepted": harbour.call("POST", f"harbour/subjects/{amy}/acceptance", accepted),
        "objected": harbour.call("POST", "harbour/objections", objected),
    }
    published = harbour.ask("GET", "/.well-known/jwks.json")
    for act, answer in acts.items():
        number = answer.json()["sequence"]
        found = harbour.call("GET", f"harbour/receipts/{number}?subject={amy}").json()
        assert found["claims"]["dpv:hasRecordOfActivity"]["troth:said"]["troth:act"] == act
        shown = {"receipt": found["receipt"]}
        for more, outcome in (({}, "valid"), ({"subject": amy}, "valid"), ({"subject": ben}, "other_person")):
            checked = harbour.call("POST", "harbour/receipts/verify", shown | more).json()
            assert (checked["outcome"], bool(checked["claims"])) == (outcome, outcome == "valid")
        altered = {"receipt": found["receipt"].replace(".", ".e30", 1)}
        assert harbour.call("POST", "harbour/receipts/verify", altered).json()["outcome"] == "forged"
        assert harbour.call("GET", f"harbour/receipts/{number}?subject={ben}").status == 404
    published = harbour.ask("GET", "/.well-known/jwks.json")
    keys = KeySet.import_key_set(published.json())
    payload = independent.deserialize_compact(found["receipt"], keys, algorithms=[ALGORITHM]).payload
    assert json.loads(payload or b"") == found["claims"]


def test_the_keys_are_public_and_say_whose_they_are(harbour: Place) -> None:
    amy = opened(harbour, "amy")
    objected = {"subject": amy, "objection": "mailing_list", "act": "raised"}
    number = harbour.call("POST", "harbour/objections", objected).json()["sequence"]
    assert harbour.ask("GET", "/.well-known/jwks.json").json() == {"keys": []}, "no key was ever needed"
    harbour.call("GET", f"harbour/receipts/{number}")
    whole = harbour.ask("GET", "/.well-known/jwks.json")
    own = harbour.ask("GET", "/.well-known/harbour/jwks.json")
    [key] = whole.json()["keys"]
    assert own.json() == whole.json()
    assert (key["kty"], key["crv"], key["organisation"]) == ("OKP", "Ed25519", "harbour")
    assert "d" not in key
    assert whole.headers["content-type"] == "application/jwk-set+json"
    assert "public" in whole.headers["cache-control"]
    assert harbour.ask("GET", "/.well-known/nobody/jwks.json").status == 404
    assert harbour.ask("POST", "/.well-known/jwks.json").status in (403, 405)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("harbour/receipts/1", 404),
        ("harbour/receipts/999", 404),
        ("harbour/receipts/0", 422),
        ("harbour/receipts/x", 422),
    ],
)
def test_what_has_no_receipt_is_a_problem(town: Place, path: str, status: int) -> None:
    answer = town.call("GET", path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


def test_receipts_stand_behind_the_key_of_their_organisation(town: Place) -> None:
    assert town.ask("GET", "/api/v1/harbour/receipts/1").status == 401
    assert town.call("GET", "harbour/receipts/1", key=town.key("axle")).status == 403
    reader = town.hosting.keys.issue("harbour", ["read"])
    assert town.call("GET", "harbour/receipts/1", key=reader).status == 403
    for sent in (
        {},
        {"receipt": ""},
        {"receipt": 1},
        {"receipt": "x" * 300_000},
        {"receipt": "x", "more": 1},
    ):
        assert town.call("POST", "harbour/receipts/verify", sent).status == 422
    assert town.call("POST", "harbour/receipts/verify", {"receipt": "x"}).json()["outcome"] == "forged"


@pytest.fixture
def troth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    with wharf(tmp_path) as company:
        sequence, where = company.gave(), ["--home", str(company.home.folder)]
        people = company.amy, company.ben

        def run(*words: object, plain: bool = False) -> tuple[int, Any]:
            code = main([*map(str, words), *([] if plain else ["--json"]), *where])
            said = capsys.readouterr().out
            return code, said if plain else json.loads(said)

        yield run, sequence, people, company


def test_the_command_makes_a_receipt_that_holds_with_and_without_the_ledger(
    troth: tuple[Any, int, tuple[str, str], Wharf], tmp_path: Path
) -> None:
    run, sequence, (amy, ben), company = troth
    code, made = run("receipt", "make", "wharf", sequence, "--subject", amy)
    assert code == 0
    assert made["proof"].startswith("c2sp.org/tlog-proof@v1")
    kept, keys = tmp_path / "receipt.json", tmp_path / "jwks.json"
    kept.write_text(json.dumps(made))
    keys.write_text(json.dumps({"keys": company.receipts.jwks()}))
    for words in (["wharf", kept], [kept, "--jwks", keys], ["wharf", kept, "--subject", amy]):
        code, found = run("receipt", "verify", *words)
        assert (code, found["outcome"], found["proven"]) == (0, "valid", True)
    code, found = run("receipt", "verify", "wharf", kept, "--subject", ben)
    assert (code, found["outcome"]) == (1, "other_person")
    alone = tmp_path / "receipt.jws"
    alone.write_text(run("receipt", "make", "wharf", sequence, plain=True)[1])
    assert run("receipt", "verify", alone, "--jwks", keys)[1]["proven"] is False
    kept.write_text(json.dumps(made | {"proof": made["proof"].replace(f"index {sequence - 1}", "index 1")}))
    for words in (["wharf", kept], [kept, "--jwks", keys]):
        assert run("receipt", "verify", *words)[1]["outcome"] == "forged"


def test_the_command_says_what_it_cannot_do(
    troth: tuple[Any, int, tuple[str, str], Wharf], tmp_path: Path
) -> None:
    run, sequence, (_, ben), _ = troth
    nothing, binary = tmp_path / "nothing.json", tmp_path / "binary"
    nothing.write_text("{}")
    binary.write_bytes(b"\xff\xfe")
    for words in (
        ("make", "wharf", 1),
        ("make", "wharf", 999),
        ("make", "wharf", sequence, "--subject", ben),
        ("verify", "wharf", nothing),
        ("verify", "wharf", binary),
        ("verify", "wharf", tmp_path / "missing"),
        ("verify", nothing),
        ("verify", binary, "--jwks", nothing),
    ):
        code, refused = run("receipt", *words)
        assert (code, set(refused)) == (2, {"error", "actor", "message", "help", "data"}), words


def test_people_read_sentences(troth: tuple[Any, int, tuple[str, str], Wharf], tmp_path: Path) -> None:
    run, sequence, (_, ben), _ = troth
    kept = tmp_path / "receipt"
    kept.write_text(run("receipt", "make", "wharf", sequence, plain=True)[1])
    assert run("receipt", "verify", "wharf", kept, plain=True)[1].startswith("VALID: It is signed")
    assert run("receipt", "verify", "wharf", kept, "--subject", ben, plain=True)[1].startswith(
        "OTHER PERSON:"
    )
    kept.write_text(kept.read_text()[:-5])
    assert run("receipt", "verify", "wharf", kept, plain=True)[1].startswith("FORGED:")


def test_a_program_gets_receipts_through_the_client(harbour: Place) -> None:
    keys = KeyFile(harbour.base, "harbour", harbour.key("harbour"))
    client, amy, ben = Client(keys), opened(harbour, "amy"), opened(harbour, "ben")
    try:
        for number in (
            client.consent(amy, "other_purpose", "refused"),
            client.objection(amy, "mailing_list", "raised"),
        ):
            assert client.receipt(number, amy)["sequence"] == number
            with pytest.raises(Problem):
                client.receipt(number, ben)
    finally:
        client.close()
