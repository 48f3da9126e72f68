"""Sealing: the payload of an entry and its salt lie together under a key of the entry's own subject, or of the organisation.

The room declares what it asks of whoever holds the keys (`Sealer`) and of whoever knows which people were erased
(`Tombstones`); the hall hands both in. A commitment is found before anything is sealed and names the cell, so a sealed
payload that is moved beside another entry does not open there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from sqlalchemy import Connection

from troth.kernel.errors import TrothError
from troth.ledger.errors import PayloadSealed, SubjectGone
from troth.ledger.tables import StoredPayload

Item: TypeAlias = tuple[str, str, bytes]
"""Owner (a pseudonym, or '' for the organisation), cell, and what is to be sealed or opened there."""
SALT_BYTES: Final = 32
UNREADABLE: Final = "unreadable: its key was destroyed"
NOTHING_LEFT: Final = b""
"""Lies where a payload of an erased person was never sealed, and was wiped instead."""


class Sealer(Protocol):
    """Whoever holds the keys of one organisation. Threads may share it."""

    def seal_many(self, items: Sequence[Item]) -> list[bytes]:
        """Each sealed, under keys that are durable before this returns. Raises an error of its own, for all or none."""

    def open_many(self, items: Sequence[Item]) -> list[bytes | None]:
        """Each opened; None where the key was destroyed. Raises an error of its own for what was altered or moved."""


class Tombstones(Protocol):
    """Whoever knows which people were erased, from the database that the ledger lies in."""

    def among(self, connection: Connection, organisation: str, subjects: Collection[str]) -> frozenset[str]:
        """Those of these pseudonyms of whom nothing may be sealed or opened any more."""

    def everybody(self, connection: Connection, organisation: str) -> frozenset[str]:
        """Every such pseudonym."""


class NobodyErased:
    """Where nobody was ever erased."""

    def among(self, connection: Connection, organisation: str, subjects: Collection[str]) -> frozenset[str]:
        """Nobody."""
        return frozenset()

    def everybody(self, connection: Connection, organisation: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()


NOBODY_ERASED: Final[Tombstones] = NobodyErased()


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A payload as recorded, and the salt of its commitment."""

    salt: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What lies beside an entry: whose it is, what the entry committed to, and the bytes."""

    sequence: int
    subject: str | None
    commitment: str
    stored: StoredPayload


@dataclass(frozen=True, slots=True)
class Seals:
    """How the payloads of one organisation are sealed and opened.

    Without a sealer nothing can be sealed or opened: for programs that go by headers alone. `broken` is the error by
    which the sealer says that something was altered or moved.
    """

    organisation: str
    sealer: Sealer | None = None
    tombstones: Tombstones = NOBODY_ERASED
    broken: type[TrothError] = TrothError

    def seal(self, items: Sequence[tuple[str | None, str, bytes, bytes]]) -> list[bytes]:
        """What lies in the ledger for each (subject, commitment, salt, payload). Raises what the sealer raises."""
        if self.sealer is None:
            raise RuntimeError("a ledger that was opened without keys records no payloads")
        return self.sealer.seal_many(
            [
                (subject or "", cell_of(commitment), salt + payload)
                for subject, commitment, salt, payload in items
            ]
        )

    def open(self, connection: Connection, bodies: Sequence[Body]) -> list[Disclosed | None]:
        """Each opened; None where the key was destroyed, or the person erased. Raises PayloadSealed without keys."""
        named = {body.subject for body in bodies if body.subject is not None}
        gone = self.tombstones.among(connection, self.organisation, named) if named else frozenset()
        return self.open_but(gone, bodies)

    def open_but(self, gone: Collection[str], bodies: Sequence[Body]) -> list[Disclosed | None]:
        """As `open`, for whoever knows already who was erased."""
        found: list[Disclosed | None] = [None] * len(bodies)
        sealed: list[int] = []
        for at, body in enumerate(bodies):
            if body.subject in gone:
                continue
            if body.stored.sealed:
                sealed.append(at)
            else:
                found[at] = Disclosed(body.stored.salt, body.stored.payload)
        for at, plain in zip(sealed, self._opened([bodies[at] for at in sealed]), strict=True):
            found[at] = Disclosed(plain[:SALT_BYTES], plain[SALT_BYTES:]) if plain is not None else None
        return found

    def refuse_gone(self, connection: Connection, subjects: Collection[str]) -> None:
        """Pass when none of these was erased. Raises SubjectGone."""
        if subjects and self.tombstones.among(connection, self.organisation, subjects):
            raise SubjectGone(
                "A person this is about was erased here; nothing more is recorded of them.",
                "Leave the person out.",
                organisation=self.organisation,
            )

    def _opened(self, bodies: Sequence[Body]) -> list[bytes | None]:
        if not bodies:
            return []
        if self.sealer is None:
            raise PayloadSealed(
                f"The payload of entry {bodies[0].sequence} is sealed, and the keys are not at hand.",
                "Open the organisation with its key store.",
            )
        return self.sealer.open_many(
            [(body.subject or "", cell_of(body.commitment), body.stored.payload) for body in bodies]
        )


def cell_of(commitment: str) -> str:
    """The cell a payload is sealed for; the commitment makes it that of one entry."""
    return f"ledger_payloads.payload:{commitment}"
