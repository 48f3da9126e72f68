"""Two small tables in every kind of store."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from openpyxl import Workbook

from tests.connectors.partner import Partner
from troth.connectors.delta import DeltaConnector
from troth.connectors.files import FilesConnector
from troth.connectors.redis import RedisConnector
from troth.connectors.services import ServiceConnector
from troth.connectors.sql import SqlConnector
from troth.datamap.connector import Connector, Key
from troth.datamap.load import load_map
from troth.datamap.model import Dataset
from troth.kernel.findings import Findings

ANN = "Ann 安"
PEOPLE: list[dict[str, Any]] = [
    {
        "id": 1, "email": "ann@a.test", "name": ANN, "city": "Penang",
        "profile": {
            "phone": "+60123",
            "family": [{"contacts": [{"mail": "kid@a.test"}, {"mail": "two@a.test"}], "kind": "child"}, {"kind": "none"}],
        },
    },
    {"id": 2, "email": "bob@b.test", "name": "O'Hara; DROP TABLE \"contacts\" --", "city": "Ipoh", "profile": {"age": 41, "phone": "1"}},
    {"id": 3, "email": "cy@c.test", "name": "Cy", "city": None, "profile": {}},
]  # fmt: skip
LINES = [
    {"id": 11, "contact_id": 1, "body": "one"},
    {"id": 12, "contact_id": 1, "body": "two"},
    {"id": 13, "contact_id": 2, "body": "three"},
]
MAP = """
systems:
  store:
    at: memory
    datasets:
      contacts:
        people: yes
        key: [id]
        fields:
          id: not_personal
          email: {is: email, identity: email}
          name: name
          city: address
          profile:
            fields:
              phone: phone
              age: age
              nowhere: not_personal
              family: {many: yes, fields: {kind: family, contacts: {many: yes, fields: {mail: email}}}}
      notes:
        key: [id]
        fields: {id: not_personal, contact_id: {is: not_personal, to: contacts.id}, body: notes}
