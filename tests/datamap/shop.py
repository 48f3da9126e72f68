"""A shop of eleven tables with people in it, a marker in every field of each of them, and the map of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from troth.connectors.sql import SqlConnector
from troth.datamap.errors import MapRefused
from troth.datamap.load import load_map
from troth.datamap.surveying import Survey, survey
from troth.kernel.findings import Findings
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category, Purpose, Recipient, Retention, Source
from troth.policy.terms import PeriodTerm

TABLES = (
    """CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL UNIQUE, name VARCHAR(120) NOT NULL,
       phone VARCHAR(40), born DATE, referred_by INTEGER REFERENCES customers (id), main_address INTEGER)""",
    """CREATE TABLE addresses (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
       street VARCHAR(120) NOT NULL, city VARCHAR(80))""",
    "CREATE TABLE products (id INTEGER PRIMARY KEY, title VARCHAR(80) NOT NULL)",
    """CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
       address_id INTEGER REFERENCES addresses (id), note VARCHAR(120))""",
    """CREATE TABLE order_lines (order_id INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL,
       product_id INTEGER NOT NULL REFERENCES products (id), engraving VARCHAR(120), PRIMARY KEY (order_id, line))""",
    """CREATE TABLE shipments (id INTEGER PRIMARY KEY, order_id INTEGER, line INTEGER, tracking VARCHAR(80),
       FOREIGN KEY (order_id, line) REFERENCES order_lines (order_id, line))""",
    """CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
       order_id INTEGER REFERENCES orders (id), billed_to VARCHAR(120) NOT NULL, mail VARCHAR(80), cents INTEGER NOT NULL)""",
    """CREATE TABLE messages (id INTEGER PRIMARY KEY, sender_id INTEGER REFERENCES customers (id),
       recipient_id INTEGER REFERENCES customers (id), sender_name VARCHAR(120) NOT NULL, recipient_name VARCHAR(120),
       body VARCHAR(200))""",
    "CREATE TABLE remarks (id INTEGER PRIMARY KEY, about_kind VARCHAR(20) NOT NULL, about_id INTEGER NOT NULL, words VARCHAR(200))",
    "CREATE TABLE profiles (customer_id INTEGER PRIMARY KEY REFERENCES customers (id), wishes {json})",
    "CREATE TABLE newsletter (email VARCHAR(80) PRIMARY KEY, interests VARCHAR(120))",
)
INDEXES = (
    ("addresses", "customer_id"), ("orders", "customer_id"), ("orders", "address_id"), ("shipments", "order_id, line"),
    ("invoices", "customer_id"), ("invoices", "order_id"), ("messages", "sender_id"), ("messages", "recipient_id"),
    ("remarks", "about_id"), ("customers", "referred_by"),
)  # fmt: skip
RING = "ALTER TABLE customers ADD CONSTRAINT main FOREIGN KEY (main_address) REFERENCES addresses (id)"
"""Customers and addresses point at each other; SQLite takes this only inside CREATE TABLE."""

MAP = """
systems:
  shop:
    at: sqlite:shop.db
    region: MY
    run_by: house
    backups: [nightly]
    datasets:
      customers:
        people: yes
        about: Who buys here
        purposes: [sales]
        fields:
          id: not_personal
          email: {is: email, identity: email}
          name: name
          phone: {is: phone, identity: phone}
          born: birth
          referred_by: {is: not_personal, to: customers.id, follows: none, on_erasure: null}
          main_address: {is: not_personal, to: addresses.id, follows: none}
      addresses:
        fields: {id: not_personal, customer_id: {is: not_personal, to: customers.id}, street: address, city: address}
      products:
        fields: {id: not_personal, title: not_personal}
      orders:
        fields:
          id: not_personal
          customer_id: {is: not_personal, to: customers.id}
          address_id: {is: not_personal, to: addresses.id, follows: none}
          note: notes
      order_lines:
        fields:
          order_id: {is: not_personal, to: orders.id}
          line: not_personal
          product_id: {is: not_personal, to: products.id, follows: none}
          engraving: notes
      shipments:
        fields: {id: not_personal, order_id: not_personal, line: not_personal, tracking: notes}
        links:
          - {fields: [order_id, line], to: order_lines, on: [order_id, line]}
      invoices:
        on_erasure: keep
        because: invoices are kept for seven years
        cite: Income Tax Act 1967 s. 82
        retention: invoices
        fields:
          id: not_personal
          customer_id: {is: not_personal, to: customers.id}
          order_id: {is: not_personal, to: orders.id, follows: none}
          billed_to: name
          mail: {is: email, on_erasure: null}
          cents: not_personal
      messages:
        fields:
          id: not_personal
          sender_id: {is: not_personal, to: customers.id}
          recipient_id: {is: not_personal, to: customers.id}
          sender_name: {is: name, whose: sender_id}
          recipient_name: {is: name, whose: recipient_id}
          body: notes
      remarks:
        fields:
          id: not_personal
          about_kind: not_personal
          about_id: not_personal
          words: notes
        links:
          - {fields: [about_id], to: customers, on: [id], when: {about_kind: customer}}
          - {fields: [about_id], to: orders, on: [id], when: {about_kind: order}}
      profiles:
        fields:
          customer_id: {is: not_personal, to: customers.id}
          wishes: {fields: {gifts: {many: yes, fields: {for: family, wish: notes}}, shoe: notes}}
      newsletter:
        purposes: [news]
        fields: {email: {is: email, identity: email, to: customers.email}, interests: notes}
