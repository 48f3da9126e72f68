"""Organisations whose sites are looked at, and visitors who choose."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from troth.app.opening import compiled_folder
from troth.app.organisation import Organisation
from troth.app.site_acts import choose
from troth.cookies import Plan, Said, Site, plan
from troth.decide import naive
from troth.decide.compiled import Engine
from troth.policies import Declared

EXAMPLES = Path(__file__).parents[2] / "examples"
VISITOR, OTHER = "0" * 31 + "1", "0" * 31 + "2"
SITE = Site(names={"session": "session_cookie", "prefs": "preference_cookie", "_b*": "web_beacon"})


@cache
def declared(example: str, reading: str) -> Declared:
    """An example under a reading, whichever its company enforces."""
    bundle, _ = compiled_folder(EXAMPLES / example)
    return Declared(replace(bundle, header=replace(bundle.header, enforced=reading)))


@cache
def planned(example: str, reading: str, by: str = "engine") -> Plan:
    """What visitors of an example's site can choose, by the engine or by the interpreter that specifies it."""
    found = declared(example, reading)
    if by == "engine":
        return plan(found, Engine.compile(found.bundle).answer)
    return plan(found, lambda question, facts: naive.answer(found.catalogue, question, facts))


def say(
    organisation: Organisation,
    on: frozenset[str] | set[str],
    *,
    visitor: str = VISITOR,
    language: str = "en",
    signal: bool = False,
    site: Site = SITE,
) -> dict[str, object]:
    """A visitor presses a button of the banner."""
    version = organisation.policy()
    shown = organisation.cookies.interface(version, site, language)
    said = Said(frozenset(on), language, shown.digest, signal)
    return choose(organisation, visitor, version.digest, said, site)
