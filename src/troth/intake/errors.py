"""What this room refuses."""

from __future__ import annotations

from troth.kernel.errors import CallerError


class ReceivedRefused(CallerError):
    """What came in cannot be a ticket: no words, too long, no such right, an address that is none."""


class TicketUnknown(CallerError):
    """There is no ticket of this number."""


class MoveRefused(CallerError):
    """A ticket is not where this could be done with it."""


class Overtaken(CallerError):
    """Somebody else worked on the ticket since it was looked at; nothing was done."""


class IdentityOpen(CallerError):
    """What the policy asks for as proof of identity has not been shown, or leads to nobody or to several people."""
