"""What an app must do, tried out: a scenario made from the policy, and a judge who sees what the phone saw.

The judge knows what the person said and turned off, and asks the engine that decides at the gate. Each thing that was done and may
not be done is laid to one rule: the one whose breach it is, told apart by asking again as if that rule's switch had not been moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from troth.decide.model import Facts, Question
from troth.directories.lists import app_points, uses
from troth.directories.model import Allowed
from troth.directories.rules import Ask, Situation, allowed, out_of_time
from troth.policies import Declared
from troth.policy.facts import Fact, Literal
from troth.policy.model import Category, Consent, Feature, Notice, Point, Requirement

RULES: Final = {
    "identifiers": "nothing is read or sent before the person confirmed",
    "prompts": "a permission is asked for once, at its declared moment",
    "switch_off": "a permission that is turned off stops what it opened, at once",
    "function_off": "a function that is turned off stops its collectors and kits, at once",
    "types": "a kit sends the kinds of data on its list and no other; a kit that is on no list sends nothing",
    "clipboard": "the clipboard is read only while its own switch is on",
    "app_list": "the list of installed apps is read only while its own switch is on",
    "restart": "the app starts again by itself only while a function that is listed for it is on",
    "other": "nothing else is done that the policy does not permit",
}
PASSED, FAILED, NOT_REACHED = "passed", "failed", "not_reached"
_CLIPBOARD: Final = ("clipboard",)
_APP_LIST: Final = ("installed_app", "installed app", "app_list", "app list")


@dataclass(slots=True)
class Verdict:
    """How a rule came out: how often it could have been broken, and what broke it."""

    rule: str
    occasions: int = 0
    breaches: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """`passed`, `failed`, or `not_reached` where nothing in the scenario put it to the test."""
        if self.breaches:
            return FAILED
        return PASSED if self.occasions else NOT_REACHED


class Judge:
    """Follows a scenario, and judges what the phone saw."""

    def __init__(self, declared: Declared, ask: Ask) -> None:
        self.declared, self._ask = declared, ask
        self._catalogue = declared.catalogue
        self._holding: set[Fact] = set()
        self._asked: set[str] = set()
        self._closed: set[Fact] = set()
        self._used: set[str] = set()
        self._agreed = False
        self.first = True
        self.verdicts = {rule: Verdict(rule) for rule in RULES}
        prompting = {
            literal.fact
            for point in declared.catalogue.all(Point)
            if point.what == "permission"
            for literal in _needs(point)
        }
        self._notices = {
            Fact("shown", one.id)
            for one in declared.catalogue.all(Notice)
            if Fact("shown", one.id) not in prompting
        }

    # --- what the person does ----------------------------------------------------------------------------------------

    def agree(self) -> None:
        """Read everything, accept by a clear act, and say yes to every consent."""
        self._agreed = True
        self._holding |= self._notices | {Fact("accepted"), Fact("accepted", "explicit")}
        self._holding |= {Fact("consent", one.id) for one in self._catalogue.all(Consent)}
        self._holding |= {
            Fact("on", one.id) for one in self._catalogue.all(Feature) if one.switch == "organisation"
        }

    def switch(self, fact: Fact, on: bool) -> None:
        """Turn something on or off."""
        if on:
            self._holding.add(fact)
            self._closed.discard(fact)
        else:
            if fact in self._holding:
                self._closed.add(fact)
                rule = "switch_off" if fact.family == "allowed" else "function_off"
                if fact.family == "on" or fact.name in self._used:
                    self.verdicts[rule].occasions += 1
            self._holding.discard(fact)

    def time_passes(self) -> None:
        """Something could happen in the background."""
        guards = {"clipboard": self._named(_CLIPBOARD), "app_list": self._named(_APP_LIST)}
        for rule, categories in guards.items():
            if self._agreed and categories:
                self.verdicts[rule].occasions += 1
        if not self._agreed and app_points(self._catalogue):
            self.verdicts["identifiers"].occasions += 1

    def woken(self) -> None:
        """The phone gave the app an occasion to start by itself."""
        self.verdicts["restart"].occasions += 1

    # --- what may be done, and what was ------------------------------------------------------------------------------

    @property
    def facts(self) -> Facts:
        """What is known of the person now."""
        return Facts(frozenset(self._holding))

    def allowed(self) -> Allowed:
        """What the server would answer now."""
        at = Situation(self.facts, self.first, frozenset(self._asked))
        return allowed(self._catalogue, self.declared.digest, self._ask, at)

    def is_open(self, point: str) -> bool:
        """Whether a permission is on."""
        return Fact("allowed", point) in self._holding

    def saw(self, seen: Mapping[str, Any]) -> None:
        """The phone saw something: a prompt, a read, something sent by a kit, or a start of its own."""
        if seen.get("kind") == "prompt":
            self._prompted(seen)
        else:
            self._took(seen)

    def _prompted(self, seen: Mapping[str, Any]) -> None:
        verdict = self.verdicts["prompts"]
        verdict.occasions += 1
        name, moment = str(seen.get("point", "")), str(seen.get("moment", ""))
        point = self._catalogue.get(Point, name)
        if point is None:
            verdict.breaches.append(f"asked for '{name}', which the policy does not declare")
            return
        at = Situation(self.facts, self.first, frozenset(self._asked))
        why = out_of_time(self._catalogue, self._ask, at, point, moment, str(seen.get("feature", "")))
        if why:
            verdict.breaches.append(f"asked for {name} at {moment or 'no moment'}: {why}")
            return
        self._asked.add(name)
        self._holding |= {literal.fact for literal in _needs(point)}
        if seen.get("said") == "granted":
            self._holding.add(Fact("allowed", name))

    def _took(self, seen: Mapping[str, Any]) -> None:
        kind, via = str(seen.get("kind", "")), str(seen.get("point", ""))
        data = tuple(map(str, seen.get("data") or ()))
        action = "use" if kind == "use" else "collect"
        question = Question(action, data, str(seen.get("purpose", "")), via=via)
        self._used.add(via)
        self.verdicts["other"].occasions += 1
        if kind == "send":
            self.verdicts["types"].occasions += 1
        if self._ask(question, self.facts).permitted:
            return
        rule = self._rule(kind, question)
        self.verdicts[rule].breaches.append(
            f"{kind} {', '.join(data) or 'nothing'} for {question.purpose or 'no purpose'}{f' by {via}' if via else ''}"
        )

    def _rule(self, kind: str, question: Question) -> str:
        """The rule that a forbidden act breaks."""
        if kind == "use":
            return "restart"
        point = self._catalogue.get(Point, question.via)
        beyond = point is None or not all(self._catalogue.covers(point.data, one) for one in question.data)
        if kind == "send" and beyond:
            return "types"
        for rule, words in (("clipboard", _CLIPBOARD), ("app_list", _APP_LIST)):
            if set(question.data) & self._named(words):
                return rule
        if not self._agreed:
            return "identifiers"
        for rule, family in (("function_off", "on"), ("switch_off", "allowed")):
            before = self._holding | {fact for fact in self._closed if fact.family == family}
            if self._ask(question, Facts(frozenset(before))).permitted:
                return rule
        return "other"

    def _named(self, words: tuple[str, ...]) -> set[str]:
        """The categories whose id or English name holds one of these words."""
        return {
            one.id
            for one in self._catalogue.all(Category)
            if any(word in f"{one.id} {one.label.get('en', '')}".lower() for word in words)
        }


Step = dict[str, Any]


def scenario(judge: Judge) -> Iterator[Step]:
    """What a person, an enterprise and a phone do, step by step; the judge is brought along as each step is taken.

    Steps: `start`, `pass` (time passes), `agree`, `be` (what phone it is), `switch` (a permission), `function` (a feature), `use` (a
    feature, with the answer to a prompt), `kill` (by the system or by the person), `wake` (an occasion to start by itself).
    """
    yield {"do": "start", "how": "person"}
    yield _passing(judge)
    judge.agree()
    yield {"do": "agree"}
    yield _passing(judge)
    yield from _phone(judge)
    yield from _functions(judge)
    yield from _turned_off(judge)
    yield from _guarded(judge)
    yield from _restarts(judge)


def _phone(judge: Judge) -> Iterator[Step]:
    """What kind of phone it is, and identifiers that are turned on."""
    catalogue = judge.declared.catalogue
    makers = [
        literal.fact
        for point in app_points(catalogue)
        if point.what == "sdk"
        for need in point.needs
        for literal in need.literals
        if literal.fact.family == "is" and not literal.negated
    ]
    for fact in makers[:1]:
        judge.switch(fact, True)
        yield {"do": "be", "class": fact.name, "on": True}
    for point in app_points(catalogue):
        if point.what == "identifier" and point.closable and not _listing(point):
            yield _switch(judge, point.id, True)
    yield _passing(judge)


def _functions(judge: Judge) -> Iterator[Step]:
    """Every function that some point is tied to, turned on and used; whoever is asked says yes."""
    for feature in _tied(judge):
        yield _function(judge, feature, True)
        yield {"do": "use", "feature": feature, "answer": "granted"}
    yield _passing(judge)


def _turned_off(judge: Judge) -> Iterator[Step]:
    """Every permission that is open, off and on again; then every function."""
    for point in app_points(judge.declared.catalogue):
        if judge.is_open(point.id) and point.closable:
            yield _switch(judge, point.id, False)
            for feature in point.features:
                yield {"do": "use", "feature": feature, "answer": "granted"}
            yield _passing(judge)
            yield _switch(judge, point.id, True)
    for feature in _tied(judge):
        yield _function(judge, feature, False)
        yield _passing(judge)
        yield _function(judge, feature, True)


def _guarded(judge: Judge) -> Iterator[Step]:
    """The list of apps and the clipboard, once their own switches are on."""
    for point in app_points(judge.declared.catalogue):
        if point.what == "identifier" and point.closable and _listing(point):
            yield _switch(judge, point.id, True)
    for feature in judge.declared.catalogue.all(Feature):
        if feature.switch == "subject" and feature.data and feature.id not in _tied(judge):
            yield _function(judge, feature.id, True)
    yield _passing(judge)


def _restarts(judge: Judge) -> Iterator[Step]:
    """Stopped by the system and by the person, with no listed function on, with one, and with all."""
    listed, classes = _restarting(judge.declared)
    if not listed and not uses(judge.declared.catalogue):
        return
    judge.first = False
    for feature in listed:
        judge.switch(Fact("on", feature), False)
    yield from _woken(judge, "system")
    for feature in reversed(listed):
        yield _function(judge, feature, True)
        yield from _woken(judge, "system")
    for feature in listed[:-1]:
        yield _function(judge, feature, False)
    for name in classes:
        judge.switch(Fact("is", name), True)
    yield from _woken(judge, "person", classes)


def _woken(judge: Judge, by: str, classes: tuple[str, ...] = ()) -> Iterator[Step]:
    yield {"do": "kill", "by": by, "classes": list(classes)}
    judge.woken()
    yield {"do": "wake"}


def _restarting(declared: Declared) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The functions that let an app start by itself, and the classes that forbid it, as requirements over such purposes name them."""
    alone = {one.id for one in uses(declared.catalogue)}
    literals: list[Literal] = [
        literal
        for one in declared.catalogue.all(Requirement)
        if one.purposes and set(declared.catalogue.expand("purpose", one.purposes)) <= alone
        for need in one.needs
        for literal in need.literals
    ]
    on = dict.fromkeys(one.fact.name for one in literals if one.fact.family == "on")
    classes = dict.fromkeys(one.fact.name for one in literals if one.fact.family == "is" and one.negated)
    theirs = {one.id for one in declared.catalogue.all(Feature) if one.switch == "subject"}
    return tuple(one for one in on if one in theirs), tuple(classes)


def _tied(judge: Judge) -> tuple[str, ...]:
    found = (feature for point in app_points(judge.declared.catalogue) for feature in point.features)
    return tuple(dict.fromkeys(found))


def _listing(point: Point) -> bool:
    return any(word.replace(" ", "_") in one for one in point.data for word in _APP_LIST)


def _switch(judge: Judge, point: str, on: bool) -> Step:
    judge.switch(Fact("allowed", point), on)
    return {"do": "switch", "point": point, "on": on}


def _function(judge: Judge, feature: str, on: bool) -> Step:
    judge.switch(Fact("on", feature), on)
    return {"do": "function", "feature": feature, "on": on}


def _passing(judge: Judge) -> Step:
    judge.time_passes()
    return {"do": "pass"}


def _needs(point: Point) -> Iterator[Literal]:
    for need in point.needs:
        yield from (one for one in need.literals if one.fact.family == "shown")


__all__ = ["FAILED", "NOT_REACHED", "PASSED", "RULES", "Judge", "Step", "Verdict", "scenario"]
