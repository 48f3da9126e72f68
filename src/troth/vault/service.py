"""The vault of one organisation: sealing and opening, destroying, epochs, blind indexes, pseudonyms for recipients."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection

from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError
from troth.vault import store
from troth.vault.derive import blind_index, recipient_pseudonym
from troth.vault.epochs import Epochs, Progress
from troth.vault.errors import KeyDestroyed, KeyStoreForeign, KeyStoreProblem
from troth.vault.keeper import Keeper
from troth.vault.keystore import KeyStore, open_keystore
from troth.vault.model import Epoch, Item
from troth.vault.ring import Ring
from troth.vault.roots import Reach, Roots, nowhere
from troth.vault.sealing import NONCE_BYTES, key_id, open_sealed, prefix_of, seal

EVIDENCE: Final = "evidence"
"""The retention bucket of what the ledger seals."""
OWN: Final = ""
"""The owner of what is the organisation's own."""
_BLIND: Final = "blind."
_PSEUDONYMS: Final = "pseudonyms"


class Vault:
    """One organisation's vault; threads may share it. Make one per process, and `close` it."""

    def __init__(
        self,
        keystore: KeyStore,
        organisation: str,
        keeper: Keeper,
        *,
        clock: Clock,
        entropy: Entropy,
        reach: Reach = nowhere,
    ) -> None:
        self.organisation = organisation
        self.store_id = keystore.id
        self._keystore, self._clock, self._entropy = keystore, clock, entropy
        roots = Roots(keystore.id, organisation, keeper, reach)
        self._epochs = Epochs(keystore, organisation, roots, clock, entropy)
        self._ring = Ring(keystore, organisation, roots, entropy)
        self._prefix = prefix_of(organisation)
        self._version = (-1, 0)

    # --- sealing and opening -----------------------------------------------------------------------------------------

    def seal(self, owner: str, cell: str, plain: bytes, *, bucket: str = EVIDENCE) -> bytes:
        """Seal a value for its owner and cell; its key is durable in the key store before this returns.

        Raises KeyDestroyed for an owner whose keys were destroyed, KeeperProblem, DatabaseProblem.
        """
        key = self._ring.ready(owner, bucket) or self._ring.sealing((owner,), bucket)[owner]
        return seal(key.id, key.secret, self._prefix, owner, cell, plain, self._entropy.bytes(NONCE_BYTES))

    def seal_many(self, items: Sequence[Item], *, bucket: str = EVIDENCE) -> list[bytes]:
        """Seal values, each for its owner and cell. Raises as `seal`, and seals nothing then."""
        keys = self._ring.sealing({owner for owner, _, _ in items}, bucket)
        nonces = self._entropy.bytes(NONCE_BYTES * len(items))
        sealed = []
        for at, (owner, cell, plain) in enumerate(items):
            key, nonce = keys[owner], nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            sealed.append(seal(key.id, key.secret, self._prefix, owner, cell, plain, nonce))
        return sealed

    def open(self, owner: str, cell: str, sealed: bytes) -> bytes:
        """The plain value. Raises KeyDestroyed, and SealBroken for anything that was altered or moved."""
        id = key_id(sealed)
        key = self._ring.ready_with(id) or self._ring.opening((id,))[id]
        if key is None:
            raise KeyDestroyed("This value is unreadable: its key was destroyed.")
        return open_sealed(key.secret, self._prefix, owner, cell, sealed)

    def open_many(self, items: Sequence[Item]) -> list[bytes | None]:
        """The plain values, None where the key was destroyed. Raises SealBroken."""
        ids = [key_id(sealed) for _, _, sealed in items]
        keys = self._ring.opening(frozenset(ids))
        return [
            open_sealed(key.secret, self._prefix, owner, cell, sealed) if (key := keys[id]) else None
            for id, (owner, cell, sealed) in zip(ids, items, strict=True)
        ]

    # --- dying -------------------------------------------------------------------------------------------------------

    def destroy(self, owners: Collection[str], *, buckets: Collection[str] | None = None) -> int:
        """Destroy the data keys of owners, durably, and read that back; how many died.

        Once this returns no process opens what they sealed. Without `buckets` all their keys die, and these owners never get
        another; with `buckets` only the keys of these do. Copies of the key store are reached by ending its epoch.
        Raises CallerError for the organisation's own keys without a bucket, and any DatabaseProblem.
        """
        if buckets is None and OWN in owners:
            raise CallerError("The organisation's own keys do not die all at once.", "Name their buckets.")
        with self._keystore.database.write() as connection:
            store.hold(connection, self.organisation, alone=True)
            ids = [id for _, _, id in self._living(connection, owners, buckets)]
            if ids:
                store.kill(connection, self.organisation, ids, store.turn(connection, self.organisation))
            if buckets is None:
                store.bury(connection, self.organisation, owners, self._clock.now())
        self._keystore.forget()
        with self._keystore.database.read() as connection:
            left = len(self._living(connection, owners, buckets))
        if left:
            raise KeyStoreProblem(f"{left} keys still stand in the key store after they were destroyed.")
        return len(ids)

    def alive(self, owners: Collection[str]) -> frozenset[str]:
        """Those of the owners that still have a data key, as the key store says now."""
        with self._keystore.database.read() as connection:
            return frozenset(owner for owner, _, _ in self._living(connection, owners, None))

    def _living(
        self, connection: Connection, owners: Collection[str], buckets: Collection[str] | None
    ) -> list[tuple[str, str, bytes]]:
        found = store.living(connection, self.organisation, owners)
        return [one for one in found if buckets is None or one[1] in buckets]

    # --- epochs ------------------------------------------------------------------------------------------------------

    def epochs(self) -> tuple[Epoch, ...]:
        """Every epoch, oldest first."""
        return self._epochs.all()

    def open_epoch(self) -> Epoch:
        """The open epoch, opened now where there is none yet. Raises KeeperProblem."""
        return self._epochs.open()

    def close_epoch(self, progress: Progress | None = None) -> Epoch:
        """Open the next epoch, wrap every living data key under it while others go on, and close the one before: that one.

        Call it again after it was cut off: it goes on where it ended. Raises KeeperProblem, DatabaseProblem.
        """
        return self._epochs.close(progress)

    def destroy_epoch(self, number: int) -> None:
        """Destroy a closed epoch's root keys at their keepers, read back: backups of the key store from its time open no more.

        Raises EpochRefused for an epoch that is not closed, KeeperProblem; then it stays closed.
        """
        self._epochs.destroy(number)

    def rewrap_root(self, keeper: Keeper | None = None) -> None:
        """Wrap every living epoch's key under a new root key, at another keeper or at the one it has, while others go on.

        The root keys before it stay, for backups of the key store, and die with their epoch. Raises KeeperProblem.
        """
        self._epochs.change_root(keeper)

    # --- searching, and telling apart --------------------------------------------------------------------------------

    def blind(self, field: str, purpose: str, value: str, *, version: int | None = None) -> bytes:
        """32 bytes that are equal for equal values of a field and purpose, under the newest version of the index unless told.

        The caller brings a value into its normal form first. Raises KeyDestroyed for a version there is no more.
        """
        bucket = f"{_BLIND}{version or self._newest()}"
        key = self._ring.existing(OWN, bucket)
        if key is None and version is not None:
            raise KeyDestroyed(f"There is no version {version} of the blind indexes.", version=version)
        key = key or self._ring.sealing([OWN], bucket)[OWN]
        return blind_index(key.secret, self.organisation, field, purpose, value)

    def blind_versions(self) -> tuple[int, ...]:
        """The versions of blind indexes that can still be computed, oldest first; version 1 where none was made yet."""
        with self._keystore.database.read() as connection:
            buckets = store.buckets_of(connection, self.organisation, OWN)
        found = sorted(int(one.removeprefix(_BLIND)) for one in buckets if one.startswith(_BLIND))
        return tuple(found) or (1,)

    def new_blind_version(self) -> int:
        """A further version, used from now on; what was indexed before is found under its own until indexed anew.

        An old one ends with `destroy([""], buckets=["blind.N"])`.
        """
        version = self.blind_versions()[-1]
        if self._ring.existing(OWN, f"{_BLIND}{version}") is not None:
            version += 1
        self._ring.sealing([OWN], f"{_BLIND}{version}")
        with self._keystore.database.write() as connection:
            store.turn(connection, self.organisation)
        return version

    def _newest(self) -> int:
        """The version in use, looked up again when anybody changed anything."""
        generation = self._ring.fresh()
        seen, version = self._version
        if seen != generation:
            version = self.blind_versions()[-1]
            self._version = generation, version
        return version

    def pseudonym(self, recipient: str, purpose: str, subject: str) -> str:
        """32 hex digits for a subject towards one recipient and purpose, by which no two of them can join their files."""
        key = self._ring.sealing([OWN], _PSEUDONYMS)[OWN]
        return recipient_pseudonym(key.secret, self.organisation, recipient, purpose, subject)

    def check(self, *, insist: bool = False) -> None:
        """Pass when the open epoch's root key is at hand; `insist`: at the keeper in use itself. Raises KeeperProblem."""
        self._epochs.check(insist=insist)

    def close(self) -> None:
        """Forget every key and give the connections back."""
        self._ring.close()
        self._keystore.close()

    def __enter__(self) -> Vault:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_vault(
    url: str,
    organisation: str,
    keeper: Keeper,
    *,
    clock: Clock,
    entropy: Entropy,
    expected: str | None = None,
    reach: Reach = nowhere,
    insist: bool = False,
) -> Vault:
    """Open an organisation's vault in the key store at `url`; its first epoch is opened where none was.

    `expected` is the id of the key store that records name: then none is made. `reach` finds other keepers by the names that the
    key store has for them; `insist` refuses unless `keeper` itself holds the open epoch's root key. `entropy` must be the
    machine's own: keys come from it. Raises KeyStoreMissing, KeyStoreForeign, RootMissing, RootWrong, KeeperUnreachable, DatabaseProblem.
    """
    keystore = open_keystore(url, entropy, clock.now(), expected=expected)
    try:
        vault = Vault(keystore, organisation, keeper, clock=clock, entropy=entropy, reach=reach)
        if expected is not None and not vault.epochs():
            raise KeyStoreForeign(
                f"The key store {keystore.database.where} holds no keys of {organisation}.",
                "Put the key store back that belongs to these records (TROTH_KEYSTORE names it).",
            )
        vault.open_epoch()
        vault.check(insist=insist)
    except BaseException:
        keystore.close()
        raise
    return vault
