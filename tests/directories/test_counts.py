"""Counts: from the record, by scene, kept over a restart, and gone with the person."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from tests.directories.kit import PHONE, App, Ticking, kinds, opened
from tests.directories.test_batches import agreed_to, with_location
from troth.app.activity import Activity, count_anew
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.db import metadata
from troth.decide.model import Question
from troth.directories.model import Deed
from troth.subjects import Identity, IdentityKind

READ = Question("collect", ("gps_position",), "attendance", via="perm_location")


def subject_of(organisation: Organisation, installation: str = PHONE) -> str:
    with organisation.database.read() as connection:
        found = organisation.rooms.subjects.find(
            connection, Identity(IdentityKind.DEVICE, installation), organisation.ledger.pseudonym
        )
    assert found is not None
    return str(found)


def deeds(organisation: Organisation, installation: str = PHONE) -> dict[tuple[str, str, str], Deed]:
    """What is counted of a person, by action, purpose and point."""
    name = organisation.ledger.pseudonym(subject_of(organisation, installation))
    return {(one.action, one.purpose, one.point): one for one in Activity(organisation).by_point([name])}


def busy(app: App) -> None:
    """A morning with a clock-in, a picture that a kit had no business with, and questions of the app's own server."""
    with_location(app)
    app.tell("read", "perm_location", "gps_position", purpose="attendance", times=7)
    app.tell("send", "sdk_wechat", "chat_picture", purpose="share_out")
    person = subject_of(app.organisation)
    for _ in range(3):
        assert app.organisation.gate.use(READ, person).permitted
    app.organisation.gate.flush()


def test_every_way_of_doing_is_counted_by_its_point(app: App, desk: Organisation) -> None:
    busy(app)
    found = deeds(desk)
    located = found["collect", "attendance", "perm_location"]
    assert located.count == 10
    assert dict(located.data) == {"gps_position": 10}
    assert located.breaches == 0
    sent = found["collect", "share_out", "sdk_wechat"]
    assert (sent.count, sent.breaches) == (1, 1)


def test_what_names_nothing_declared_is_counted_as_undeclared(app: App, desk: Organisation) -> None:
    app.agree()
    app.tell("send", "com.spy.tracker", "ana@example.org", purpose="spying on ana")
    (found,) = deeds(desk).values()
    assert (found.purpose, found.point, dict(found.data)) == ("undeclared", "undeclared", {"undeclared": 1})


def test_a_restart_goes_on_where_counting_ended(tmp_path: Path) -> None:
    home, clock = Home.at(tmp_path / "home"), Ticking()
    with opened(home, "desk", clock) as organisation:
        app = App(organisation)
        app.start()
        busy(app)
        before = deeds(organisation)
    clock.leap(hours=1)
    with opened(home, "desk", clock) as organisation:
        with organisation.database.read() as connection:
            assert organisation.directories.deeds(connection), "they lie there before anybody counts"
        assert deeds(organisation) == before
        count_anew(organisation)
        assert deeds(organisation) == before
        again = App(organisation)
        again.number = 50
        again.tell("read", "perm_location", "gps_position", purpose="attendance")
        assert deeds(organisation)["collect", "attendance", "perm_location"].count == 11


def test_counts_of_everybody_add_up(app: App, desk: Organisation) -> None:
    busy(app)
    other = App(desk, "b" * 32)
    other.start()
    other.agree()
    agreed_to(other, "cn_pipl.sensitive")
    other.tell("read", "perm_location", "gps_position", purpose="attendance")
    whole = {(one.purpose, one.point): one.count for one in Activity(desk).by_point()}
    assert whole["attendance", "perm_location"] == 11


def test_nothing_is_left_of_whom_was_erased(app: App, desk: Organisation) -> None:
    busy(app)
    name = desk.ledger.pseudonym(subject_of(desk))
    assert Activity(desk).of([name])
    desk.erase_keys(subject_of(desk))
    count_anew(desk)
    assert Activity(desk).of([name]) == ()
    with desk.database.read() as connection:
        assert desk.directories.apps(connection) == ()
        assert desk.directories.answers(connection) == {}
    assert "gate:act:permitted" in kinds(desk), "that something was done stays on record, of nobody"
    with desk.database.read() as connection:
        for table in metadata.tables.values():
            if table.name.startswith("directories_"):
                assert name not in repr(connection.execute(select(table)).all()), table.name
    assert all(one.equal for one in desk.replay())
