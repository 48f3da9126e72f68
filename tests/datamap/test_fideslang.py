"""fideslang dataset files are read as they are."""

from __future__ import annotations

from troth.datamap.check import check_links
from troth.datamap.load import load_map
from troth.datamap.model import DataMap, Erasure, Follows
from troth.kernel.findings import Findings

MAP = """
systems:
  shop: {at: "sqlite:shop.db", fideslang: [shop.yml]}
  mail: {at: "files:mail", fideslang: [mail.yml]}
aliases: {user.contact: contact, user.name: name, user.financial: not_personal}
"""
SHOP = """
dataset:
  - fides_key: shop_example
    organization_fides_key: default_organization
    name: Shop
    description: Example of a shop
    meta: null
    fides_meta: {namespace: {schema: sales}}
    collections:
      - name: customer
        description: who buys
        fields:
          - name: id
            data_categories: [system.operations]
            fides_meta: {primary_key: True}
          - name: email
            data_categories: [user.contact.email]
            fides_meta: {identity: email, data_type: string, masking_strategy_override: {strategy: null_rewrite}}
          - name: name
            data_categories: [user.name.first]
            fides_meta: {data_type: string, length: 40}
          - name: profile
            fides_meta: {data_type: object}
            fields:
              - {name: shoe, data_categories: [user.shoe_size]}
              - name: cards
                fides_meta: {data_type: "object[]"}
                fields: [{name: last, data_categories: [user.financial.card]}]
      - name: orders
        data_categories: [system.operations]
        fields:
          - name: id
            fides_meta: {primary_key: True}
          - name: customer_id
            fides_meta: {references: [{dataset: shop_example, field: customer.id, direction: from}]}
          - name: address_id
            fides_meta: {references: [{dataset: mail_example, field: addresses.id, direction: to}]}
"""
MAIL = """
dataset:
  - fides_key: mail_example
    collections:
      - name: addresses
        fields:
          - {name: id, data_categories: [system.operations]}
          - {name: street}
"""


def read(mail: str = MAIL) -> tuple[DataMap, Findings]:
    findings = Findings()
    found = load_map(MAP, findings, beside={"shop.yml": SHOP, "mail.yml": mail})
    check_links(found, findings)
    return found, findings


def test_collections_are_datasets_with_categories_keys_and_links() -> None:
    found, findings = read()
    assert [(f.code, f.place.file) for f in findings.sorted] == [("unannotated", "mail.yml")]
    customer, orders = found.of_system("shop")
    assert (customer.table, customer.key, customer.about) == ("sales.customer", ("id",), "who buys")
    fields = {field.name: field for field in customer.fields}
    assert {name: field.categories for name, field in fields.items()} == {
        "id": (), "email": ("contact",), "name": ("name",), "profile.shoe": ("shoe_size",), "profile.cards[].last": (),
    }  # fmt: skip
    assert (fields["email"].identity, fields["email"].erasure) == ("email", Erasure.NULL)
    assert [(link.to, link.on, link.direction) for link in orders.links] == [
        ("shop/customer", ("id",), Follows.DOWN),
        ("mail/addresses", ("id",), Follows.UP),
    ]


def test_a_file_that_is_not_there_is_a_finding() -> None:
    findings = Findings()
    load_map(MAP, findings, beside={"shop.yml": SHOP, "mail.yaml": MAIL})
    assert [(f.code, f.help) for f in findings.sorted] == [("no-such-file", "Did you mean 'mail.yaml'?")]


def test_a_file_of_something_else_is_a_finding() -> None:
    assert "no-dataset" in [f.code for f in read("system: []\n")[1].sorted]
