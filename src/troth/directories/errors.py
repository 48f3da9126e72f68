"""What this room refuses: a report, or a manifest, that is not in the form it has to have."""

from __future__ import annotations

from troth.kernel.errors import AuthorError, CallerError


class EntryUnreadable(CallerError):
    """A report of an app is not in the form it has to have, or asks for what is not the app's to decide."""


class ManifestUnreadable(AuthorError):
    """What an app says of its own build cannot be read."""
