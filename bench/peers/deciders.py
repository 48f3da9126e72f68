"""Four engines that decide by policy, on the same policy, questions and facts: Cedar, regorus, CEL in C++, pycasbin.

Reads a JSON file (the policy as plain rules, and the questions), prints for each engine the seconds of one decision at the
median and every outcome. All of them are called through their Python packages, parsed once and fed as cheaply as their
interface allows; the crossing from Python is part of what is measured, for them as for us.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import casbin  # type: ignore[import-not-found]
import cedarpy  # type: ignore[import-not-found]
import regorus  # type: ignore[import-not-found]
from cel_expr_python import cel  # type: ignore[import-not-found]

Rule = dict[str, Any]
Asked = dict[str, Any]
Decide = Callable[[Any], bool]
SIDES = (("acts", "action"), ("purposes", "purpose"), ("recipients", "recipient"), ("places", "place"))


def quoted(words: list[str]) -> str:
    """A list of string literals, the same in all four languages."""
    return ", ".join(json.dumps(word) for word in words)


def covered(rule: Rule, categories: dict[str, list[str]]) -> list[str] | None:
    """The categories a rule is about, written out; None when it is about all."""
    named, beyond = rule.get("data"), rule.get("data_beyond")
    if named:
        return [one for one, wider in categories.items() if set(wider) & set(named)]
    if beyond:
        return [one for one, wider in categories.items() if not set(wider) & set(beyond)]
    return None


# --- Cedar -----------------------------------------------------------------------------------------------------------------


def cedar(policy: Rule, asked: list[Asked]) -> tuple[Decide, list[Any]]:
    """Actions and categories as entities, the category tree as their hierarchy; facts and the rest in the context."""
    rules = [
        f"{effect}(principal, action{_cedar_acts(rule)}, resource) when {{ {_cedar_when(rule)} }}{_cedar_unless(rule, effect)};"
        for effect in ("permit", "forbid")
        for rule in policy[f"{effect}s"]
    ]
    policies = cedarpy.PolicySet.from_str("\n".join(rules))
    tree = [
        {"uid": {"type": "Category", "id": one}, "attrs": {},
         "parents": [{"type": "Category", "id": other} for other in wider if other != one]}
        for one, wider in policy["categories"].items()
    ]  # fmt: skip
    entities = cedarpy.Entities.from_json_str(json.dumps(tree))
    requests = [
        {
            "principal": 'Subject::"s"',
            "action": f'Action::"{one["action"]}"',
            "resource": f'Category::"{one["category"]}"',
            "context": {side: one[side] for side in ("purpose", "recipient", "place", "facts")},
        }
        for one in asked
    ]
    return lambda request: cedarpy.is_authorized(request, policies, entities).allowed, requests


def _cedar_acts(rule: Rule) -> str:
    acts = ", ".join(f'Action::"{act}"' for act in rule.get("acts", ()))
    return f" in [{acts}]" if acts else ""


def _cedar_when(rule: Rule) -> str:
    parts = [f"[{quoted(rule[term])}].contains(context.{side})" for term, side in SIDES[1:] if rule.get(term)]
    for term, sign in (("data", ""), ("data_beyond", "!")):
        if rule.get(term):
            named = ", ".join(f'Category::"{one}"' for one in rule[term])
            parts.append(f"{sign}(resource in [{named}])")
    parts += [_cedar_any(one) for one in rule.get("when", ())]
    return " && ".join(parts) or "true"


def _cedar_unless(rule: Rule, effect: str) -> str:
    needs = " && ".join(_cedar_any(one) for one in rule.get("needs", ()))
    if effect == "permit":
        return f" when {{ {needs} }}" if needs else ""
    return "".join(f" unless {{ {one} }}" for one in [needs, *map(_cedar_any, rule.get("unless", ()))] if one)


def _cedar_any(literals: list[str]) -> str:
    return f"({' || '.join(_literal(one, 'context.facts.contains({})', '!') for one in literals)})"


def _literal(written: str, holds: str, negation: str) -> str:
    fact = written.removeprefix("not ")
    found = holds.format(json.dumps(fact))
    return f"{negation}{found}" if fact != written else found


# --- CEL -------------------------------------------------------------------------------------------------------------------


def cel_cpp(policy: Rule, asked: list[Asked]) -> tuple[Decide, list[Any]]:
    """One expression: no forbid, and a permit. It answers yes or no, without clause or duties."""
    forbids = " || ".join(_cel_forbid(rule, policy) for rule in policy["forbids"])
    permits = " || ".join(f"({_cel_permit(rule, policy)})" for rule in policy["permits"])
    text = cel.Type.STRING
    sides = dict.fromkeys(("action", "category", "purpose", "recipient", "place"), text)
    env = cel.NewEnv(variables={**sides, "facts": cel.Type.Map(text, cel.Type.BOOL)})
    expression = env.compile(f"!({forbids}) && ({permits})")
    data = [{**one, "facts": dict.fromkeys(one["facts"], True)} for one in asked]
    return lambda given: bool(expression.eval(data=given).value()), data


def _cel_scope(rule: Rule, policy: Rule) -> list[str]:
    parts = [f"{side} in [{quoted(rule[term])}]" for term, side in SIDES if rule.get(term)]
    data = covered(rule, policy["categories"])
    return parts + ([f"category in [{quoted(data)}]"] if data is not None else [])


def _cel_any(literals: list[str]) -> str:
    return f"({' || '.join(_literal(one, '({} in facts)', '!') for one in literals)})"


def _cel_permit(rule: Rule, policy: Rule) -> str:
    return " && ".join([*_cel_scope(rule, policy), *map(_cel_any, rule["needs"])])


def _cel_forbid(rule: Rule, policy: Rule) -> str:
    parts = [*_cel_scope(rule, policy), *map(_cel_any, rule.get("when", ()))]
    needs = " && ".join(map(_cel_any, rule.get("needs", ())))
    parts += [f"!({one})" for one in [needs, *map(_cel_any, rule.get("unless", ()))] if one]
    return f"({' && '.join(parts)})"


# --- regorus ---------------------------------------------------------------------------------------------------------------


def rego(policy: Rule, asked: list[Asked]) -> tuple[Decide, list[Any]]:
    """A rule a statement, sets written out, compiled to regorus' virtual machine."""
    lines = ["package made", "default allow := false", "allow if { permit; not forbid }"]
    for rule in policy["permits"]:
        lines += _rego(f"p{len(lines)}", "permit", _rego_scope(rule, policy), rule["needs"])
    for rule in policy["forbids"]:
        lines += _rego_forbid(rule, policy, len(lines))
    module = regorus_module("\n".join(lines))
    inputs = [json.dumps({**one, "facts": dict.fromkeys(one["facts"], True)}) for one in asked]
    return module, inputs


