"""What an act is about, as a DPV process: purposes, data, actions, recipients, and how long data stay. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from troth.policy import vocabulary as v
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact
from troth.policy.linked import labelled, named, stored
from troth.policy.model import Bar, Consent, Export, Ground, Purpose, Scoped


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
        "dpv:hasPersonalData": [named("category", id, catalogue) for id in data],
        "dpv:hasProcessing": [v.ACTIONS[one].dpv for one in actions],
        "dpv:hasPurpose": [named("purpose", one.id, catalogue) for one in purposes],
        "dpv:hasRecipient": [named("recipient", id, catalogue) for id in recipients],
        "dpv:hasStorageCondition": stored({one.id for one in purposes}, data, catalogue),
    }


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
