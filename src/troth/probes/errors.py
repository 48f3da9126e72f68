"""A probe that cannot look, and a declaration of probes that cannot be read."""

from __future__ import annotations

from troth.kernel.errors import AuthorError, OperatorError


class CannotLook(OperatorError):
    """The place is not there, or does not open: nothing was seen, which is neither good nor bad."""


class ProbesUnreadable(AuthorError):
    """A file of probes that declares none, or one that makes no sense."""
