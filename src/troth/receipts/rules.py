"""What a receipt says: an entry of the ledger and the policy version it happened under, as a consent record. Pure.

The same entry gives the same claims: nothing here depends on when a receipt is asked for, nor on what happened later.
Fields and their order of necessity: ISO/IEC TS 27560:2023, 6.3, as W3C's DPV guide maps them. What the policy leaves open is
said to be not promised, and never made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from troth.consent import evidence
from troth.ledger import Event
from troth.ledger.header import write_instant
from troth.policies import Declared
from troth.policy import vocabulary as v
from troth.policy.linked import controllers, labelled
from troth.policy.model import Acceptance, Consent, Objection
from troth.receipts.context import CONTEXT, RECEIPT_FORM, RECORD_FORM
from troth.receipts.model import ACTS, Claims
from troth.receipts.processing import process
from troth.subjects.evidence import detail

FORM: Final = 1
"""Of these claims; a later program that says more counts on."""
EXPRESSED: Final = "dpv:ExplicitlyExpressedConsent"
BASES: Final = {
    "deemed": "dpv:ImpliedConsent",
    "explicit": EXPRESSED,
    "separate": EXPRESSED,
    "guardian": EXPRESSED,
}
"""The DPV term for each kind of yes; who says it, and how apart it was asked, stands beside it."""


@dataclass(frozen=True, slots=True)
class Told:
    """All that claims are made of: an entry with its leaf hash, the name of its ledger, the person, the policy version."""

    event: Event
    leaf: bytes
    log: str
    person: str
    """The person's name on receipts of this organisation, and nowhere else."""
    declared: Declared


def claims_of(told: Told) -> Claims:
    """The receipt of an entry as JSON-LD."""
    record, name = _record(told), f"{quote(told.log)}:{told.event.sequence}"
    consent = told.event.kind.startswith(evidence.ITEM)
    return {
        "@context": dict(CONTEXT),
        "@id": f"urn:troth:receipt:{name}",
        "@type": "dpv:ConsentReceipt" if consent else "troth:Receipt",
        **({"dct:conformsTo": RECEIPT_FORM} if consent else {}),
        "dct:identifier": f"urn:troth:receipt:{name}",
        "dct:created": write_instant(told.event.recorded_at),
        "dct:publisher": labelled(told.declared.bundle.header.organisation),
        "dpv:hasRecordOfActivity": record,
        "troth:form": FORM,
        "troth:simulation": told.declared.bundle.header.simulation,
    }


def facts_of(claims: Claims) -> tuple[object, ...]:
    """What a receipt says out of the ledger's own header: entry, person, act and instants. Raises KeyError, TypeError."""
    record = claims["dpv:hasRecordOfActivity"]
    said = record["troth:said"]
    return (
        record["dct:source"],
        record["dpv:hasDataSubject"]["dct:identifier"],
        record["dpv:hasPolicy"]["dct:identifier"],
        said["troth:act"],
        said["troth:about"],
        said["dpv:isIndicatedAtTime"],
        claims["dct:created"],
        record["troth:origin"],
    )


def _record(told: Told) -> dict[str, Any]:
    event, header = told.event, told.declared.bundle.header
    name = f"urn:troth:entry:{quote(told.log)}:{event.sequence}"
    consent = event.kind.startswith(evidence.ITEM)
    return {
        "@id": name,
        "@type": "dpv:ConsentRecord" if consent else "dpv:DataProcessingRecord",
        **({"dct:conformsTo": RECORD_FORM} if consent else {}),
        "dct:identifier": name,
        "dct:source": {
            "@type": "troth:LedgerEntry",
            "troth:leaf": f"sha256:{told.leaf.hex()}",
            "troth:log": told.log,
            "troth:sequence": event.sequence,
        },
        "dpv:hasDataController": controllers(
            told.declared.catalogue, told.declared.bundle.header.organisation
        ),
        "dpv:hasDataSubject": {"@type": "dpv:DataSubject", "dct:identifier": told.person},
        "dpv:hasJurisdiction": [f"loc:{place}" for place in header.home if place != "OTHER"],
        "dpv:hasNotice": _notice(told),
        "dpv:hasPolicy": {
            "@type": "dpv:Policy",
            "dct:hasVersion": header.version,
            "dct:identifier": told.declared.digest,
        },
        "dpv:hasProcess": _process(told),
        "troth:origin": event.origin.value,
        "troth:said": _said(told),
        **_status(told),
    }


