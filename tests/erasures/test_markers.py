"""What notices, forms, guardians and accounts take in of a person is nowhere in clear, and is unreadable once they are erased.

Markers are planted wherever a person, or whoever acts for one, can put words; then every byte is looked through, and everything
that any key still opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from tests.accounts.kit import DUTIES, QUICK, code, registered, wanted
from tests.erasures.kit import bytes_of
from tests.notices.kit import FORMS, sent, showing, shown
from troth.accounts import Address, NotLetIn
from troth.app.couriers import Bag
from troth.app.minors import answer_guardian, ask_guardian
from troth.app.organisation import Organisation
from troth.consent import Tried
from troth.ledger.errors import PayloadUnreadable
from troth.notices import Interface, Shown
from troth.vault import Item

NAME, PLACE, BOUND, WAITING, GUARDIAN, FIELD = (
    f"zq{where}77" for where in ("name", "place", "bound", "waiting", "guardian", "field")
)
MARKS = (NAME, PLACE, BOUND, WAITING, GUARDIAN, FIELD)


@contextmanager
def company(place: Path, url: str = "") -> Iterator[Organisation]:
    place.mkdir(parents=True, exist_ok=True)
    (place / "accounts.yaml").write_text(QUICK)
    with showing(place, url, FORMS + DUTIES) as quay:
        yield quay


def lived(quay: Organisation) -> tuple[str, str]:
    """Somebody with an account, a second address and a third that waits, forms sent, notices shown, a guardian; and the ticket
    of the guardian."""
    entered = registered(quay, name=NAME, address=Address("email", f"{PLACE}@example.test"))
    who = str(entered.session.subject)
    bound = quay.accounts.bind(entered.secret, Address("email", f"{BOUND}@example.test"))
    quay.accounts.confirm_bound(entered.secret, bound.ticket, code(quay))
    quay.accounts.bind(entered.secret, Address("email", f"{WAITING}@example.test"))
    quay.accounts.errands.settle()
    shown(quay, who)
    shown(quay, who, "terms", Shown("en", Interface.APP))
    assert sent(quay, who, "company_name").taken
    assert not sent(quay, who, "company_name", FIELD).taken
    letters = Bag()
    return who, ask_guardian(quay, who, f"{GUARDIAN}@example.test", letters.carry)


def sealed(quay: Organisation, who: str) -> list[Item]:
    """What lies sealed of somebody in every room."""
    with quay.database.read() as connection:
        return list(quay.lying(connection, [quay.ledger.pseudonym(who)]))


def opened(quay: Organisation, lying: Sequence[Item]) -> bytes:
    """All that any key still opens: what lay sealed of somebody, and every payload of the ledger."""
    found = [plain for plain in quay.vault.open_many(lying) if plain is not None]
    with quay.database.read() as connection:
        for event in quay.ledger.events(connection):
            if event.commitment is not None:
                try:
                    found.append(repr(quay.ledger.payload(connection, event.sequence)).encode())
                except PayloadUnreadable:
                    continue
    return b"\n".join(found)


def seen(where: bytes) -> set[str]:
    return {mark for mark in MARKS if mark.encode() in where}


def test_no_marker_lies_in_clear_nor_opens_once_the_person_is_erased(tmp_path: Path) -> None:
    with company(tmp_path / "home") as quay:
        who, ticket = lived(quay)
        lying = sealed(quay, who)
        assert seen(opened(quay, lying)) >= {NAME, PLACE, BOUND}, "before, their keys open what they gave"
        assert seen(bytes_of(tmp_path)) == set(), "and nothing lies in clear"
        quay.erase_keys(who)
        assert seen(opened(quay, lying)) == set()
        assert sealed(quay, who) == []
        assert seen(bytes_of(tmp_path)) == set()
        assert answer_guardian(quay, ticket, "00000000", {}) == (Tried.OVER, ())
        with pytest.raises(NotLetIn):
            quay.accounts.sign_in(NAME, wanted().password)
        assert all(one.equal for one in quay.replay())
    assert seen(bytes_of(tmp_path)) == set(), "nor when all is written and closed"


def test_of_whoever_was_erased_no_room_keeps_more_than_that_an_account_was_closed(
    tmp_path: Path, database_url: str
) -> None:
    """By the pseudonym, which leads to nobody any more: no name, session, ticket, display, consent or guardian is left."""
    with company(tmp_path / "home", database_url) as quay:
        who, _ = lived(quay)
        name = quay.ledger.pseudonym(who)
        assert {"accounts_names", "notices_displays", "consent_guardians"} <= tables_naming(quay, name)
        quay.erase_keys(who)
        left = tables_naming(quay, name)
        assert {one for one in left if one.startswith(("accounts_", "notices_", "consent_"))} == {
            "accounts_states"
        }
        with quay.database.read() as connection:
            assert quay.accounts.standing(connection) == {("closed", "code"): 1}


def tables_naming(quay: Organisation, name: str) -> set[str]:
    """The tables in which some row holds a pseudonym."""
    found, tables = set(), MetaData()
    with quay.database.read() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if any(name in map(str, row) for row in connection.execute(select(table))):
                found.add(table.name)
    return found


def test_the_look_for_markers_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in clear is found, and so is a room that forgets nobody."""
    with company(tmp_path / "home") as quay:
        who, _ = lived(quay)
        lying = sealed(quay, who)
        with quay.database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE slip (said TEXT)")
            connection.exec_driver_sql("INSERT INTO slip VALUES (?)", (f"{GUARDIAN}@example.test",))
        assert seen(bytes_of(tmp_path)) == {GUARDIAN}
        monkeypatch.setattr(quay, "forget", lambda connection, pseudonyms: None)
        quay.erase_keys(who)
        assert sealed(quay, who) == lying, "a room that forgets nothing is found, though nobody can open it"
        assert "accounts_names" in tables_naming(quay, quay.ledger.pseudonym(who))
