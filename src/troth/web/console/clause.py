"""One passage: its words, what it was turned into, what shows it, what was found, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.policy.binding import passage
from troth.policy.catalogue import Catalogue
from troth.policy.model import Statement
from troth.promises.board import Board, ClauseVerdict, added_to
from troth.promises.controls import controls_of
from troth.promises.model import WORST_FIRST, Breach, Control, Evidence, State, Verdict
from troth.web.layout import plain
from troth.web.lines import Excerpt, excerpt
from troth.web.pages import NotThere, hosted_of, language_of, page
from troth.web.plainly import Plainly, TermRow
from troth.web.record import Entry, Thing, entries, seen
from troth.web.slugs import unslug
from troth.web.verdicts import clause_sentence, statement_sentence

ORDER: Final = (*WORST_FIRST, State.UNBOUND, State.REASONED)
MOST_BREACHES: Final = 10
FEW: Final = 3
"""Up to so many statements are all shown at once."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What a regime adds to a statement, with its source and how sure that is."""

    regime: str
    statement: Statement
    name: str
    kind: str
    terms: tuple[TermRow, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A breach with what showed it: the row, file or mail, as it was reported."""

    breach: Breach
    seen: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One statement of a clause with everything known about it."""

    statement: Statement
    name: str
    kind: str
    verdict: Verdict
    judged: str
    """What can be said of it, as a sentence."""
    terms: tuple[TermRow, ...]
    controls: tuple[Control, ...]
    evidence: Evidence
    excerpt: Excerpt | None
    additions: tuple[Addition, ...]
    open: bool = False
    """Whether it is shown at once: the ones that decided, and all where there are few."""
    breaches: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What the page of a clause shows."""

    found: ClauseVerdict
    board: Board
    judged: str
    words: str
    original: str
    cards: tuple[Card, ...]
    entries: list[Entry]
    before: str
    after: str


async def clause(request: Request) -> Response:
    """The page of one clause."""
    hosted = await hosted_of(request)
    id = unslug(request.path_params["clause"])
    if id is None or all(ref.id != id for ref in hosted.bundle.clauses):
        raise NotThere("There is no such clause.")
    say = Plainly(hosted.catalogue, language_of(request))
    view = await run_in_threadpool(_view, hosted, id, say)
    return page(request, "clause.html", hosted=hosted, here="board", view=view, say=say)


def _view(hosted: Hosted, id: str, say: Plainly) -> View:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        board = hosted.promises.board(connection, organisation.clock.now())
        evidence = hosted.promises.evidence(connection)
        found = board.clause(id)
        if found is None:
            raise NotThere("There is no such clause.")
        shown = entries(hosted, connection, _first_to_see(found), say)
        breaches = {
            s.key: tuple(
                Found(b, seen(hosted, connection, b.sequence, say.t)) for b in _newest(evidence.get(s.key))
            )
            for s, _ in found.statements
        }
    order = [clause.clause.id for clause in board.clauses]
    at = order.index(id)
    return View(
        found,
        board,
        clause_sentence(say, found),
        plain(passage(found.clause, hosted.cut)),
        _original(hosted, found),
        _cards(hosted, found, evidence, breaches, say),
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


def _cards(
    hosted: Hosted,
    found: ClauseVerdict,
    evidence: dict[str, Evidence],
    breaches: dict[str, tuple[Found, ...]],
    say: Plainly,
) -> tuple[Card, ...]:
    """The statements of a clause, the worst first: what decided is open, the rest unfolds."""
    order = sorted(found.statements, key=lambda pair: ORDER.index(pair[1].state))
    few = len(order) <= FEW
    return tuple(
        replace(
            _card(hosted, s, v, evidence.get(s.key, Evidence()), say),
            breaches=breaches[s.key],
            open=few or at == 0 or bool(breaches[s.key]),
        )
        for at, (s, v) in enumerate(order)
    )


def _newest(evidence: Evidence | None) -> list[Breach]:
    """The breaches of a statement to show: those still open first, the newest first."""
    found = evidence.breaches if evidence else ()
    return sorted(found, key=lambda b: (b.mended_at is not None, -b.sequence))[:MOST_BREACHES]


def _card(hosted: Hosted, statement: Statement, verdict: Verdict, evidence: Evidence, say: Plainly) -> Card:
    everything = Plainly(Catalogue(hosted.bundle.in_force("with_regimes")), say.language)
    place = hosted.places.get(statement.key)
    additions = (
        Addition(regime, added, everything.name(added), everything.kind(added), everything.terms(added))
        for regime, added in added_to(hosted.bundle).get(statement.key, ())
    )
    return Card(
        statement,
        say.name(statement),
        say.kind(statement),
        verdict,
        statement_sentence(say, verdict),
        say.terms(statement),
        controls_of(statement, hosted.catalogue),
        evidence,
        excerpt(hosted.files, place) if place else None,
        tuple(additions),
    )
