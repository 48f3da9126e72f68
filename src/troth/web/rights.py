"""Which action each page is: declared with its route, and asked of everybody's rights before the page does anything.

    Route("/{org}/ledger", ledger, action="evidence.read", personal=True)

An operator needs a role that grants the action; whoever holds the one-time link of the program has all rights until an
administrator is enrolled, and a viewer's from then on. What changes something, and every look at a page with personal data, is
on record before it happens; so is every attempt that was refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Plain

from troth.app.signin import Session
from troth.operators import BOOTSTRAP, Operator, Operators, role_table
from troth.web.pages import NotThere, hosting_of, page

UNDECLARED: Final = "undeclared"
"""The action of a page that declares none: nobody's right but of whoever runs the program alone. A test finds such pages."""
OWN: Final = "own"
"""What everybody who is signed in may do: look at the list of what is theirs."""
EVERYTHING: Final = frozenset(role_table().actions)
"""The rights of whoever runs the program, before anybody is enrolled who manages staff."""
SAFE: Final = frozenset({"GET", "HEAD"})
LOOKER: Final = "viewer"
Endpoint = Callable[[Request], Awaitable[Response]]


class Route(Plain):
    """A route of the console that says which action it is; `personal` where its page shows what somebody left here."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, action: str, personal: bool = False, **more: Any
    ) -> None:
        assert action in role_table().actions or action in (UNDECLARED, OWN), (
            f"no role can be granted {action}"
        )
        self.action = action
        self.personal = personal
        super().__init__(path, self._guarded(endpoint), **more)

    def _guarded(self, endpoint: Callable[..., Any]) -> Endpoint:
        async def guarded(request: Request) -> Response:
            refused = await run_in_threadpool(_refused, self, request)
            if refused is not None:
                return refused
            if inspect.iscoroutinefunction(endpoint):
                return cast(Response, await endpoint(request))
            return cast(Response, await run_in_threadpool(endpoint, request))

        return guarded


def declared(route: BaseRoute) -> BaseRoute:
    """The route as it is where it declares its action; else as one that nobody is granted."""
    if isinstance(route, Route) or not isinstance(route, Plain):
        return route
    methods = sorted(route.methods or {"GET"})
    return Route(route.path, route.endpoint, action=UNDECLARED, methods=methods)


def operator_of(request: Request) -> Operator | None:
    """The operator who is signed in; None for whoever holds the link of the program."""
    session: Session | None = getattr(request.state, "session", None)
    return session.operator if session is not None else None


def may(request: Request, action: str) -> bool:
    """Whether whoever looks may do this in the organisation of the page: for buttons that would only be refused."""
    found: frozenset[str] = getattr(request.state, "actions", frozenset())
    return action in found


def by_of(request: Request) -> str:
    """Who acts, as evidence names them."""
    operator = operator_of(request)
    return operator.member if operator is not None else BOOTSTRAP


def _refused(route: Route, request: Request) -> Response | None:
    """Nothing, once the act may go on and is on record where it must be; else the page that says why not. Raises NotThere."""
    session: Session = request.state.session
    operator, id = session.operator, request.path_params.get("org")
    if id is None:
        return None
    held = hosting_of(request).organisations.get(id)
    if held is None or (operator is not None and operator.organisation != id):
        raise NotThere("There is no such organisation.")
    operators = held.organisation.operators
    actions = operator.actions if operator is not None else _by_link(session, id, operators)
    request.state.actions = actions
    changes = request.method not in SAFE
    if route.action != OWN and actions is not EVERYTHING and route.action not in actions:
        operators.act(operator, route.action, _named(route), permitted=False)
        return page(request, "denied.html", 403, action=route.action, hosted=held)
    if changes:
        operators.act(operator, route.action, _named(route), permitted=True)
    elif route.personal or (operator is not None and route.action in operator.by_glass):
        operators.read(operator, route.action, _named(route))
    return None


def _by_link(session: Session, id: str, operators: Operators) -> frozenset[str]:
    """The rights of whoever holds the link of the program; their first look at an organisation is on record."""
    with operators.database.read() as connection:
        staffed = operators.staffed(connection)
    if id not in session.seen:
        session.seen.add(id)
        operators.bootstrapped()
    table = role_table()
    return table.roles[LOOKER] if staffed else EVERYTHING


def _named(route: Route) -> str:
    """A route as evidence names it: its pattern, never what stood in it."""
    return route.path
