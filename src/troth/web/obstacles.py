"""Answers in sentences: what stands in the way of an act, and what would change that, in the language of the reader."""

from __future__ import annotations

from collections.abc import Iterator

from troth.decide.model import Obstacle, Question
from troth.decide.ways import NAMING
from troth.policy.vocabulary import REGIONS, SIDES
from troth.web.plainly import Plainly


def obstacle_sentence(say: Plainly, obstacle: Obstacle, question: Question) -> str:
    """Why an obstacle stands, with the names the policy gives instead of ids."""
    if obstacle.code == "bar":
        if not obstacle.missing:
            return say.t("obstacle.forbids")
        return say.t("obstacle.needs", what=say.t.listed(map(say.way, obstacle.missing), "join.or"))
    if obstacle.code == "unnamed" or (obstacle.code == "undeclared" and obstacle.name):
        return say.t("obstacle.unnamed", side=side_words(say, obstacle.name))
    if obstacle.code == "no_ground":
        said = say.t("obstacle.no_ground", **_named(say, obstacle, question))
        nearest = say.t.listed(f"“{say.key(key)}”" for key in obstacle.nearest)
        return (
            say.t.listed((said, say.t("obstacle.nearest", what=nearest)), "join.sentences")
            if nearest
            else said
        )
    if obstacle.code == "outside":
        return _outside(say, obstacle, question)
    return say.t("obstacle.undeclared")


def step_words(say: Plainly, step: str) -> str:
    """A step that would change the answer: a fact, or a side of the question to be named."""
    if step.startswith(NAMING):
        return say.t("obstacle.unnamed", side=side_words(say, step.removeprefix(NAMING)))
    return say.literal(step)


def side_words(say: Plainly, side: str) -> str:
    """What a side of a question is called."""
    return say.words.word("sides", side) if side in SIDES else say.t(f"side.{side}")


def _outside(say: Plainly, obstacle: Obstacle, question: Question) -> str:
    """In which way an act lies beyond something it names: the one that the obstacle's own words speak of."""
    key, detail = obstacle.statement, obstacle.detail
    named = _named(say, obstacle, question)
    for words, what in _ways_beyond(obstacle, question):
        if detail == f"{key} {words}":
            return say.t(f"obstacle.outside.{what}", **named)
    home = say.catalogue.by_key(key)
    regions = [region_words(say, one) for one in getattr(home, "regions", ())]
    what = "home" if question.place else "home.unnamed"
    return say.t(f"obstacle.outside.{what}", regions=say.t.listed(regions), **named)


def _ways_beyond(obstacle: Obstacle, question: Question) -> Iterator[tuple[str, str]]:
    yield f"does not cover {obstacle.category}", "data"
    yield f"does not serve {question.purpose}", "purpose"
    yield f"does not allow to {question.action}", "action"
    yield f"does not reach {question.place}", "place"


def region_words(say: Plainly, region: str) -> str:
    """What a region is called."""
    return say.words.word("regions", region) if region in REGIONS else region


def _named(say: Plainly, obstacle: Obstacle, question: Question) -> dict[str, str]:
    return {
        "data": say.named("category", obstacle.category),
        "purpose": say.named("purpose", question.purpose),
        "action": say.words.word("actions", question.action),
        "place": region_words(say, question.place),
    }
