"""The way in for FastAPI: ask before an endpoint runs. FastAPI is imported here alone; install it yourself.

    guard = Troth(Client(KeyFile.read(path)), subject=lambda request: request.session.get("subject"))

    @app.post("/order")
    @guard.use(Question("collect", ("order_record",), "provide_service", via="order_form"))
    async def order(answer: Answer): ...    # runs with a permit only; `answer.duties` say what has to be done with it

Whoever is asked may be a client that waits (it is asked in a thread), one that does not, or the library in one's own process.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Final

from fastapi import Depends, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from troth.client.errors import Refused
from troth.client.guarding import HANDED, STOPS, Asked, Guard, Verb
from troth.client.model import Answer
from troth.client.refusals import Page

BROUGHT: Final = "troth_request"
"""The parameter by which the request comes to a guarded endpoint that did not ask for it."""


class Troth(Guard):
    """Asks before an endpoint of a FastAPI application runs; endpoints may be functions or coroutines, and so may `subject`."""

    async def must(self, request: Request, question: Asked) -> Answer:
        """Ask within an endpoint. Raises Refused, Away, Problem, which a guarded endpoint or `install` turns into a page."""
        return await self._asked(None, request, question)

    async def may(self, request: Request, question: Asked) -> bool:
        """Ask within an endpoint, where it goes on either way. Raises Away, Problem."""
        try:
            return (await self.must(request, question)).permitted
        except Refused:
            return False

    def install(self, app: FastAPI) -> None:
        """Turn what stops an endpoint into its page in the whole application."""

        async def instead(request: Request, error: Exception) -> Any:
            return self._instead(request, error)

        for kind in STOPS:
            app.add_exception_handler(kind, instead)

    def ahead(self, asked: Mapping[str, Iterable[Asked]]) -> Any:
        """A dependency of a router, or of the application: before an endpoint runs it asks what stands there under its name, and nothing
        of any other endpoint. What each page asks then stands in one place."""

        async def ask(request: Request) -> None:
            for question in asked.get(request.scope["endpoint"].__name__, ()):
                await self.must(request, question)

        return Depends(ask)

    async def _asked(self, verb: Verb | None, request: Request, question: Asked) -> Answer:
        subject = self._subject(request)
        subject = await subject if inspect.isawaitable(subject) else subject
        said = self._said(request, question)
        answer = await run_in_threadpool(self._say, verb, subject, said)
        return self._heard(request, await answer if inspect.isawaitable(answer) else answer)

    def _guarded(self, verb: Verb, question: Asked, view: Callable[..., Any]) -> Callable[..., Any]:
        # What the framework reads of an endpoint is its signature, with types and not their names.
        seen = inspect.signature(view, eval_str=True)
        parameters = dict(seen.parameters)
        hands = parameters.pop(HANDED, None) is not None
        named = next((name for name, one in parameters.items() if one.annotation is Request), None)
        if named is None:
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters[BROUGHT] = inspect.Parameter(BROUGHT, kind, annotation=Request)

        @wraps(view)
        async def guarded(**kwargs: Any) -> Any:
            request = kwargs[named] if named else kwargs.pop(BROUGHT)
            try:
                answer = await self._asked(verb, request, question)
                handed = {HANDED: answer} if hands else {}
                return await _run(view, kwargs | handed)
            except STOPS as error:
                return self._instead(request, error)

        guarded.__signature__ = seen.replace(parameters=_ordered(parameters))  # type: ignore[attr-defined]
        return guarded

    def _noted(self, request: Any) -> list[Answer]:
        if not hasattr(request.state, "troth_answers"):
            request.state.troth_answers = []
        found: list[Answer] = request.state.troth_answers
        return found

    def _response(self, page: Page) -> Response:
        return Response(page.body, page.status, dict(page.headers), page.media)

    def _headers(self, request: Any) -> Mapping[str, str]:
        return {name.lower(): value for name, value in request.headers.items()}


def _ordered(parameters: Mapping[str, inspect.Parameter]) -> list[inspect.Parameter]:
    """As the language wants them: `**rest` comes last."""
    return sorted(parameters.values(), key=lambda one: one.kind)


async def _run(view: Callable[..., Any], kwargs: Mapping[str, Any]) -> Any:
    """A coroutine here, a function in a thread, as the framework itself does it."""
    if inspect.iscoroutinefunction(view):
        return await view(**kwargs)
    return await run_in_threadpool(view, **kwargs)
