"""What can go wrong with a choice: it speaks of an interface, or of things, that this policy does not have."""

from __future__ import annotations

from troth.kernel.errors import AuthorError, CallerError


class InterfaceUnknown(CallerError):
    """A choice names an interface that the policy it names does not lead to: nobody can have been shown that."""


class ChoiceUnreadable(CallerError):
    """A choice, a signal or a report is not in the form it has to have."""


class SiteUnreadable(AuthorError):
    """The file that says where a site lives and what its items are called cannot be read."""
