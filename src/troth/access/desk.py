"""What the verbs of this room share: the rooms below, the keys, the clock, and how a person's pseudonyms are found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from troth.access import store
from troth.access.errors import FieldUnknown
from troth.access.model import Field
from troth.gate import Gate, Rooms
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.findings import did_you_mean
from troth.ledger import Ledger, Recorder
from troth.policies import Declared
from troth.staff import Staff
from troth.vault import Item, KeyDestroyed


class Keys(Protocol):
    """Whoever seals values and blinds them for search. Threads may share it."""

    def seal_many(self, items: Sequence[Item], *, bucket: str = "") -> list[bytes]:
        """Each (owner, cell, plain) sealed, under keys that are durable before this returns. Raises KeyDestroyed, for all."""

    def open_many(self, items: Sequence[Item]) -> list[bytes | None]:
        """Each (owner, cell, sealed) opened; None where the key was destroyed."""

    def blind(self, field: str, purpose: str, value: str, *, version: int | None = None) -> bytes:
        """The keyed digest under which a value of a field can be found again, for one purpose. Raises KeyDestroyed."""

    def blind_versions(self) -> tuple[int, ...]:
        """The versions of blind indexes that can be computed, oldest first."""


class Blinds:
    """The blind indexes as they stand at one moment: asked of the keys once, used for many values."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._versions = keys.blind_versions()

    def newest(self, field: str, purpose: str, value: str) -> bytes:
        """Under what a value is kept from now on."""
        try:
            return self._keys.blind(field, purpose, value, version=self._versions[-1])
        except KeyDestroyed:  # none was ever made
            return self._keys.blind(field, purpose, value)

    def all(self, field: str, purpose: str, value: str) -> tuple[bytes, ...]:
        """Everything under which a value may have been kept."""
        older = (self._keys.blind(field, purpose, value, version=one) for one in self._versions[:-1])
        return (*older, self.newest(field, purpose, value))


@dataclass(frozen=True, slots=True)
class Desk:
    """What every verb needs; made once for an organisation."""

    organisation: str
    ledger: Ledger
    recorder: Recorder
    rooms: Rooms
    staff: Staff
    gate: Gate
    keys: Keys
    clock: Clock
    entropy: Entropy

    def declared(self, connection: Connection) -> Declared:
        """What the policy in force declares. Raises NoPolicyInForce."""
        return self.rooms.policies.ruling(connection, self.clock.now())

    def people(self, connection: Connection, subjects: Collection[str]) -> dict[str, tuple[str, ...]]:
        """For each subject that is known and not erased, by id, the pseudonyms of that person, the root first."""
        names = {self.ledger.pseudonym(subject): subject for subject in subjects}
        found = self.rooms.subjects.groups(connection, names)
        return {names[pseudonym]: group for pseudonym, group in found.items()}


def known_field(fields: dict[str, Field], name: str) -> Field:
    """The declared field of that name. Raises FieldUnknown without repeating what is none."""
    found = fields.get(name)
    if found is None:
        raise FieldUnknown(
            "A field is named that was never declared.", did_you_mean(name, fields) or "Declare it."
        )
    return found


def fields_of(desk: Desk, connection: Connection) -> dict[str, Field]:
    """Every field that was declared, by name."""
    return store.declared(connection, desk.organisation)
