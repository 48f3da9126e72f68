"""Which backups can still bring whom back, and until when: counts, from the register and the epochs alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.erasures.kit import known
from tests.gate.kit import NOON
from troth.app.organisation import Organisation
from troth.erasures import BackupKind, BackupUnknown, Outlook
from troth.kernel.clock import SteppedClock


def step(quay: Organisation, hours: int = 1) -> datetime:
    assert isinstance(quay.clock, SteppedClock)
    quay.clock.advance(timedelta(hours=hours))
    return quay.clock.now()


def backup(
    quay: Organisation, id: str, kind: BackupKind = BackupKind.KEYS, keep: timedelta | None = None
) -> None:
    at = step(quay)
    until = at + keep if keep else None
    with quay.ledger.recording() as work:
        quay.erasures.backup_taken(work, kind, id, "sha256:" + "0" * 64, at, keep_until=until)
    step(quay)


def gone(quay: Organisation, id: str) -> None:
    with quay.ledger.recording() as work:
        quay.erasures.backup_gone(work, id, step(quay))


def outlook(quay: Organisation) -> Outlook:
    with quay.database.read() as connection:
        return quay.erasures.outlook(connection)


def reach(quay: Organisation) -> dict[str, int]:
    return {one.backup.id: one.people for one in outlook(quay).reaching}


def test_a_backup_brings_back_whom_it_knew_and_who_was_erased_after_it(quay: Organisation) -> None:
    before, during = known(quay, 1), known(quay, 2)
    step(quay)
    quay.erase_keys(before)
    backup(quay, "k1")
    after = known(quay, 3)
    step(quay)
    backup(quay, "k2")
    quay.erase_keys(during)
    step(quay)
    quay.erase_keys(after)
    assert reach(quay) == {"k2": 2, "k1": 1}
    found = outlook(quay)
    assert (found.erased, found.people, found.until, found.pending) == (3, 2, None, 0)


def test_data_alone_bring_nobody_back(quay: Organisation) -> None:
    who = known(quay)
    backup(quay, "d1", BackupKind.DATA)
    quay.erase_keys(who)
    assert (reach(quay), outlook(quay).people) == ({"d1": 0}, 0)


def test_who_was_merged_is_one_person(quay: Organisation) -> None:
    one, two = known(quay, 1), known(quay, 2)
    quay.act(lambda acts: acts.merge(one, two))
    backup(quay, "k1")
    quay.erase_keys(one)
    assert (reach(quay), outlook(quay).erased) == ({"k1": 1}, 1)


def test_the_end_of_an_epoch_ends_what_its_backups_can_do(quay: Organisation) -> None:
    who = known(quay)
    backup(quay, "k1")
    quay.erase_keys(who)
    step(quay)
    quay.end_epoch()
    backup(quay, "k2")
    [second, first] = outlook(quay).reaching
    assert ([e.number for e in first.epochs], [e.number for e in second.epochs]) == ([1], [2])
    assert reach(quay) == {"k2": 0, "k1": 1}
    quay.destroy_epoch(1)
    assert reach(quay) == {"k2": 0, "k1": 0}
    assert outlook(quay).people == 0


def test_the_last_day_is_known_when_every_such_backup_has_one(quay: Organisation) -> None:
    who = known(quay)
    backup(quay, "k1", keep=timedelta(days=30))
    first = quay.clock.now() - timedelta(hours=1) + timedelta(days=30)
    backup(quay, "k2", keep=timedelta(days=7))
    quay.erase_keys(who)
    backup(quay, "later")
    assert outlook(quay).until == first
    gone(quay, "k1")
    assert outlook(quay).until is not None
    assert outlook(quay).until != first
    gone(quay, "k2")
    assert (outlook(quay).people, outlook(quay).until) == (0, None)
    assert set(reach(quay)) == {"later"}


def test_a_backup_without_a_day_leaves_the_end_open(quay: Organisation) -> None:
    who = known(quay)
    backup(quay, "k1", keep=timedelta(days=30))
    backup(quay, "k2")
    quay.erase_keys(who)
    assert outlook(quay).until is None


def test_a_backup_has_one_name_and_goes_once(quay: Organisation) -> None:
    backup(quay, "k1")
    with pytest.raises(BackupUnknown):
        backup(quay, "k1")
    with pytest.raises(BackupUnknown):
        gone(quay, "k2")
    gone(quay, "k1")
    gone(quay, "k1")
    with quay.database.read() as connection:
        events = list(quay.ledger.events(connection, kinds=("erasures:backup:",)))
        assert [one.gone_at is not None for one in quay.erasures.backups(connection)] == [True]
    assert [event.kind for event in events] == ["erasures:backup:taken", "erasures:backup:gone"]


def test_drills_are_on_record_with_their_counts(quay: Organisation) -> None:
    for readable in (0, 2):
        with quay.ledger.recording() as work:
            quay.erasures.drilled(work, data="d1", keys="k1", tried=5, readable=readable, at=step(quay))
    with quay.database.read() as connection:
        found = quay.erasures.drills(connection)
        kinds = [event.kind for event in quay.ledger.events(connection, kinds=("erasures:drill:",))]
    assert [(one.passed, one.tried, one.readable) for one in found] == [(False, 5, 2), (True, 5, 0)]
    assert kinds == ["erasures:drill:passed", "erasures:drill:failed"]
    assert all(one.equal for one in quay.ledger.compare())


def test_the_ledger_names_the_key_store_and_its_epochs(quay: Organisation) -> None:
    with quay.database.read() as connection:
        first = next(quay.ledger.events(connection))
        assert quay.erasures.key_store(connection) == quay.vault.store_id
    assert (first.kind, first.codes) == ("erasures:epoch:opened", ("epoch:1", f"store:{quay.vault.store_id}"))
    assert first.occurred_at == NOON
    quay.end_epoch()
    quay.destroy_epoch(1)
    with quay.database.read() as connection:
        epochs = quay.erasures.epochs(connection)
        assert [event.kind for event in quay.ledger.events(connection, kinds=("erasures:epoch:",))] == [
            "erasures:epoch:opened",
            "erasures:epoch:closed",
            "erasures:epoch:opened",
            "erasures:epoch:destroyed",
        ]
    assert [(one.number, one.state) for one in epochs] == [(1, "destroyed"), (2, "open")]
    quay.mend()
    with quay.database.read() as connection:
        assert quay.erasures.epochs(connection) == epochs


def test_an_opening_with_nothing_to_say_waits_for_no_writer(quay: Organisation) -> None:
    with quay.database.write(), quay.database.read() as connection:
        size = quay.ledger.head(connection).size
        quay.mend()
        assert quay.ledger.head(connection).size == size
