"""Shops to ask: the one of eleven tables with as many customers as told, and three of the sizes of well-known samples, made anew here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from tests.datamap.shop import INDEXES, MAP, RING, TABLES
from troth.connectors import Secrets

FINGER: Final = "mark-{what}-{n}-x"
"""What is planted in a field of a customer, for whoever looks for leftovers."""


@dataclass(frozen=True, slots=True)
class Size:
    """A sample by its name: customers, orders of each, lines of each order."""

    name: str
    customers: int
    orders: int
    lines: int


SAMPLES: Final = (Size("pagila", 599, 27, 1), Size("chinook", 59, 7, 6), Size("northwind", 91, 9, 3))
"""Rows as those samples have them: 599 customers with 16,044 rentals, 59 with 412 invoices, 91 with 830 orders."""
SAMPLE_TABLES: Final = (
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE, name VARCHAR(120), phone VARCHAR(40))",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), ship_to VARCHAR(120))",
    "CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), note VARCHAR(120))",
    "CREATE INDEX of_customer ON orders (customer_id)",
    "CREATE INDEX of_order ON lines (order_id)",
)
SAMPLE_MAP: Final = """
systems:
  shop:
    at: {at}
    credentials: shop
    datasets:
      customers:
        people: yes
        fields: {{id: not_personal, email: {{is: email, identity: email}}, name: name, phone: phone}}
      orders:
        fields: {{id: not_personal, customer_id: {{is: not_personal, to: customers.id}}, ship_to: address}}
      lines:
        fields: {{id: not_personal, order_id: {{is: not_personal, to: orders.id}}, note: notes}}
"""


def secrets_for(url: str) -> Secrets:
    """The credentials that the maps of this module name."""
    found = sa.make_url(url)
    return Secrets(None, {"TROTH_SECRET_SHOP": f"{found.username or ''}:{found.password or ''}"})


def mail_of(n: int) -> str:
    """The address of a customer."""
    return f"p{n}@example.test"


def shop(url: str, customers: int) -> str:
    """Make the shop of eleven tables; its map."""
    rows = _rows(customers)
    _fill(url, [one.replace("{json}", "JSONB") for one in (*TABLES, RING)], rows)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for number, (table, columns) in enumerate(INDEXES):
            connection.execute(sa.text(f"CREATE INDEX i{number} ON {table} ({columns})"))
        connection.execute(sa.text("UPDATE customers SET main_address = id * 10"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()
    return MAP.replace("sqlite:shop.db", f"{_at(url)}\n    credentials: shop")


def sample(url: str, size: Size) -> str:
    """Make a sample; its map."""
    rows: dict[str, list[dict[str, Any]]] = {"customers": [], "orders": [], "lines": []}
    for n in range(1, size.customers + 1):
        rows["customers"].append(
            {"id": n, "email": mail_of(n), "name": _mark("name", n), "phone": _mark("phone", n)}
        )
        for order in range(n * 100, n * 100 + size.orders):
            rows["orders"].append({"id": order, "customer_id": n, "ship_to": _mark("street", n)})
            for line in range(order * 10, order * 10 + size.lines):
                rows["lines"].append({"id": line, "order_id": order, "note": _mark("note", n)})
    _fill(url, SAMPLE_TABLES, rows)
    return SAMPLE_MAP.format(at=_at(url))


def _at(url: str) -> str:
    """The address without credentials, as a map has it."""
    found = sa.make_url(url)
    return sa.URL.create(
        "postgresql", host=found.host, port=found.port, database=found.database, query=found.query
    ).render_as_string()


def _fill(url: str, statements: Any, rows: dict[str, list[dict[str, Any]]]) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
        for table, lines in rows.items():
            names = list(lines[0])
            values = ", ".join(f":{name}" for name in names)
            connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), lines)
    engine.dispose()


def _rows(customers: int) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {}
    for table, row in (pair for n in range(1, customers + 1) for pair in _of(n, customers)):
        made.setdefault(table, []).append(row)
    order = ("customers", "addresses", "products", "orders", "order_lines", "shipments", "invoices", "messages", "remarks",
             "profiles", "newsletter")  # fmt: skip
    made["products"] = [{"id": n, "title": f"thing {n}"} for n in range(1, 4)]
    return {name: made[name] for name in order}


def _of(n: int, customers: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "customers", {"id": n, "email": mail_of(n), "name": _mark("name", n), "phone": _mark("phone", n),
                        "born": "1980-02-03", "referred_by": n - 1 if n > 1 else None}  # fmt: skip
    for one in (n * 10, n * 10 + 1):
        yield (
            "addresses",
            {"id": one, "customer_id": n, "street": _mark("street", n), "city": _mark("city", n)},
        )
        yield "orders", {"id": one, "customer_id": n, "address_id": one, "note": _mark("note", n)}
        for line in (1, 2):
            yield (
                "order_lines",
                {"order_id": one, "line": line, "product_id": line, "engraving": _mark("engraving", n)},
            )
        yield "shipments", {"id": one, "order_id": one, "line": 2, "tracking": _mark("tracking", n)}
        yield (
            "remarks",
            {"id": one + 1_000_000, "about_kind": "order", "about_id": one, "words": _mark("words", n)},
        )
    yield (
        "invoices",
        {
            "id": n,
            "customer_id": n,
            "order_id": n * 10,
            "billed_to": f"billed {n}",
            "mail": _mark("mail", n),
            "cents": n,
        },
    )
    yield "messages", {"id": n, "sender_id": n, "recipient_id": n % customers + 1, "sender_name": _mark("sender", n),
                       "recipient_name": f"somebody {n}", "body": f"body of {n}"}  # fmt: skip
    yield "remarks", {"id": n, "about_kind": "customer", "about_id": n, "words": _mark("words", n)}
    wishes = {"gifts": [{"for": _mark("child", n), "wish": _mark("wish", n)}], "shoe": _mark("shoe", n)}
    yield "profiles", {"customer_id": n, "wishes": json.dumps(wishes)}
    yield "newsletter", {"email": mail_of(n), "interests": _mark("interests", n)}


def _mark(what: str, n: int) -> str:
    return FINGER.format(what=what, n=n)
