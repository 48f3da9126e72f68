"""The exam that every connector passes, on the stores there are."""

from __future__ import annotations

import pytest

from tests.connectors.kit import ANN, Store
from troth.datamap.connector import Ability, Change, Condition
from troth.datamap.errors import NotAble, StoreRefused


def emails(store: Store, condition: Condition) -> list[object]:
    with store.connector.reading() as session:
        return sorted(row["email"] for row in session.find(store.contacts, condition, ("id", "email")))


def by_id(*ids: object) -> Condition:
    return Condition(("id",), tuple((one,) for one in ids))


def test_it_says_which_tables_and_columns_there_are(store: Store) -> None:
    found = store.connector.describe().table(store.contacts.table)
    assert found is not None
    columns = sorted({column.name for column in found.columns} - set(store.own))
    assert columns == ["city", "email", "id", "name", "profile"]


def test_people_are_found_by_a_value_and_by_several(store: Store) -> None:
    assert emails(store, Condition(("email",), (("ann@a.test",),))) == ["ann@a.test"]
    assert emails(store, by_id(1, 2, 99)) == ["ann@a.test", "bob@b.test"]
    assert emails(store, by_id("2")) == ["bob@b.test"]
    assert emails(store, Condition(("email",), (("nobody@a.test",),))) == []
    assert emails(store, Condition(("email",), ())) == []


def test_quotes_and_nulls_are_values_like_others(store: Store) -> None:
    assert emails(store, Condition(("name",), (('O\'Hara; DROP TABLE "contacts" --',),))) == ["bob@b.test"]
    assert emails(store, Condition(("city",), ((None,),))) == []
    assert emails(store, Condition(("id",), (("no number",),))) == []


def test_case_matters_unless_it_is_said_not_to(store: Store) -> None:
    assert emails(store, Condition(("email",), (("ANN@a.test",),))) == []
    assert emails(store, Condition(("email",), (("ANN@a.test",),), folded=True)) == ["ann@a.test"]


def test_several_fields_are_compared_together(store: Store) -> None:
    pairs = ((1, "ann@a.test"), (2, "ann@a.test"))
    assert emails(store, Condition(("id", "email"), pairs)) == ["ann@a.test"]


def test_a_condition_narrows(store: Store) -> None:
    assert emails(store, Condition(("id",), ((1,), (2,)), when=(("city", "Penang"),))) == ["ann@a.test"]


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("profile.phone", "+60123", ["ann@a.test"]),
        ("profile.family[].contacts[].mail", "kid@a.test", ["ann@a.test"]),
        ("profile.family[].contacts[].mail", "+60123", []),
        ("profile.age", "41", ["bob@b.test"]),
        ("profile.nowhere", "x", []),
    ],
)
def test_documents_are_searched_at_any_depth(store: Store, field: str, value: str, found: list[str]) -> None:
    assert emails(store, Condition((field,), ((value,),))) == found


def test_rows_come_out_whole_with_their_documents(store: Store) -> None:
    with store.connector.reading() as session:
        (row,) = session.export(store.contacts, [(1,)])
    assert (row["name"], row["city"]) == ("Ann 安", "Penang")
    assert row["profile"]["family"][0]["contacts"] == [{"mail": "kid@a.test"}, {"mail": "two@a.test"}]


def test_more_keys_than_fit_into_one_statement(store: Store) -> None:
    assert len(emails(store, by_id(*range(1, 3000)))) == 3


def test_rows_are_counted(store: Store) -> None:
    with store.connector.reading() as session:
        assert session.count(store.notes.table, Condition(("contact_id",), ((1,), (2,)))) == 3


def test_what_is_changed_is_read_back(store: Store) -> None:
    change = Change(store.key(1), (("name", "erased"), ("city", None)))
    with store.connector.writing() as session:
        assert session.change(store.contacts, [change]) == 1
        assert session.verify(store.contacts, (), [change]) == ()
    with store.connector.reading() as session:
        assert session.verify(store.contacts, (), [change]) == ()
        (row,) = session.export(store.contacts, [change.key])
    assert (row["name"], row["email"]) == ("erased", "ann@a.test")
    assert row["city"] in (None, "")


def test_inside_documents_every_element_is_changed_and_nothing_else(store: Store) -> None:
    change = Change(store.key(1), (("profile.family[].contacts[].mail", None), ("profile.phone", "gone")))
    with store.connector.writing() as session:
        assert session.change(store.contacts, [change]) == 1
    with store.connector.reading() as session:
        assert session.verify(store.contacts, (), [change]) == ()
        (row,) = session.export(store.contacts, [store.key(1)])
    assert row["profile"] == {
        "phone": "gone",
        "family": [{"contacts": [{"mail": None}, {"mail": None}], "kind": "child"}, {"kind": "none"}],
    }


def test_what_is_removed_is_gone(store: Store) -> None:
    keys = [store.key(11), store.key(12)]
    with store.connector.writing() as session:
        assert session.verify(store.notes, keys, ()) != ()
        assert session.remove(store.notes, keys) == 2
        assert session.verify(store.notes, keys, ()) == ()
    with store.connector.reading() as session:
        assert session.verify(store.notes, keys, ()) == ()
        assert session.count(store.notes.table, Condition(("contact_id",), ((1,), (2,)))) == 1


def test_what_was_not_done_is_seen(store: Store) -> None:
    change = Change(store.key(1), (("name", "erased"),))
    with store.connector.reading() as session:
        assert session.verify(store.contacts, (), [change]) == (store.key(1),)


def test_a_session_that_fails_changes_nothing(store: Store) -> None:
    def fail() -> None:
        with store.connector.writing() as session:
            session.remove(store.notes, [store.key(11)])
            session.change(store.contacts, [Change(store.key(1), (("name", "erased"),))])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.connector.reading() as session:
        assert session.count(store.notes.table, Condition(("contact_id",), ((1,), (2,)))) == 3
    assert emails(store, Condition(("name",), ((ANN,),))) == ["ann@a.test"]


def test_a_table_that_went_is_one_sentence(store: Store) -> None:
    if store.nameless:
        with store.connector.reading() as session:
            assert session.count("elsewhere:{id}", Condition(("id",), ((1,),))) == 0, "nothing lies there now"
        return
    store.connector.describe()
    store.drop(store.notes.table)
    with pytest.raises(StoreRefused, match="store"), store.connector.reading() as session:
        session.count(store.notes.table, Condition(("contact_id",), ((1,),)))


def test_a_document_that_is_none_is_one_sentence(store: Store) -> None:
    if not store.spoil():
        pytest.skip("this store holds documents itself, and lets in nothing else")
    with pytest.raises(StoreRefused):
        emails(store, Condition(("profile.phone",), (("+60123",),)))


def test_it_does_not_write_when_opened_for_reading(store: Store) -> None:
    closed = store.read_only()
    try:
        assert Ability.WRITE not in closed.abilities
        with pytest.raises(NotAble), closed.writing():
            pass
    finally:
        closed.close()
