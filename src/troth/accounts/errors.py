"""What this room refuses. No sentence tells whether an account exists, and none repeats what was typed."""

from __future__ import annotations

from troth.kernel.errors import CallerError, OperatorError


class NameRefused(CallerError):
    """A user name or address is not written as one can be."""


class PasswordWeak(CallerError):
    """A password is too short, too long, or would be guessed; the help says how to choose a better one."""


class TooOften(CallerError):
    """More was asked than a window allows: `seconds` says how long to wait."""


class NotLetIn(CallerError):
    """Name and password do not open an account: one sentence, whichever of them is wrong."""


class CodeWrong(CallerError):
    """The code is not the one that was sent; there are tries left."""


class CodeOver(CallerError):
    """A ticket ran out, was used, or was tried too often: ask for another code."""


class NameTaken(CallerError):
    """Another account bears this name, or stands at this address: told only to whoever proved an address."""


class SessionOver(CallerError):
    """A session ended, or never was."""


class LastAddress(CallerError):
    """The only address of an account cannot be unbound: nothing would lead back in."""


class AccountUnknown(CallerError):
    """There is no account of this id."""


class CourierFailed(OperatorError):
    """A code or notice could not be handed over."""


class OfferLacking(CallerError):
    """Something that the policy offers people before they register was not given: a statement that all is right, its text."""


class CheckRefused(CallerError):
    """A real-name check did not take place: `missing` says what would have permitted it."""


class VerifierFailed(OperatorError):
    """A verifier did not answer, or in words that nobody here reads."""
