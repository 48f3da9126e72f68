"""What every verb of this room works with: rooms, keys, limits, and the forms in which secrets are kept."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from troth.accounts import rules, store
from troth.accounts.courier import Errand
from troth.accounts.errands import Errands
from troth.accounts.errors import NameRefused, TooOften
from troth.accounts.evidence import Deed
from troth.accounts.model import Address, Came, Settings
from troth.accounts.passwords import Passwords
from troth.decide.offers import duties_offering
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.ids import SubjectId
from troth.ledger import Ledger, Origin, Work
from troth.policies import Declared, Policies
from troth.subjects import Changes, SubjectErased, Subjects, SubjectUnknown

T = TypeVar("T")
BUCKET: Final = "accounts"
"""The retention bucket of names and addresses."""
_LIMIT: Final = "accounts:limit:"


class Keys(Protocol):
    """Whoever seals names, and blinds them so that they can be looked up. Threads may share it."""

    def seal_many(self, items: Sequence[tuple[str, str, bytes]], *, bucket: str = "") -> list[bytes]:
        """Each (owner, cell, plain) sealed. Raises KeyDestroyed, for all."""

    def open_many(self, items: Sequence[tuple[str, str, bytes]]) -> list[bytes | None]:
        """Each (owner, cell, sealed) opened; None where the key was destroyed."""

    def blind(self, field: str, purpose: str, value: str, *, version: int | None = None) -> bytes:
        """Equal bytes for equal values of a field."""

    def blind_versions(self) -> tuple[int, ...]:
        """The versions of blind indexes that can still be computed."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One act on accounts: the work it is part of, its deed, and what is to be brought to people once it is durable."""

    work: Work
    changes: Changes
    deed: Deed
    after: list[Errand]

    @property
    def at(self) -> datetime:
        """When."""
        return self.deed.at

    @property
    def connection(self) -> Connection:
        """The transaction."""
        return self.work.connection

    def record(
        self, kind: str, *codes: str, subject: str | None = None, duties: tuple[str, ...] = ()
    ) -> None:
        """Record an event of this act."""
        self.work.record(self.deed.draft(kind, *codes, subject=subject, duties=duties))


