"""What the room of policies refuses, cut by who must act."""

from __future__ import annotations

from troth.kernel.errors import AuthorError, CallerError, OperatorError


class NoPolicyInForce(OperatorError):
    """Nothing can be decided yet: no version of a policy is in force."""


class PolicyUnknown(CallerError):
    """A digest is named of which no version is kept."""


class NotDeclared(CallerError):
    """A fact, item or recipient is named that the policy does not declare."""


class TextsMissing(AuthorError):
    """A version was handed in without the texts its bundle speaks of."""
