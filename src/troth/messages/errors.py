"""What this room refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError, OperatorError


class MessageRefused(CallerError):
    """A message is not written as one may be sent: an address that is none, a line break in a heading, hidden content."""


class MessageUnknown(CallerError):
    """There is no message of this id."""


class LinkUnknown(CallerError):
    """A link to unsubscribe leads to nothing."""


class MoveRefused(CallerError):
    """A message is not where this could be done with it."""


class ChannelMissing(OperatorError):
    """No channel of this kind is set up here."""


class CodeRefused(CallerError):
    """A one-time code was not sent: the policy does not permit it, or no class of messages carries it."""
