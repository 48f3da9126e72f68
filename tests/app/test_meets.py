"""What clauses meet is worked out from what is declared: change the declaration, and the answer changes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.source import ROOT
from troth.app.coverage import Coverage, cover
from troth.app.folders import compile_folder
from troth.app.meeting import Company, company_beside, company_if_told, in_short, totals_of
from troth.app.meets import MeetsUnreadable, Premises, Spot, absent, read_premises, unknown
from troth.kernel.findings import Findings
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.probes import Probe

HARBOUR = ROOT / "examples" / "harbour"
BARE = Company()
ORDERS = Spot("column", "shop.db orders", "price", "amount")
FORM = Spot("screen", "/order", "point:order_form")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    compiled = compile_folder(HARBOUR, Findings())
    assert compiled is not None
    return compiled.bundle


def met(bundle: Bundle, clause: str, *spots: Spot, partners: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    found = cover(bundle, None, Company(Premises(spots, partners)))
    (line,) = (line for line in found.lines if line.clause == clause)
    return {(one.what, one.where) for one in line.meets}


def test_a_column_is_met_by_the_category_that_has_its_field_and_by_all_that_is_about_it(
    bundle: Bundle,
) -> None:
    assert met(bundle, "1.2(a)/1") == set()
    assert met(bundle, "1.2(a)/1", ORDERS) == {("column", "shop.db orders")}
    assert ("column", "shop.db orders") in met(bundle, "1.1", ORDERS), (
        "a wider category holds what lies below it"
    )
    assert ("column", "shop.db orders") in met(
        bundle, "1.2(c)", Spot("column", "shop.db orders", "email", "to")
    ), "and so does a purpose"
    assert met(bundle, "2.1/2", ORDERS) == set(), "another category does not"


def test_a_screen_is_met_by_the_point_that_stands_there(bundle: Bundle) -> None:
    assert ("screen", "/order") in met(bundle, "1.3(c)/2", FORM)
    assert ("screen", "/order") in met(bundle, "4.2/1", FORM), "and by the principle that it makes true"
    assert ("screen", "/order") not in met(bundle, "1.3(a)/1", FORM)


def test_partners_are_met_by_those_rules_that_let_them_receive(bundle: Bundle) -> None:
    partners = ("affiliate_major", "registry")
    assert met(bundle, "3.1(e)/1", partners=partners) == {("partner", "registry")}
    assert met(bundle, "3.1 end/1", partners=partners) == {("partner", one) for one in partners}
    assert met(bundle, "3.4(a)", partners=partners) == set(), "neither may receive for that aim"


def test_probes_and_tasks_are_met_without_being_named(bundle: Bundle) -> None:
    probe = Probe("looks", "", "sql", "x", ("safeguard:training",), ("5(a)",), 1)
    found = cover(bundle, None, Company(probes=(probe,)))
    by_id = {line.clause: {(one.what, one.where) for one in line.meets} for line in found.lines}
    assert ("probe", "looks") in by_id["4.1/6"], "by its statement"
    assert ("probe", "looks") in by_id["5(a)"], "by the clause it names"
    assert ("attestation", "register of courses with dates") in by_id["4.1/6"]
    assert ("screen", "privacy centre /rights") in by_id["5(a)"]
    assert by_id["4.3/3"] == set(), "a recorded reason is text only"


def test_totals_count_each_clause_once_a_kind_and_text_only_where_there_is_nothing(bundle: Bundle) -> None:
    found = cover(bundle, None, Company(Premises((ORDERS, FORM))))
    assert found.meets == totals_of(line.meets for line in found.lines)
    assert found.meets["text_only"] == sum(not line.meets for line in found.lines)
    assert found.meets["column"] == sum(
        any(one.what == "column" for one in line.meets) for line in found.lines
    )
    assert 0 < found.meets["column"] < len(found.lines)


def test_json_says_where_and_by_which_statement(bundle: Bundle) -> None:
    said = cover(bundle, None, Company(Premises((ORDERS,)))).as_json()
    (line,) = (line for line in said["lines"] if line["clause"] == "1.2(a)/1")
    assert line["meets"] == [
        {
            "what": "column",
            "where": "shop.db orders",
            "by": ["category:order_record", "category:service_data", "purpose:provide_service"],
            "columns": ["amount"],
        }
    ]
    assert set(said["meets"]) == {"probe", "column", "file", "screen", "partner", "attestation", "text_only"}


def test_much_of_a_kind_is_counted(bundle: Bundle) -> None:
    spots = [Spot("column", f"shop.db t{number}", "price", "price") for number in range(4)]
    found: Coverage = cover(bundle, None, Company(Premises(tuple(spots))))
    (line,) = (line for line in found.lines if line.clause == "1.2(a)/1")
    assert in_short(line.meets) == ["4 columns in 4 tables"]


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "meets.yaml").write_text(
        "tables: {a.db: {t: [x, d.y, {z: 'point:p'}], u: {v: [f, 'point:q'], w: }}}\n"
        "screens: {/s: 'point:p'}\nfiles: {mail/: [f]}\npartners: [r]\n"
    )
    found = read_premises(tmp_path)
    assert [(s.what, s.where, s.column, s.holds) for s in found.spots] == [
        ("column", "a.db t", "x", "x"),
        ("column", "a.db t", "d.y", "y"),
        ("column", "a.db t", "z", "point:p"),
        ("column", "a.db u", "v", "f"),
        ("column", "a.db u", "v", "point:q"),
        ("column", "a.db u", "w", "w"),
        ("screen", "/s", "", "point:p"),
        ("file", "mail/", "", "f"),
    ]
    assert found.partners == ("r",)


@pytest.mark.parametrize(
    "text", ["[1]", "rooms: {}", "tables: [a]", "screens: {/: 7}", "tables: {a: {b: 3}}", ": ["]
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "meets.yaml").write_text(text)
    with pytest.raises(MeetsUnreadable):
        read_premises(tmp_path)


def test_what_the_policy_does_not_know_is_told_with_what_may_be_meant(bundle: Bundle, tmp_path: Path) -> None:
    catalogue = Catalogue.of(bundle)
    spots = (Spot("column", "a t", "emial", "e"), Spot("screen", "/", "point:order_from"), ORDERS)
    wrong = unknown(Premises(spots, ("registri", "registry")), catalogue)
    assert len(wrong) == 3
    assert "column a t.e" in wrong[0]
    assert "email" in wrong[0]
    assert "order_form" in wrong[1]
    assert "partner registri" in wrong[2]
    (tmp_path / "meets.yaml").write_text("partners: [registri]")
    with pytest.raises(MeetsUnreadable):
        company_beside(tmp_path, catalogue)
    assert company_if_told(tmp_path, catalogue) == BARE


def test_a_column_that_is_named_and_not_there_is_told(bundle: Bundle) -> None:
    spots = (ORDERS, Spot("column", "shop.db filings", "filing_site", "dossier.filing_site"))
    shapes = {"orders": ("id", "amount"), "filings": ("id", "dossier")}
    assert absent(Premises(spots), lambda _, table: shapes[table]) == []
    shapes["orders"] = ("id", "sum")
    assert absent(Premises(spots), lambda _, table: shapes[table]) == [
        "column shop.db orders.amount: no such column stands there."
    ]
    assert absent(Premises(spots), lambda *_: None) == [], "what is out of reach is not judged"
