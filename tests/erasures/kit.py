"""What the tests of erasures share: a person of whom much is on record, and the ways a process can end in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gate.kit import agreed
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.ledger.errors import PayloadUnreadable

TO_COURT = Question("share", ("email",), "newsletter", recipient="court")
MARK = "planted-{}@example.test"


def known(quay: Organisation, number: int = 1) -> str:
    """A person who agreed, and was the subject of a disclosure whose paper quotes their address."""
    who = agreed(quay, number)
    paper = {"order": f"order about {MARK.format(number)}"}
    assert quay.gate.release(TO_COURT, who, paper).answer.permitted
    return who


def readable(quay: Organisation, who: str) -> int:
    """How many payloads about a person can be read."""
    found = 0
    with quay.database.read() as connection:
        for event in quay.ledger.events(connection, subject=quay.ledger.pseudonym(who)):
            if event.commitment is not None:
                try:
                    found += quay.ledger.payload(connection, event.sequence) is not None
                except PayloadUnreadable:
                    continue
    return found


class Cut(BaseException):
    """The process ends here."""


@contextmanager
def cut(monkeypatch: pytest.MonkeyPatch, of: object, step: str, *, after: bool = False) -> Iterator[None]:
    """Let the process end when it comes to a step, or when it has done it."""
    whole = getattr(of, step)

    def ends(*args: object, **named: object) -> None:
        if after:
            whole(*args, **named)
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(of, step, ends)
        try:
            yield
        except Cut:
            return
    pytest.fail(f"it never came to {step}")


def bytes_of(place: Path) -> bytes:
    """All bytes below a folder: databases, their logs, keys, segments."""
    return b"".join(path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file())
