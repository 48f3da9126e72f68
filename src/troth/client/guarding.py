"""What the middlewares have in common: a view that is asked for first, and the page or problem in its place when the answer is no.

Flask, Django and FastAPI differ in how a request and a response look, and in nothing else: each has a small module of its own.
"""

from __future__ import annotations

import inspect
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

from troth.client.errors import Away, Problem, Refused
from troth.client.model import Answer, Question
from troth.client.refusals import Page, away_page, refusal_page

Verb = Literal["peek", "use", "release"]
Asked: TypeAlias = Question | Callable[[Any], Question]
"""A question, or what makes one of the request: where the recipient or the papers stand in a form."""
View = TypeVar("View", bound=Callable[..., Any])
HANDED: Final = "answer"
"""The parameter by which a view is handed the answer, with the duties in it."""
LEAVES: Final = frozenset({"share", "transfer", "publish", "export"})
"""Acts by which data leave: the record must be durable before they do."""
_log = logging.getLogger("troth.client")


class Asker(Protocol):
    """Who can be asked: a client, or the library in one's own process."""

    def peek(self, subject: str | None, question: Question) -> Any:
        """Advice; recorded nowhere."""

    def use(self, subject: str | None, question: Question) -> Any:
        """Before collecting, using or storing."""

    def release(self, subject: str | None, question: Question) -> Any:
        """Before sharing, transferring or publishing."""


class Guard(ABC):
    """Asks before a view runs. `subject` tells from a request who it is about (None: nobody known).

    `refused` and `away` make the company's own pages for a no and for nobody there; without them a plain page is shown, or a problem
    (RFC 9457) to a program that asks for no page. `papers` tells from a request which papers go with whatever is asked in it.
    """

    def __init__(
        self, client: Asker, subject: Callable[[Any], Any], *,
        refused: Callable[[Any, Answer], Any] | None = None, away: Callable[[Any], Any] | None = None,
        papers: Callable[[Any], Mapping[str, str]] | None = None,
    ) -> None:  # fmt: skip
        self._client = client
        self._subject = subject
        self._own_refused = refused
        self._own_away = away
        self._papers = papers

    def peek(self, question: Asked) -> Callable[[View], View]:
        """Show the view only where advice says yes; recorded nowhere."""
        return self._decorator("peek", question)

    def use(self, question: Asked) -> Callable[[View], View]:
        """Run the view, which collects, uses or stores, only with a permit; what was answered is on record."""
        return self._decorator("use", question)

    def release(self, question: Asked) -> Callable[[View], View]:
        """Run the view, which lets data leave, only with a permit; its record is durable before the view runs."""
        return self._decorator("release", question)

    def answers(self, request: Any) -> tuple[Answer, ...]:
        """What was answered for this request so far, in the order of asking."""
        return tuple(self._noted(request))

    @abstractmethod
    def _guarded(self, verb: Verb, question: Asked, view: Callable[..., Any]) -> Callable[..., Any]:
        """The view with the question before it."""

    @abstractmethod
    def _noted(self, request: Any) -> list[Answer]:
        """Where the answers of a request are kept."""

    @abstractmethod
    def _response(self, page: Page) -> Any:
        """A page as the framework answers it."""

    @abstractmethod
    def _headers(self, request: Any) -> Mapping[str, str]:
        """The headers of a request."""

    def _decorator(self, verb: Verb, question: Asked) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            return self._guarded(verb, question, view)  # type: ignore[return-value]

        return decorate

    def _ask(self, verb: Verb | None, request: Any, question: Asked) -> Answer:
        return self._heard(request, self._say(verb, self._subject(request), self._said(request, question)))

    def _said(self, request: Any, question: Asked) -> Question:
        """The question of a request, with the papers that go with it."""
        said = question(request) if callable(question) else question
        return replace(said, papers={**said.papers, **self._papers(request)}) if self._papers else said

    def _say(self, verb: Verb | None, subject: str | None, question: Question) -> Any:
        return getattr(self._client, verb or verb_of(question))(subject, question)

    def _heard(self, request: Any, answer: Answer) -> Answer:
        if not answer.permitted:
            raise Refused(answer)
        self._noted(request).append(answer)
        return answer

    def _instead(self, request: Any, error: Exception) -> Any:
        """What is shown in the place of the view."""
        headers = self._headers(request)
        if isinstance(error, Refused):
            own = self._own_refused
            return own(request, error.answer) if own else self._response(refusal_page(headers, error.answer))
        if isinstance(error, Problem):  # our own mistake; its sentence holds nothing personal
            _log.error("A question was not taken: %s", error)
        return self._own_away(request) if self._own_away else self._response(away_page(headers))


STOPS: Final = (Refused, Away, Problem)
"""What keeps a view from running."""


def verb_of(question: Question) -> Verb:
    """How this is to be asked."""
    return "release" if question.action in LEAVES else "use"


def takes_answer(view: Callable[..., Any]) -> bool:
    """Whether a view has a parameter for the answer."""
    return HANDED in inspect.signature(view).parameters


def without_answer(wrapped: Callable[..., Any], view: Callable[..., Any]) -> None:
    """Let nobody outside see that parameter: it is filled here."""
    seen = inspect.signature(view)
    kept = [one for name, one in seen.parameters.items() if name != HANDED]
    wrapped.__signature__ = seen.replace(parameters=kept)  # type: ignore[attr-defined]
