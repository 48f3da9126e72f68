"""One passage: its words, what it was turned into, what shows it, what was found, and where it is written."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.policy.binding import passage
from troth.web.layout import plain
from troth.web.pages import NotThere, hosted_of, page
from troth.web.slugs import unslug


async def clause(request: Request) -> Response:
    """The page of one clause."""
    hosted = hosted_of(request)
    id = unslug(request.path_params["clause"])
    board = await run_in_threadpool(hosted.board)
    found = board.clause(id) if id else None
    if found is None:
        raise NotThere("There is no such clause.")
    words = plain(passage(found.clause, hosted.cut))
    return page(request, "clause.html", hosted=hosted, here="board", found=found, board=board, words=words)
