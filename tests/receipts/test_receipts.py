"""Receipts out of a live ledger: one for every act, the same whenever it is asked for, and none for another person."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.receipts.kit import RENDERED, Wharf, record_of, unpacked
from troth.ledger.checkpoint import read_proof
from troth.ledger.errors import EntryMissing
from troth.receipts import NoReceipt, Outcome
from troth.subjects import SubjectUnknown

DAY = timedelta(days=1)


def said(company: Wharf, sequence: int) -> dict[str, Any]:
    found: dict[str, Any] = record_of(company.receipts.make(sequence).claims)["troth:said"]
    return found


def test_every_act_has_its_receipt(company: Wharf) -> None:
    digest = company.organisation.policy().digest
    acts = {
        "given": company.gave(),
        "withdrawn": company.did("consent", company.amy, "newsletter", "withdrawn", language="en"),
        "refused": company.did("consent", company.amy, "face", "refused"),
        "accepted": company.did("accept", company.amy, "explicit", language="en", policy=digest),
        "declined": company.did("accept", company.amy, "declined"),
        "objected": company.did("object", company.amy, "mailing"),
        "objection lifted": company.did("object", company.amy, "mailing", raised=False),
    }
    for act, sequence in acts.items():
        receipt = company.receipts.make(sequence, company.amy)
        record = record_of(receipt.claims)
        assert record["troth:said"]["troth:act"] == act
        assert record["dpv:hasPolicy"]["dct:identifier"] == digest
        assert record["dct:source"]["troth:sequence"] == sequence
        assert company.receipts.check(receipt.jws, subject=company.amy).outcome is Outcome.VALID


def test_a_yes_tells_who_what_for_and_how_to_take_it_back(company: Wharf) -> None:
    claims = company.receipts.make(company.gave()).claims
    record = record_of(claims)
    [controller], [process] = record["dpv:hasDataController"], record["dpv:hasProcess"]
    [purpose], [recipient] = process["dpv:hasPurpose"], process["dpv:hasRecipient"]
    assert controller["dpv:hasName"] == [{"@language": "en", "@value": "Wharf Sdn Bhd"}]
    assert controller["dpv:hasContact"] == ["privacy@wharf.example", "email"]
    assert (purpose["dct:identifier"], purpose["skos:broader"]) == ("purpose:newsletter", "dpv:Marketing")
    assert {one["@language"] for one in purpose["dct:title"]} == {"en", "zh"}
    assert [one["dct:identifier"] for one in process["dpv:hasPersonalData"]] == ["category:email"]
    assert (recipient["dct:identifier"], recipient["skos:broader"]) == (
        "recipient:printer",
        "dpv:DataProcessor",
    )
    assert process["dpv:hasLegalBasis"] == "dpv:ExplicitlyExpressedConsent"
    ways = process["dpv:hasConsentControl"]["dpv:isExercisedAt"]
    assert [way["dct:identifier"] for way in ways] == ["email", "form"]
    notice, status = record["dpv:hasNotice"], record["dpv:hasConsentStatus"]
    version = company.organisation.policy().notice_versions["letter"]
    assert (notice["@type"], notice["dct:hasVersion"]) == ("dpv:ConsentNotice", version)
    assert (notice["dct:language"], notice["troth:rendered"]) == ("zh", RENDERED)
    assert status["@type"] == "dpv:ConsentGiven"
    assert status["dpv:hasDuration"]["rdf:value"].startswith("2027-03-02")
    assert record["dpv:hasJurisdiction"] == ["loc:MY"]
    assert claims["troth:simulation"] is True


def test_what_the_item_leaves_open_is_what_its_grounds_name_and_the_rest_is_not_promised(
    company: Wharf,
) -> None:
    [process] = record_of(company.receipts.make(company.gave(item="face")).claims)["dpv:hasProcess"]
    assert [one["dct:identifier"] for one in process["dpv:hasPurpose"]] == ["purpose:entry"]
    assert [one["@type"] for one in process["dpv:hasPersonalData"]] == ["dpv:SensitivePersonalData"]
    assert process["dpv:hasProcessing"] == ["dpv:Collect"]
    assert process["dpv:hasConsentControl"] == {"@type": "dpv:WithdrawConsent", "troth:notPromised": True}
    assert process["dpv:hasStorageCondition"] == [
        {"@type": "dpv:StorageCondition", "troth:notPromised": True}
    ]


def test_a_guardian_speaks_for_a_child(company: Wharf) -> None:
    status = record_of(company.receipts.make(company.gave(item="child")).claims)["dpv:hasConsentStatus"]
    assert status["dpv:isIndicatedBy"] == {"@type": "dpv:GuardianOfDataSubject"}


def test_a_consent_that_ran_out_has_a_receipt_under_the_version_then_in_force(company: Wharf) -> None:
    company.gave()
    company.clock.advance(400 * DAY)
    sequence = company.did("expire")
    receipt = company.receipts.make(sequence)
    record = record_of(receipt.claims)
    assert record["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentExpired"
    assert record["dpv:hasConsentStatus"]["dpv:isIndicatedBy"] == {"@type": "dpv:DataController"}
    assert record["dpv:hasPolicy"]["dct:identifier"] == company.organisation.policy().digest
    assert company.receipts.check(receipt.jws).outcome is Outcome.VALID


def test_the_same_entry_gives_the_same_receipt_whatever_comes_later(company: Wharf) -> None:
    sequence = company.gave()
    first = company.receipts.make(sequence)
    company.did("consent", company.amy, "newsletter", "withdrawn")
    company.did("merge", company.ben, company.amy)
    company.checkpoints.make()
    company.clock.advance(40 * DAY)
    again = company.receipts.make(sequence)
    assert (again.jws, again.claims) == (first.jws, first.claims)
    assert (first.proof, bool(again.proof)) == ("", True)


def test_the_proof_stays_the_same_once_a_checkpoint_covers_the_entry(company: Wharf) -> None:
    sequence = company.gave()
    company.checkpoints.make()
    proof = company.receipts.make(sequence).proof
    for _ in range(3):
        company.gave(company.ben)
        company.checkpoints.make()
    assert company.receipts.make(sequence).proof == proof
    assert read_proof(proof)[0] == sequence - 1
    assert company.receipts.check(company.receipts.make(sequence).jws, proof).proven


def test_a_receipt_holds_nothing_that_tells_who_it_is(company: Wharf) -> None:
    sequence = company.gave()
    receipt = company.receipts.make(sequence)
    with company.organisation.database.read() as connection:
        [event] = company.organisation.ledger.events(connection, after=sequence - 1, until=sequence)
    written = json.dumps(unpacked(receipt.jws)[1])
    assert event.subject is not None
    for secret in ("amy", "people.example", company.amy, event.subject):
        assert secret not in written
    other = company.receipts.make(company.gave(company.ben))
    names = [record_of(one.claims)["dpv:hasDataSubject"]["dct:identifier"] for one in (receipt, other)]
    assert len(set(names)) == 2


def test_a_receipt_is_handed_to_its_own_person_alone(company: Wharf) -> None:
    sequence = company.gave()
    with pytest.raises(NoReceipt, match="not about this person"):
        company.receipts.make(sequence, company.ben)
    with pytest.raises(SubjectUnknown):
        company.receipts.make(sequence, "sub_nobody")
    receipt = company.receipts.make(sequence, company.amy)
    assert company.receipts.check(receipt.jws, subject=company.ben).outcome is Outcome.OTHER_PERSON
    company.did("merge", company.ben, company.amy)
    assert company.receipts.check(receipt.jws, subject=company.ben).outcome is Outcome.VALID, "they are one"


@pytest.mark.parametrize("sequence", [0, -1, 1, 2, 99])
def test_what_is_no_act_of_a_person_has_no_receipt(company: Wharf, sequence: int) -> None:
    with pytest.raises((NoReceipt, EntryMissing)):
        company.receipts.make(sequence)


def test_keys_change_without_a_flag_day(company: Wharf) -> None:
    first, before = company.gave(), company.clock.now()
    old = company.receipts.make(first)
    new_key = company.checkpoints.add_key()
    assert company.receipts.make(first).jws == old.jws, "the new key is published before its turn comes"
    assert len(company.receipts.jwks()) == 2
    company.clock.advance(DAY)
    retired = next(key for key in company.receipts.public_keys() if key.key != new_key)
    company.checkpoints.retire_key(retired.key.id.hex())
    company.clock.advance(DAY)
    then = company.receipts.make(company.gave(company.ben))
    kept = {jwk["kid"]: jwk for jwk in company.receipts.jwks()}
    assert set(kept) == {unpacked(one.jws)[0]["kid"] for one in (old, then)}
    assert kept[retired.id]["exp"] == int((before + DAY).timestamp())
    assert "exp" not in kept[unpacked(then.jws)[0]["kid"]]
    for receipt in (old, then):
        assert company.receipts.check(receipt.jws).outcome is Outcome.VALID
    assert company.receipts.make(first).claims == old.claims
