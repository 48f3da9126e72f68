"""Problems as programs read them (RFC 9457): one table from what was refused to the status that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from troth import accounts
from troth.access import TokenRefused
from troth.app.device_acts import InstallationUnknown
from troth.consent import MoveRefused
from troth.cookies import InterfaceUnknown
from troth.db.errors import DatabaseLocked, DatabaseProblem, StatementRefused
from troth.gate import KeyReused
from troth.intake import MoveRefused as TicketStays
from troth.intake import Overtaken, TicketUnknown
from troth.kernel.canonical import canonical
from troth.kernel.errors import AuthorError, CallerError, OperatorError, TrothError
from troth.kernel.ids import BadId
from troth.ledger.errors import EntryMissing
from troth.lineage import DatasetUnknown
from troth.messages import LinkUnknown, MessageUnknown
from troth.messages import MoveRefused as MessageMoveRefused
from troth.policies import NotDeclared, PolicyUnknown
from troth.receipts import NoReceipt
from troth.recordings import RecordingUnknown
from troth.safeguards import ItemUnknown
from troth.staff import StaffGone, StaffUnknown
from troth.steps import StepUnknown
from troth.subjects import IdentitiesDiffer, IdentityTaken, SubjectUnknown
from troth.tasks import TaskUnknown

MEDIA: Final = "application/problem+json"
STATUS: Final[Mapping[type[TrothError], int]] = {
    SubjectUnknown: 404,
    PolicyUnknown: 404,
    EntryMissing: 404,
    NoReceipt: 404,
    BadId: 404,
    NotDeclared: 422,
    InstallationUnknown: 404,
    MessageUnknown: 404,
    DatasetUnknown: 404,
    RecordingUnknown: 404,
    LinkUnknown: 404,
    TicketUnknown: 404,
    TicketStays: 409,
    Overtaken: 409,
    TaskUnknown: 404,
    StepUnknown: 404,
    MessageMoveRefused: 409,
    StaffUnknown: 404,
    StaffGone: 409,
    ItemUnknown: 404,
    TokenRefused: 403,
    IdentitiesDiffer: 409,
    IdentityTaken: 409,
    MoveRefused: 409,
    KeyReused: 409,
    InterfaceUnknown: 409,
    StatementRefused: 500,
    accounts.NotLetIn: 401,
    accounts.SessionOver: 401,
    accounts.TooOften: 429,
    accounts.CodeOver: 410,
    accounts.NameTaken: 409,
    accounts.LastAddress: 409,
    accounts.AccountUnknown: 404,
    accounts.CheckRefused: 403,
    accounts.OfferLacking: 422,
    DatabaseLocked: 503,
    DatabaseProblem: 503,
    CallerError: 422,
    OperatorError: 503,
    AuthorError: 503,
    TrothError: 500,
}
"""The nearest class in the order of inheritance decides."""
TITLES: Final[Mapping[int, str]] = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "This key does not open that",
    404: "There is no such thing here",
    405: "That cannot be done at this address",
    409: "It does not fit what is on record",
    410: "It was used, or ran out",
    413: "The request is too large",
    415: "The request is not JSON",
    422: "The request asks for something that cannot be",
    429: "That came too often",
    500: "Something went wrong on our side",
    503: "The server cannot do this just now",
}


def status_of(error: TrothError) -> int:
    """The status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def of_error(error: TrothError) -> Response:
    """An error as a problem. What the operator must mend is told to the operator, not to whoever asked."""
    status = status_of(error)
    if status >= 500:
        return problem_response(
            status, _slug(error.code), "The operator of this server has to act; its log says what happened."
        )
    return problem_response(status, _slug(error.code), error.message, help=error.help)


def problem_of(error: TrothError) -> dict[str, object]:
    """An error as the problem it is, where it stands in the place of one answer among many."""
    status = status_of(error)
    told = error.message if status < 500 else "The operator of this server has to act."
    return {"type": f"urn:troth:problem:{_slug(error.code)}", "status": status, "detail": told}


def problem_response(status: int, kind: str, detail: str, **more: object) -> Response:
    """A problem: `type` names its kind for ever, `title` is the same for each status, `detail` tells of this occasion."""
    body = {
        "type": f"urn:troth:problem:{kind}",
        "title": TITLES.get(status, "A problem"),
        "status": status,
        "detail": detail,
    }
    found = canonical(body | {name: value for name, value in more.items() if value})
    headers = {"www-authenticate": 'Bearer realm="troth"'} if status == 401 else {}
    return Response(found, status, headers, MEDIA)


def _slug(code: str) -> str:
    """`SubjectUnknown` as `subject-unknown`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in code).lstrip("-")
