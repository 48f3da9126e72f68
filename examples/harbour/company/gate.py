"""Asking first: what harbour's contracts say about those who receive data from it is put on record before anybody asks."""

from __future__ import annotations

from contextlib import suppress

from examples.harbour.company.acts import known_of_recipients
from troth.client import Problem, Steady


def open_books(client: Steady) -> None:
    """Put it on record. What is refused there stays off the record."""
    for recipient, fact, stake in known_of_recipients():
        with suppress(Problem):
            client.recipient(recipient, [fact], stake=stake)