class Acting(Protocol):
    """Whoever lets a work be done whole or not at all, and tells those who keep a faster copy of people."""

    def __call__(self, do: Callable[[Work, Changes], T]) -> T:
        """Do it; durable once this returns."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every verb needs; made once for an organisation."""

    organisation: str
    ledger: Ledger
    policies: Policies
    subjects: Subjects
    keys: Keys
    passwords: Passwords
    errands: Errands
    act: Acting
    clock: Clock
    entropy: Entropy

    @property
    def settings(self) -> Settings:
        """What the operator chose."""
        return self.passwords.settings

    # --- who, and under what ----------------------------------------------------------------------------------------------

    def declared(self, connection: Connection, at: datetime) -> Declared:
        """What the policy in force declares. Raises NoPolicyInForce."""
        return self.policies.declared(connection, self.policies.in_force(connection, at).digest)

    def deed(self, connection: Connection, at: datetime, origin: Origin) -> Deed:
        """An act under the policy in force."""
        return Deed(at, origin, self.declared(connection, at).digest)

    def duties(self, connection: Connection, at: datetime, means: str) -> tuple[str, ...]:
        """The duties of people for which the policy in force offers something of this kind."""
        return duties_offering(self.declared(connection, at).catalogue, means)

    def person(self, connection: Connection, pseudonym: str) -> SubjectId | None:
        """Who is behind a pseudonym, after merges too; None once they were erased."""
        try:
            return self.subjects.id_of(connection, self.subjects.root(connection, pseudonym))
        except (SubjectErased, SubjectUnknown):
            return None

    def run(self, do: Callable[[Scene], T], origin: Origin) -> T:
        """One act, whole or not at all, alone with the record; what it has for people is brought once it is durable."""
        after: list[Errand] = []

        def act(work: Work, changes: Changes) -> T:
            after.clear()
            work.lock()
            at = self.clock.now()
            return do(Scene(work, changes, self.deed(work.connection, at, origin), after))

        done = self.act(act)
        for errand in after:
            self.errands.bring_later(errand)
        return done

    # --- secrets ----------------------------------------------------------------------------------------------------------

    def secret(self, prefix: str) -> str:
        """A new secret of 256 random bits."""
        return f"{prefix}_{base64.urlsafe_b64encode(self.entropy.bytes(32)).decode().rstrip('=')}"

    def id(self, prefix: str) -> str:
        """A new random id that says nothing."""
        return f"{prefix}_{self.entropy.bytes(16).hex()}"

    def code(self) -> str:
        """A one-time code."""
        digits = self.settings.code_digits
        return f"{int.from_bytes(self.entropy.bytes(8), 'big') % 10**digits:0{digits}d}"

    def keyed(self, *parts: str) -> str:
        """A digest under the organisation's own key: it can be compared here, and guessed by nobody else."""
        return self.ledger.pseudonym("accounts:" + json.dumps(parts))

    def blinds(self, kind: str, value: str) -> list[bytes]:
        """What a name may be found by: one for each version of the index, the newest last."""
        versions = self.keys.blind_versions()
        return [
            self.keys.blind(f"accounts.{kind}", "sign_in", value, version=one) for one in versions[:-1]
        ] + [self.keys.blind(f"accounts.{kind}", "sign_in", value)]

    def found(self, connection: Connection, kind: str, value: str) -> str | None:
        """The account a name or address leads to."""
        return store.leads_to(connection, self.organisation, kind, self.blinds(kind, value))

    def seal(self, owner: str, cell: str, plain: str) -> bytes:
        """Something sealed under somebody's key ('': the organisation's own). Raises KeyDestroyed."""
        (sealed,) = self.keys.seal_many([(owner, cell, plain.encode())], bucket=BUCKET)
        return sealed

    def unseal(self, owner: str, cell: str, sealed: bytes) -> str | None:
        """What was sealed; None once its key was destroyed."""
        (plain,) = self.keys.open_many([(owner, cell, sealed)])
        return None if plain is None else plain.decode()

    # --- limits -----------------------------------------------------------------------------------------------------------

    def admit(self, door: str, at: datetime, **given: str) -> None:
        """Count one more at a door: for the organisation, and for each of what is given (an address, an account, where from).

        What is counted does not depend on whether anybody is there. Raises TooOften.
        """
        keys = {"all": "-", **{name: value for name, value in given.items() if value}}
        limits = self.settings.limits
        with self.ledger.database.write() as connection:
            for name, value in sorted(keys.items(), key=lambda one: one[0] == "all"):
                limit = limits.get(f"{door}:{name}")
                if limit is None:
                    continue
                digest = self.keyed("limit", door, name, value)
                before = store.hold_tries(connection, self.organisation, digest, at)
                found, good = rules.within(before, limit, at)
                if found != before:
                    store.keep_tries(connection, self.organisation, digest, found)
                if not good:
                    wait = limit.window - (at - found.since)
                    break
            else:
                return
        raise too_often(wait)

    def lock_of(self, kind: str, value: str) -> str:
        """What the lock of a name goes by."""
        return self.keyed("lock", kind, value)

    def knock(self, lock: str, at: datetime) -> None:
        """Count one more try of a name, whether or not anybody bears it. Raises TooOften while it is locked."""
        with self.ledger.database.write() as connection:
            before = store.hold_tries(connection, self.organisation, lock, at)
            found, wait = rules.knocked(before, self.settings, at)
            store.keep_tries(connection, self.organisation, lock, found)
        if wait > timedelta(0):
            raise too_often(wait)

    def whence(self, came: Came) -> str:
        """Where somebody came from, as limits are told it."""
        return came.whence[:200]


def too_often(wait: timedelta) -> TooOften:
    """The refusal, with how long to wait."""
    seconds = max(int(wait.total_seconds()), 1)
    return TooOften("This was tried too often.", f"Wait {seconds} seconds.", seconds=seconds)


def digest(secret: str) -> str:
    """What is kept of a secret: 256 random bits need no key."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def cell(name: str) -> str:
    """What a sealed name is bound to."""
    return f"accounts_names.sealed:{name}"


def ticket_cell(ticket: str) -> str:
    """What the sealed content of a ticket is bound to."""
    return f"accounts_tickets.sealed:{ticket}"


def typed(text: str) -> tuple[str, str] | None:
    """What somebody typed to sign in: a mail address, a phone number or a name, as (kind, value); None for what is none."""
    try:
        if "@" in text:
            found = rules.address(Address("email", text))
            return found.kind, found.value
        if text.strip().startswith("+"):
            found = rules.address(Address("phone", text))
            return found.kind, found.value
        return "name", rules.user_name(text)
    except NameRefused:
        return None
