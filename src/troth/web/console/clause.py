"""One passage: its words, what it was turned into, what shows it, what was found, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.policy.binding import passage
from troth.policy.catalogue import Catalogue
from troth.policy.model import Statement
from troth.promises.board import Board, ClauseVerdict, added_to
from troth.promises.controls import controls_of
from troth.promises.model import Control, Evidence, Verdict
from troth.web.layout import plain
from troth.web.lines import Excerpt, excerpt
from troth.web.pages import NotThere, hosted_of, language_of, page
from troth.web.plainly import Plainly, TermRow
from troth.web.record import Entry, entries
from troth.web.slugs import unslug


@dataclass(frozen=True, slots=True)
class Addition:
    """What a regime adds to a statement, with its source and how sure that is."""

    regime: str
    statement: Statement
    name: str
    kind: str
    terms: tuple[TermRow, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One statement of a clause with everything known about it."""

    statement: Statement
    name: str
    kind: str
    verdict: Verdict
    terms: tuple[TermRow, ...]
    controls: tuple[Control, ...]
    evidence: Evidence
    excerpt: Excerpt | None
    additions: tuple[Addition, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What the page of a clause shows."""

    found: ClauseVerdict
    board: Board
    words: str
    original: str
    cards: tuple[Card, ...]
    entries: list[Entry]
    before: str
    after: str


async def clause(request: Request) -> Response:
    """The page of one clause."""
    hosted = hosted_of(request)
    id = unslug(request.path_params["clause"])
    if id is None or all(ref.id != id for ref in hosted.bundle.clauses):
        raise NotThere("There is no such clause.")
    language = language_of(request)
    view = await run_in_threadpool(_view, hosted, id, language)
    return page(request, "clause.html", hosted=hosted, here="board", view=view)


def _view(hosted: Hosted, id: str, language: str) -> View:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        board = hosted.promises.board(connection, organisation.clock.now())
        evidence = hosted.promises.evidence(connection)
        found = board.clause(id)
        if found is None:
            raise NotThere("There is no such clause.")
        shown = entries(hosted, connection, _first_to_see(found))
    order = [clause.clause.id for clause in board.clauses]
    at = order.index(id)
    return View(
        found,
        board,
        plain(passage(found.clause, hosted.cut)),
        _original(hosted, found),
        tuple(_card(hosted, s, v, evidence.get(s.key, Evidence()), language) for s, v in found.statements),
        shown,
        order[at - 1] if at else "",
        order[at + 1] if at + 1 < len(order) else "",
    )


def _first_to_see(found: ClauseVerdict) -> tuple[int, ...]:
    """The newest entries behind the statements of a clause."""
    numbers = {sequence for _, verdict in found.statements for sequence in verdict.sequences}
    return tuple(sorted(numbers | set(found.verdict.sequences), reverse=True)[:12])


def _original(hosted: Hosted, found: ClauseVerdict) -> str:
    clause = hosted.original.by_address().get(found.clause.address) if hosted.original else None
    return clause.text if clause else ""


def _card(hosted: Hosted, statement: Statement, verdict: Verdict, evidence: Evidence, language: str) -> Card:
    say = Plainly(hosted.catalogue, language)
    everything = Plainly(Catalogue(hosted.bundle.in_force("with_regimes")), language)
    place = hosted.bundle.places.get(statement.key)
    additions = (
        Addition(regime, added, everything.name(added), everything.kind(added), everything.terms(added))
        for regime, added in added_to(hosted.bundle).get(statement.key, ())
    )
    return Card(
        statement,
        say.name(statement),
        say.kind(statement),
        verdict,
        say.terms(statement),
        controls_of(statement, hosted.catalogue),
        evidence,
        excerpt(hosted.files, place) if place else None,
        tuple(additions),
    )