processors: {house: {recipient: hosting, region: MY}}
backups: {nightly: {kept: 7 calendar days, run_by: house}}
"""
POLICY = Catalogue(
    (
        *(Category(id=name, label={"en": name}) for name in ("email", "phone", "name", "birth", "address", "notes", "family")),
        Purpose(id="sales", data=("email", "name", "address", "phone", "birth", "notes"), label={"en": "Selling"}),
        Purpose(id="news", data=("email",), label={"en": "News"}),
        Recipient(id="hosting", what="processor", purposes=("sales",), data=("email",)),
        Recipient(id="police", what="authority", data=("birth",)),
        Retention(id="invoices", data=("name",), period=PeriodTerm(7, "years"), start="purpose_done"),
        Source(id="self", what="self"),
    )
)  # fmt: skip


@dataclass
class People:
    """How many there are, and each one's planted markers by field."""

    count: int
    markers: dict[int, dict[str, str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def mark(self, person: int, where: str) -> str:
        """A marker of a person for a field, unique among all."""
        return self.markers.setdefault(person, {}).setdefault(
            where, f"mk{next(self.numbers)}x-{where}-{person}-安O'"
        )

    def all_but(self, person: int, *kept: str) -> list[str]:
        """What must not be found once a person is erased."""
        return [mark for where, mark in self.markers[person].items() if where not in kept]


def build(url: str, count: int = 6) -> People:
    """Make the tables and the people."""
    engine, people = sa.create_engine(url), People(count)
    postgres = engine.dialect.name == "postgresql"
    with engine.begin() as connection:
        for statement in TABLES:
            text = statement.replace("{json}", "JSONB" if postgres else "TEXT")
            if engine.dialect.name == "sqlite":
                text = text.replace(
                    "main_address INTEGER)", "main_address INTEGER REFERENCES addresses (id))"
                )
            connection.execute(sa.text(text))
        if engine.dialect.name != "sqlite":
            connection.execute(sa.text(RING))
        for number, (table, columns) in enumerate(INDEXES):
            connection.execute(sa.text(f"CREATE INDEX i{number} ON {table} ({columns})"))
        for product in range(1, 4):
            put(connection, "products", id=product, title=f"thing {product}")
        for one in range(1, count + 1):
            _person(connection, people, one)
        for one in range(1, count + 1):
            _messages(connection, people, one)
    engine.dispose()
    return people


def put(connection: sa.Connection, table: str, **values: object) -> None:
    """Insert a row."""
    names = ", ".join(values)
    connection.execute(
        sa.text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{n}' for n in values)})"), values
    )


def _person(connection: sa.Connection, people: People, n: int) -> None:
    def mark(where: str) -> str:
        return people.mark(n, where)

    put(connection, "customers", id=n, email=email(n, people), name=mark("name"), phone=mark("phone"), born="1980-02-03",
        referred_by=n - 1 if n > 1 else None)  # fmt: skip
    for address in (n * 10, n * 10 + 1):
        put(
            connection,
            "addresses",
            id=address,
            customer_id=n,
            street=mark(f"street{address % 10}"),
            city=mark("city"),
        )
    connection.execute(sa.text("UPDATE customers SET main_address = :a WHERE id = :n"), {"a": n * 10, "n": n})
    for order in (n * 10, n * 10 + 1):
        put(connection, "orders", id=order, customer_id=n, address_id=order, note=mark(f"note{order % 10}"))
        for line in (1, 2):
            put(
                connection,
                "order_lines",
                order_id=order,
                line=line,
                product_id=line,
                engraving=mark(f"engraving{order % 10}{line}"),
            )
        put(connection, "shipments", id=order, order_id=order, line=2, tracking=mark(f"tracking{order % 10}"))
        put(
            connection,
            "remarks",
            id=order + 1_000_000,
            about_kind="order",
            about_id=order,
            words=mark(f"of_order{order % 10}"),
        )
    put(
        connection,
        "invoices",
        id=n,
        customer_id=n,
        order_id=n * 10,
        billed_to=mark("billed"),
        mail=mark("invoice_mail"),
        cents=n,
    )
    put(connection, "remarks", id=n, about_kind="customer", about_id=n, words=mark("of_customer"))
    put(connection, "remarks", id=-n, about_kind="product", about_id=n, words=f"thing {n}")
    wishes = {
        "gifts": [{"for": mark("child"), "wish": mark("wish")}, {"for": mark("aunt")}],
        "shoe": mark("shoe"),
    }
    put(connection, "profiles", customer_id=n, wishes=json.dumps(wishes))
    put(connection, "newsletter", email=email(n, people), interests=mark("interests"))


def _messages(connection: sa.Connection, people: People, n: int) -> None:
    """Everybody writes to the next; the last one to nobody here."""
    to = n + 1 if n < people.count else None
    put(connection, "messages", id=n, sender_id=n, recipient_id=to, sender_name=people.mark(n, "as_sender"),
        recipient_name=people.mark(to, "as_recipient") if to else None, body=f"body of {n}")  # fmt: skip


def email(n: int, people: People) -> str:
    """The address of a person: a marker too."""
    return people.mark(n, "email")


def surveyed(url: str, text: str = MAP) -> Survey:
    """The shop under its map."""
    findings = Findings()
    map = load_map(text, findings)
    assert not findings.sorted, findings.sorted[0]
    connector = SqlConnector("shop", url)
    try:
        return survey(map, {"shop": connector})
    except MapRefused:
        connector.close()
        raise