def regorus_module(text: str) -> Decide:
    """The faster of the two ways that the package offers."""
    program = regorus.Program.compile_from_modules("{}", [("made.rego", text)], ["data.made.allow"])
    machine = regorus.Rvm()
    machine.load_program(program)
    machine.set_data_json("{}")

    def decide(given: str) -> bool:
        machine.set_input_json(given)
        return bool(machine.execute() == "true")

    return decide


def _rego_scope(rule: Rule, policy: Rule) -> list[str]:
    parts = [f"input.{side} in {{{quoted(rule[term])}}}" for term, side in SIDES if rule.get(term)]
    data = covered(rule, policy["categories"])
    return parts + ([f"input.category in {{{quoted(data)}}}"] if data is not None else [])


def _rego(name: str, head: str, body: list[str], conditions: list[list[str]]) -> list[str]:
    """A rule whose body asks for every condition, each of several literals being a helper of its own."""
    found, calls = [], []
    for number, literals in enumerate(conditions):
        if len(literals) == 1:
            calls.append(_literal(literals[0], "input.facts[{}]", "not "))
            continue
        calls.append(f"{name}_{number}")
        found += [f"{name}_{number} if {{ {_literal(one, 'input.facts[{}]', 'not ')} }}" for one in literals]
    return [*found, f"{head} if {{ {'; '.join([*body, *calls]) or 'true'} }}"]


