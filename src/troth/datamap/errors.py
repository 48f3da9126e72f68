"""What can go wrong between a map and the stores it speaks of, cut by who must act. No error carries a person's data."""

from __future__ import annotations

from troth.kernel.errors import AuthorError, CallerError, OperatorError


class MapRefused(AuthorError):
    """A map does not say what it must, or says what is not so."""


class StoreUnreachable(OperatorError):
    """A store cannot be opened: it is away, its address or its credentials are wrong."""


class StoreRefused(OperatorError):
    """A store was reached and would not do what was asked: a grant, a constraint, a missing table."""


class NotAble(CallerError):
    """A connector was asked for what it does not declare to be able to do."""


class WhoIsMeant(CallerError):
    """An identity leads to more than one person, or several lead to different ones: a human must say who is meant."""


class PlanRefused(OperatorError):
    """An erasure would break something, and was not begun."""


class NotErased(OperatorError):
    """What was to go was still there when it was read again; the store was put back as it was."""
