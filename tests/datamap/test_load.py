"""A map is read with every problem at its file and line, and held against policy and live tables in both directions."""

from __future__ import annotations

import pytest

from tests.tidy.source import ROOT
from troth.datamap.check import check_links, check_live, check_policy
from troth.datamap.load import load_map
from troth.datamap.model import DataMap, Erasure, Follows
from troth.datamap.schema import Column, Kind, Schema, Table, Trigger
from troth.kernel.findings import Findings
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category, Purpose, Recipient

GOOD = """\
systems:
  shop:
    at: sqlite:shop.db
    region: MY
    run_by: house
    backups: [nightly]
    left_out: {alembic_version: which migration was last}
    datasets:
      customers:
        people: yes
        purposes: [service]
        fields:
          id: not_personal
          email: {is: email, identity: email, folded: yes, on_erasure: pseudonym}
          profile: {fields: {contacts: {many: yes, fields: {phone: phone}}}}
      events:
        table: log.events
        fields:
          id: not_personal
          owner_type: not_personal
          owner_id: {is: not_personal, to: customers.id, when: {owner_type: customer}}
        links:
          - {fields: [owner_id, owner_type], to: events, on: [id, owner_type], follows: none}
processors: {house: {recipient: hosting, region: MY, told_by: mail}}
backups: {nightly: {kept: 7 calendar days, run_by: house}}
aliases: {user.contact.email: email}
"""
POLICY = Catalogue(
    (
        *(Category(id=name) for name in ("email", "phone", "name")),
        Purpose(id="service", data=("email",)),
        Recipient(id="hosting", what="processor"),
    )
)


def read(text: str) -> tuple[DataMap, Findings]:
    findings = Findings()
    found = load_map(text, findings)
    check_links(found, findings)
    check_policy(found, POLICY, findings)
    return found, findings


def codes(text: str) -> list[tuple[str, int]]:
    return [(finding.code, finding.place.line) for finding in read(text)[1].sorted]


def test_a_map_says_what_it_says() -> None:
    found, findings = read(GOOD)
    assert not findings.sorted
    customers, events = found.datasets
    assert customers.people
    assert [field.name for field in customers.fields] == ["id", "email", "profile.contacts[].phone"]
    email = customers.field("email")
    assert email is not None
    assert (email.categories, email.identity, email.folded, email.erasure) == (
        ("email",),
        "email",
        True,
        Erasure.PSEUDONYM,
    )
    assert events.table == "log.events"
    first, second = events.links
    assert (first.to, first.on, first.when, first.direction) == (
        "shop/customers",
        ("id",),
        (("owner_type", "customer"),),
        Follows.DOWN,
    )
    assert (second.fields, second.direction) == (("owner_id", "owner_type"), Follows.NONE)
    backup = found.backups[0]
    assert str(backup.kept) == "7 calendar days"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("email: {is: email,", "email: {is: emial,", "unknown-category"),
        ("id: not_personal\n          email", "id:\n          email", "unannotated"),
        ("to: customers.id", "to: customer.id", "unknown-dataset"),
        ("to: customers.id", "to: customers.ident", "unknown-field"),
        ("to: customers.id", "to: customers", "no-field"),
        ("when: {owner_type: customer}", "when: {owner_kind: customer}", "unknown-field"),
        ("purposes: [service]", "purposes: [servce]", "unknown-purpose"),
        ("recipient: hosting", "recipient: hostng", "unknown-recipient"),
        ("backups: [nightly]", "backups: [nightl]", "unknown-backup"),
        ("    run_by: house\n    backups", "    run_by: hose\n    backups", "unknown-processor"),
        ("at: sqlite:shop.db", "at: postgresql://u:p@host/db", "credentials-in-map"),
        ("on_erasure: pseudonym", "on_erasure: pseudonim", "unknown-word"),
        ("people: yes", "peeple: yes", "unknown-key"),
        ("on: [id, owner_type]", "on: [id]", "uneven-link"),
        ("region: MY\n    run_by", "region: XX\n    run_by", "unknown-word"),
        ("kept: 7 calendar days, ", "", "backup-without-end"),
        ("is: email, identity", "is: [email, not_personal], identity", "both-ways"),
        ("on_erasure: pseudonym", "on_erasure: keep", "kept-without-reason"),
        ("on_erasure: pseudonym", "on_erasure: delete", "field-deleted"),
        ("systems:", "sytems:", "unknown-key"),
    ],
)
def test_each_mistake_is_found_where_it_stands(before: str, after: str, code: str) -> None:
    assert before in GOOD
    text = GOOD.replace(before, after, 1)
    found = dict(codes(text))
    assert code in found
    assert abs(found[code] - 1 - GOOD[: GOOD.index(before)].count("\n")) <= 4, (
        "a term of a mapping, or the head of it"
    )


