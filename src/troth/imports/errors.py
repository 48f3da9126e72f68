"""A declaration that cannot be read, and a row out of which nothing can be brought in."""

from __future__ import annotations

from troth.kernel.errors import AuthorError, OperatorError


class ImportsUnreadable(AuthorError):
    """A file of imports that declares none, or one that makes no sense."""


class RowRefused(OperatorError):
    """A row that names nobody, has no key, or says what cannot be. Its values are never told."""
