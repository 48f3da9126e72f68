"""A draft proposes by names and values, follows keys, leaves gaps where nobody can know, and reads back as a map."""

from __future__ import annotations

import pytest

from troth.datamap.check import check_links
from troth.datamap.draft import as_yaml, draft
from troth.datamap.lexicon import propose, words_of
from troth.datamap.load import load_map
from troth.datamap.schema import Column, Kind, Reference, Schema, Table
from troth.kernel.findings import Findings
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category


def text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.TEXT) for name in names)


SHOP = Schema(
    (
        Table("address", text("id", "street", "postal_code", "Phone"), ("id",)),
        Table(
            "customers", text("id", "email", "first_name", "x_1", "address_id", "referred_by"), ("id",), (("email",),),
            (Reference(("address_id",), "address", ("id",)), Reference(("referred_by",), "customers", ("id",))),
        ),
        Table("Order Items", text("a", "b", "owner_type", "owner_id"), ("a",), (), (Reference(("a", "b"), "sales.orders", ("id", "x")),)),
        Table("sales.orders", (*text("id", "x", "customer_id", "created_at"), Column("gift", Kind.FLAG)), ("id",), (),
              (Reference(("customer_id",), "customers", ("id",)),)),
        Table("countries", text("id", "title"), ()),
        Table("订单", text("id", "姓名"), ("id",)),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("email", "email"), ("billingEMail", "email"), ("contact_email_address", "email"), ("mail", "email"),
        ("FirstName", "name"), ("姓名", "name"), ("nama_penuh", "name"), ("mobileNo", "phone"), ("手机号", "phone"),
        ("dob", "birth"), ("last_login_ip", "ip_address"), ("nric", "national_id"), ("身份证号", "national_id"),
        ("iban", "bank_account"), ("user_agent", "device"), ("street_line1", "address"), ("password_hash", "password"),
        ("latitude", "location"), ("religion", "belief"), ("alamat", "address"), ("salary", "employment"),
        ("created_at", ""), ("is_active", ""), ("quantity", ""), ("id", ""), ("order_count", ""),
    ],
)  # fmt: skip
def test_names_tell(name: str, category: str) -> None:
    found = propose(name)
    assert found is not None
    assert found.category == category


@pytest.mark.parametrize(
    "name", ["x_1", "foo", "engraving", "wishes", "attributes", "emailed", "rename", "grip"]
)
def test_names_that_tell_nothing_are_left_open(name: str) -> None:
    assert propose(name) is None


def test_names_read_as_words() -> None:
    assert [words_of(n) for n in ("billingEMail", "HTTPServer", "First-Name", " a b ")] == [
        "billing_email" if False else "billing_e_mail", "http_server", "first_name", "a_b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "category"),
    [
        (["a@b.test"] * 5, "email"),
        (["11010519491231002X"] * 5, "national_id"),
        (["770305-02-1234"] * 6, "national_id"),
        (["4111 1111 1111 1111"] * 5, "bank_account"),
        (["DE89370400440532013000"] * 5, "bank_account"),
        (["10.0.0.1", "::1", "192.168.1.9", "8.8.8.8", "1.1.1.1"], "ip_address"),
    ],
)
def test_values_tell_what_a_name_does_not(values: list[str], category: str) -> None:
    found = propose("x_1", values)
    assert found is not None
    assert (found.category, found.sure) == (category, "high")
    assert propose("x_1", values[:4]) is None, "so few say nothing"
    assert propose("x_1", ["plain words", "and others", *values[:3]]) is None


def test_values_that_contradict_a_name_make_it_unsure() -> None:
    found = propose("email", ["yes", "no", "yes", "no", "yes"])
    assert found is not None
    assert (found.category, found.sure) == ("email", "low")


def test_a_draft_follows_keys_and_leaves_gaps() -> None:
    tables = {table.table: table for table in draft(SHOP)}
    assert [name for name, table in tables.items() if table.people] == ["customers"]
    customers = {one.column: one for one in tables["customers"].columns}
    assert customers["email"].identity == "email"
    assert customers["x_1"].category == ""
    assert (customers["address_id"].to, customers["address_id"].follows) == ("address.id", "up")
    assert customers["referred_by"].follows == "none"
    assert {c.column: c.identity for c in tables["address"].columns}["Phone"] == "phone"
    assert tables["Order Items"].links == ((("a", "b"), "sales.orders", ("id", "x"), ""),)
    assert "owner_type" in tables["Order Items"].hints[0]
    assert tables["countries"].open == 1


def test_a_draft_reads_back_as_a_map_whose_gaps_are_errors() -> None:
    tables = draft(SHOP)
    findings = Findings()
    found = load_map(as_yaml("shop", "sqlite:shop.db", tables), findings)
    assert [f.code for f in findings.sorted] == ["unannotated"] * sum(table.open for table in tables)
    after = Findings()
    check_links(found, after)
    assert [(f.code, "t_" in f.message) for f in after.sorted] == [("nobody-found", True)], (
        "orders with names and no link"
    )
    assert [one.table for one in found.datasets] == [one.name for one in SHOP.tables]
    orders = found.dataset("shop/sales_orders")
    assert orders is not None
    assert orders.links[0].to == "shop/customers"


def test_the_words_of_a_policy_come_first() -> None:
    policy = Catalogue(
        (Category(id="contact_email"), Category(id="shoe_size", fields=("x_1",)), Category(id="name"))
    )
    columns = {one.column: one for table in draft(SHOP, policy) for one in table.columns}
    assert columns["email"].category == "contact_email"
    assert (columns["x_1"].category, columns["x_1"].sure) == ("shoe_size", "high")
    assert columns["first_name"].category == "name"
    assert columns["street"].category == "address", (
        "what the policy lacks is proposed all the same, and the check says so"
    )