"""


DATABASES = [
    "sqlite",
    pytest.param("mariadb", marks=pytest.mark.slow),
    *(pytest.param(n, marks=pytest.mark.postgres) for n in ("postgresql", "postgresql-text")),
]
"""The stores of the exam that speak SQL."""


def dataset(name: str, table: str = "") -> Dataset:
    findings = Findings()
    found = load_map(MAP, findings).dataset(f"store/{name}")
    assert found is not None
    assert not findings.errors
    return replace(found, table=table or name)


CONTACTS, NOTES = dataset("contacts"), dataset("notes")


@dataclass(frozen=True)
class Store:
    """A connector over the two tables, and ways around it."""

    connector: Connector
    read_only: Callable[[], Connector]
    drop: Callable[[str], None]
    spoil: Callable[[], bool]
    contacts: Dataset = CONTACTS
    notes: Dataset = NOTES
    own: tuple[str, ...] = ()
    """Columns that this kind of store gives every row of contacts besides."""
    nameless: bool = False
    """Whether its tables are there only as long as anything lies in them."""

    def key(self, *values: object) -> Key:
        return values


def sql_store(url: str, documents: sa.types.TypeEngine[Any]) -> Store:
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    people = sa.Table(
        "contacts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80), unique=True),
        sa.Column("name", sa.String(80)), sa.Column("city", sa.String(80)), sa.Column("profile", documents),
    )  # fmt: skip
    lines = sa.Table(
        "notes", metadata, sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("contact_id", sa.ForeignKey("contacts.id"), index=True), sa.Column("body", sa.Text),
    )  # fmt: skip
    with engine.begin() as connection:
        metadata.create_all(connection)
        for row in PEOPLE:
            held = row["profile"] if isinstance(documents, sa.JSON) else json.dumps(row["profile"])
            connection.execute(sa.insert(people).values({**row, "profile": held}))
        connection.execute(sa.insert(lines), LINES)
    engine.dispose()

    def said(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()

    def spoil() -> bool:
        if isinstance(documents, sa.JSON) and engine.dialect.name != "sqlite":
            return False
        said("UPDATE contacts SET profile = '{not json' WHERE id = 3")
        return True

    return Store(
        SqlConnector("store", url),
        lambda: SqlConnector("store", url, writable=False),
        lambda name: said(f"DROP TABLE {name}"),
        spoil,
    )


def csv_store(folder: Path) -> Store:
    for name, rows in (("contacts", PEOPLE), ("notes", LINES)):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(
                {k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()} for row in rows
            )
    return _files(folder, ".csv", lambda text: text.replace('"{}"', "{not json").replace(",{}", ",{not json"))


def lines_store(folder: Path) -> Store:
    for name, rows in (("contacts", PEOPLE), ("notes", LINES)):
        (folder / f"{name}.jsonl").write_text(
            "".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8"
        )
    return _files(folder, ".jsonl", lambda text: text + "{not json\n")


def array_store(folder: Path) -> Store:
    for name, rows in (("contacts", PEOPLE), ("notes", LINES)):
        (folder / f"{name}.json").write_text(json.dumps(rows, indent=2), encoding="utf-8")
    return _files(folder, ".json", lambda text: text.replace("]", "{not json", 1))


def parquet_store(folder: Path) -> Store:
    import pyarrow as pa
    import pyarrow.parquet as pq

    people = [{**row, "profile": json.dumps(row["profile"])} for row in PEOPLE]
    for name, rows in (("contacts", people), ("notes", LINES)):
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet", row_group_size=2)

    def spoil() -> bool:
        rows = [*people[:2], {**people[2], "profile": "{not json"}]
        pq.write_table(pa.Table.from_pylist(rows), folder / "contacts.parquet")
        return True

    return replace(_files(folder, ".parquet", str), spoil=spoil)


def workbook_store(folder: Path) -> Store:
    def filled(name: str, rows: list[dict[str, Any]]) -> None:
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([json.dumps(v) if isinstance(v, dict) else v for v in row.values()])
        book.save(folder / f"{name}.xlsx")

    filled("contacts", PEOPLE)
    filled("notes", LINES)

    def spoil() -> bool:
        filled("contacts", [*PEOPLE[:2], {**PEOPLE[2], "profile": "{not json"}])
        return True

    return replace(_files(folder, ".xlsx", str), spoil=spoil)


def delta_store(folder: Path) -> Store:
    from deltalake import write_deltalake

    people = [{**row, "profile": json.dumps(row["profile"])} for row in PEOPLE]

    def poured(name: str, rows: list[dict[str, Any]]) -> None:
        import pyarrow as pa

        write_deltalake(folder / name, pa.Table.from_pylist(rows), mode="overwrite")

    poured("contacts", people)
    poured("notes", LINES)

    def spoil() -> bool:
        poured("contacts", [*people[:2], {**people[2], "profile": "{not json"}])
        return True

    return Store(
        DeltaConnector("store", folder),
        lambda: DeltaConnector("store", folder, writable=False),
        lambda name: shutil.rmtree(folder / name),
        spoil,
    )


def redis_store(url: str) -> Store:
    """Contacts as hashes, notes as texts of JSON."""
    client = redis.Redis.from_url(url)
    for row in PEOPLE:
        held = {
            k: json.dumps(v) if isinstance(v, dict) else v
            for k, v in row.items()
            if k != "id" and v is not None
        }
        client.hset(f"contacts:{row['id']}", mapping=held)
    for row in LINES:
        client.hset(f"notes:{row['contact_id']}:{row['id']}", "body", row["body"])
    contacts, notes = dataset("contacts", "contacts:{id}"), dataset("notes", "notes:{contact_id}:{id}")

    def spoil() -> bool:
        return bool(client.hset("contacts:3", "profile", "{not json")) or True

    def opened(*, writable: bool = True) -> RedisConnector:
        return RedisConnector("store", url, tables=(contacts.table, notes.table), writable=writable)

    return Store(
        opened(),
        lambda: opened(writable=False),
        lambda _: None,
        spoil,
        contacts,
        notes,
        ("key",),
        nameless=True,
    )


SERVICE = """
base: {base}
inside: yes
auth: bearer
tables:
  contacts:
    key: [id]
    columns: [id, email, name, city, profile]
    find:
      - {{by: [email], post: /contacts/search, rows: data}}
      - {{by: [id], get: "/contacts/{{id}}"}}
    all: {{get: /contacts, rows: data, next: paging.after, cursor: after}}
    change: {{patch: "/contacts/{{id}}"}}
    remove: {{delete: "/contacts/{{id}}"}}
  notes:
    key: [id]
    columns: [id, contact_id, body]
    find:
      - {{by: [contact_id], get: /notes, rows: data}}
      - {{by: [id], get: "/notes/{{id}}"}}
    change: {{patch: "/notes/{{id}}"}}
    remove: {{delete: "/notes/{{id}}"}}
"""
TOKEN = "word-of-the-partner"


def service_store(folder: Path, partner: Partner) -> Store:
    (folder / "partner.yaml").write_text(SERVICE.format(base=partner.base))
    partner.tables = {"contacts": copies(PEOPLE), "notes": copies(LINES)}

    def spoil() -> bool:
        partner.tables["contacts"][2]["profile"] = "{not json"
        return True

    def opened(*, writable: bool = True) -> ServiceConnector:
        return ServiceConnector("store", folder / "partner.yaml", ("troth", TOKEN), writable=writable)

    return Store(opened(), lambda: opened(writable=False), partner.tables.pop, spoil)


def copies(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(json.dumps(rows))
    return found


def _files(folder: Path, kind: str, spoiled: Callable[[str], str]) -> Store:
    def spoil() -> bool:
        path = folder / f"contacts{kind}"
        text = spoiled(path.read_text(encoding="utf-8"))
        assert "{not json" in text
        path.write_text(text, encoding="utf-8")
        return True

    return Store(
        FilesConnector("store", folder),
        lambda: FilesConnector("store", folder, writable=False),
        lambda name: (folder / f"{name}{kind}").unlink(),
        spoil,
    )
