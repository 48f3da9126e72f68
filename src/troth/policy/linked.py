"""A policy in the words of the W3C Data Privacy Vocabulary, as JSON-LD that carries its own context.

For each purpose a `dpv:Process`: data, actions, legal bases, recipients, sources, how long data stay; beside them rights,
safeguards, contacts. What DPV has no term for is ours, under `troth:`. Whoever reads it asks nobody for a context.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from troth.policy import vocabulary as v
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.dpv import NAMESPACES
from troth.policy.model import (
    Category,
    Entity,
    Export,
    Ground,
    Purpose,
    Recipient,
    Retention,
    Right,
    Safeguard,
    Source,
    Statement,
)

OURS: Final = "urn:troth:terms:"
_AN_ADDRESS: Final = {"@type": "@id"}
_A_DAY: Final = {"@type": "http://www.w3.org/2001/XMLSchema#date"}
CONTEXT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        **NAMESPACES,
        "loc": "https://w3id.org/dpv/loc#",
        "dct": "http://purl.org/dc/terms/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "troth": OURS,
        "dct:issued": _A_DAY,
        "dct:valid": _A_DAY,
        "dpv:hasJurisdiction": _AN_ADDRESS,
        "dpv:hasLegalBasis": _AN_ADDRESS,
        "dpv:hasProcessing": _AN_ADDRESS,
        "skos:broader": _AN_ADDRESS,
    }
)
CONTROLLERS: Final = {"controller": "dpv:DataController", "joint_controller": "dpv:JointDataControllers"}
_MEASURES: Final = {
    "physical": "dpv:PhysicalMeasure",
    "technical": "dpv:TechnicalMeasure",
    "organisational": "dpv:OrganisationalMeasure",
}


def linked(bundle: Bundle, reading: str = "") -> dict[str, Any]:
    """The whole policy under a reading (default: the one enforced), named by its digest."""
    header, catalogue = bundle.header, Catalogue.of(bundle, reading)
    return {
        "@context": dict(CONTEXT),
        "@id": f"urn:troth:policy:{bundle.digest}",
        "@type": ["dpv:Policy", "dpv:PrivacyNotice"],
        "dct:identifier": bundle.digest,
        "dct:hasVersion": header.version,
        "dct:title": labelled(header.organisation),
        **({"dct:issued": header.released.isoformat()} if header.released else {}),
        **({"dct:valid": header.effective.isoformat()} if header.effective else {}),
        "dct:language": [text.language for text in bundle.texts],
        "dpv:hasJurisdiction": [f"loc:{place}" for place in header.home if place != "OTHER"],
        "dpv:hasDataController": controllers(catalogue, header.organisation),
        "dpv:hasProcess": [_process(purpose, catalogue) for purpose in catalogue.all(Purpose)],
        "dpv:hasRight": [_right(right) for right in catalogue.all(Right)],
        "dpv:hasTechnicalOrganisationalMeasure": [_measure(one) for one in catalogue.all(Safeguard)],
        "troth:reading": reading or header.enforced or "as_written",
        "troth:simulation": header.simulation,
    }


def labelled(labels: Mapping[str, str]) -> list[dict[str, str]]:
    """A name in each of its languages."""
    return [{"@language": language, "@value": labels[language]} for language in sorted(labels)]


def controllers(catalogue: Catalogue, organisation: Mapping[str, str]) -> list[dict[str, Any]]:
    """Who answers for the data, and how they are reached; by the name of the organisation where the text names none."""
    return [
        {
            "@type": CONTROLLERS[one.role],
            "dct:identifier": one.key,
            "dpv:hasContact": [*filter(None, (one.address,)), *one.channels],
            "dpv:hasName": labelled(one.name or organisation),
        }
        for one in catalogue.all(Entity)
        if one.role in CONTROLLERS
    ]


def named(kind: str, id: str, catalogue: Catalogue) -> dict[str, Any]:
    """A purpose, category, recipient or source with its names, and what it is in DPV."""
    found = catalogue.by_key(f"{kind}:{id}")
    type, broader = _terms(kind, id, found, catalogue)
    return {
        "@type": type,
        "dct:identifier": f"{kind}:{id}",
        "dct:title": labelled(found.label if found else {}),
        **({"skos:broader": broader} if broader else {}),
    }


def stored(purposes: set[str], data: Iterable[str], catalogue: Catalogue) -> list[dict[str, Any]]:
    """How long data stay (ISO/IEC TS 27560, 6.3.4.12): the retention rules that are about these purposes and data."""
    categories = list(data)
    rules = [one for one in catalogue.all(Retention) if _concerns(one, purposes, categories, catalogue)]
    return [_kept(one) for one in rules] or [{"@type": "dpv:StorageCondition", "troth:notPromised": True}]


def _terms(kind: str, id: str, found: Statement | None, catalogue: Catalogue) -> tuple[str, str]:
    """The DPV class, and the narrower term where the policy names one."""
    own = found.dpv if found is not None and found.dpv.startswith("dpv:") else ""
    if kind == "category" and isinstance(found, Category):
        return v.NATURES[catalogue.nature(id)].dpv, own
    if kind == "recipient" and isinstance(found, Recipient):
        return "dpv:Recipient", own or v.RECIPIENT_CLASSES[found.what].dpv
    whole = {"purpose": "dpv:Purpose", "category": "dpv:PersonalData", "source": "dpv:DataSource"}
    return whole.get(kind, "dpv:Recipient"), own


def _concerns(rule: Retention, purposes: set[str], data: list[str], catalogue: Catalogue) -> bool:
    named = catalogue.expand("purpose", rule.purposes)
    served = not named or bool(named & purposes)
    return served and (not rule.data or any(catalogue.covers(rule.data, one) for one in data))


def _kept(rule: Retention) -> dict[str, Any]:
    period = str(rule.period) if rule.period else rule.criterion
    told = {"troth:period": period, "troth:start": rule.start, "troth:then": rule.then}
    return {
        "@type": "dpv:StorageCondition",
        "dct:identifier": rule.key,
        **{name: value for name, value in told.items() if value},
    }


# --- the policy's own parts ------------------------------------------------------------------------------------------------


def _process(purpose: Purpose, catalogue: Catalogue) -> dict[str, Any]:
    data = sorted(catalogue.expand("category", purpose.data))
    grounds = list(_grounds(purpose, catalogue))
    acts = sorted({act for ground in grounds for act in ground.acts} & set(purpose.acts or v.ACTIONS))
    recipients = [one.id for one in catalogue.all(Recipient) if _serves(one.purposes, purpose, catalogue)]
    sources = [one.id for one in catalogue.all(Source) if _serves(one.purposes, purpose, catalogue)]
    return {
        "@type": "dpv:Process",
        "dct:identifier": purpose.key,
        "dct:title": labelled(purpose.label),
        "dpv:hasPurpose": [named("purpose", purpose.id, catalogue)],
        "dpv:hasPersonalData": [named("category", id, catalogue) for id in data],
        "dpv:hasProcessing": [v.ACTIONS[act].dpv for act in acts],
        "dpv:hasLegalBasis": sorted({term for one in grounds if (term := v.BASES[one.basis].dpv)}),
        "dpv:hasRecipient": [named("recipient", id, catalogue) for id in recipients],
        "dpv:hasDataSource": [named("source", id, catalogue) for id in sources],
        "dpv:hasStorageCondition": stored({purpose.id}, data, catalogue),
        "troth:optional": [f"category:{one}" for one in purpose.optional],
        "troth:grounds": [{"dct:identifier": one.key, "troth:basis": one.basis} for one in grounds],
        "troth:clauses": list(purpose.clauses),
    }


def _grounds(purpose: Purpose, catalogue: Catalogue) -> Iterator[Ground | Export]:
    """The grounds that name this purpose, or none at all."""
    grounds: list[Ground | Export] = [*catalogue.all(Ground), *catalogue.all(Export)]
    return (one for one in grounds if _serves(one.purposes, purpose, catalogue))


def _serves(purposes: Iterable[str], purpose: Purpose, catalogue: Catalogue) -> bool:
    wanted = catalogue.expand("purpose", purposes)
    return not wanted or purpose.id in wanted


def _right(right: Right) -> dict[str, Any]:
    term = v.RIGHTS[right.what].dpv
    told = {
        "troth:within": str(right.within) if right.within else "",
        "troth:start": right.start,
        "troth:routes": list(right.routes),
        "troth:free": right.free,
        "troth:notPromised": list(right.silent),
        "troth:clauses": list(right.clauses),
    }
    return {
        "@type": ["dpv:DataSubjectRight", *([term] if term else [])],
        "dct:identifier": right.key,
        "dct:title": labelled(right.label),
        "troth:right": right.what,
        **{name: value for name, value in told.items() if value},
    }


def _measure(safeguard: Safeguard) -> dict[str, Any]:
    types = [_MEASURES[one] for one in safeguard.families] or ["dpv:TechnicalOrganisationalMeasure"]
    return {
        "@type": [*types, *([safeguard.dpv] if safeguard.dpv else [])],
        "dct:identifier": safeguard.key,
        "dct:title": labelled(safeguard.label),
        "troth:evidence": list(safeguard.evidence),
        "troth:clauses": list(safeguard.clauses),
    }
