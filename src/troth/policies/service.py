"""Policies in use: activate a version, find the one in force, read any of them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Table

from troth.kernel.canonical import digest_bytes
from troth.kernel.clock import utc
from troth.ledger import Event, Origin, Payload, Work
from troth.policies import store
from troth.policies.errors import NoPolicyInForce, PolicyUnknown, TextsMissing
from troth.policies.evidence import ACTIVATED, activated, since_of
from troth.policies.model import Declared, Version
from troth.policy.bundle import Bundle

_KEPT_IN_MEMORY: Final = 32


class Policies:
    """The versions of one organisation's policy. Threads may share it."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation
        self._declared: dict[str, Declared] = {}

    def activate(
        self,
        work: Work,
        bundle: Bundle,
        texts: Mapping[str, str],
        *,
        at: datetime,
        since: datetime | None = None,
        origin: Origin = Origin.OBSERVED,
    ) -> str:
        """Keep a version with its texts and put it in force from `since` (default: at once); its digest.

        Raises TextsMissing when a text that the bundle speaks of is not among those handed in, or is another.
        """
        for text in bundle.texts:
            if digest_bytes(texts.get(text.file, "").encode()) != text.digest:
                raise TextsMissing(
                    f"The text {text.file} is not the one this version was compiled with.",
                    "Compile the folder again and hand in the texts it was compiled with.",
                )
        work.lock()
        connection = work.connection
        store.keep(connection, self._organisation, bundle.encoded)
        for text in bundle.texts:
            store.keep(connection, self._organisation, texts[text.file].encode())
        work.record(activated(bundle.digest, utc(since or at), at, origin))
        return bundle.digest

    def in_force(self, connection: Connection, at: datetime, *, until: int | None = None) -> Version:
        """The version in force at an instant (as recorded up to event `until`). Raises NoPolicyInForce."""
        found = store.in_force(connection, self._organisation, utc(at), until)
        if found is None:
            raise NoPolicyInForce(
                f"{self._organisation} has no policy in force at {utc(at):%Y-%m-%d %H:%M} UTC.",
                "Activate one from its folder.",
                organisation=self._organisation,
            )
        return found

    def versions(self, connection: Connection) -> tuple[Version, ...]:
        """Every activation, oldest first."""
        return store.all_versions(connection, self._organisation)

    def declared(self, connection: Connection, digest: str) -> Declared:
        """What a version declares. Raises PolicyUnknown."""
        found = self._declared.get(digest)
        if found is None:
            found = Declared(Bundle.from_bytes(self._document(connection, digest)), digest)
            if len(self._declared) >= _KEPT_IN_MEMORY:
                self._declared = {}
            self._declared[digest] = found
        return found

    def ruling(self, connection: Connection, at: datetime) -> Declared:
        """What the version in force at an instant declares. Raises NoPolicyInForce."""
        return self.declared(connection, self.in_force(connection, at).digest)

    def encoded(self, connection: Connection, digest: str) -> bytes:
        """The bytes of a version as it was activated: their SHA-256 is its digest. Raises PolicyUnknown."""
        return self._document(connection, digest)

    def texts(self, connection: Connection, digest: str) -> dict[str, str]:
        """The texts a version was published with, by file. Raises PolicyUnknown."""
        bundle = self.declared(connection, digest).bundle
        return {text.file: self._document(connection, text.digest).decode() for text in bundle.texts}

    def known(self, connection: Connection, digest: str) -> bool:
        """Whether a version of that digest is kept here."""
        return digest in self._declared or self._is_bundle(connection, digest)

    def _is_bundle(self, connection: Connection, digest: str) -> bool:
        return any(version.digest == digest for version in self.versions(connection))

    def _document(self, connection: Connection, digest: str) -> bytes:
        body = store.document(connection, self._organisation, digest)
        if body is None or digest_bytes(body) != digest:
            raise PolicyUnknown(
                "No version of the policy is kept under this digest.",
                "Name one that was activated here.",
                organisation=self._organisation,
            )
        return body


class VersionsProjection:
    """Which version is in force from when, as the headers tell it."""

    name = "policy versions"
    kinds = (ACTIVATED,)
    opens = ()
    tables: tuple[Table, ...] = (store.versions,)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Note the activation."""
        assert event.policy is not None
        version = Version(event.policy, since_of(event), event.sequence)
        store.activate(connection, event.organisation, version)
