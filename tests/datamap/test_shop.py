"""A shop of eleven tables, on SQLite and PostgreSQL: reached, shown, erased, read back, and searched by what knows no map."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from tests.datamap.shop import MAP, POLICY, People, build, email, put, surveyed
from troth.datamap.access import MASKED, explain, rows_of
from troth.datamap.check import check_policy
from troth.datamap.erasing import Erased, erase, plan_erasure
from troth.datamap.errors import MapRefused, PlanRefused, WhoIsMeant
from troth.datamap.plan import Plan
from troth.datamap.surveying import Survey, look_inside, reach
from troth.datamap.traversal import Proven
from troth.kernel.findings import Findings
from troth.leftovers import read_markers, search

Open = Callable[..., Survey]
LINKED = """          customer_id: {is: not_personal, to: customers.id}
          wishes: {fields: {gifts: {many: yes, fields: {for: family, wish: notes}}, shoe: notes}}"""
UNLINKED = "          customer_id: not_personal\n          wishes: not_personal"


@pytest.fixture
def people(database_url: str) -> People:
    return build(database_url)


@pytest.fixture
def opened(database_url: str) -> Iterator[Open]:
    made: list[Survey] = []

    def open(text: str = MAP) -> Survey:
        made.append(surveyed(database_url, text))
        return made[-1]

    yield open
    for one in made:
        for connector in one.connectors.values():
            connector.close()


@pytest.fixture
def shop(opened: Open, people: People) -> Survey:
    return opened()


def proven(people: People, n: int) -> list[Proven]:
    return [Proven("email", email(n, people))]


def tokens() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):020x}"


def run(shop: Survey, people: People, n: int) -> tuple[Plan, Erased]:
    plan = plan_erasure(shop, reach(shop, proven(people, n)))
    return plan, erase(shop, plan, proven(people, n), tokens())


def say(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for one in statements:
            connection.execute(sa.text(one))
    engine.dispose()


def left_of(url: str, words: list[str]) -> list[str]:
    """Which markers a search that knows nothing of the map still finds: rows, and for SQLite every byte of its files."""
    places = [url, *([url.removeprefix("sqlite:///")] if url.startswith("sqlite") else [])]
    found = search(places, read_markers("\n".join(words)))
    assert not found.unread
    return sorted({words[hit.marker - 1] for hit in found.hits})


def test_the_map_is_right(shop: Survey) -> None:
    findings = Findings()
    check_policy(shop.map, POLICY, findings)
    assert not findings.sorted


def test_every_row_of_a_person_is_reached_and_no_other(shop: Survey, people: People) -> None:
    found = reach(shop, proven(people, 3))
    counts = {name.removeprefix("shop/"): len(rows) for name, rows in found.rows.items()}
    assert counts == {
        "customers": 1, "addresses": 2, "orders": 2, "order_lines": 4, "shipments": 2, "invoices": 1, "messages": 2,
        "remarks": 3, "profiles": 1, "newsletter": 1,
    }  # fmt: skip
    shared = {row.key: row.others for row in found.rows["shop/messages"]}
    assert shared == {(3,): ("recipient_id",), (2,): ("sender_id",)}
    assert found.asked <= 30


def test_a_phone_number_leads_there_as_well(shop: Survey, people: People) -> None:
    found = reach(shop, [Proven("phone", people.markers[3]["phone"])])
    assert found.rows == reach(shop, proven(people, 3)).rows


def test_whoever_is_unknown_has_nothing(shop: Survey, people: People) -> None:
    assert reach(shop, [Proven("email", "nobody'; --@a.test")]).count == 0


def test_two_identities_of_two_people_are_asked_about(shop: Survey, people: People) -> None:
    with pytest.raises(WhoIsMeant):
        reach(shop, [*proven(people, 3), Proven("phone", people.markers[4]["phone"])])


def test_access_shows_all_that_is_theirs_and_nothing_of_others(shop: Survey, people: People) -> None:
    shown = str(list(rows_of(shop, reach(shop, proven(people, 3)))))
    missing = [
        mark for mark in people.markers[3].values() if repr(mark)[1:-1] not in shown and mark not in shown
    ]
    assert not missing
    strange = [m for n in people.markers if n != 3 for m in people.markers[n].values() if m in shown]
    assert not strange
    rows = {
        row["id"]: row
        for name, row in rows_of(shop, reach(shop, proven(people, 3)))
        if name == "shop/messages"
    }
    assert (rows[3]["recipient_id"], rows[3]["recipient_name"], rows[3]["body"]) == (
        MASKED,
        MASKED,
        "body of 3",
    )


def test_access_says_what_the_law_asks(shop: Survey) -> None:
    customers, invoices = explain(shop, POLICY, ["shop/customers", "shop/invoices"])
    assert customers.fields == {
        "email": ("email",),
        "name": ("name",),
        "phone": ("phone",),
        "born": ("birth",),
    }
    assert [one.key for one in customers.purposes] == ["purpose:sales"]
    assert {one.key for one in customers.recipients} == {"recipient:hosting", "recipient:police"}
    assert [(one.key, one.detail) for one in invoices.retention] == [("retention:invoices", "7 years")]
    assert [one.key for one in customers.sources] == ["source:self"]
    assert (customers.region, customers.run_by, customers.about) == ("MY", "house", "Who buys here")


def test_the_plan_shows_what_goes_in_which_order_and_what_stays(shop: Survey, people: People) -> None:
    plan = plan_erasure(shop, reach(shop, proven(people, 3)))
    assert plan.refusal == ""
    removed = [act.dataset.removeprefix("shop/") for act in plan.acts if act.removes]
    for child, parent in (
        ("shipments", "order_lines"),
        ("order_lines", "orders"),
        ("orders", "customers"),
        ("addresses", "customers"),
        ("orders", "addresses"),
        ("profiles", "customers"),
    ):
        assert removed.index(child) < removed.index(parent)
    assert Counter({(s.dataset, s.because): s.rows for s in plan.stays}) == {
        ("shop/invoices", "invoices are kept for seven years"): 1,
        ("shop/messages", "it belongs to others as well"): 2,
    }
    assert [one.id for one in plan.backups] == ["nightly"]
    assert plan.tell == ("house",)
    shown = str(plan) + str(plan.as_json())
    assert not [mark for marks in people.markers.values() for mark in marks.values() if mark in shown]


def test_an_erasure_leaves_nothing_that_a_search_without_a_map_finds(
    shop: Survey, people: People, database_url: str
) -> None:
    before = left_of(database_url, people.all_but(3))
    assert before == sorted(people.all_but(3))
    plan, done = run(shop, people, 3)
    assert done.complete, done
    assert [(one.erased, one.removed) for one in done.outcomes] == [
        (True, sum(len(a.keys) for a in plan.acts if a.removes))
    ]
    assert left_of(database_url, people.all_but(3, "billed")) == []
    assert left_of(database_url, [people.markers[3]["billed"]]) == [people.markers[3]["billed"]]
    assert [(one.dataset, one.planned) for one in done.leftovers] == [
        ("shop/invoices", True),
        ("shop/messages", True),
    ]


def test_nobody_else_loses_anything(shop: Survey, people: People, database_url: str) -> None:
    run(shop, people, 3)
    others = [mark for n in people.markers if n != 3 for mark in people.markers[n].values()]
    assert left_of(database_url, others) == sorted(others)
    for n in (2, 4):
        assert reach(shop, proven(people, n)).count == 19


def test_all_are_erased_one_after_the_other(shop: Survey, people: People, database_url: str) -> None:
    for n in range(people.count, 0, -1):
        _, done = run(shop, people, n)
        assert done.complete, done
    words = [mark for n in people.markers for mark in people.all_but(n, "billed")]
    assert left_of(database_url, words) == []


def test_erasing_twice_finds_nothing_to_do(shop: Survey, people: People) -> None:
    run(shop, people, 3)
    plan, done = run(shop, people, 3)
    assert (plan.acts, done.complete) == ((), True)


def test_a_column_that_nobody_mapped_refuses_the_whole_map(
    people: People, opened: Open, database_url: str
) -> None:
    say(database_url, "ALTER TABLE customers ADD COLUMN secret VARCHAR(20)")
    with pytest.raises(MapRefused, match="secret"):
        opened()


def test_a_table_that_nobody_mapped_refuses_the_whole_map(
    people: People, opened: Open, database_url: str
) -> None:
    say(database_url, "CREATE TABLE customers_backup (id INTEGER PRIMARY KEY, email VARCHAR(80))")
    with pytest.raises(MapRefused, match="customers_backup"):
        opened()


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("          phone: {is: phone, identity: phone}", "          phone: {is: phone, identity: phone}", ""),
        ("people: yes\n", "people: yes\n        on_erasure: anonymise\n", ""),
        (LINKED, UNLINKED, "refer to rows of shop/customers"),
        (
            "      orders:\n",
            "      orders:\n        on_erasure: keep\n        because: why not\n",
            "must stay, and customer_id there may not be empty",
        ),
    ],
)  # fmt: skip
def test_a_plan_refuses_itself_before_a_constraint_does(
    opened: Open, people: People, before: str, after: str, sentence: str
) -> None:
    assert before in MAP
    shop = opened(MAP.replace(before, after, 1))
    before_it = reach(shop, proven(people, 3))
    plan = plan_erasure(shop, before_it)
    assert sentence in plan.refusal
    assert bool(plan.refusal) is bool(sentence)
    if sentence:
        with pytest.raises(PlanRefused, match=sentence.split(",")[0]):
            erase(shop, plan, proven(people, 3), tokens())
        assert reach(shop, proven(people, 3)) == before_it
    else:
        assert erase(shop, plan, proven(people, 3), tokens()).complete


def test_a_row_that_stays_is_anonymised_as_its_columns_allow(
    opened: Open, people: People, database_url: str
) -> None:
    shop = opened(MAP.replace("people: yes\n", "people: yes\n        on_erasure: anonymise\n", 1))
    run(shop, people, 3)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT email, name, phone, born FROM customers WHERE id = 3")).one()
    engine.dispose()
    assert row[0].startswith("p-")
    assert (row[1], row[2]) == ("erased", "erased")
    assert str(row[3]) == "1900-01-01"


def test_a_trigger_that_nobody_looked_at_stops_the_plan(
    opened: Open, people: People, database_url: str
) -> None:
    if database_url.startswith("sqlite"):
        made = [
            "CREATE TRIGGER copies AFTER DELETE ON customers BEGIN UPDATE products SET title = OLD.name WHERE id = 3; END"
        ]
    else:
        made = [
            """CREATE FUNCTION copied() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN UPDATE products SET title = OLD.name WHERE id = 3; RETURN OLD; END'""",
            "CREATE TRIGGER copies AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION copied()",
        ]
    if database_url.startswith("mariadb"):
        made = [
            "CREATE TRIGGER copies AFTER DELETE ON customers FOR EACH ROW UPDATE products SET title = OLD.name WHERE id = 3"
        ]
    say(database_url, *made)
    shop = opened()
    assert "trigger 'copies'" in plan_erasure(shop, reach(shop, proven(people, 3))).refusal
    known = opened(MAP.replace("people: yes\n", "people: yes\n        triggers: [copies]\n", 1))
    _, done = run(known, people, 3)
    assert done.complete, "the map says that the trigger does no harm"
    assert left_of(database_url, [people.markers[3]["name"]]) != [], (
        "and the search that knows no map finds that it does"
    )


