"""What can go wrong with the words of a host. Readers never meet these: they read the database instead."""

from __future__ import annotations

from troth.kernel.errors import OperatorError


class WordsUnusable(OperatorError):
    """The folder of the words cannot be used; a process that changes what is known of people must not go on without."""


class WordsLocked(OperatorError):
    """Another process of this host has held the lock of the words for too long."""
