"""May this company do that? A form, an answer with its reasons, and what would change it. Hypothetical, recorded nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.decide import naive
from troth.decide.model import Answer, Facts, Question, RequestAnswer
from troth.decide.model import Request as RightsRequest
from troth.decide.requests import answer_request
from troth.decide.ways import NAMING
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition
from troth.policy.model import Right
from troth.policy.vocabulary import ACTIONS
from troth.web.console.choices import SIDES, act_fields, groups, request_fields
from troth.web.console.fields import Field, unknown
from troth.web.obstacles import obstacle_sentence, step_words
from troth.web.pages import hosted_of, language_of, page
from troth.web.plainly import Plainly

Fields = dict[str, Field]
NEEDED = ("action", "data", "purpose")
"""What a question about an act must say."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a rule of the policy says to it: the rule's name, the sentences, and the clauses it rests on."""

    name: str
    sentences: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A set of facts that would turn the answer, in words, and the address where that is asked."""

    facts: tuple[str, ...]
    address: str


async def ask(request: Request) -> Response:
    """The form about acts, and below it the answer once an action, a purpose and data are chosen.

    An address that names something nobody knows here is answered with what it may have meant, and with no answer: one to
    another question would be taken for the answer to this.
    """
    hosted = await hosted_of(request)
    say, given = Plainly(hosted.catalogue, language_of(request)), request.query_params
    fields = act_fields(hosted, say)
    wrong = unknown(fields.values(), given, request.url.path)
    question = None if wrong else _question(fields, given)
    answer = await run_in_threadpool(_answer, hosted, fields, given, question) if question else None
    return page(
        request,
        "ask.html",
        hosted=hosted,
        here="ask",
        say=say,
        fields=fields,
        given=given,
        wrong=wrong,
        lacking=_lacking(fields, given) if _begun(fields, given) else [],
        answer=answer,
        why=_why(say, answer, question) if answer and question else (),
        duties=[say.words.word("duties", duty) for duty in answer.duties] if answer else (),
        ways=_ways(request, say, answer) if answer else (),
        about={word: say.words.meaning("actions", word) for word in ACTIONS},
        choices=[fields[name] for name in (*(side for side, _ in SIDES), "place") if fields[name].options],
        groups=groups(say, fields["fact"], given),
    )


async def ask_request(request: Request) -> Response:
    """The form about requests of persons, and its answer."""
    hosted = await hosted_of(request)
    say, given = Plainly(hosted.catalogue, language_of(request)), request.query_params
    fields = request_fields(hosted, say)
    wrong = unknown(fields.values(), given, request.url.path)
    found = None if wrong else _request_answer(hosted, fields, given)
    people = [one for one in groups(say, fields["fact"], given) if one.family not in ("paper", "recipient")]
    return page(
        request,
        "ask_request.html",
        hosted=hosted,
        here="ask",
        say=say,
        fields=fields,
        given=given,
        wrong=wrong,
        answer=found,
        missing=[say.condition(Condition.parse(one)) for one in found.missing] if found else (),
        duties=[say.words.word("duties", duty) for duty in found.duties] if found else (),
        within=list(_periods(say, fields["right"].one(given))) if found and found.within else (),
        people=people,
    )


# --- what is asked -------------------------------------------------------------------------------------------------------


def _question(fields: Fields, given: QueryParams) -> Question | None:
    if _lacking(fields, given):
        return None
    one = {name: field.one(given) for name, field in fields.items()}
    return Question(
        one["action"],
        fields["data"].chosen(given),
        one["purpose"],
        one["recipient"],
        one["place"],
        one["via"],
        one["source"],
        one["message"],
    )


def _lacking(fields: Fields, given: QueryParams) -> list[str]:
    """What a question still has to say, by its labels."""
    return [fields[name].label for name in NEEDED if not fields[name].chosen(given)]


def _begun(fields: Fields, given: QueryParams) -> bool:
    """Whether anything was chosen but the reading."""
    return any(field.chosen(given) for name, field in fields.items() if name != "reading")


def _answer(hosted: Hosted, fields: Fields, given: QueryParams, question: Question) -> Answer:
    facts, reading = Facts.of(fields["fact"].chosen(given)), fields["reading"].one(given)
    if reading and reading != hosted.bundle.header.enforced:
        return naive.answer(Catalogue.of(hosted.bundle, reading), question, facts, hosted.bundle.digest)
    return hosted.organisation.suppose(question, facts).answer


def _request_answer(hosted: Hosted, fields: Fields, given: QueryParams) -> RequestAnswer | None:
    right = fields["right"].one(given)
    if not right:
        return None
    asked = RightsRequest(
        right, fields["ground"].one(given), fields["refusal"].one(given), fields["route"].one(given)
    )
    papers = [f"paper:{word}" for word in fields["paper"].chosen(given)]
    facts = Facts.of([*papers, *fields["fact"].chosen(given)])
    return answer_request(hosted.catalogue, asked, facts, hosted.bundle.digest)


# --- what is said --------------------------------------------------------------------------------------------------------


def _why(say: Plainly, answer: Answer, question: Question) -> tuple[Why, ...]:
    if answer.permitted:
        named = [say.catalogue.by_key(key) for key in answer.grounds]
        return tuple(Why(say.name(s), (), s.clauses) for s in named if s is not None)
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for obstacle in answer.obstacles:
        name = say.key(obstacle.statement) if obstacle.statement else ""
        found.setdefault((name, obstacle.clauses), []).append(obstacle_sentence(say, obstacle, question))
    return tuple(Why(name, tuple(dict.fromkeys(said)), clauses) for (name, clauses), said in found.items())


def _ways(request: Request, say: Plainly, answer: Answer) -> tuple[Way, ...]:
    """Each set of missing facts, with the address of the same question where these are given."""
    given, path = request.query_params.multi_items(), request.url.path
    ways = []
    for way in answer.missing:
        facts = {value for name, value in given if name == "fact"}
        for text in way:
            if not text.startswith(NAMING):
                literal = Condition.parse(text).literals[0]
                (facts.discard if literal.negated else facts.add)(str(literal.fact))
        kept = [pair for pair in given if pair[0] != "fact"]
        query = urlencode([*kept, *(("fact", fact) for fact in sorted(facts))])
        end = "#ask" if way[0].startswith(NAMING) else "#answer"
        ways.append(Way(tuple(step_words(say, text) for text in way), f"{path}?{query}{end}"))
    return tuple(ways)


def _periods(say: Plainly, right: str) -> Iterator[str]:
    """Every period in which a request must be answered, with what starts it."""
    for one in say.catalogue.all(Right):
        if one.what == right and one.within:
            start = say.words.word("start_events", one.start or "receipt")
            yield say.t(
                "within.from", period=say.words.period(one.within.value, one.within.unit), start=start
            )