def test_personal_data_that_no_identity_leads_to_is_an_error() -> None:
    assert codes(GOOD.replace("identity: email, ", "")) == [("nobody-found", 9)]


def test_a_mistake_names_the_nearest_word() -> None:
    _, findings = read(GOOD.replace("is: email,", "is: emial,", 1))
    assert findings.sorted[0].help == "Did you mean 'email'?"


def shape(**more: object) -> Schema:
    customers = Table(
        "customers",
        (Column("id", Kind.NUMBER, False), Column("email", Kind.TEXT, False), Column("profile", Kind.DOCUMENT)),
        ("id",), (("email",),), indexed=(("id",), ("email",)),
    )  # fmt: skip
    events = Table(
        "log.events", tuple(Column(n, Kind.TEXT) for n in ("id", "owner_type", "owner_id")), ("id",),
        triggers=(Trigger("t", frozenset({"delete"})),), indexed=(("id",), ("owner_id",)),
    )  # fmt: skip
    return Schema((customers, events, Table("alembic_version", (Column("v", Kind.TEXT),))))


def live_codes(schema: Schema, text: str = GOOD) -> list[str]:
    found, findings = load_map(text, Findings()), Findings()
    check_live(found, found.systems[0], schema, findings)
    return [finding.code for finding in findings.sorted]


def test_a_map_that_fits_its_store_has_no_finding() -> None:
    assert live_codes(shape()) == []


def without(name: str, column: str) -> Schema:
    return Schema(tuple(
        Table(t.name, tuple(c for c in t.columns if (t.name, c.name) != (name, column)), t.key, t.unique, indexed=t.indexed)
        for t in shape().tables
    ))  # fmt: skip


def test_what_the_store_has_and_the_map_lacks_is_an_error() -> None:
    assert live_codes(Schema((*shape().tables, Table("customers_backup", ())))) == ["unmapped-table"]
    more = shape().tables[0]
    wider = Table(
        more.name, (*more.columns, Column("ip", Kind.TEXT)), more.key, more.unique, indexed=more.indexed
    )
    assert live_codes(Schema((wider, *shape().tables[1:]))) == ["unmapped-field"]


def test_what_the_map_has_and_the_store_lacks_is_an_error() -> None:
    assert live_codes(without("log.events", "owner_type")) == ["column-gone"]
    assert live_codes(Schema(shape().tables[1:])) == ["table-gone"]
    assert live_codes(Schema(shape().tables[:2])) == ["table-gone"]


def test_what_cannot_be_erased_as_written_is_an_error() -> None:
    assert live_codes(shape(), GOOD.replace("on_erasure: pseudonym", "on_erasure: null")) == ["cannot-erase"]
    assert live_codes(shape(), GOOD.replace("on_erasure: pseudonym", "on_erasure: anonymise")) == [
        "cannot-erase"
    ]


def test_a_row_that_nothing_names_and_a_look_up_without_index_are_said() -> None:
    bare = Schema(tuple(Table(t.name, t.columns, (), t.unique, indexed=(("id",),)) for t in shape().tables))
    assert sorted(live_codes(bare)) == ["no-index", "no-index", "no-key", "no-key"]


def test_the_map_in_the_documents_is_one() -> None:
    text = (ROOT / "docs/map.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    findings = Findings()
    found = load_map(text, findings)
    check_links(found, findings)
    assert not findings.sorted
    assert [one.name for one in found.datasets] == ["shop/customers", "shop/invoices"]
