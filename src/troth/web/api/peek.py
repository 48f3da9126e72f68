"""The hot route of the gate: advice before an act. What memory can tell is answered at once; else a thread reads the database."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from troth.app.hosting import Hosted
from troth.app.keys import ApiKey
from troth.decide.model import Answer, Question
from troth.gate import Reply, answer_json
from troth.kernel.errors import CallerError
from troth.web.api.hot import HotRoute, written

TEXTS: Final = ("action", "purpose", "recipient", "place", "via", "source", "message")
KNOWN: Final = frozenset((*TEXTS, "data", "papers", "subject"))
LONGEST: Final = 160


class Unreadable(CallerError):
    """The body is no question."""


async def peek(hosted: Hosted, key: ApiKey, body: bytes) -> bytes:
    """What would be answered now; nothing is written."""
    question, subject, papers = read(body)
    gate = hosted.organisation.gate
    reply = gate.glance(question, subject, papers)
    if reply is None:
        reply = await run_in_threadpool(gate.peek, question, subject, papers)
    return _bytes(reply)


PEEK: Final = HotRoute("ask", peek)


def _bytes(reply: Reply) -> bytes:
    """A reply as `as_json` has it, its answer written out only when it is first given."""
    return f"{_opening(reply.answer)},{written(reply.circumstances)[1:]}".encode()


@lru_cache(maxsize=4096)
def _opening(answer: Answer) -> str:
    return written(answer_json(answer))[:-1]


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
    return value == "" or (isinstance(value, str) and len(value) <= LONGEST and value.isprintable())


def _all_texts(papers: dict[Any, Any]) -> bool:
    return all(_word(name) and isinstance(text, str) and len(text) <= 4000 for name, text in papers.items())
