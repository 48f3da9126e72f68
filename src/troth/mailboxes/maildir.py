"""A Maildir: each mail is a file; what was taken is marked as seen by its name, and stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from troth.intake.mail import LARGEST
from troth.intake.mailbox import Lying, MailboxAway

_INFO: Final = ":2,"
_SEEN: Final = "S"


class MaildirBox:
    """The mails of one published address in a Maildir of this machine."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder."""
        return f"Maildir {self._folder}"

    def waiting(self, limit: int) -> Sequence[Lying]:
        """Mails that are not marked as seen, the oldest first. Raises MailboxAway."""
        try:
            found = sorted(self._unseen(), key=lambda one: (one.stat().st_mtime_ns, one.name))[:limit]
            return [Lying(one.name.partition(_INFO)[0], _bytes(one), _arrived(one)) for one in found]
        except OSError as problem:
            raise self._away(problem) from problem

    def taken(self, keys: Sequence[str]) -> None:
        """Mark these as seen; one that somebody moved or read meanwhile needs no mark. Raises MailboxAway."""
        wanted = set(keys)
        try:
            for one in list(self._unseen()):
                base, _, flags = one.name.partition(_INFO)
                if base in wanted:
                    marked = "".join(sorted({*flags, _SEEN}))
                    one.rename(self._folder / "cur" / f"{base}{_INFO}{marked}")
        except OSError as problem:
            raise self._away(problem) from problem

    def _unseen(self) -> Iterator[Path]:
        for place in ("new", "cur"):
            for one in (self._folder / place).iterdir():
                if one.is_file() and _SEEN not in one.name.partition(_INFO)[2]:
                    yield one

    def _away(self, problem: OSError) -> MailboxAway:
        return MailboxAway(
            f"The mailbox of {self.address} cannot be read: {problem.strerror}.", f"See {self._folder}."
        )


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _arrived(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
