"""What an act is about, as a DPV process: purposes, data, actions, recipients, and how long data stay. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from troth.policy import vocabulary as v
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact
from troth.policy.model import (
    Bar,
    Category,
    Consent,
    Export,
    Ground,
    Purpose,
    Recipient,
    Retention,
    Scoped,
    Statement,
)


def process(about: Consent | Bar, catalogue: Catalogue) -> dict[str, Any]:
    """The process an item or a bar is about. Sides it leaves open are those of the statements that ask for it."""
    asking = [about, *(_asking(about, catalogue) if isinstance(about, Consent) else ())]
    purposes = _purposes(asking, catalogue)
    data = _side(asking, "data", "category", catalogue) or sorted(
        {one for purpose in purposes for one in catalogue.expand("category", purpose.data)}
    )
    recipients = _side(asking, "recipients", "recipient", catalogue)
    actions = next((one.acts for one in asking if one.acts), ())
    return {
        "@type": "dpv:Process",
        "dct:identifier": about.key,
        "dct:title": labelled(about.label),
        "dpv:hasPersonalData": [_named("category", id, catalogue) for id in data],
        "dpv:hasProcessing": [v.ACTIONS[one].dpv for one in actions],
        "dpv:hasPurpose": [_named("purpose", one.id, catalogue) for one in purposes],
        "dpv:hasRecipient": [_named("recipient", id, catalogue) for id in recipients],
        "dpv:hasStorageCondition": _storage({one.id for one in purposes}, data, catalogue),
    }


def labelled(labels: dict[str, str]) -> list[dict[str, str]]:
    """A name in each of its languages."""
    return [{"@language": language, "@value": labels[language]} for language in sorted(labels)]


def _asking(item: Consent, catalogue: Catalogue) -> list[Ground | Export]:
    """The grounds that rest on this consent."""
    wanted = Fact("consent", item.id)
    grounds: list[Ground | Export] = [*catalogue.all(Ground), *catalogue.all(Export)]
    return [
        one
        for one in grounds
        if any(
            wanted == literal.fact for need in one.needs for literal in need.literals if not literal.negated
        )
    ]


def _purposes(asking: Iterable[Consent | Scoped], catalogue: Catalogue) -> list[Purpose]:
    ids = _side(asking, "purposes", "purpose", catalogue)
    return [found for id in ids if (found := catalogue.get(Purpose, id)) is not None]


def _side(asking: Iterable[Consent | Scoped], side: str, kind: str, catalogue: Catalogue) -> list[str]:
    """The ids that the first of these statements names on a side, selectors expanded."""
    named = next((names for one in asking if (names := getattr(one, side))), ())
    return sorted(catalogue.expand(kind, named))


def _named(kind: str, id: str, catalogue: Catalogue) -> dict[str, Any]:
    """A purpose, category or recipient with its names, and what it is in DPV."""
    found = catalogue.by_key(f"{kind}:{id}")
    type, broader = _terms(kind, id, found, catalogue)
    return {
        "@type": type,
        "dct:identifier": f"{kind}:{id}",
        "dct:title": labelled(found.label if found else {}),
        **({"skos:broader": broader} if broader else {}),
    }


def _terms(kind: str, id: str, found: Statement | None, catalogue: Catalogue) -> tuple[str, str]:
    """The DPV class, and the narrower term where the policy names one."""
    own = found.dpv if found is not None and found.dpv.startswith("dpv:") else ""
    if kind == "category" and isinstance(found, Category):
        return v.NATURES[catalogue.nature(id)].dpv, own
    if kind == "recipient" and isinstance(found, Recipient):
        return "dpv:Recipient", own or v.RECIPIENT_CLASSES[found.what].dpv
    return {"purpose": "dpv:Purpose", "category": "dpv:PersonalData"}.get(kind, "dpv:Recipient"), own


def _storage(purposes: set[str], data: Iterable[str], catalogue: Catalogue) -> list[dict[str, Any]]:
    """How long data stay (TS 27560, 6.3.4.12): the retention rules that are about these purposes and data."""
    categories = list(data)
    rules = [one for one in catalogue.all(Retention) if _concerns(one, purposes, categories, catalogue)]
    return [_kept(one) for one in rules] or [{"@type": "dpv:StorageCondition", "troth:notPromised": True}]


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
