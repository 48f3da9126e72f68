"""Directories that speak LDAP: a table is the entries below a branch, `ou=people`; `ou=groups#member` the values of one attribute there.

A row has `dn`, and what its entry holds: one value plain, several as a list. There is no transaction: entries are acted on one by
one, the lowest first. Sources: RFC 4511 (protocol), RFC 4515 (filters), RFC 4514 (names).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from troth.connectors.rows import batches
from troth.connectors.scanning import Absent, Pending, Scanned, ScanReading, ScanWriting
from troth.datamap.connector import Ability, Condition
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.schema import Column, Kind, Schema, Table

DN: Final = "dn"
ELEMENT: Final = "#"
PATIENCE: Final = 10
"""Seconds until a server that says nothing is away."""
PAGE: Final = 500
SAMPLED: Final = 1000
"""How many entries of a branch a description looks at."""
OTHERS: Final = "*"
"""The table of entries beside all branches: their names may be somebody's."""
_CLASS: Final = "objectClass"


class LdapConnector(Scanned):
    """A directory below one name. Needs the client `ldap3`, which the extra `stores` brings."""

    def __init__(
        self, system: str, at: str, secret: tuple[str, str] | None = None, *,
        writable: bool = True, tables: Sequence[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(system, writable, tables)
        parts = urlsplit(at)
        self._base = unquote(parts.path.strip("/"))
        if not parts.netloc or "=" not in self._base:
            raise StoreUnreachable(
                f"{system}: this is no address of a directory.", "Write ldaps://HOST/dc=example,dc=org."
            )
        self._at = f"{parts.scheme}://{parts.netloc}"
        self._secret = secret

    @property
    def abilities(self) -> frozenset[Ability]:
        """Reading, and writing where it was opened for that."""
        return frozenset({Ability.READ, *([Ability.WRITE] if self._writable else [])})

    def describe(self) -> Schema:
        """The branches of the map with what their entries hold; entries on the first floor that are in none, told without their names."""
        with self._connected(writes=False) as directory:
            found = [_described(directory, table) for table in self._named]
            mapped = {name.partition(ELEMENT)[0].rpartition(",")[2].lower() for name in self._named}
            for name, is_branch in directory.floor():
                if name.lower() not in mapped:
                    found.append(_described(directory, name if is_branch else OTHERS))
            return Schema(tuple({one.name: one for one in found}.values()))

    @contextmanager
    def reading(self) -> Iterator[ScanReading[_Directory]]:
        """A session; what others write meanwhile is seen."""
        with self._connected(writes=False) as directory:
            yield ScanReading(self._system, directory)

    @contextmanager
    def writing(self) -> Iterator[LdapWriting]:
        """A session that sees what it changed, carried out entry by entry when it ends well."""
        self._able()
        with self._connected(writes=True) as directory:
            session = LdapWriting(self._system, directory)
            yield session
            session.carry_out()

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[_Directory]:
        ldap = _client()
        user, password = self._secret or (None, None)
        server = ldap.Server(self._at, connect_timeout=PATIENCE, get_info=ldap.NONE)
        connection = ldap.Connection(
            server,
            user,
            password,
            read_only=not writes,
            receive_timeout=PATIENCE,
            auto_referrals=False,
            raise_exceptions=True,
        )
        try:
            connection.bind()
            yield _Directory(self._system, connection, self._base)
        except ldap.core.exceptions.LDAPOperationResult as problem:
            raise _refused(self._system, str(problem.description)) from None
        except ldap.core.exceptions.LDAPExceptionError as problem:
            raise StoreUnreachable(
                f"{self._system} cannot be reached ({type(problem).__name__}).",
                "Look whether it runs, where the map says it is, and whether its credentials still hold.",
                system=self._system,
            ) from None
        finally:
            connection.strategy.close()
            if connection.socket is not None:
                connection.socket.close()  # where nobody was let in the client leaves it open


def _client() -> Any:
    try:
        import ldap3
    except ImportError:
        raise StoreUnreachable(
            "Directories cannot be spoken to here: the client is not installed.", "Install troth[stores]."
        ) from None
    return ldap3


def _refused(system: str, state: str) -> StoreRefused | StoreUnreachable:
    """What a directory says, by the name of its result alone: its words may quote an entry."""
    if state in ("invalidCredentials", "inappropriateAuthentication", "unavailable", "busy"):
        return StoreUnreachable(
            f"{system} cannot be reached ({state}).", "Check its credentials.", system=system
        )
    return StoreRefused(
        f"{system} could not do what was asked ({state}).", "Check rights and map.", system=system
    )


def _described(directory: _Directory, table: str) -> Table:
    columns = {DN: Column(DN, Kind.TEXT, nullable=False)}
    element = table.partition(ELEMENT)[2]
    if element:
        columns[element] = Column(element, Kind.TEXT, nullable=False)
        return Table(table, tuple(columns.values()), key=(DN, element))
    if table != OTHERS:
        for at, row in enumerate(directory.rows(table, (), None)):
            columns |= {name: columns.get(name, Column(name, Kind.TEXT)) for name in row}
            if at + 1 >= SAMPLED:
                break
    return Table(table, tuple(columns.values()), key=(DN,), sampled=True)


class _Directory:
    """Entries of a directory over one connection."""

    def __init__(self, system: str, connection: Any, base: str) -> None:
        self._system = system
        self._connection = connection
        self._base = base

    def floor(self) -> Iterator[tuple[str, bool]]:
        """The name of each entry right below the base, and whether it is a branch."""
        ldap = _client()
        for entry in self._search(self._base, "(objectClass=*)", ldap.LEVEL, [_CLASS]):
            classes = {str(one).lower() for one in entry["attributes"].get(_CLASS, ())}
            yield entry[DN][: -len(self._base) - 1], "organizationalunit" in classes

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """The entries below a branch, but not the branch itself, looked up by the server where it can."""
        branch, _, element = table.partition(ELEMENT)
        ldap = _client()
        root = f"{branch},{self._base}"
        for filter in _filters(condition):
            for entry in self._search(root, filter, ldap.SUBTREE, [ldap.ALL_ATTRIBUTES]):
                if entry[DN].lower() == root.lower():
                    continue
                held = {
                    name: _one(values)
                    for name, values in entry["attributes"].items()
                    if values not in ([], "")
                }
                if not element:
                    yield Absent({DN: entry[DN], **held})
                    continue
                found = held.get(element)
                for value in found if isinstance(found, list) else [found] if found is not None else []:
                    yield Absent({DN: entry[DN], element: value})

    def remove(self, name: str) -> None:
        """Remove an entry."""
        self._connection.delete(name)

    def write(self, name: str, changes: dict[str, list[tuple[str, list[Any]]]]) -> None:
        """Write values of an entry."""
        self._connection.modify(name, changes)

    def _search(self, root: str, filter: str, scope: str, attributes: Sequence[str]) -> Iterator[Any]:
        ldap = _client()
        try:
            found = self._connection.extend.standard.paged_search(
                root, filter, scope, attributes=list(attributes), paged_size=PAGE, generator=True
            )
            for entry in found:
                if entry.get("type") == "searchResEntry":
                    yield entry
        except ldap.core.exceptions.LDAPNoSuchObjectResult:
            raise StoreRefused(
                f"{self._system} has no branch of that name.", "Check the map against the directory."
            ) from None


def _one(values: Any) -> Any:
    return values[0] if isinstance(values, list) and len(values) == 1 else values


def _filters(condition: Condition | None) -> Iterator[str]:
    """Filters for what a condition asks by attributes, many values in each; the server may find too much, and never too little."""
    from ldap3.utils.conv import escape_filter_chars

    named = [] if condition is None else [n for n in condition.fields if n != DN and "." not in n]
    if condition is None or not named:
        yield "(objectClass=*)"
        return
    at = condition.fields.index(named[0])
    values = dict.fromkeys(str(one[at]) for one in condition.values if one[at] is not None)
    for some in batches(values, 100):
        yield "(|" + "".join(f"({named[0]}={escape_filter_chars(value)})" for value in some) + ")"


class LdapWriting(ScanWriting[_Directory]):
    """Keeps what is to change, and carries it out at the end."""

    def carry_out(self) -> None:
        """What is written first; then what goes, the lowest entries before those above them."""
        gone: list[str] = []
        for table, pending in self.pending.items():
            element = table.partition(ELEMENT)[2]
            for row, becomes in self._acts(table, pending):
                if element:
                    self._element(row, becomes, element)
                elif becomes is None:
                    gone.append(row[DN])
                else:
                    self._write(row, becomes)
        for name in sorted(gone, key=lambda one: -one.count(",")):
            self._source.remove(name)

    def _acts(self, table: str, pending: Pending) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
        asked = Condition(pending.key, tuple(pending.outcomes))
        both = ((row, pending.through(row)) for row in self._source.rows(table, (), asked))
        return [(row, becomes) for row, becomes in both if becomes is not row]

    def _write(self, row: dict[str, Any], becomes: dict[str, Any]) -> None:
        ldap = _client()
        changed = {name: value for name, value in becomes.items() if value != row.get(name)}
        if DN in changed:
            raise StoreRefused(
                f"{self._system}: the name of an entry cannot be changed.",
                "Let it go: write 'on_erasure: delete'.",
            )
        values = {
            name: [] if value is None else value if isinstance(value, list) else [str(value)]
            for name, value in changed.items()
        }
        if values:
            self._source.write(row[DN], {name: [(ldap.MODIFY_REPLACE, new)] for name, new in values.items()})

    def _element(self, row: dict[str, Any], becomes: dict[str, Any] | None, element: str) -> None:
        """One value of many goes, or becomes another."""
        ldap = _client()
        changes = [(ldap.MODIFY_DELETE, [row[element]])]
        if becomes is not None and becomes[element] is not None:
            changes.append((ldap.MODIFY_ADD, [str(becomes[element])]))
        self._source.write(row[DN], {element: changes})
