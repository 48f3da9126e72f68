"""May this company do that? A form, an answer with its reasons, and what would change it. Hypothetical, recorded nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.decide import naive
from troth.decide.model import Answer, Facts, Obstacle, Question, RequestAnswer
from troth.decide.model import Request as RightsRequest
from troth.decide.requests import answer_request
from troth.decide.ways import NAMING
from troth.policy.catalogue import Catalogue
from troth.policy.facts import FAMILIES, Condition, Fact
from troth.policy.model import SINGULAR
from troth.policy.vocabulary import ACTIONS, DUTIES, PAPERS, READING_NAMES, REGIONS, RIGHTS
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import NAMED_BY, Plainly, words

SIDES: Final = (
    ("purpose", "purpose"),
    ("recipient", "recipient"),
    ("via", "point"),
    ("source", "source"),
    ("message", "message"),
)
MOST_GIVEN: Final = 200
_KEY: Final = re.compile(rf"\b(?:{'|'.join(SINGULAR)}):[a-z0-9_.]*[a-z0-9_]")


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen: its id and its name."""

    id: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: the field, its options, and whether one is chosen."""

    field: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Facts of one family, to be ticked."""

    family: str
    options: tuple[Option, ...]

    @property
    def any(self) -> bool:
        """Whether one is ticked."""
        return any(option.chosen for option in self.options)


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: a sentence, and the clauses it rests on."""

    sentence: str
    name: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A set of facts that would turn the answer, in words, and the address where that is asked."""

    facts: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query string asks, as far as this policy knows the words; anything else is left out."""

    question: Question | None
    facts: frozenset[str]
    reading: str


async def ask(request: Request) -> Response:
    """The form about acts, and below it the answer once an action, a purpose and data are chosen."""
    hosted = await hosted_of(request)
    say = Plainly(hosted.catalogue, language_of(request))
    asked = _asked(request, hosted)
    answer = await run_in_threadpool(_answer, hosted, asked) if asked.question else None
    return page(
        request,
        "ask.html",
        hosted=hosted,
        here="ask",
        say=say,
        asked=asked,
        answer=answer,
        why=_why(say, answer, asked.question) if answer and asked.question else (),
        duties=[DUTIES[duty].meaning for duty in answer.duties] if answer else (),
        ways=_ways(request, say, answer, asked) if answer else (),
        actions=_options(ACTIONS, request.query_params.get("action", ""), lambda word: words(word)),
        about={word: entry.meaning for word, entry in ACTIONS.items()},
        data=_categories(hosted, say, request.query_params.getlist("data")),
        choices=_choices(hosted, say, request),
        groups=_groups(hosted, say, asked.facts),
        readings=READING_NAMES,
    )


async def ask_request(request: Request) -> Response:
    """The form about requests of persons, and its answer."""
    hosted = await hosted_of(request)
    say = Plainly(hosted.catalogue, language_of(request))
    given = request.query_params
    papers = [word for word in given.getlist("paper") if word in PAPERS]
    right = given.get("right", "")
    found: RequestAnswer | None = None
    if right in RIGHTS:
        asked = RightsRequest(right, given.get("ground", "")[:80], given.get("refusal", "")[:80])
        facts = Facts.of([f"paper:{word}" for word in papers] + _known_facts(hosted, given.getlist("fact")))
        found = answer_request(hosted.catalogue, asked, facts, hosted.bundle.digest)
    return page(
        request,
        "ask_request.html",
        hosted=hosted,
        here="ask",
        say=say,
        answer=found,
        missing=[say.condition(Condition.parse(one)) for one in found.missing] if found else (),
        duties=[DUTIES[duty].meaning for duty in found.duties] if found else (),
        rights=_options(RIGHTS, right, lambda word: words(word)),
        grounds=_codes(hosted, "request_ground", given.get("ground", "")),
        refusals=_codes(hosted, "refusal", given.get("refusal", "")),
        papers=_options(_needed_papers(hosted), papers, lambda word: PAPERS[word].meaning),
        people=_groups(hosted, say, frozenset(given.getlist("fact"))),
    )


# --- what is asked -------------------------------------------------------------------------------------------------------


def _asked(request: Request, hosted: Hosted) -> Asked:
    given, catalogue = request.query_params, hosted.catalogue
    reading = given.get("reading", "") if given.get("reading", "") in READING_NAMES else ""
    facts = frozenset(_known_facts(hosted, given.getlist("fact")))
    action = given.get("action", "")
    data = tuple(dict.fromkeys(d for d in given.getlist("data") if d in catalogue.ids("category")))
    sides = {field: _one_of(given.get(field, ""), catalogue.ids(kind)) for field, kind in SIDES}
    place = _one_of(given.get("place", ""), REGIONS)
    if action not in ACTIONS or not data or not sides["purpose"]:
        return Asked(None, facts, reading)
    question = Question(
        action,
        data[:MOST_GIVEN],
        sides["purpose"],
        sides["recipient"],
        place,
        sides["via"],
        sides["source"],
        sides["message"],
    )
    return Asked(question, facts, reading)


def _known_facts(hosted: Hosted, given: list[str]) -> list[str]:
    known = {str(fact) for fact in hosted.layout.positions} | {f"paper:{word}" for word in PAPERS}
    return [fact for fact in given[:MOST_GIVEN] if fact in known]


def _one_of(value: str, known: Iterable[str]) -> str:
    return value if value in known else ""


def _answer(hosted: Hosted, asked: Asked) -> Answer:
    assert asked.question is not None
    facts = Facts.of(asked.facts)
    if asked.reading and asked.reading != hosted.bundle.header.enforced:
        return naive.answer(
            Catalogue.of(hosted.bundle, asked.reading), asked.question, facts, hosted.bundle.digest
        )
    return hosted.organisation.suppose(asked.question, facts).answer


# --- what is said --------------------------------------------------------------------------------------------------------


def _why(say: Plainly, answer: Answer, question: Question) -> tuple[Why, ...]:
    if answer.permitted:
        named = [say.catalogue.by_key(key) for key in answer.grounds]
        return tuple(Why("", say.name(s), s.clauses) for s in named if s is not None)
    found = []
    for obstacle in answer.obstacles:
        name = say.key(obstacle.statement) if obstacle.statement else ""
        found.append(Why(_in_words(say, obstacle, question), name, obstacle.clauses))
    return tuple(dict.fromkeys(found))


def _in_words(say: Plainly, obstacle: Obstacle, question: Question) -> str:
    """Why an obstacle stands, with the names the policy gives instead of ids."""
    if obstacle.code == "bar" and obstacle.missing:
        return "needs: " + ", or ".join(say.way(way) for way in obstacle.missing)
    if obstacle.code == "no_ground":
        data, purpose = say.named("category", obstacle.category), say.named("purpose", question.purpose)
        return f"No rule of the policy permits to {question.action} “{data}” for “{purpose}”."
    return _KEY.sub(lambda key: f"“{say.key(key[0])}”", obstacle.detail)


def _ways(request: Request, say: Plainly, answer: Answer, asked: Asked) -> tuple[Way, ...]:
    """Each set of missing facts, with the address of the same question where these are given."""
    ways = []
    for way in answer.missing:
        facts = set(asked.facts)
        if way[0].startswith(NAMING):
            ways.append(Way(way, f"{request.url.path}?{request.url.query}#ask"))
            continue
        for text in way:
            literal = Condition.parse(text).literals[0]
            (facts.discard if literal.negated else facts.add)(str(literal.fact))
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "fact"]
        query = urlencode([*kept, *(("fact", fact) for fact in sorted(facts))])
        ways.append(Way(tuple(say.literal(text) for text in way), f"{request.url.path}?{query}#answer"))
    return tuple(ways)


# --- what can be chosen --------------------------------------------------------------------------------------------------


def _options(known: Iterable[str], chosen: str | list[str], name: object) -> tuple[Option, ...]:
    picked = {chosen} if isinstance(chosen, str) else set(chosen)
    assert callable(name)
    return tuple(Option(word, name(word), word in picked) for word in known)


def _categories(hosted: Hosted, say: Plainly, chosen: list[str]) -> tuple[Option, ...]:
    ids = sorted(hosted.catalogue.ids("category"), key=lambda id: say.named("category", id).casefold())
    return _options(ids, chosen, lambda id: say.named("category", id))


def _choices(hosted: Hosted, say: Plainly, request: Request) -> tuple[Choice, ...]:
    found = []
    for field, kind in SIDES:
        ids = sorted(hosted.catalogue.ids(kind), key=lambda id: say.named(kind, id).casefold())
        chosen = request.query_params.get(field, "")
        found.append(Choice(field, tuple(Option(id, say.named(kind, id), id == chosen) for id in ids)))
    place = request.query_params.get("place", "")
    found.append(Choice("place", _options(REGIONS, place, lambda word: REGIONS[word].meaning)))
    return tuple(choice for choice in found if choice.options)


def _groups(hosted: Hosted, say: Plainly, ticked: frozenset[str]) -> tuple[Group, ...]:
    """The facts some statement reads, family by family."""
    groups: dict[str, list[Option]] = {family: [] for family in FAMILIES}
    for fact in hosted.layout.positions:
        groups[fact.family].append(Option(str(fact), _fact_name(say, fact), str(fact) in ticked))
    plain = [option for family in ("accepted", "declined", "registered", "verified", "closed", "restricted")
             for option in groups.pop(family)]  # fmt: skip
    listed = [
        Group("person", tuple(plain)),
        *(Group(family, tuple(options)) for family, options in groups.items()),
    ]
    return tuple(group for group in listed if group.options)


def _fact_name(say: Plainly, fact: Fact) -> str:
    kind = NAMED_BY.get(fact.family)
    if kind and fact.name:
        return say.named(kind, fact.name)
    return say.fact(fact).removeprefix("on file: ").removeprefix("recipient: ")


def _codes(hosted: Hosted, kind: str, chosen: str) -> tuple[Option, ...]:
    found: dict[str, Option] = {}
    for statement in hosted.catalogue.statements:
        if statement.kind == kind:
            code = str(getattr(statement, "code", ""))
            name = Plainly(hosted.catalogue).name(statement)
            found.setdefault(code, Option(code, name, code == chosen))
    return tuple(found.values())


def _needed_papers(hosted: Hosted) -> list[str]:
    """The papers that rights, grounds and refusals of this policy ask for."""
    found: dict[str, None] = {}
    for statement in hosted.catalogue.statements:
        if statement.kind in ("right", "request_ground", "refusal", "fee", "tenant"):
            for condition in (*getattr(statement, "needs", ()), *getattr(statement, "proof", ())):
                for literal in condition.literals:
                    if literal.fact.family == "paper":
                        found[literal.fact.name] = None
    return sorted(found)
