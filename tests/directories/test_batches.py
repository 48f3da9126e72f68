"""What an app reports: judged by the gate, at its moment, once; and what a switch does at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.directories.kit import OTHER, App, kinds
from troth.app.acts import Acts
from troth.app.device_acts import InstallationUnknown
from troth.app.organisation import Organisation
from troth.directories import EntryUnreadable

LOCATION = {"moment": "first_use", "feature": "attendance", "said": "granted"}


def with_location(app: App) -> None:
    """Somebody agreed, also to the handling of sensitive data, clocks in, and let the app know where they are."""
    app.agree()
    subject_on(app, "attendance")
    agreed_to(app, "cn_pipl.sensitive")
    assert app.tell("prompt", "perm_location", **LOCATION).outcome == "taken"


def subject_on(app: App, *features: str) -> None:
    """The enterprise turned functions on."""
    organisation = app.organisation
    organisation.act(
        lambda acts: acts.set_facts(
            str(acts.open_subject([("device", app.installation)]).subject),
            set=[f"on:{one}" for one in features],
        )
    )


def agreed_to(app: App, item: str) -> None:
    """Somebody agreed to a consent item of its own kind."""

    def agree(acts: Acts) -> None:
        subject = str(acts.open_subject([("device", app.installation)]).subject)
        acts.consent(subject, item, "given", kind="separate", notice="policy", language="en")

    app.organisation.act(agree)


def position(app: App, **said: object) -> str:
    return app.tell("read", "perm_location", "gps_position", purpose="attendance", **said).outcome


def test_identifiers_are_shut_until_somebody_confirms(app: App) -> None:
    assert app.now().allowed.reads == {}
    early = app.tell("read", "device_identifiers", "imei", purpose="device_binding")
    assert early.outcome == "breach"
    app.agree()
    app.tell("switch", "device_identifiers", said="on")
    assert app.now().allowed.reads["device_identifiers"]["device_binding"] == ("imei", "mac", "android_id")
    assert app.tell("read", "device_identifiers", "imei", purpose="device_binding").outcome == "permitted"


def test_what_an_app_kept_itself_from_is_a_refusal_and_no_breach(app: App, desk: Organisation) -> None:
    kept = app.tell("read", "device_identifiers", "imei", purpose="device_binding", done=False)
    assert kept.outcome == "refused"
    assert kept.missing
    assert "gate:use:refused" in kinds(desk)
    assert "gate:act:breach" not in kinds(desk)


def test_a_prompt_at_its_moment_opens_and_nothing_else_does(app: App, desk: Organisation) -> None:
    app.agree()
    assert app.tell("prompt", "perm_location", **LOCATION).reason == "off"
    assert not app.now().allowed.permissions["perm_location"].open, "what was shown out of time opens nothing"
    other = App(desk, OTHER)
    other.start()
    with_location(other)
    assert other.now().allowed.permissions["perm_location"].open
    assert position(other) == "permitted"
    assert other.tell("prompt", "perm_location", **LOCATION).reason == "again"


@pytest.mark.parametrize(
    ("point", "said", "reason"),
    [
        ("perm_location", {"moment": "first_start"}, "early"),
        ("perm_push", {"moment": "first_use", "feature": "push"}, "late"),
        ("perm_location", {"moment": "first_use", "feature": "push"}, "feature"),
        ("perm_location", {"moment": "soon", "feature": "attendance"}, "moment"),
        ("perm_calendar", {"moment": "first_use", "feature": "attendance"}, "unknown"),
    ],
)
def test_a_prompt_outside_its_moment_is_a_breach_and_kept_back_it_is_none(
    app: App, point: str, said: dict[str, str], reason: str
) -> None:
    app.agree()
    subject_on(app, "attendance", "push")
    kept = app.tell("prompt", point, done=False, **said)
    assert (kept.outcome, kept.reason) == ("refused", reason)
    done = app.tell("prompt", point, said="granted", **said)
    assert (done.outcome, done.reason) == ("breach", reason)


def test_a_prompt_before_anything_was_accepted_would_open_nothing(app: App) -> None:
    assert app.tell("prompt", "perm_push", moment="first_start", said="granted").reason == "shut"


def test_the_first_start_comes_once(app: App) -> None:
    app.agree()
    app.start()
    assert app.tell("prompt", "perm_push", moment="first_start", said="granted").reason == "late"


def test_a_switch_stops_at_once_and_names_what_it_stopped(app: App, desk: Organisation) -> None:
    with_location(app)
    assert "attendance" in app.now().allowed.kits["sdk_amap"]
    assert app.tell("switch", "perm_location", said="off").outcome == "taken"
    assert "perm_location" not in app.now().allowed.reads
    assert "sdk_amap" not in app.now().allowed.kits, "the kit stops with the permission it needs"
    assert position(app) == "breach"
    with desk.database.read() as connection:
        closed = next(e for e in desk.ledger.events(connection) if e.kind == "directories:switch:closed")
    assert {
        "point:perm_location",
        "stopped:perm_location",
        "stopped:sdk_amap",
        "stopped:sdk_tencent_map",
    } <= set(closed.codes)


def test_closing_a_function_stops_its_collectors(app: App, desk: Organisation) -> None:
    app.agree()
    app.tell("switch", feature="push", said="on")
    app.tell("prompt", "perm_push", moment="first_start", said="granted")
    app.tell("class", "xiaomi_phone", said="on")
    assert "sdk_aurora_push" in app.now().allowed.kits
    app.tell("switch", feature="push", said="off")
    assert "sdk_aurora_push" not in app.now().allowed.kits
    assert "perm_push" not in app.now().allowed.reads


def test_a_function_of_the_enterprise_is_not_the_apps_to_turn(app: App) -> None:
    assert app.tell("switch", feature="attendance", said="on").reason == "not_theirs"
    assert app.tell("class", "tenant_admin", said="on").reason == "not_theirs"
    assert app.tell("switch", feature="nowhere", said="on").reason == "unknown"


def test_a_type_that_a_kit_does_not_declare_is_a_breach_and_is_told_of(app: App, desk: Organisation) -> None:
    app.agree()
    sent = app.tell("send", "sdk_wechat", "chat_picture", purpose="share_out")
    assert sent.outcome == "breach"
    unknown = app.tell("send", "com.spy.tracker", "imei", purpose="activity_statistics")
    assert unknown.outcome == "breach"
    with desk.database.read() as connection:
        found = {(one.what, one.name) for one in desk.directories.troubles(connection)}
    assert found == {("undeclared_type", "sdk_wechat chat_picture"), ("unknown_kit", "com.spy.tracker")}


def test_starting_by_itself_waits_for_a_function_that_is_listed(app: App) -> None:
    app.agree()
    assert app.tell("use", "", "app_state", purpose="self_restart").outcome == "breach"
    app.tell("switch", feature="push_keep_alive", said="on")
    assert app.tell("use", "", "app_state", purpose="self_restart").outcome == "permitted"
    app.tell("class", "force_stopped", said="on")
    assert app.tell("use", "", "app_state", purpose="self_restart").outcome == "breach"


def test_one_batch_is_read_in_its_own_order(app: App) -> None:
    early = app.entry("read", "perm_camera", "photo", purpose="take_photo")
    told = [
        app.entry("shown", "policy", language="en"),
        app.entry("confirm", said="explicit"),
        app.entry("switch", feature="photo", said="on"),
        app.entry("prompt", "perm_camera", moment="first_use", feature="photo", said="granted"),
        app.entry("read", "perm_camera", "photo", purpose="take_photo"),
    ]
    assert [one.outcome for one in app.send(early, *told)] == ["breach", *["taken"] * 4, "permitted"]


def test_what_was_taken_is_not_taken_again(app: App, desk: Organisation) -> None:
    with_location(app)
    entries = [app.entry("read", "perm_location", "gps_position", purpose="attendance") for _ in range(3)]
    assert [one.outcome for one in app.send(*entries)] == ["permitted"] * 3
    count = len(kinds(desk))
    assert [one.outcome for one in app.send(*entries)] == ["again"] * 3
    assert len(kinds(desk)) == count


def test_what_was_done_before_a_switch_and_told_after_it_is_no_breach(app: App, desk: Organisation) -> None:
    with_location(app)
    read = app.entry("read", "perm_location", "gps_position", purpose="attendance")
    later = App(desk, app.installation)
    organisation = app.organisation
    organisation.act(
        lambda acts: acts.set_facts(
            str(acts.open_subject([("device", app.installation)]).subject), clear=["allowed:perm_location"]
        )
    )
    assert app.send(read)[0].outcome == "permitted", "at that instant it was open"
    assert later.now().allowed.permissions["perm_location"].open is False


def test_a_clock_that_is_off_is_set_right_and_noticed(app: App, desk: Organisation) -> None:
    with_location(app)
    ahead = desk.clock.now() + timedelta(days=400)
    read = app.entry("read", "perm_location", "gps_position", purpose="attendance", at=ahead)
    assert app.send(read, sent_at=ahead + timedelta(seconds=1))[0].outcome == "permitted"
    behind = desk.clock.now() - timedelta(days=400)
    app.tell("switch", "perm_location", said="off")
    read = app.entry("read", "perm_location", "gps_position", purpose="attendance", at=behind)
    assert app.send(read, sent_at=behind)[0].outcome == "breach", (
        "a clock set back does not go behind a switch"
    )
    with desk.database.read() as connection:
        assert {one.what for one in desk.directories.troubles(connection)} == {"clock"}
        acts = [e for e in desk.ledger.events(connection) if e.kind.startswith("gate:act:")]
    assert all(abs(e.recorded_at - e.occurred_at) < timedelta(minutes=1) for e in acts)


def test_an_app_built_for_an_older_policy_is_told_what_holds_now(app: App, desk: Organisation) -> None:
    told = app.start(version="4.0", built_for="sha256:" + "0" * 64)
    assert told.allowed.policy == desk.policy().digest
    with desk.database.read() as connection:
        assert [(one.what, one.name) for one in desk.directories.troubles(connection)] == [
            ("outdated", "qingtable_4.0")
        ]


def test_an_answer_has_a_name_that_changes_with_it(app: App) -> None:
    before = app.now().version
    assert app.now().version == before
    app.agree()
    assert app.now().version != before


def test_nobody_speaks_for_a_device_that_never_started(desk: Organisation) -> None:
    with pytest.raises(InstallationUnknown):
        App(desk, OTHER).now()
    with pytest.raises(InstallationUnknown):
        App(desk, OTHER).tell("confirm", said="explicit")
    with pytest.raises(EntryUnreadable):
        App(desk, "imei-86012345").start()


def test_the_record_names_no_installation(app: App, desk: Organisation) -> None:
    with_location(app)
    with desk.database.read() as connection:
        assert app.installation not in repr(list(desk.ledger.events(connection)))


def test_replay_brings_all_of_it_back(app: App, desk: Organisation) -> None:
    with_location(app)
    app.tell("send", "sdk_wechat", "chat_picture", purpose="share_out")
    app.tell("prompt", "perm_sms", moment="first_start", said="denied")
    replayed = {one.projection: one for one in desk.replay()}
    assert replayed["devices and prompts"].equal
    assert replayed["devices and prompts"].rows_after >= 4
