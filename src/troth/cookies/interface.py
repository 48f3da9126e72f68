"""What a visitor is shown: the choices of a plan in the words of one language, and the digest that names all of it.

The digest is over everything a visitor can read or press there: two visitors with the same digest were shown the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from troth.cookies.model import LASTS, Choice, Mode, Plan, Site
from troth.kernel.canonical import digest
from troth.policy.catalogue import Catalogue
from troth.policy.model import Notice, Point, Purpose, Statement

LANGUAGES: Final = ("en", "zh", "ms")


@dataclass(frozen=True, slots=True)
class Interface:
    """What is shown, as plain JSON values, and its digest."""

    shown: Mapping[str, Any]
    digest: str


def interface(
    plan: Plan, catalogue: Catalogue, organisation: str, site: Site, words: Mapping[str, str], language: str
) -> Interface:
    """The interface of a plan in a language, for one site."""
    say = _Said(catalogue, language)
    choices = _told_apart([_choice(one, say, site) for one in plan.choices])
    asked = any(one.mode is Mode.ASKED for one in plan.choices)
    shown: dict[str, Any] = {
        "org": organisation,
        "policy": plan.policy,
        "language": language,
        "link": site.policy,
        "domain": site.domain,
        "strict": bool(site.names),
        "lasts": LASTS,
        "lead": words["lead.asked" if asked else "lead.open"],
        "words": {name: text for name, text in words.items() if "." not in name},
        "choices": choices,
        "notices": _notices(plan, catalogue, say),
        "scope": digest([[one.id, one.mode.value, one.purposes, one.points] for one in plan.choices])[7:19],
    }
    return Interface(shown, digest(shown))


class _Said:
    """Labels of the policy in one language, or in English, or the id written as words."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        self.catalogue, self._language = catalogue, language

    def label(self, labels: Mapping[str, str], otherwise: str) -> str:
        """A label in the language, or the nearest there is."""
        return labels.get(self._language) or labels.get("en") or otherwise.replace("_", " ")

    def name(self, statement: Statement | None, id: str) -> str:
        """The name of something declared."""
        return self.label(statement.label if statement else {}, id)


def _choice(choice: Choice, say: _Said, site: Site) -> dict[str, Any]:
    get = say.catalogue.get
    return {
        "id": choice.id,
        "mode": choice.mode.value,
        "label": ", ".join(say.name(get(Purpose, one), one) for one in choice.purposes),
        "purposes": list(choice.purposes),
        "cost": _cost(choice, say),
        "items": [_item(get(Point, one), say, site) for one in choice.points],
        "clauses": list(choice.clauses),
    }


def _told_apart(choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choices of the same purposes are called by their items as well."""
    labels = [one["label"] for one in choices]
    for one in choices:
        if labels.count(one["label"]) > 1:
            one["label"] += ": " + ", ".join(item["label"] for item in one["items"])
    return choices


def _cost(choice: Choice, say: _Said) -> str:
    """What a no costs, where the policy says so."""
    found = (say.catalogue.get(Purpose, one) for one in choice.purposes)
    return " ".join(dict.fromkeys(say.label(one.refusing, "") for one in found if one and one.refusing))


def _item(point: Point | None, say: _Said, site: Site) -> dict[str, Any]:
    assert point is not None
    return {
        "id": point.id,
        "what": point.what,
        "names": sorted(name for name, id in site.names.items() if id == point.id),
        "label": say.name(point, point.id),
        "for": say.label(point.function, ""),
        "lasts": point.lifetime.replace("_", " "),
        "vendor": point.vendor,
    }


def _notices(plan: Plan, catalogue: Catalogue, say: _Said) -> list[dict[str, Any]]:
    """What the banner itself shows in full; a general notice is the published text, to which it leads."""
    ids = dict.fromkeys(one.removeprefix("shown:") for choice in plan.choices for one in choice.shows)
    found = (notice for one in ids if (notice := catalogue.get(Notice, one)) is not None)
    return [
        {"id": one.id, "label": say.name(one, one.id), "says": list(one.contents)}
        for one in found
        if one.level != "general" and one.contents
    ]
