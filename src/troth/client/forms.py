"""Forms under their notices: the notices of a form are shown, on record, before it asks; what comes in is bound to their words.

A page carries hidden fields `under:NOTICE` with the digest of the words that stood above the form; they come back with what was typed.
For programs that wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from troth.client.calls import Voice
from troth.client.errors import Problem
from troth.client.model import NoticeText
from troth.kernel.errors import CallerError

UNDER: Final = "under:"
"""What the hidden fields begin with."""


class Unshown(CallerError):
    """What came in was not asked for under the notices that are in force; `missing` says what is lacking."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(
            "This came in under other words than those in force.", "Show the form again, with its notices."
        )
        self.missing = missing


def show_form(client: Voice, subject: str, point: str, language: str = "en") -> tuple[NoticeText, ...]:
    """The notices of a form, recorded as shown to somebody. Raises Away, Problem."""
    notices = client.notices_at(point, language)
    for notice in notices:
        client.show(subject, notice, point=point)
    return notices


def take_form(client: Voice, subject: str, point: str, fields: Iterable[str], sent: Mapping[str, str]) -> str:
    """Bind what came in to the words it came in under; their digests. Raises Unshown, Away."""
    try:
        shown = [client.shown_text(said) for name, said in sent.items() if name.startswith(UNDER)]
    except Problem:
        shown = []  # words that nobody was ever shown
    versions = {one.notice: one.version for one in shown}
    found = client.submit(subject, point, [one for one in fields if sent.get(one)], versions)
    unnamed = tuple(f"shown:{id}" for id in found.notices if id not in versions)
    if not found.taken or unnamed:
        raise Unshown((*found.missing, *found.lacking, *unnamed))
    return ", ".join(one.rendered for one in shown)