def _said(told: Told) -> dict[str, Any]:
    """The act in plain words of ours, whatever DPV has for it."""
    event = told.event
    kind = detail(event, "kind") or (
        event.codes[0].partition(":")[2] if event.kind == evidence.ACCEPTED else ""
    )
    return {
        "@type": "troth:Act",
        "dpv:isIndicatedAtTime": write_instant(event.occurred_at),
        "troth:about": _about(event),
        "troth:act": ACTS[event.kind].name,
        **({"troth:kind": kind} if kind else {}),
    }


def _about(event: Event) -> str:
    """The statement an act is about, as `consent:ID` or `objection:ID`; `policy` where it is about the whole."""
    family, _, id = event.codes[0].partition(":")
    if event.kind in (evidence.ACCEPTED, evidence.DECLINED):
        return "policy"
    return f"objection:{id}" if family == "objects" else f"{family}:{id}"


def _status(told: Told) -> dict[str, Any]:
    """The act as DPV has it, where it has it (TS 27560, 6.3.7: event fields)."""
    event, term = told.event, ACTS[told.event.kind].dpv
    if not term or event.kind == evidence.LIFTED:
        return {}
    status: dict[str, Any] = {
        "@type": term,
        "dpv:isIndicatedAtTime": write_instant(event.occurred_at),
        "dpv:isIndicatedBy": {"@type": _speaker(event)},
    }
    ends = evidence.expiry(event)
    if event.kind.startswith(evidence.ITEM):
        until = {"@type": "dpv:UntilTimeDuration", "rdf:value": write_instant(ends)} if ends else None
        status["dpv:hasDuration"] = until or {"@type": "dpv:EndlessDuration"}
        return {"dpv:hasConsentStatus": status}
    return {"dpv:hasEntityInvolvement": status}


def _speaker(event: Event) -> str:
    """Who said it: a guardian for a child, the controller where a consent ran out, else the person."""
    if detail(event, "kind") == "guardian":
        return "dpv:GuardianOfDataSubject"
    return "dpv:DataController" if event.kind == f"{evidence.ITEM}expired" else "dpv:DataSubject"


def _notice(told: Told) -> dict[str, Any]:
    """What was shown before the act: which notice, in which version and language; the policy itself where it was that."""
    event, notice = told.event, detail(told.event, "notice")
    shown = {"dct:language": detail(event, "language"), "troth:rendered": detail(event, "rendered")}
    if notice:
        shown |= {"dct:identifier": f"notice:{notice}", "dct:hasVersion": detail(event, "version")}
    else:
        shown |= {"dct:identifier": "policy", "dct:hasVersion": told.declared.digest}
    kind = "dpv:ConsentNotice" if notice else "dpv:PrivacyNotice"
    return {"@type": kind, **{name: value for name, value in shown.items() if value}}


def _process(told: Told) -> list[dict[str, Any]]:
    """What the act is about. Of a statement that the version does not have any more, and of the policy as a whole, nothing."""
    kind, _, id = _about(told.event).partition(":")
    catalogue = told.declared.catalogue
    if kind == "consent":
        item = catalogue.get(Consent, id)
        asked = detail(told.event, "kind") or (item.what if item else "")
        control = {"@type": "dpv:WithdrawConsent"}
        more = {"dpv:hasLegalBasis": BASES.get(asked, "dpv:Consent")}
        return (
            [process(item, catalogue) | more | _way("dpv:hasConsentControl", control, item.withdraw)]
            if item
            else []
        )
    if kind == "objection":
        objection = catalogue.get(Objection, id)
        control = {"@type": "dpv:ObjectingToProcess"}
        way = _way("dpv:hasEntityControl", control, objection.channels) if objection else {}
        return [process(objection, catalogue) | way] if objection else []
    shown = catalogue.all(Acceptance) if told.event.kind == evidence.ACCEPTED else ()
    return [process(one, catalogue) for one in shown]


def _way(relation: str, control: dict[str, Any], channels: Sequence[str]) -> dict[str, Any]:
    """How it is taken back, or raised: by which channels, or that this is not promised (TS 27560, 6.3.4.18)."""
    known = [{"dct:identifier": one, "dct:title": _english(v.CHANNELS[one].meaning)} for one in channels]
    return {relation: control | ({"dpv:isExercisedAt": known} if known else {"troth:notPromised": True})}


def _english(words: str) -> dict[str, str]:
    return {"@language": "en", "@value": words}
