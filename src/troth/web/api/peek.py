"""The hot route: advice before an act. Plain and without models, so that little is spent beside the decision itself."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.decide.model import Question
from troth.gate import Reply
from troth.kernel.errors import CallerError, TrothError
from troth.web.api.entry import Refused, key_of, opened
from troth.web.faults import note
from troth.web.problems import of_error, problem_response

TEXTS: Final = ("action", "purpose", "recipient", "place", "via", "source", "message")
KNOWN: Final = frozenset((*TEXTS, "data", "papers", "subject"))
LONGEST: Final = 160


class Unreadable(CallerError):
    """The body is no question."""


async def peek(request: Request) -> Response:
    """What would be answered now, on what is on record; nothing is written."""
    try:
        hosted = opened(request.app.state.hosting, key_of(request), request.path_params["org"], "ask")
    except Refused as refused:
        return problem_response(refused.status, "refused", refused.message)
    try:
        question, subject, papers = read(await request.body())
        reply = await run_in_threadpool(_peek, hosted, question, subject, papers)
    except TrothError as error:
        if error.actor != "caller":
            note(error)
        return of_error(error)
    return Response(json.dumps(reply.as_json(), ensure_ascii=False).encode(), media_type="application/json")


def _peek(hosted: Hosted, question: Question, subject: str | None, papers: dict[str, str]) -> Reply:
    return hosted.organisation.gate.peek(question, subject, papers)


def read(body: bytes) -> tuple[Question, str | None, dict[str, str]]:
    """The question, subject and papers of a body. Raises Unreadable."""
    try:
        plain: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable(
            "The request is not JSON.", "Send an object with action, data and purpose."
        ) from None
    if not isinstance(plain, dict) or not plain.keys() <= KNOWN:
        raise Unreadable(
            "A question has fields that are not known here.", f"Known here: {', '.join(sorted(KNOWN))}."
        )
    texts = [plain.get(name, "") for name in TEXTS]
    data, papers, subject = plain.get("data", []), plain.get("papers", {}), plain.get("subject")
    good = isinstance(data, list) and isinstance(papers, dict) and len(data) <= 200 and len(papers) <= 50
    if not good or not all(map(_word, texts)) or not all(map(_word, data)) or not _all_texts(papers):
        raise Unreadable(
            "A field of the question is not of its type.",
            "All are short texts, data a list, papers an object.",
        )
    if "action" not in plain or "purpose" not in plain or not (subject is None or _word(subject)):
        raise Unreadable("A question names at least an action and a purpose.")
    action, purpose, recipient, place, via, source, message = texts
    question = Question(action, tuple(data), purpose, recipient, place, via, source, message)
    return question, subject or None, papers


def _word(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and value.isprintable()


def _all_texts(papers: dict[Any, Any]) -> bool:
    return all(_word(name) and isinstance(text, str) and len(text) <= 4000 for name, text in papers.items())
