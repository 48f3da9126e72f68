"""Consents and objections: how each stands, what a press would do, and the press itself, effective before the answer is sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import RedirectResponse, Response

from troth.app.acts import Acts
from troth.app.minors import wards_of
from troth.consent import MoveRefused, Standing, narrowed
from troth.consent.evidence import split
from troth.decide.asks import SCOPE
from troth.decide.counterfactual import Change
from troth.policies import Declared
from troth.policy.facts import Fact
from troth.policy.model import Consent, Notice, Objection
from troth.policy.vocabulary import LANGUAGES as POLICY_LANGUAGES
from troth.web.centre.frame import Looking, form_of, own_page, run_in_threadpool
from troth.web.centre.outlook import Foretold, cost, foretell
from troth.web.centre.person import Person, answered, read
from troth.web.pages import NotThere
from troth.web.plainly import Plainly

VERBS = {"give": "given", "refuse": "refused", "withdraw": "withdrawn"}
CLEAR = {"deemed": "explicit"}
"""A button pressed here is a clear act, also where less would do."""
ONLY_GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class Line:
    """One consent in the list: its name, how it stands, since when and until when."""

    item: Consent
    name: str
    stands: str
    since: datetime | None
    expires: datetime | None
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alone:
    """A yes for one recipient or one case: the name that the record has for it, whom it is about ('' = a case), and since when."""

    only: str
    recipient: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as it stands on the page: in which language, its lines, and the digest of just these words."""

    id: str
    name: str
    language: str
    lines: tuple[str, ...]

    @property
    def rendered(self) -> str:
        """What is recorded of the words on the screen."""
        words = "\n".join((self.language, self.name, *self.lines))
        return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"


@own_page
async def consents(look: Looking) -> Response:
    """All consents and objections."""
    person = await run_in_threadpool(read, look)
    say = Plainly(person.declared.catalogue, look.language)
    lines = [_line(say, person.declared, item, standing) for item, standing in person.standings]
    lines.sort(key=lambda line: line.stands not in ("given", "expired"))
    guarding = bool(await run_in_threadpool(wards_of, look.hosted.organisation, look.subject))
    return look.page(
        "my_consents.html", here="consents", lines=lines, person=person, say=say, guards=guarding
    )


def _line(say: Plainly, declared: Declared, item: Consent, standing: Standing) -> Line:
    purposes = sorted(declared.catalogue.expand("purpose", item.purposes))
    return Line(
        item, say.name(item), answered(standing), standing.since, standing.expires,
        tuple(say.named("purpose", one) for one in purposes[:4]),
    )  # fmt: skip


@own_page
async def consent(look: Looking) -> Response:
    """One consent: what it is about, how it stands, what a press would do, and the buttons."""
    return await run_in_threadpool(_consent_page, look, "")


def _consent_page(look: Looking, told: str, status: int = 200) -> Response:
    person = read(look)
    item, standing = _item(look, person)
    catalogue, stands = person.declared.catalogue, answered(standing)
    say = Plainly(catalogue, look.language)
    purposes = sorted(catalogue.expand("purpose", item.purposes))
    shown = _notice(person.declared, item, look.language, say)
    fact = Fact("consent", item.id)
    giving = Change(frozenset({fact, *([Fact("shown", shown.id)] if shown else [])}))
    change = Change(clear=frozenset({fact})) if standing.holds else giving
    return look.page(
        "my_consent.html", status, here="consents", item=item, name=say.name(item), stands=stands, say=say,
        standing=standing, told=told, foretold=foretell(look, person, change, purposes), shown=shown,
        purposes=[say.named("purpose", one) for one in purposes],
        data=[say.named("category", one) for one in item.data],
        recipients=[say.named("recipient", one) for one in sorted(catalogue.expand("recipient", item.recipients))],
        alone=_alone(look, person, item, say),
        costs=[(say.named("purpose", id), words) for id, words in cost(catalogue, purposes, look.language)],
        guardian=item.what == ONLY_GUARDIAN, policy=person.declared.digest, done=_done(look), person=person,
    )  # fmt: skip


@own_page
async def say(look: Looking) -> Response:
    """Give, refuse or withdraw. It is in force, and on record, when this answers."""
    form = await form_of(look.request)
    verb = VERBS.get(form.get("do", ""), "")
    if not verb:
        return await run_in_threadpool(_consent_page, look, "nothing", 422)
    if verb == "withdrawn" and form.get("only"):
        return await run_in_threadpool(_take_back, look, form["only"])
    return await run_in_threadpool(_say, look, verb, form.get("policy", ""))


def _alone(look: Looking, person: Person, item: Consent, say: Plainly) -> list[Alone]:
    """What was given for one recipient or case alone, and was not taken back since."""
    at, found = look.hosted.organisation.clock.now(), {}
    asked = {item.id: item.what}
    for (key, _), said in person.said.said.items():
        of, only = split(key)
        if of != item.id or not only or not narrowed(frozenset(), person.said, asked, at, (only,)):
            continue
        whom = only.removeprefix("recipient/") if only.startswith("recipient/") else ""
        found[only] = Alone(only, say.named("recipient", whom) if whom else "", said.since)
    return [found[only] for only in sorted(found)]


