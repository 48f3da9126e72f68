"""The way in for Flask: ask before a view runs. Flask is imported here alone; install it yourself.

guard = Troth(Client(KeyFile.read(path)), subject=lambda request: session.get("subject"))

@app.post("/order")
@guard.use(Question("collect", ("order_record",), "provide_service", via="order_form"))
def order(answer): ...    # runs with a permit only; `answer.duties` say what has to be done with it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, g
from flask import request as current

from troth.client.errors import Refused
from troth.client.guarding import HANDED, STOPS, Asked, Guard, Verb, takes_answer, without_answer
from troth.client.model import Answer
from troth.client.refusals import Page


class Troth(Guard):
    """Asks before a view of a Flask application runs; views may be functions or coroutines."""

    def must(self, request: Any, question: Asked) -> Answer:
        """Ask within a view. Raises Refused, Away, Problem, which a guarded view or `install` turns into a page."""
        return self._ask(None, request, question)

    def may(self, request: Any, question: Asked) -> bool:
        """Ask within a view, where it goes on either way. Raises Away, Problem."""
        try:
            return self.must(request, question).permitted
        except Refused:
            return False

    def install(self, app: Flask) -> None:
        """Turn what stops a view into its page in the whole application."""
        for kind in STOPS:
            app.register_error_handler(kind, lambda error: self._instead(current, error))

    def _guarded(self, verb: Verb, question: Asked, view: Callable[..., Any]) -> Callable[..., Any]:
        hands = takes_answer(view)

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                answer = self._ask(verb, current, question)
                handed = {HANDED: answer} if hands else {}
                return current_app.ensure_sync(view)(*args, **kwargs, **handed)
            except STOPS as error:
                return self._instead(current, error)

        without_answer(guarded, view)
        return guarded

    def _noted(self, request: Any) -> list[Answer]:
        found: list[Answer] = g.setdefault("troth_answers", [])
        return found

    def _response(self, page: Page) -> Response:
        return Response(page.body, page.status, dict(page.headers), content_type=page.media)

    def _headers(self, request: Any) -> Mapping[str, str]:
        return {name.lower(): value for name, value in request.headers.items()}