def test_what_comes_back_by_itself_is_never_reported_as_erased(
    opened: Open, people: People, database_url: str
) -> None:
    if database_url.startswith("sqlite"):
        made = [
            """CREATE TRIGGER undoes AFTER UPDATE ON invoices BEGIN
            UPDATE invoices SET mail = OLD.mail WHERE id = NEW.id AND NEW.mail IS NULL; END"""
        ]
    else:
        made = [
            "CREATE FUNCTION undone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.mail = OLD.mail; RETURN NEW; END'",
            "CREATE TRIGGER undoes BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION undone()",
        ]
    if database_url.startswith("mariadb"):
        made = ["CREATE TRIGGER undoes BEFORE UPDATE ON invoices FOR EACH ROW SET NEW.mail = OLD.mail"]
    say(database_url, *made)
    shop = opened(
        MAP.replace(
            "        retention: invoices\n", "        retention: invoices\n        triggers: [undoes]\n", 1
        )
    )
    _, done = run(shop, people, 3)
    assert not done.complete
    assert "read again" in done.outcomes[0].problem
    assert reach(shop, proven(people, 3)).count == 19, "and the transaction was undone as a whole"


def test_what_came_after_the_plan_is_a_leftover(shop: Survey, people: People, database_url: str) -> None:
    plan = plan_erasure(shop, reach(shop, proven(people, 3)))
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        put(connection, "shipments", id=999, order_id=30, line=1, tracking="late")
    engine.dispose()
    done = erase(shop, plan, proven(people, 3), tokens())
    assert not done.complete
    assert "constraint" in done.outcomes[0].problem


