"""`troth ask FOLDER …`: may this company do that, and why?

With `--fact` it is a hypothetical, recorded nowhere. With `--subject` the facts come from the installation's store.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from troth.app.folders import compile_folder
from troth.app.opening import open_organisation
from troth.cli.home import add_home, installation_of, refused
from troth.decide.model import Answer, Facts, Question, Request, RequestAnswer
from troth.decide.naive import answer
from troth.decide.requests import answer_request
from troth.kernel.errors import TrothError
from troth.kernel.findings import Findings, did_you_mean
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.facts import BARE, CLOSED_NAMES, FAMILIES, Fact
from troth.policy.vocabulary import ACTIONS, CHANNELS, PAPERS, READING_NAMES, RIGHTS

SIDES = (("purpose", "purpose"), ("via", "point"), ("source", "source"), ("message", "message"))
"""Sides of a question and the kind of statement that declares their values."""


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "ask", help="ask whether an act is permitted, or what is said to a request, and why"
    )
    command.add_argument("folder", type=Path, help="a folder that holds policy.yaml")
    command.add_argument("--action", choices=sorted(ACTIONS), help="what is to be done")
    command.add_argument(
        "--data", action="append", default=[], metavar="CATEGORY", help="a category of data (repeatable)"
    )
    command.add_argument("--purpose", default="", help="what for")
    for name in ("recipient", "place", "via", "source", "message"):
        command.add_argument(
            f"--{name}",
            default="",
            help=f"the {name} it concerns" if name != "via" else "the collection point",
        )
    command.add_argument("--right", choices=sorted(RIGHTS), help="ask about a request instead of an act")
    command.add_argument("--ground", default="", help="with --right: the ground the person names")
    command.add_argument("--refusal", default="", help="with --right: the refusal considered")
    command.add_argument(
        "--route", choices=sorted(CHANNELS), default="", help="with --right: the channel it came by"
    )
    command.add_argument(
        "--fact",
        action="append",
        default=[],
        metavar="FACT",
        help="a fact that holds, as consent:ID (repeatable)",
    )
    command.add_argument(
        "--paper", action="append", default=[], metavar="WORD", help="a reference that is given (repeatable)"
    )
    command.add_argument("--subject", help="ask about this person, by what is on record in the installation")
    add_home(command)
    command.add_argument(
        "--reading", choices=sorted(READING_NAMES), help="the reading (default: the one enforced)"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the answer is yes, 1 when it is no, 2 when the question cannot be put."""
    findings = Findings()
    compiled = compile_folder(args.folder, findings)
    if compiled is None:
        print(f"{args.folder}: the policy is {findings.verdict}; see `troth check {args.folder}`.")
        return 2
    catalogue = Catalogue.of(compiled.bundle, args.reading or "")
    problem = _problem(args, catalogue)
    if problem:
        print(problem)
        return 2
    if args.subject:
        return _about_subject(args, compiled.bundle)
    facts = Facts.of([*args.fact, *(f"paper:{word}" for word in args.paper)])
    digest = compiled.bundle.digest
    if args.right:
        found = answer_request(
            catalogue, Request(args.right, args.ground, args.refusal, args.route), facts, digest
        )
        return _shown_request(args, found, hypothetical=True)
    return _shown(args, answer(catalogue, _question(args), facts, digest), hypothetical=True)


def _about_subject(args: argparse.Namespace, bundle: Bundle) -> int:
    """What the gate advises on the facts of record; nothing is written."""
    papers = dict.fromkeys(args.paper, "given")
    try:
        with open_organisation(installation_of(args), bundle.header.policy, bring_up=False) as organisation:
            if args.right:
                found = organisation.gate.ask(
                    Request(args.right, args.ground, args.refusal, args.route), args.subject, papers
                )
                return _shown_request(args, found, hypothetical=False)
            reply = organisation.gate.peek(_question(args), args.subject, papers)
            return _shown(args, reply.answer, hypothetical=False)
    except TrothError as problem:
        return refused(problem, args.json)


def _question(args: argparse.Namespace) -> Question:
    named = (args.recipient, args.place, args.via, args.source, args.message)
    return Question(args.action, tuple(args.data), args.purpose, *named)


def _shown(args: argparse.Namespace, found: Answer, hypothetical: bool) -> int:
    plain = answer_json(found) | {"hypothetical": hypothetical}
    print(
        json.dumps(plain, ensure_ascii=False, indent=2)
        if args.json
        else "\n".join([*_text(found), _manner(hypothetical)])
    )
    return int(not found.permitted)


def _shown_request(args: argparse.Namespace, found: RequestAnswer, hypothetical: bool) -> int:
    plain = request_json(found) | {"hypothetical": hypothetical}
    print(
        json.dumps(plain, ensure_ascii=False, indent=2)
        if args.json
        else "\n".join([*_request_text(found), _manner(hypothetical)])
    )
    return int(found.outcome not in ("accept", "may_refuse", "barred"))


