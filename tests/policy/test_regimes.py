"""A pack that applies to a class of persons binds for them alone: its bars, its lists, and its duties to tell of incidents."""

from __future__ import annotations

from troth.app.folders import packs
from troth.kernel.findings import Findings
from troth.policy.model import Bar, Incident, LawfulBasis
from troth.policy.regimes import applied

PACK = packs(Findings())["EU-GDPR"]


def test_for_a_class_every_duty_is_about_that_class() -> None:
    for statement in applied(PACK, "eu_person"):
        if isinstance(statement, Incident):
            assert statement.who == "eu_person"
        if isinstance(statement, (Bar, LawfulBasis)):
            assert str(statement.when[0]) == "is:eu_person"


def test_for_everybody_nothing_is_limited() -> None:
    assert applied(PACK, "") == PACK.statements
    assert any(isinstance(statement, Incident) and not statement.who for statement in PACK.statements)
