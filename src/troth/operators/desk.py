"""What every verb of this room works with, and how its secrets are sealed, named and counted."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.ids import StaffId
from troth.ledger import Ledger, Recorder, Work
from troth.operators.evidence import By
from troth.operators.table import RoleTable, role_table
from troth.policies import NoPolicyInForce, Policies
from troth.policy.model import StaffRole
from troth.staff import Staff

T = TypeVar("T")
SECRETS: Final = "operators"
"""The retention bucket of operators' secrets."""
_ABOUT: Final = "operators:"


class Keys(Protocol):
    """Whoever seals operators' secrets. Threads may share it."""

    def seal(self, owner: str, cell: str, plain: bytes, *, bucket: str = ...) -> bytes:
        """A value sealed for its owner and cell."""

    def open(self, owner: str, cell: str, sealed: bytes) -> bytes:
        """The plain value. Raises KeyDestroyed, SealBroken."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every verb needs; made once for an organisation. `mapped` says which product role a role of the policy stands for."""

    organisation: str
    ledger: Ledger
    recorder: Recorder
    staff: Staff
    keys: Keys
    clock: Clock
    entropy: Entropy
    mapped: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> RoleTable:
        """Which role may do what."""
        return role_table()

    def run(self, act: Callable[[Work], T]) -> T:
        """One act in a transaction of its own, under the organisation's lock; durable when this returns."""

        def locked(work: Work) -> T:
            work.lock()
            return act(work)

        return self.recorder.run(locked)

    def by(self, connection: Connection, by: str, at: datetime) -> By:
        """A deed of somebody, under the policy in force."""
        return By(by, at, self.policy(connection, at))

    def policy(self, connection: Connection, at: datetime) -> str | None:
        """The digest of the policy in force; None before there is one."""
        try:
            return Policies(self.organisation).in_force(connection, at).digest
        except NoPolicyInForce:
            return None

    def policy_roles(self, connection: Connection, at: datetime) -> frozenset[str]:
        """The roles that the policy in force declares, each with rules of its own."""
        digest, policies = self.policy(connection, at), Policies(self.organisation)
        if digest is None:
            return frozenset()
        return frozenset(policies.declared(connection, digest).catalogue.ids(StaffRole.kind))

    def secret(self) -> str:
        """256 fresh random bits, for an address or a cookie. It begins with the organisation, so that it can be found again."""
        drawn = base64.urlsafe_b64encode(self.entropy.bytes(32)).decode().rstrip("=")
        return f"{self.organisation}.{drawn}"

    def named(self, what: str, value: str) -> str:
        """A name as a digest under the organisation's own key: it can be compared here, and guessed by nobody else."""
        return self.ledger.pseudonym(f"{_ABOUT}{what}:{value}")

    def seal(self, member: str, what: str, plain: bytes) -> bytes:
        """A secret of a member of staff, sealed under their own key."""
        return self.keys.seal(self._owner(member), _cell(member, what), plain, bucket=SECRETS)

    def open(self, member: str, what: str, sealed: bytes) -> bytes:
        """The secret. Raises SealBroken for one that was moved or altered."""
        return self.keys.open(self._owner(member), _cell(member, what), sealed)

    def here(self, connection: Connection, member: str) -> bool:
        """Whether somebody of this id works here."""
        found = self.staff.found(connection, (member,)).get(StaffId(member))
        return found is not None and found.left is None

    def _owner(self, member: str) -> str:
        return self.ledger.pseudonym(member) if member else ""


def digest(secret: str) -> str:
    """What is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _cell(member: str, what: str) -> str:
    return f"operators.{what}:{member}"
