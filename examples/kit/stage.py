"""Where a script is played: people come, ask and are asked, and do what is missing as people would do it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from examples.kit.people import person
from examples.kit.progress import Progress
from examples.kit.script import RELEASES, Act
from examples.kit.stories import Story
from troth.client import Answer, Client, Problem, Question

ROUNDS = 5
NEWCOMERS = 0.35
MOST_KNOWN = 50
STAKE = 60.0
SEPARATE = "separate"
"""What an item that the text does not declare is taken to ask for: a law asks for the strictest."""
BARE = ("registered", "verified")
SETTABLE = ("shown", "on", "allowed", "is")


class Stage:
    """One company, played. `done` counts what happened; `surprises` says where a story came out otherwise than written."""

    def __init__(self, client: Client, kinds: Mapping[str, str], seed: int, progress: Progress) -> None:
        self._client = client
        self._progress = progress
        self._kinds = kinds
        self._seed = seed
        self._chance = random.Random(f"{seed}/stage")  # noqa: S311 - seeded, to be the same again
        self._known: list[str] = []
        self._given: set[tuple[str, str]] = set()
        self.done: Counter[str] = Counter()
        self.surprises: list[str] = []

    def live(self, act: Act) -> None:
        """Do one act of the script, with somebody new or somebody known."""
        subject = self._somebody()
        try:
            if act.question is not None:
                self._ask_until(subject, act.question)
            elif act.consent:
                self._say(subject, act.consent)
            elif act.objection:
                self._object(subject, act.objection)
            else:
                self._request(act.request, {})
        except Problem as problem:
            self.done[f"problem {problem.status}"] += 1

    def play(self, stories: Iterable[Story]) -> None:
        """Play what was written by hand, each story with a person of its own."""
        for story in stories:
            subject = self._newcomer()
            for number, step in enumerate(story.steps, 1):
                try:
                    outcome = self._step(subject, step)
                except Problem as problem:
                    outcome = f"problem: {problem.message}"
                expected = str(step.get("expect", outcome if not outcome.startswith("problem") else ""))
                if outcome != expected:
                    self.surprises.append(
                        f"{story.title}, step {number}: {outcome}, not {expected or 'done'}"
                    )

    # -- asking -------------------------------------------------------------------------------------------------

    def _ask_until(self, subject: str, question: Question) -> None:
        """Ask; while the answer is no, now and then do what is missing and ask again."""
        for _ in range(ROUNDS):
            answer = self._ask(subject, question)
            way = self._way(answer)
            if answer.permitted or not way or not self._often(0.9):
                return
            question = self._supply(subject, question, way)

    def _ask(self, subject: str, question: Question) -> Answer:
        ask = self._client.release if question.action in RELEASES else self._client.use
        answer = ask(subject, question)
        self.done[f"{question.action} {'permitted' if answer.permitted else 'refused'}"] += 1
        return answer

    def _way(self, answer: Answer) -> tuple[str, ...]:
        """The shortest way to a permit that people can go: nobody is talked out of an objection."""
        ways = [way for way in answer.missing if not any(fact.startswith("not ") for fact in way)]
        return min(ways, key=len, default=())

    def _supply(self, subject: str, question: Question, way: Iterable[str]) -> Question:
        papers = dict(question.papers)
        for wanted in way:
            fact = wanted.split(" or ")[0]
            family, _, name = fact.partition(":")
            if family == "paper":
                papers[name] = f"SIM-{self._chance.randrange(10_000):04d}"
            elif family == "recipient":
                self._client.recipient(
                    question.recipient, [name], stake=STAKE if name == "controlled" else None
                )
                self.done["recipient recorded"] += 1
            elif family == "accepted":
                self._client.accept(subject, name or "deemed", self._policy, "en")
                self.done["accepted"] += 1
            elif family == "consent":
                self._give(subject, name)
            elif family in SETTABLE or family in BARE:
                self._client.set_facts(subject, [fact], language="en")
                self.done[f"{family} recorded"] += 1
        return replace(question, papers=papers)

    # -- saying -------------------------------------------------------------------------------------------------

    def _say(self, subject: str, item: str) -> None:
        """Give, refuse or withdraw."""
        if (subject, item) in self._given:
            self._client.consent(subject, item, "withdrawn", language="en")
            self._given.discard((subject, item))
            self.done["consent withdrawn"] += 1
        elif self._often(0.7):
            self._give(subject, item)
            if self._often(0.4):
                self._say(subject, item)
        else:
            self._client.consent(
                subject, item, "refused", kind=self._kinds.get(item, SEPARATE), language="en"
            )
            self.done["consent refused"] += 1

    def _give(self, subject: str, item: str) -> None:
        self._client.consent(subject, item, "given", kind=self._kinds.get(item, SEPARATE), language="en")
        self._given.add((subject, item))
        self.done["consent given"] += 1

    def _object(self, subject: str, objection: str) -> None:
        self._client.objection(subject, objection, "raised")
        self.done["objection raised"] += 1
        if self._often(0.5):
            self._client.objection(subject, objection, "lifted")
            self.done["objection lifted"] += 1

    def _request(self, request: Mapping[str, str], papers: Mapping[str, str]) -> str:
        said = self._client.ask_request(request["right"], request.get("ground", ""), papers)
        self.done[f"request {said['outcome']}"] += 1
        return str(said["outcome"])

    # -- stories ------------------------------------------------------------------------------------------------

    def _step(self, subject: str, step: Mapping[str, Any]) -> str:
        if said := step.get("ask"):
            question = Question(**{**said, "data": tuple(said["data"])})
            return "permit" if self._ask(subject, question).permitted else "deny"
        if said := step.get("request"):
            return self._request(said, said.get("papers", {}))
        if item := step.get("consent"):
            self._client.consent(
                subject, item, step["act"], kind=self._kinds.get(item, SEPARATE), language="en"
            )
            self.done[f"consent {step['act']}"] += 1
        elif objection := step.get("objection"):
            self._client.objection(subject, objection, step["act"])
            self.done[f"objection {step['act']}"] += 1
        elif recipient := step.get("recipient"):
            self._client.recipient(
                recipient, step["facts"], until=step.get("until", ""), stake=step.get("stake")
            )
            self.done["recipient recorded"] += 1
        elif kind := step.get("accept"):
            self._client.accept(subject, kind, self._policy, "en")
            self.done["accepted"] += 1
        else:
            self._client.set_facts(subject, step.get("facts", ()), step.get("clear", ()), language="en")
            self.done["facts recorded"] += 1
        return "done"

    # -- people -------------------------------------------------------------------------------------------------

    def _somebody(self) -> str:
        if not self._known or self._often(NEWCOMERS):
            return self._newcomer()
        return self._chance.choice(self._known)

    def _newcomer(self) -> str:
        who = person(self._progress.take(), self._seed)
        subject = self._client.subject({"email": who.email, "account": who.user_name})
        self._known = [*self._known, subject][-MOST_KNOWN:]
        return subject

    @cached_property
    def _policy(self) -> str:
        return str(self._client.policy()["digest"])

    def _often(self, share: float) -> bool:
        return self._chance.random() < share
