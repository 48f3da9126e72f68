"""Controls that other rooms will bring. They are shown as not built yet, never as present."""

from __future__ import annotations

from troth.policy.model import (
    Boundary,
    Disclaimer,
    Incident,
    Retention,
    Right,
    Shutdown,
    Statement,
    TextClaim,
    UserDuty,
)
from troth.promises.model import Control

AFTER_ALL = frozenset({"cancel", "visibility"})
"""Rights with effects in stores that nobody carries out yet. Questions, complaints and what people decline are answered by people."""


def _planned(id: str, room: str, title: str, *kinds: type[Statement]) -> Control:
    return Control(id, room, title, lambda statement: isinstance(statement, kinds), built=False)


PLANNED: tuple[Control, ...] = (
    Control(
        "rights.others",
        "rights",
        "requests of other rights carried out over the stores",
        lambda s: isinstance(s, Right) and s.what in AFTER_ALL,
        built=False,
    ),
    _planned("retention.schedule", "retention", "deletion on time in every store", Retention),
    _planned("incidents.case", "incidents", "an incident's clocks, notices and reports", Incident),
    _planned("lifecycle.shutdown", "retention", "the ordered steps of a shutdown", Shutdown),
    _planned("linter.text", "audit", "the text held against rules", TextClaim),
    Control(
        "boundary.marks",
        "audit",
        "what is marked as lying inside or outside",
        lambda s: isinstance(s, Boundary) and not s.leaving,
        built=False,
    ),
    Control(
        "tenants.duties",
        "tenants",
        "what tenants, guardians and third parties are shown so that they can do their part",
        lambda s: isinstance(s, UserDuty) and not s.means,
        built=False,
    ),
    _planned("incidents.records", "incidents", "what a case records because of a disclaimer", Disclaimer),
)