def _manner(hypothetical: bool) -> str:
    return (
        "  A hypothetical: recorded nowhere."
        if hypothetical
        else "  Advice on what is on record now; nothing was written."
    )


def answer_json(found: Answer) -> dict[str, Any]:
    """An answer as plain JSON: `ground` is the first that permitted, `missing` sets of facts that would permit."""
    return {
        "outcome": found.outcome.value,
        "ground": found.grounds[0] if found.grounds else None,
        "grounds": list(found.grounds),
        "clauses": list(found.clauses),
        "duties": list(found.duties),
        "missing": [list(way) for way in found.missing],
        "more_missing": found.more_missing,
        "obstacles": [
            {
                "code": o.code,
                "statement": o.statement,
                "clauses": list(o.clauses),
                "category": o.category,
                "detail": o.detail,
            }
            for o in found.obstacles
        ],
        "policy": found.policy,
    }


def request_json(found: RequestAnswer) -> dict[str, Any]:
    """The answer to a request as plain JSON."""
    return {
        "outcome": found.outcome.value,
        "ground": found.statements[0] if found.statements else None,
        "statements": list(found.statements),
        "clauses": list(found.clauses),
        "duties": list(found.duties),
        "missing": list(found.missing),
        "within": list(found.within),
        "fee": found.fee,
        "policy": found.policy,
    }


def _problem(args: argparse.Namespace, catalogue: Catalogue) -> str:
    if not args.right and not args.action:
        return "Say what is asked: --action, --data and --purpose for an act, or --right for a request."
    if args.subject and (args.fact or args.reading):
        return "With --subject the facts come from the record and the reading is the one enforced; leave --fact and --reading out."
    if args.right and args.action:
        return "Ask about an act (--action) or about a request (--right), not both."
    sides = [("category", name) for name in args.data]
    sides += [
        (kind, getattr(args, side))
        for side, kind in (*SIDES, ("recipient", "recipient"))
        if getattr(args, side)
    ]
    for kind, name in sides:
        near = did_you_mean(name, catalogue.ids(kind))
        if name not in catalogue.ids(kind) and near.startswith("Did you mean"):
            return f"The policy declares no {kind} '{name}'. {near}"
    for paper in args.paper:
        if paper not in PAPERS:
            return f"'{paper}' is not a known paper. {did_you_mean(paper, PAPERS)}"
    for text in args.fact:
        said = _fact_problem(Fact.parse(text), text, catalogue)
        if said:
            return said
    return ""


def _fact_problem(fact: Fact, text: str, catalogue: Catalogue) -> str:
    """A fact that is misspelt would silently not hold, so it is refused."""
    family = FAMILIES.get(fact.family)
    if family is None:
        return f"'{text}' is not a fact: '{fact.family}' is no kind of fact. {did_you_mean(fact.family, FAMILIES)}"
    if fact.family in BARE or (fact.family == "accepted" and not fact.name):
        return "" if not fact.name else f"'{fact.family}' takes no name."
    known = CLOSED_NAMES.get(family.refers_to) or catalogue.ids(family.refers_to)
    if fact.name not in known:
        return f"'{text}' is not a fact: there is no {family.refers_to} '{fact.name}'. {did_you_mean(fact.name, known)}"
    return ""


def _text(found: Answer) -> list[str]:
    if found.permitted:
        lines = [
            "Yes, this is permitted.",
            f"  because   {', '.join(found.grounds)}",
            f"  clauses   {', '.join(found.clauses)}",
        ]
        lines += [f"  duties    {', '.join(found.duties)}"] if found.duties else []
    else:
        lines = ["No, this is refused."]
        lines += [
            f"  because   {o.detail}" + (f" ({', '.join(o.clauses)})" if o.clauses else "")
            for o in found.obstacles
        ]
        ways = [" and ".join(way) for way in found.missing]
        lines += [f"  would do  {way}" for way in ways]
        if found.more_missing:
            lines.append("  There may be other ways; the search for them ended here.")
        elif not ways:
            lines.append("  Nothing would change this answer.")
    return [*lines, f"  policy    {found.policy}"]


def _request_text(found: RequestAnswer) -> list[str]:
    said = {
        "accept": "Accepted.",
        "may_refuse": "It may be refused.",
        "barred": "It cannot be answered.",
        "refer": "No listed ground fits: this goes to review.",
        "await": "Something is still missing.",
        "not_offered": "The policy does not promise this right.",
    }[found.outcome.value]
    rows = (
        ("because", found.statements),
        ("clauses", found.clauses),
        ("duties", found.duties),
        ("missing", found.missing),
        ("within", found.within),
        ("fee", (found.fee,) if found.fee else ()),
    )
    lines = [said, *(f"  {name:<9} {', '.join(values)}" for name, values in rows if values)]
    return [*lines, f"  policy    {found.policy}"]
