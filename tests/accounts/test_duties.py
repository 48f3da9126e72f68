"""What a policy offers people so that they can do their part is given, leaves evidence under its statement, and is kept by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accounts.kit import OTHER, bag, code, events, lobby, registered, wanted
from tests.gate.kit import POLICY, folder
from troth.accounts import Address, Came, NotLetIn, OfferLacking, PasswordWeak
from troth.app.organisation import Organisation
from troth.promises.model import State

FIRST = "user_duties:\n  read: {offers: [the text first], means: [version_first], clauses: ['1']}\n"


def counted(quay: Organisation, duty: str) -> list[tuple[str, bool]]:
    """Every occasion of a duty, and whether what was offered refused something."""
    code = f"user_duty:{duty}"
    return [
        (one.kind.removeprefix("accounts:"), one.kind.endswith("refused"))
        for one in events(quay)
        if code in one.codes
    ]


def test_each_part_leaves_evidence_under_the_duty_it_serves(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    with pytest.raises(PasswordWeak):
        quay.accounts.register(wanted(password="password1"))
    mei = registered(quay)
    assert counted(quay, "strong") == [("password:refused", True), ("password:set", False)]
    assert counted(quay, "right") == [("accuracy:stated", False)]
    for _ in range(5):
        with pytest.raises(NotLetIn):
            quay.accounts.sign_in("mei ling 1", OTHER)
    waiting = quay.accounts.recover("mei ling 1")
    quay.accounts.reset(waiting.ticket, code(quay), OTHER)
    assert counted(quay, "safe") == [("lock:set", False), ("password:set", False), ("notice:sent", False)]
    entered = quay.accounts.sign_in("mei ling 1", OTHER, Came(device="a"))
    waiting = quay.accounts.bind(entered.secret, Address("phone", "+60123456789"))
    quay.accounts.confirm_bound(entered.secret, waiting.ticket, code(quay))
    assert counted(quay, "right")[-1] == ("address:bound", False)
    assert mei.session.account == entered.session.account


def test_promises_stand_on_that_evidence(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    registered(quay)
    with quay.database.read() as connection:
        board = quay.promises.board(connection, quay.clock.now())
    verdicts = {one.key: verdict for clause in board.clauses for one, verdict in clause.statements}
    found = verdicts["user_duty:strong"]
    assert (found.state, found.by) == (State.KEPT, "occasions")
    assert verdicts["user_duty:safe"].state is State.UNPROVEN


def test_a_known_device_is_not_told_of_again(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    registered(quay, came=Came(device="laptop"))
    before = len(bag(quay).errands)
    quay.accounts.sign_in("mei ling 1", "copper lantern drifts north", Came(device="laptop"))
    assert len(bag(quay).errands) == before
    quay.accounts.sign_in("mei ling 1", "copper lantern drifts north", Came(device="phone"))
    assert [one.what.value for one in bag(quay).errands[before:]] == ["new_sign_in"]


def test_nobody_registers_without_what_is_offered_first(quay_on_sqlite: Organisation, tmp_path: Path) -> None:
    with pytest.raises(OfferLacking, match="accuracy_statement"):
        quay_on_sqlite.accounts.register(wanted(accurate=False))
    place = tmp_path / "first"
    place.mkdir()
    folder(place / "policy", POLICY + FIRST)
    with lobby(place) as quay:
        for shown in ("", "sha256:another"):
            with pytest.raises(OfferLacking, match="version_first"):
                quay.accounts.register(wanted(shown=shown))
        registered(quay, shown=quay.policy().digest)
        assert counted(quay, "read") == [("version:shown", False)]
