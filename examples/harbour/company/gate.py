"""Asking first: what harbour's contracts say about those who receive data from it is put on record before anybody asks."""

from __future__ import annotations

from contextlib import suppress

from examples.harbour.company.acts import RECIPIENTS
from troth.client import Client, Problem


def open_books(client: Client) -> None:
    """Put it on record. What is refused there stays off the record."""
    for recipient, (facts, stake) in RECIPIENTS.items():
        for fact in facts:
            with suppress(Problem):
                client.recipient(recipient, [fact], stake=stake if fact == "controlled" else None)
