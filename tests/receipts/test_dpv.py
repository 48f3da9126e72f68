"""Receipts as JSON-LD: expanded by an independent processor without any fetch, in words that W3C DPV really has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pyld import jsonld

from tests.receipts.kit import Wharf
from tests.support.linked import named, nobody
from troth.policy import dpv
from troth.policy import vocabulary as v
from troth.receipts.model import ACTS
from troth.receipts.rules import BASES

DPV, LOC, TROTH = "https://w3id.org/dpv#", "https://w3id.org/dpv/loc#", "urn:troth:terms:"
TERMS = {term.removeprefix("dpv:") for term in dpv.TERMS if term.startswith("dpv:")}
USED = (v.ACTIONS, v.NATURES, v.RECIPIENT_CLASSES)
"""The vocabularies whose DPV terms receipts repeat."""


def expanded(claims: dict[str, Any]) -> Any:
    return jsonld.expand(claims, {"documentLoader": nobody})


@pytest.fixture(scope="module")
def all_claims(still: Wharf) -> list[dict[str, Any]]:
    acts = [
        still.gave(),
        still.gave(item="face"),
        still.gave(item="child"),
        still.did("consent", still.ben, "newsletter", "refused"),
        still.did("consent", still.amy, "newsletter", "withdrawn"),
        still.did("accept", still.amy, "explicit", language="en"),
        still.did("accept", still.ben, "declined"),
        still.did("object", still.amy, "mailing"),
        still.did("object", still.amy, "mailing", raised=False),
    ]
    return [still.receipts.make(one).claims for one in acts]


def test_every_name_is_one_that_its_vocabulary_has(all_claims: list[dict[str, Any]]) -> None:
    for claims in all_claims:
        names = set(named(expanded(claims)))
        assert {name.removeprefix(DPV) for name in names if name.startswith(DPV)} <= TERMS
        places = {name.removeprefix(LOC) for name in names if name.startswith(LOC)}
        assert places <= set(v.REGIONS) - {"OTHER"}
        known = (
            "http://purl.org/dc/terms/",
            "http://www.w3.org/",
            DPV,
            LOC,
            TROTH,
            "urn:troth:",
            "https://w3id.org/dpv/",
        )
        assert not [name for name in names if not name.startswith(known)], "a prefix without its vocabulary"


def test_nothing_is_lost_in_expanding(all_claims: list[dict[str, Any]]) -> None:
    """A name that no prefix explains would be dropped silently: every key of ours comes out again."""
    for claims in all_claims:
        body = {key: value for key, value in claims.items() if key != "@context"}
        keys = {key for key in keys_of(body) if not key.startswith("@")}
        prefixes = claims["@context"]
        whole = {prefixes[key.partition(":")[0]] + key.partition(":")[2] for key in keys}
        assert whole <= set(named(expanded(claims)))


def keys_of(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield from one
            for inner in one.values():
                yield from keys_of(inner)


def test_as_a_graph_it_says_who_when_and_what(all_claims: list[dict[str, Any]]) -> None:
    [receipt] = expanded(all_claims[0])
    assert receipt["@type"] == [f"{DPV}ConsentReceipt"]
    [record] = receipt[f"{DPV}hasRecordOfActivity"]
    [status] = record[f"{DPV}hasConsentStatus"]
    assert status["@type"] == [f"{DPV}ConsentGiven"]
    [when] = status[f"{DPV}isIndicatedAtTime"]
    assert when["@type"] == "http://www.w3.org/2001/XMLSchema#dateTime"
    [process] = record[f"{DPV}hasProcess"]
    assert process[f"{DPV}hasLegalBasis"] == [{"@id": f"{DPV}ExplicitlyExpressedConsent"}]
    assert process[f"{DPV}hasProcessing"] == [{"@id": f"{DPV}Use"}]
    triples = jsonld.to_rdf(all_claims[0], {"format": "application/n-quads", "documentLoader": nobody})
    assert f"<{DPV}hasConsentStatus>" in triples


def test_what_receipts_repeat_of_the_policy_language_is_in_dpv() -> None:
    words = {word.dpv for vocabulary in USED for word in vocabulary.values() if word.dpv}
    words |= set(BASES.values()) | {act.dpv for act in ACTS.values() if act.dpv}
    assert {word.removeprefix("dpv:") for word in words} <= TERMS


def test_a_kind_of_consent_is_the_term_that_the_policy_language_gives_it() -> None:
    for kind, term in BASES.items():
        given = v.CONSENT_KINDS[kind].dpv
        assert given in ("", term), (
            "what DPV has no term for is an expressed consent, said apart or by a guardian"
        )