def _rego_forbid(rule: Rule, policy: Rule, number: int) -> list[str]:
    name = f"f{number}"
    body = _rego_scope(rule, policy)
    lines = [
        line
        for at, unless in enumerate(rule.get("unless", ()))
        for line in _rego(f"{name}u{at}", f"{name}_ok", [], [unless])
    ]
    if rule.get("needs"):
        lines += _rego(f"{name}n", f"{name}_ok", [], rule["needs"])
    if lines:
        body = [*body, f"not {name}_ok"]
    return [*lines, *_rego(f"{name}w", "forbid", body, rule.get("when", []))]


# --- casbin ----------------------------------------------------------------------------------------------------------------

MODEL = """
[request_definition]
r = action, category, purpose, recipient, place, facts
[policy_definition]
p = rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = speaks(p.rule, r.action, r.category, r.purpose, r.recipient, r.place, r.facts)
"""


def pycasbin(policy: Rule, asked: list[Asked]) -> tuple[Decide, list[Any]]:
    """A policy line a statement; a function of the matcher says whether it speaks of the request."""
    rules = {
        f"{effect}{number}": _sides(rule, policy, effect)
        for effect in ("permit", "forbid")
        for number, rule in enumerate(policy[f"{effect}s"])
    }
    model = casbin.Model()
    model.load_model_from_text(MODEL)
    enforcer = casbin.Enforcer(model)
    enforcer.add_function("speaks", lambda name, *request: _speaks(rules[name], request))
    for name in rules:
        enforcer.add_policy(name, "allow" if name.startswith("permit") else "deny")
    sides = ("action", "category", "purpose", "recipient", "place")
    requests = [(*(one[side] for side in sides), frozenset(one["facts"])) for one in asked]
    return lambda request: bool(enforcer.enforce(*request)), requests


def _sides(rule: Rule, policy: Rule, effect: str) -> tuple[Any, ...]:
    data = covered(rule, policy["categories"])
    named = [rule.get("acts"), data, rule.get("purposes"), rule.get("recipients"), rule.get("places")]
    scope = [
        frozenset(one) if one is not None and (one or index == 1) else None for index, one in enumerate(named)
    ]
    return effect, scope, rule.get("when", []), rule.get("unless", []), rule.get("needs", [])


def _speaks(rule: tuple[Any, ...], request: tuple[Any, ...]) -> bool:
    effect, scope, when, unless, needs = rule
    facts = request[5]
    if any(side is not None and value not in side for side, value in zip(scope, request, strict=False)):
        return False
    met = [all(_met(one, facts) for one in part) for part in (when, needs)]
    if effect == "permit":
        return met[1]
    return met[0] and not any(_met(one, facts) for one in unless) and not (needs and met[1])


def _met(literals: list[str], facts: frozenset[str]) -> bool:
    return any((one.removeprefix("not ") in facts) != one.startswith("not ") for one in literals)


# --- measuring ---------------------------------------------------------------------------------------------------------------


def seconds(decide: Decide, prepared: list[Any], runs: int) -> float:
    """The median time of one decision: of several runs over all questions."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        for one in prepared:
            decide(one)
        taken.append((time.perf_counter() - start) / len(prepared))
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    given = json.loads(Path(sys.argv[1]).read_text())
    found = {}
    for name, make in (
        ("cedarpy", cedar),
        ("regorus", rego),
        ("CEL in C++", cel_cpp),
        ("pycasbin", pycasbin),
    ):
        decide, prepared = make(given["policy"], given["asked"])
        outcomes = [decide(one) for one in prepared]
        found[name] = {"seconds": seconds(decide, prepared, 5), "outcomes": outcomes}
    print(json.dumps(found))


main()