KEPT = "      profiles:\n"
BY_FIELD = "      profiles:\n        on_erasure: null\n"


def test_a_document_that_stays_is_emptied_at_every_mapped_path(
    opened: Open, people: People, database_url: str
) -> None:
    text = MAP.replace(KEPT, BY_FIELD, 1).replace(
        "people: yes\n", "people: yes\n        on_erasure: anonymise\n", 1
    )
    _, done = run(opened(text), people, 3)
    assert done.complete, done
    wishes = ("child", "wish", "aunt", "shoe")
    assert left_of(database_url, [people.markers[3][one] for one in wishes]) == []
    others = [people.markers[4][one] for one in wishes]
    assert left_of(database_url, others) == sorted(others)


def test_what_nobody_mapped_inside_a_document_refuses_the_plan(opened: Open, people: People) -> None:
    text = MAP.replace(KEPT, BY_FIELD, 1).replace(
        "people: yes\n", "people: yes\n        on_erasure: anonymise\n", 1
    )
    shop = opened(text.replace(", shoe: notes", ""))
    assert (
        "'wishes.shoe' stands in 1 of the documents"
        in plan_erasure(shop, reach(shop, proven(people, 3))).refusal
    )


def test_a_check_looks_into_documents(opened: Open, people: People) -> None:
    findings = Findings()
    shop = opened(MAP.replace(", shoe: notes", ""))
    look_inside(shop.map, "shop", shop.connectors["shop"], findings)
    assert [f.code for f in findings.sorted] == ["unmapped-field"]
    assert "'wishes.shoe'" in findings.sorted[0].message
    assert not [
        m for marks in people.markers.values() for m in marks.values() if m in str(findings.sorted[0])
    ]
