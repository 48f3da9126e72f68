"""The hot route: advice before an act. Plain ASGI in front of everything else, so that little is spent beside the decision.

What the others have done for them by middleware happens here in a few lines: the host, the key and its scope, the length of the
body, and the headers of the answer. What memory can tell is answered at once; else a thread reads the database meanwhile.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from troth.app.hosting import Hosting
from troth.app.keys import ApiKey
from troth.decide.model import Answer, Question
from troth.gate import Reply, answer_json
from troth.kernel.errors import CallerError, TrothError
from troth.web.api.entry import LARGEST, Refused, opened
from troth.web.faults import note
from troth.web.headers import NO_STORE, RAW, SecurityHeaders, host_of
from troth.web.problems import of_error, problem_response

BEFORE, AFTER = "/api/v1/", "/peek"
TEXTS: Final = ("action", "purpose", "recipient", "place", "via", "source", "message")
KNOWN: Final = frozenset((*TEXTS, "data", "papers", "subject"))
LONGEST: Final = 160
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_START: Final = [(b"content-type", b"application/json"), NO_STORE, *RAW]


class Unreadable(CallerError):
    """The body is no question."""


class TooLong(Exception):
    """The body is longer than the API reads."""


class HotPeek:
    """Answers `POST /api/v1/{org}/peek` and passes everything else on."""

    def __init__(self, app: ASGIApp, hosting: Hosting, hosts: frozenset[str]) -> None:
        self.app = app
        self._hosting = hosting
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        path: str = scope.get("path", "")
        if (
            scope["type"] != "http"
            or not path.endswith(AFTER)
            or not path.startswith(BEFORE)
            or scope["method"] != "POST"
        ):
            await self.app(scope, receive, send)
            return
        organisation = path[len(BEFORE) : -len(AFTER)]
        if not organisation or "/" in organisation:
            await self.app(scope, receive, send)
            return
        answer = await self._answer(scope, receive, organisation)
        if isinstance(answer, Response):
            await SecurityHeaders(answer)(scope, receive, send)
            return
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length, *_START]})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, scope: Scope, receive: Receive, organisation: str) -> bytes | Response:
        """The answer as bytes, or the problem that stands in its place."""
        try:
            key = self._key(scope)
            if isinstance(key, Response):
                return key
            hosted = opened(self._hosting, key, organisation, "ask")
            question, subject, papers = read(await _body(receive))
            gate = hosted.organisation.gate
            reply = gate.glance(question, subject, papers)
            if reply is None:
                reply = await run_in_threadpool(gate.peek, question, subject, papers)
            return _bytes(reply)
        except Refused as refused:
            return problem_response(refused.status, "refused", refused.message)
        except TooLong:
            return problem_response(413, "too-large", f"A request holds at most {LARGEST:,} bytes.")
        except TrothError as error:
            if error.actor != "caller":
                note(error)
            return of_error(error)
        except Exception as error:  # noqa: BLE001  whatever it is, a program gets a problem and the log the place
            note(error)
            return problem_response(500, "fault", "The program's log says where it failed.")

    def _key(self, scope: Scope) -> ApiKey | Response:
        """The key that came along, for a request that names this server and nothing else."""
        host = authorization = ""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.decode("latin-1")
            elif name == b"authorization":
                authorization = value.decode("latin-1")
        if host_of(host) not in self._hosts:
            return problem_response(400, "host", "This server does not answer under that name.")
        scheme, _, secret = authorization.partition(" ")
        key = self._hosting.keys.find(secret.strip()) if scheme.lower() == "bearer" else None
        return key or problem_response(401, "key-needed", "Send `Authorization: Bearer KEY`.")


async def _body(receive: Receive) -> bytes:
    """The whole body, no longer than the API reads. Raises TooLong."""
    pieces, read_so_far = [], 0
    while True:
        message = await receive()
        piece = message.get("body", b"")
        read_so_far += len(piece)
        if read_so_far > LARGEST:
            raise TooLong
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def _bytes(reply: Reply) -> bytes:
    """A reply as `as_json` has it, its answer written out only when it is first given."""
    return f"{_opening(reply.answer)},{_written(reply.circumstances)[1:]}".encode()


@lru_cache(maxsize=4096)
def _opening(answer: Answer) -> str:
    return _written(answer_json(answer))[:-1]


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
