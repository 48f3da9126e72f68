"""What goes wrong: floods, clocks that jump, threads at once, couriers that fail, erasures, hashes that were outgrown."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.accounts.kit import (
    MINUTE,
    OTHER,
    STRONG,
    bag,
    clock_of,
    code,
    events,
    kinds,
    lobby,
    registered,
    wanted,
)
from tests.gate.kit import NOON
from troth.accounts import (
    Address,
    Came,
    CodeOver,
    CourierFailed,
    Errand,
    NameRefused,
    NotLetIn,
    Passwords,
    TooOften,
)
from troth.accounts.model import Limit, Settings
from troth.accounts.rules import knocked, user_name, within
from troth.app.organisation import Organisation
from troth.kernel.entropy import SeededEntropy
from troth.kernel.errors import TrothError


def said(do: Any) -> str:
    """What came of it, in a word; how long to wait left out."""
    try:
        do()
    except TrothError as refused:
        return refused.code
    return "ticket"


def test_ten_thousand_sign_ups_are_refused_by_limits_that_tell_nothing(quay_on_sqlite: Organisation) -> None:
    """A quarter of them at an address that has an account: the same count of the same answers."""
    quay = quay_on_sqlite
    registered(quay, 1)
    clock_of(quay).advance(timedelta(minutes=15))
    known, unknown = Counter[str](), Counter[str]()
    for number in range(10_000):
        taken = number % 4 == 0
        address = "mei1@example.test" if taken else "nobody@example.test"
        asked = wanted(number + 10, address=Address("email", address))
        found = said(lambda asked=asked: quay.accounts.register(asked))
        (known if taken else unknown)[found] += 1
    assert known == {"ticket": 3, "TooOften": 2497}
    assert unknown == {"ticket": 3, "TooOften": 7497}
    assert len(bag(quay).errands) == 1 + 6


def test_a_flood_from_one_place_or_of_all_is_refused(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    from_one = Counter(
        said(lambda n=n: quay.accounts.register(wanted(n), Came("203.0.113.7"))) for n in range(30)
    )
    assert from_one == {"ticket": 20, "TooOften": 10}
    limits = dict(quay.accounts.desk.settings.limits) | {"register:all": Limit(25)}
    quay.accounts.desk.passwords.settings = replace(quay.accounts.desk.settings, limits=limits)
    everybody = Counter(
        said(lambda n=n: quay.accounts.register(wanted(n), Came(f"place {n}"))) for n in range(50, 80)
    )
    assert everybody == {"ticket": 5, "TooOften": 25}


def test_many_threads_gain_no_further_tries(quay: Organisation) -> None:
    registered(quay)
    found: list[str] = []

    def guess() -> None:
        found.append(said(lambda: quay.accounts.sign_in("mei ling 1", OTHER)))

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Counter(found) == {"NotLetIn": 5, "TooOften": 11}


def test_two_tabs_cannot_both_use_a_code(quay: Organisation) -> None:
    waiting = quay.accounts.register(wanted())
    right, found = code(quay), []

    def confirm() -> None:
        found.append(said(lambda: quay.accounts.confirm(waiting.ticket, right)))

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Counter(found) == {"ticket": 1, "CodeOver": 3}
    assert kinds(quay).count("account:opened") == 1


class Jumping:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


def test_a_clock_that_jumps_back_opens_nothing_and_locks_nobody_out_for_long(
    tmp_path: Path, database_url: str
) -> None:
    clock = Jumping()  # set ahead after the policy came into force
    with lobby(tmp_path / "home", database_url, clock=clock) as quay:
        clock.at += timedelta(hours=10)
        _jumped(quay, clock)


def _jumped(quay: Organisation, clock: Jumping) -> None:
    entered = registered(quay)
    waiting = quay.accounts.recover("mei ling 1")
    right = code(quay)
    for _ in range(5):
        with pytest.raises(NotLetIn):
            quay.accounts.sign_in("mei ling 1", OTHER)
    clock.at -= timedelta(hours=5)
    with pytest.raises(CodeOver):
        quay.accounts.reset(waiting.ticket, right, OTHER)
    assert quay.accounts.session(entered.secret) is None
    with pytest.raises(TooOften) as refused:
        quay.accounts.sign_in("mei ling 1", STRONG)
    assert int(str(refused.value.data["seconds"])) <= 3600
    clock.at += timedelta(hours=1)
    quay.accounts.sign_in("mei ling 1", STRONG)


@given(
    st.lists(st.integers(-100_000, 100_000), max_size=60),
    st.integers(0, 20),
)
def test_no_jumping_of_the_clock_gives_more_than_a_window_allows(jumps: list[int], most: int) -> None:
    """Whatever a clock does: between two windows that truly passed no more is let through than the limit."""
    at, limit, found, let = NOON, Limit(most), None, 0
    for jump in jumps:
        at += timedelta(seconds=jump)
        fresh = found is None or at - found.since >= limit.window
        found, good = within(found, limit, at)
        let = (0 if fresh else let) + good
        assert let <= most
        assert found.since <= at


@given(st.lists(st.integers(-10_000, 100_000), max_size=40))
def test_a_lock_never_lasts_longer_than_the_longest(jumps: list[int]) -> None:
    settings, at, found = Settings(), NOON, None
    for jump in jumps:
        at += timedelta(seconds=jump)
        found, wait = knocked(found, settings, at)
        assert timedelta(0) <= wait <= settings.longest_lock
        assert found.locked_until is None or found.locked_until - at <= settings.longest_lock


@given(st.text(max_size=80))
def test_a_user_name_that_is_taken_is_one_line_of_visible_signs_and_its_own_normal_form(text: str) -> None:
    try:
        name = user_name(text)
    except NameRefused:
        return
    assert name
    assert not set(name) & set("\r\n\t\x00‮‭⁦​@")
    assert user_name(name) == name


def test_a_courier_who_fails_changes_no_answer_and_is_on_record(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite

    class Broken:
        name = "nobody"

        def bring(self, errand: Errand) -> None:
            raise CourierFailed("No.", "")

    before = bag(quay)
    quay.accounts.by(Broken())
    quay.accounts.register(wanted())
    quay.accounts.errands.settle()
    assert quay.accounts.errands.trouble == 1
    assert kinds(quay) == ["code:asked", "code:undelivered"]
    quay.accounts.by(before)
    registered(quay)


def test_closing_brings_what_was_asked_for_and_lets_the_rest_go_when_nobody_takes_it(tmp_path: Path) -> None:
    class Full:
        name = "full"

        def __init__(self) -> None:
            self.asked = 0

        def bring(self, errand: Errand) -> None:
            self.asked += 1
            raise CourierFailed("No.", "")

    with lobby(tmp_path / "good") as quay:
        held = bag(quay)
        for number in range(5):
            quay.accounts.register(wanted(number))
    assert len(held.errands) == 5
    with lobby(tmp_path / "bad") as quay:
        courier, gate = Full(), threading.Event()
        quay.accounts.by(courier)
        quay.accounts.errands.later(lambda: gate.wait(60) and None)
        for number in range(5):
            quay.accounts.register(wanted(number))
        ending = threading.Thread(target=quay.accounts.errands.end)
        ending.start()
        while not quay.accounts.errands._ended:
            pass
        gate.set()
        ending.join()
        assert courier.asked == 1
        quay.accounts.register(wanted(9))
        assert courier.asked == 1


def test_an_erased_person_leaves_no_name_no_hash_and_no_session(tmp_path: Path) -> None:
    marker = "zyx-marker-41"
    with lobby(tmp_path / "home") as quay:
        entered = registered(quay, name=marker, address=Address("email", f"{marker}@example.test"))
        other = registered(quay, 2)
        with quay.database.read() as connection:
            lying = quay.accounts.lying(connection, [quay.ledger.pseudonym(entered.session.subject)])
        assert len(lying) == 2
        quay.erase_keys(entered.session.subject)
        assert quay.vault.open_many(lying) == [None, None]
        with quay.database.read() as connection:
            assert quay.accounts.lying(connection, [quay.ledger.pseudonym(entered.session.subject)]) == []
        assert quay.accounts.session(entered.secret) is None
        with pytest.raises(NotLetIn):
            quay.accounts.sign_in(marker, STRONG)
        assert quay.accounts.session(other.secret) is not None
        assert all(one.equal for one in quay.replay())
        again = registered(quay, name=marker, address=Address("email", f"{marker}@example.test"))
        assert again.session.subject != entered.session.subject
        quay.erase_keys(again.session.subject)
    held = b"".join(one.read_bytes() for one in (tmp_path / "home").rglob("*") if one.is_file())
    assert marker.encode() not in held


def test_a_hash_is_made_anew_when_the_parameters_changed(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    first = registered(quay)
    desk = quay.accounts.desk
    stronger = Passwords(replace(desk.settings, passes=2), SeededEntropy("more"))
    old = _hash(quay, first.session.account)
    assert stronger.outgrown(old)
    object.__setattr__(desk, "passwords", stronger)
    with pytest.raises(NotLetIn):
        quay.accounts.sign_in("mei ling 1", OTHER)
    assert _hash(quay, first.session.account) == old
    quay.accounts.sign_in("mei ling 1", STRONG)
    new = _hash(quay, first.session.account)
    assert new != old
    assert not stronger.outgrown(new)
    assert new.startswith("$argon2id$")


def _hash(quay: Organisation, account: str) -> str:
    from troth.accounts import store

    with quay.database.read() as connection:
        return str(store.hash_of(connection, quay.id, account))


def test_no_event_carries_what_was_typed(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    registered(quay, name="Fatimah binti Ali", address=Address("email", "fatimah@example.test"))
    with pytest.raises(NotLetIn):
        quay.accounts.sign_in("fatimah binti ali", "fatimah-wrong-password")
    quay.accounts.recover("fatimah@example.test")
    told = code(quay)
    text = repr(events(quay))
    for typed in ("atimah", "wrong-password", told, STRONG):
        assert typed not in text


def test_what_waits_for_its_code_is_gone_when_that_runs_out(quay_on_sqlite: Organisation) -> None:
    from troth.accounts.tables import tickets, tries
    from troth.ledger import Origin

    quay = quay_on_sqlite
    quay.accounts.register(wanted())
    bag(quay)
    clock_of(quay).advance(10 * MINUTE)
    assert quay.accounts.tickets.sweep(Origin.OBSERVED) == 1
    clock_of(quay).advance(timedelta(days=2))
    quay.accounts.tickets.sweep(Origin.OBSERVED)
    with quay.database.read() as connection:
        assert connection.execute(tickets.select()).all() == []
        assert connection.execute(tries.select()).all() == []
    assert kinds(quay) == ["code:asked", "code:delivered", "code:expired"]
