"""Object stores that speak S3: a table is the objects whose names fit a pattern of the map, each with all its versions one row.

What goes, goes with every version and every mark of deletion, so that nothing can be brought back; an object that is deleted and
has versions left is still found. Each object is an act of its own: there is no transaction.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from troth.connectors.folders import CONTENT, FILES, NAME
from troth.connectors.patterns import claimed, is_pattern, placeholders, values_in
from troth.connectors.rows import batches
from troth.connectors.scanning import Absent, Scanned, ScanReading, ScanWriting
from troth.datamap.connector import Change, Condition
from troth.datamap.errors import NotAble, StoreRefused, StoreUnreachable
from troth.datamap.model import Dataset
from troth.datamap.schema import Column, Kind, Schema, Table

KEY, METADATA = "key", "metadata"
PATIENCE: Final = 10.0
"""Seconds until a server that says nothing is away."""
_META: Final = "x-amz-meta-"
_LITERAL: Final = re.compile(r"[^*{]*")


class ObjectConnector(Scanned):
    """One bucket. Needs the client `minio`, which the extra `stores` brings."""

    def __init__(
        self, system: str, at: str, secret: tuple[str, str] | None = None, *,
        writable: bool = True, tables: Sequence[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(system, writable, tables)
        parts = urlsplit(at)
        self._bucket = parts.path.strip("/")
        if not parts.netloc or not self._bucket or "/" in self._bucket:
            raise StoreUnreachable(f"{system}: this is no address of a bucket.", "Write s3://HOST/BUCKET.")
        self._client = _client(parts.netloc, secret, secure=parts.scheme == "s3")

    def describe(self) -> Schema:
        """A table for each pattern of the map, and `files` for all other objects where there are any."""
        patterns = [name for name in self._named if is_pattern(name)]
        found = dict.fromkeys(patterns)
        if not patterns or FILES in self._named:
            found[FILES] = None
        with translated(self._system):
            if not self._client.bucket_exists(self._bucket):
                raise StoreUnreachable(
                    f"{self._system}: there is no such bucket.", "Check its address in the map."
                )
            listed = self._client.list_objects(self._bucket, recursive=True, include_version=True)
            if FILES not in found and any(not claimed(one.object_name, patterns) for one in listed):
                found[FILES] = None
        return Schema(tuple(_table(name) for name in found))

    @contextmanager
    def reading(self) -> Iterator[ScanReading[_Bucket]]:
        """A session; what others write meanwhile is seen."""
        with translated(self._system):
            yield ScanReading(self._system, self._bucket_of())

    @contextmanager
    def writing(self) -> Iterator[ObjectWriting]:
        """A session that sees what it removed, carried out object by object when it ends well."""
        self._able()
        with translated(self._system):
            session = ObjectWriting(self._system, self._bucket_of())
            yield session
            session.carry_out()

    def _bucket_of(self) -> _Bucket:
        return _Bucket(self._system, self._client, self._bucket, self._named)


def _client(host: str, secret: tuple[str, str] | None, *, secure: bool) -> Any:
    try:
        import minio
        import urllib3
    except ImportError:
        raise StoreUnreachable(
            "Object stores cannot be spoken to here: their client is not installed.", "Install troth[stores]."
        ) from None
    again = urllib3.Retry(
        total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504], allowed_methods=None
    )
    pool = urllib3.PoolManager(timeout=PATIENCE, retries=again, ssl_context=ssl.create_default_context())
    user, password = secret or (None, None)
    return minio.Minio(host, user, password, secure=secure, http_client=pool)


def _table(name: str) -> Table:
    named = tuple(Column(one, Kind.TEXT, nullable=False) for one in placeholders(name))
    texts = (Column(KEY, Kind.TEXT, nullable=False), Column(NAME, Kind.TEXT, nullable=False), *named)
    return Table(name, (*texts, Column(METADATA, Kind.DOCUMENT), Column(CONTENT, Kind.OTHER)), key=(KEY,))


class _Bucket:
    """The objects of one bucket, by table."""

    def __init__(self, system: str, client: Any, bucket: str, named: Sequence[str]) -> None:
        self._system = system
        self._client = client
        self._bucket = bucket
        self._patterns = [name for name in named if is_pattern(name)]

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """A row for each object of a table; what is said of it, and what it holds, only where that is asked for."""
        if table != FILES and not is_pattern(table):
            raise StoreRefused(
                f"{self._system} has no objects '{table}'.", "Check the map against the store.", table=table
            )
        unknown = next((name for name in names if _table(table).column(name) is None), None)
        if unknown is not None:
            raise StoreRefused(
                f"{self._system}: objects have no '{unknown}'.",
                "They have key, name, metadata, content and what a pattern names.",
            )
        seen: set[str] = set()
        for prefix in self._prefixes(table, condition):
            for key, versions in self.versions(prefix):
                given = values_in(table, key) if table != FILES else {}
                if given is None or key in seen or (table == FILES and claimed(key, self._patterns)):
                    continue
                seen.add(key)
                yield self._row(key, versions, given, names)

    def versions(self, prefix: str) -> Iterator[tuple[str, list[Any]]]:
        """Each object that begins so, with all its versions and marks of deletion, the last first."""
        listed = self._client.list_objects(self._bucket, prefix=prefix, recursive=True, include_version=True)
        key, held = "", list[Any]()
        for one in listed:
            if held and one.object_name != key:
                yield key, held
                held = []
            key = one.object_name
            held.append(one)
        if held:
            yield key, held

    def remove(self, keys: Sequence[str]) -> None:
        """Every version of these objects, many in one request. Raises StoreRefused where any of them stays."""
        from minio.deleteobjects import DeleteObject

        gone = (
            DeleteObject(name, one.version_id)
            for key in keys for name, versions in self.versions(key) if name == key for one in versions
        )  # fmt: skip
        left = 0
        for some in batches(gone):
            left += sum(1 for _ in self._client.remove_objects(self._bucket, some))
        if left:
            raise StoreRefused(
                f"{self._system} kept {left} versions of objects that were to go.",
                "Look for locks, holds and rights of the bucket; it can be run again.",
            )

    def _prefixes(self, table: str, condition: Condition | None) -> Iterator[str]:
        """How the names begin that can be meant."""
        asked = condition.fields if condition is not None and not condition.folded else ()
        if condition is not None and KEY in asked:
            yield from dict.fromkeys(str(values[asked.index(KEY)]) for values in condition.values)
            return
        first = next(iter(placeholders(table)), "")
        if condition is None or first not in asked or not table.startswith(_start(table) + f"{{{first}}}"):
            yield "" if table == FILES else _start(table)
            return
        yield from dict.fromkeys(
            _start(table) + str(values[asked.index(first)]) for values in condition.values
        )

    def _row(self, key: str, versions: list[Any], given: Any, names: Sequence[str]) -> dict[str, Any]:
        row = Absent({KEY: key, NAME: key.rpartition("/")[2], **given})
        last = next((one for one in versions if not one.is_delete_marker), None)
        if METADATA in names and last is not None:
            said = self._client.stat_object(self._bucket, key, version_id=last.version_id).metadata or {}
            row[METADATA] = {
                name.lower()[len(_META) :]: value
                for name, value in said.items()
                if name.lower().startswith(_META)
            }
        if CONTENT in names and last is not None:
            answer = self._client.get_object(self._bucket, key, version_id=last.version_id)
            try:
                row[CONTENT] = answer.read() or None
            finally:
                answer.close()
                answer.release_conn()
        return row


def _start(table: str) -> str:
    """What all names of a pattern begin with."""
    found = _LITERAL.match(table)
    return found[0] if found else ""


class ObjectWriting(ScanWriting[_Bucket]):
    """Removes objects."""

    def change(self, dataset: Dataset, changes: Sequence[Change]) -> int:
        """Raises NotAble: an object goes whole, or stays."""
        raise NotAble(f"{self._system}: objects are not changed.", "Write 'on_erasure: delete' or 'keep'.")

    def carry_out(self) -> None:
        """Remove what was named."""
        for table, pending in self.pending.items():
            asked = Condition(pending.key, tuple(pending.outcomes))
            rows = self._source.rows(table, pending.key, asked)
            self._source.remove([row[KEY] for row in rows if pending.through(row) is None])


@contextmanager
def translated(system: str) -> Iterator[None]:
    """What a store says, in one sentence of ours: its own words name objects."""
    import minio.error
    import urllib3.exceptions

    try:
        yield
    except minio.error.S3Error as problem:
        raise StoreRefused(
            f"{system} could not do what was asked ({problem.code}).",
            "Check credentials, rights and map.",
            system=system,
        ) from None
    except (minio.error.MinioException, urllib3.exceptions.HTTPError) as problem:
        raise StoreUnreachable(
            f"{system} cannot be reached ({type(problem).__name__}).",
            "Look whether it is there.",
            system=system,
        ) from None
    except ValueError:
        raise StoreRefused(
            f"{system}: a name of the bucket or of an object cannot be.", "Check the map."
        ) from None
