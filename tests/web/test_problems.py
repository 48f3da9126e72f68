"""One table from what is refused to what is said: what the operator must mend is not told to whoever asked."""

from __future__ import annotations

import json

import pytest

from troth.consent import MoveRefused
from troth.db.errors import DatabaseLocked, StatementRefused
from troth.kernel.errors import AuthorError, CallerError, OperatorError, TrothError
from troth.policies import NoPolicyInForce, NotDeclared
from troth.subjects import IdentityTaken, SubjectUnknown
from troth.web.problems import TITLES, of_error, status_of


class Cousin(OperatorError):
    """Something new that an operator must mend."""


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (SubjectUnknown, 404),
        (NotDeclared, 422),
        (IdentityTaken, 409),
        (MoveRefused, 409),
        (CallerError, 422),
        (StatementRefused, 500),
        (DatabaseLocked, 503),
        (NoPolicyInForce, 503),
        (Cousin, 503),
        (AuthorError, 503),
        (TrothError, 500),
    ],
)
def test_the_nearest_class_decides(kind: type[TrothError], status: int) -> None:
    assert status_of(kind("x")) == status
    assert status in TITLES


def test_what_an_operator_must_mend_is_told_to_nobody_else() -> None:
    found = json.loads(of_error(Cousin("The file /srv/troth.db is full.", "Make room.")).body)
    assert found["status"] == 503
    assert "amy" not in json.dumps(found)
    assert found["type"] == "urn:troth:problem:cousin"


def test_a_caller_is_told_what_and_how_to_mend_it() -> None:
    found = json.loads(of_error(NotDeclared("There is no 'x'.", "Did you mean 'y'?")).body)
    assert (found["detail"], found["help"]) == ("There is no 'x'.", "Did you mean 'y'?")
