"""A script speaks of everything its policy declares, and a stage does what is missing until the answer is yes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples.kit.progress import Progress
from examples.kit.script import Act, Script
from examples.kit.stage import Stage
from examples.kit.stories import Story, read_stories
from tests.tidy.source import ROOT
from troth.client import Answer, Client, Problem, Question

SCRIPTED = ("desk", "gateway")


def declared(name: str, section: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in (ROOT / "examples" / name / "statements").glob("*.yaml"):
        found |= (yaml.safe_load(path.read_text()) or {}).get(section, {})
    return found


def collecting(name: str) -> list[str]:
    """The points that name an aim, and a category by its name."""
    return [
        id
        for id, point in declared(name, "points").items()
        if point.get("purposes") and any(":" not in one for one in point.get("data", ()))
    ]


@pytest.mark.parametrize("name", SCRIPTED)
def test_everything_declared_has_its_act(name: str) -> None:
    script = Script.read(ROOT / "examples" / name, seed=1)
    acts = [script.act(number) for number in range(len(script))]
    questions = [act.question for act in acts if act.question]
    assert {act.consent for act in acts if act.consent} == set(declared(name, "consents"))
    assert {act.objection for act in acts if act.objection} == set(declared(name, "objections"))
    assert {q.via for q in questions if q.via} == set(collecting(name))
    assert len({q.purpose for q in questions}) > len(declared(name, "purposes")) / 2
    assert script.act(len(script)) == script.act(0)


def test_a_seed_fixes_the_order() -> None:
    folder = ROOT / "examples" / "gateway"
    one, same, other = (Script.read(folder, seed) for seed in (1, 1, 2))
    orders = [[s.act(n) for n in range(len(s))] for s in (one, same, other)]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("name", SCRIPTED)
def test_stories_are_written_for_each(name: str) -> None:
    stories = read_stories(ROOT / "examples" / name / "life.yaml")
    assert len(stories) >= 2
    assert all(any(step.get("expect") == "deny" for step in story.steps) for story in stories)


class Desk(Client):
    """Answers from what it was told: permits once all that it wants is there."""

    def __init__(self, *wants: str) -> None:
        self.wants = set(wants)
        self.asked: list[Question] = []

    def subject(self, identities: Mapping[str, str]) -> str:
        return "sub_1"

    def use(self, subject: str, question: Question, key: str = "") -> Answer:
        self.asked.append(question)
        self.wants -= {f"paper:{paper}" for paper in question.papers}
        return Answer(not self.wants, (), (), (), ((*sorted(self.wants),),) if self.wants else (), "", None)

    release = use

    def policy(self) -> dict[str, Any]:
        return {"digest": "sha256:0"}

    def set_facts(self, subject: str, set: Any = (), clear: Any = (), **_: str) -> None:
        self.wants -= {*set}

    def accept(self, subject: str, kind: str, policy: str, language: str) -> None:
        self.wants.discard("accepted")

    def consent(self, subject: str, item: str, act: str, **said: str) -> None:
        if item == "unknown":
            raise Problem(422, "", "There is no such item.")
        self.wants.discard(f"consent:{item}")

    def recipient(self, recipient: str, facts: Any, **_: Any) -> None:
        self.wants -= {f"recipient:{fact}" for fact in facts}


def stage(desk: Desk, tmp_path: Path) -> Stage:
    return Stage(desk, {}, 3, Progress(tmp_path / "p.json", 3))


def test_what_is_missing_is_done_and_it_is_asked_again(tmp_path: Path) -> None:
    desk = Desk("accepted", "shown:policy", "consent:news", "paper:citation", "recipient:contract")
    played = stage(desk, tmp_path)
    played.live(Act(Question("share", ("email",), "news", recipient="acme")))
    assert played.done["share permitted"] == 1
    assert desk.asked[-1].papers.keys() == {"citation"}


def test_nobody_is_talked_out_of_an_objection(tmp_path: Path) -> None:
    desk = Desk("not objects:list")
    played = stage(desk, tmp_path)
    played.live(Act(Question("use", ("email",), "news")))
    assert played.done == {"use refused": 1}


def test_a_story_that_comes_out_otherwise_is_named(tmp_path: Path) -> None:
    desk = Desk("consent:news")
    question = {"action": "use", "data": ["email"], "purpose": "news"}
    steps = [
        {"ask": question, "expect": "permit"},
        {"consent": "unknown", "act": "given"},
        {"consent": "news", "act": "given"},
        {"ask": question, "expect": "permit"},
    ]
    played = stage(desk, tmp_path)
    played.play([Story("A reader", tuple(steps))])
    assert played.surprises == [
        "A reader, step 1: deny, not permit",
        "A reader, step 2: problem: There is no such item., not done",
    ]


def test_a_life_goes_on_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    first = Progress(file, 1)
    assert [first.take(), first.take()] == [0, 1]
    assert Progress(file, 1).take() == 2
    assert Progress(file, 2).take() == 0
    file.write_text("rubbish")
    assert Progress(file, 2).take() == 0
