"""The way in for Django: ask before a view runs. Django is imported here alone; install it yourself.

    guard = Troth(Client(KeyFile.read(path)), subject=lambda request: request.session.get("subject"))

    @guard.use(Question("collect", ("order_record",), "provide_service", via="order_form"))
    def order(request, answer): ...    # runs with a permit only; `answer.duties` say what has to be done with it

On a class put it by `method_decorator(guard.use(…), name="post")`. What stops a view that has no decorator becomes a page by
`MIDDLEWARE = [..., "troth.client.django.Refusals"]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse

from troth.client.errors import Refused
from troth.client.guarding import HANDED, STOPS, Asked, Guard, Verb, takes_answer, without_answer
from troth.client.model import Answer
from troth.client.refusals import Page


class Troth(Guard):
    """Asks before a view of a Django project runs; views may be functions, coroutines, or methods of a class."""

    latest: ClassVar[Troth | None] = None
    """The guard made last: `Refusals` shows its pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Troth.latest = self

    def must(self, request: HttpRequest, question: Asked) -> Answer:
        """Ask within a view. Raises Refused, Away, Problem, which a guarded view or `Refusals` turns into a page."""
        return self._ask(None, request, question)

    def may(self, request: HttpRequest, question: Asked) -> bool:
        """Ask within a view, where it goes on either way. Raises Away, Problem."""
        try:
            return self.must(request, question).permitted
        except Refused:
            return False

    def _guarded(self, verb: Verb, question: Asked, view: Callable[..., Any]) -> Callable[..., Any]:
        made = self._waiting if iscoroutinefunction(view) else self._plain
        guarded = made(verb, question, view, takes_answer(view))
        without_answer(guarded, view)
        return guarded

    def _plain(
        self, verb: Verb, question: Asked, view: Callable[..., Any], hands: bool
    ) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                answer = self._ask(verb, request, question)
                handed = {HANDED: answer} if hands else {}
                return view(request, *args, **kwargs, **handed)
            except STOPS as error:
                return self._instead(request, error)

        return guarded

    def _waiting(
        self, verb: Verb, question: Asked, view: Callable[..., Any], hands: bool
    ) -> Callable[..., Any]:
        @wraps(view)
        async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                # The session may be a row in the database, which Django reads in threads alone.
                answer = await sync_to_async(self._ask)(verb, request, question)
                handed = {HANDED: answer} if hands else {}
                return await view(request, *args, **kwargs, **handed)
            except STOPS as error:
                return self._instead(request, error)

        return guarded

    def _noted(self, request: Any) -> list[Answer]:
        if not hasattr(request, "troth_answers"):
            request.troth_answers = []
        found: list[Answer] = request.troth_answers
        return found

    def _response(self, page: Page) -> HttpResponse:
        return HttpResponse(
            page.body, content_type=page.media, status=page.status, headers=dict(page.headers)
        )

    def _headers(self, request: Any) -> Mapping[str, str]:
        return {name.lower(): value for name, value in request.headers.items()}


class Refusals:
    """Middleware: what stops a view becomes a page in the whole project."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> Any:
        """The page in the place of a view; None for what is none of ours."""
        guard = Troth.latest
        return guard._instead(request, error) if guard and isinstance(error, STOPS) else None  # noqa: SLF001  the same module
