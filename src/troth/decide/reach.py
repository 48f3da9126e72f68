"""What a question names that is not declared, and where something declared ends: what no fact about a person can mend."""

from __future__ import annotations

from collections.abc import Iterator

from troth.decide.lower import Declared, Home
from troth.decide.model import Obstacle, Question
from troth.policy.catalogue import Catalogue
from troth.policy.vocabulary import ACTIONS, REGIONS

KINDS = (
    ("purpose", "purpose"),
    ("via", "point"),
    ("source", "source"),
    ("message", "message"),
    ("recipient", "recipient"),
)
"""Sides of a question and the kind of statement that declares their values."""


def undeclared(catalogue: Catalogue, question: Question) -> Iterator[Obstacle]:
    """What is missing in a question, or named there and declared nowhere."""
    if question.action not in ACTIONS:
        yield _nowhere(f"the policy declares no action '{question.action}'")
    for side, kind in KINDS:
        value = getattr(question, side)
        if value and value not in catalogue.ids(kind):
            yield _nowhere(f"the policy declares no {kind} '{value}'")
    if question.place and question.place not in REGIONS:
        yield _nowhere(f"the policy declares no place '{question.place}'")
    for category in question.data:
        if category not in catalogue.ids("category"):
            yield _nowhere(f"the policy declares no category '{category}'")
    yield from _unnamed(question)


def _unnamed(question: Question) -> Iterator[Obstacle]:
    if not question.data:
        yield _nowhere("the question names no data", "data")
    if not question.purpose:
        yield _nowhere("the question names no purpose", "purpose")
    if question.action in ("share", "transfer") and not question.recipient:
        yield _nowhere(f"to {question.action} data, name the recipient", "recipient")
    if question.action == "export" and not question.place:
        yield _nowhere("to export data, name the place it goes to", "place")


def _nowhere(detail: str, name: str = "") -> Obstacle:
    return Obstacle("undeclared", "", (), "", detail, name=name)


def beyond_frame(catalogue: Catalogue, frame: Declared, question: Question, category: str) -> Iterator[str]:
    """In which ways an act lies beyond something it names."""
    bounds = frame.bounds
    if bounds.data is not None and not catalogue.covers(bounds.data, category):
        yield f"{frame.key} does not cover {category}"
    if bounds.purposes is not None and question.purpose not in bounds.purposes:
        yield f"{frame.key} does not serve {question.purpose}"
    if bounds.acts is not None and question.action not in bounds.acts:
        yield f"{frame.key} does not allow to {question.action}"
    if bounds.places is not None and question.place and question.place not in bounds.places:
        yield f"{frame.key} does not reach {question.place}"


def beyond_home(home: Home, question: Question, category: str) -> Iterator[str]:
    """Why an act takes data away from home."""
    if question.place not in home.regions:
        said = f"not in {question.place}" if question.place else "and the question names no place"
        yield f"{home.key} keeps {category} in {', '.join(home.regions)}, {said}"