def _take_back(look: Looking, only: str) -> Response:
    """Withdraw what was given for one alone. Raises NotThere where nothing was."""
    person = read(look)
    item, _ = _item(look, person)
    say = Plainly(person.declared.catalogue, look.language)
    if only not in {one.only for one in _alone(look, person, item, say)}:
        return _consent_page(look, "nothing", 409)

    def do(acts: Acts) -> int:
        acts.take_back(look.subject, item.id, only, language=look.language, policy=person.declared.digest)
        return _number(acts)

    sequence = look.hosted.organisation.act(do)
    return RedirectResponse(f"{look.base}/consents/{item.id}?done={sequence}", 303)


def _say(look: Looking, verb: str, policy: str) -> Response:
    person = read(look)
    item, _ = _item(look, person)
    if verb == "given" and (item.what == ONLY_GUARDIAN or policy != person.declared.digest):
        # what stood on the screen when the button was pressed is no more what binds: nobody agreed to that
        return _consent_page(look, "changed" if item.what != ONLY_GUARDIAN else "guardian", 409)
    shown = _notice(person.declared, item, look.language, Plainly(person.declared.catalogue, look.language))

    def do(acts: Acts) -> int:
        if verb == "given" and shown is not None:
            acts.set_facts(
                look.subject, set=[f"shown:{shown.id}"], language=shown.language, rendered=shown.rendered,
                policy=person.declared.digest,
            )  # fmt: skip
        kind = CLEAR.get(item.what, item.what) if verb == "given" else ""
        acts.consent(
            look.subject, item.id, verb, kind=kind,
            language=shown.language if shown and verb == "given" else look.language,
            rendered=shown.rendered if shown and verb == "given" else "", policy=person.declared.digest,
        )  # fmt: skip
        return _number(acts)

    try:
        sequence = look.hosted.organisation.act(do)
    except MoveRefused:
        return _consent_page(look, "nothing", 409)
    return RedirectResponse(f"{look.base}/consents/{item.id}?done={sequence}", 303)


@own_page
async def objection(look: Looking) -> Response:
    """One objection: what it would stop, and the buttons."""
    return await run_in_threadpool(_objection_page, look, "")


def _objection_page(look: Looking, told: str, status: int = 200) -> Response:
    person = read(look)
    item, since = _raised(look, person)
    say = Plainly(person.declared.catalogue, look.language)
    fact = frozenset({Fact("objects", item.id)})
    change = Change(clear=fact) if since else Change(fact)
    purposes = sorted(person.declared.catalogue.expand("purpose", item.purposes))
    foretold: Foretold = foretell(look, person, change, purposes)
    return look.page(
        "my_objection.html", status, here="consents", item=item, name=say.name(item), since=since, told=told,
        foretold=foretold, say=say, wide=not any(getattr(item, term) for term in SCOPE), done=_done(look), person=person,
    )  # fmt: skip


@own_page
async def say_objection(look: Looking) -> Response:
    """Raise an objection, or lift it. It is in force, and on record, when this answers."""
    form = await form_of(look.request)
    verb = form.get("do", "")
    if verb not in ("raise", "lift"):
        return await run_in_threadpool(_objection_page, look, "nothing", 422)
    return await run_in_threadpool(_object, look, verb == "raise")


def _object(look: Looking, raised: bool) -> Response:
    person = read(look)
    item, _ = _raised(look, person)

    def do(acts: Acts) -> int:
        acts.object(look.subject, item.id, raised=raised, policy=person.declared.digest)
        return _number(acts)

    sequence = look.hosted.organisation.act(do)
    return RedirectResponse(f"{look.base}/objections/{item.id}?done={sequence}", 303)


def _item(look: Looking, person: Person) -> tuple[Consent, Standing]:
    wanted = look.request.path_params["item"]
    found = next((pair for pair in person.standings if pair[0].id == wanted), None)
    if found is None:
        raise NotThere("There is no such consent.")
    return found


def _raised(look: Looking, person: Person) -> tuple[Objection, datetime | None]:
    wanted = look.request.path_params["item"]
    found = next((pair for pair in person.objections if pair[0].id == wanted), None)
    if found is None:
        raise NotThere("There is no such objection.")
    return found


def _notice(declared: Declared, item: Consent, language: str, say: Plainly) -> Shown | None:
    """The notice that goes with a consent, in the language spoken or the first it exists in."""
    notice = declared.catalogue.get(Notice, item.notice) if item.notice else None
    if notice is None:
        return None
    offered = notice.languages or tuple(POLICY_LANGUAGES)
    return Shown(
        notice.id, say.name(notice), language if language in offered else offered[0], notice.contents
    )


def _number(acts: Acts) -> int:
    """The entry that was written last: its receipt is asked for by it."""
    acts.work.settle()
    return acts.work.sequences[-1]


def _done(look: Looking) -> int:
    """The entry of the act that led here; 0 where none did."""
    text = look.request.query_params.get("done", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
