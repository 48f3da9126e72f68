"""Messages pass one gate twice, are sent once, and what became of them is on record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.access.kit import clock_of, kinds
from tests.messages.kit import (
    LATER,
    NEVER,
    NOBODY_KNOWS,
    OPT_IN,
    about,
    leave,
    mailed,
    news,
    objections,
    queued,
    reader,
    sender,
    state,
    token_in,
    writing,
)
from troth.app.organisation import Organisation
from troth.channels import FakeChannel
from troth.messages import (
    Courier,
    Delivery,
    MessageUnknown,
    MoveRefused,
    Parcel,
    Sender,
    State,
    Wanted,
)
from troth.messages.errors import CodeRefused
from troth.messages.sending import GIVES_UP
from troth.policies import NotDeclared
from troth.subjects import SubjectErased, SubjectUnknown


def test_a_message_is_asked_for_when_queued_and_again_when_it_leaves(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    id = queued(quay, news(who))
    assert kinds(quay, "gate:") == ["gate:release:permitted"]
    assert state(quay, id) is State.QUEUED
    assert post.due() == {State.ACCEPTED: 1}
    assert kinds(quay, "gate:") == ["gate:release:permitted"] * 2
    assert kinds(quay, "messages:") == [
        "messages:message:queued", "messages:message:sending", "messages:message:accepted",
    ]  # fmt: skip
    (parcel,) = mailed(post)
    assert (parcel.to, parcel.title) == ("p1@example.test", "What is new")


def test_an_objection_between_queueing_and_sending_stops_it(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    id = queued(quay, news(who))
    quay.act(lambda acts: acts.object(who, "no_mail"))
    assert post.due() == {State.STOPPED: 1}
    assert mailed(post) == []
    assert kinds(quay, "gate:") == ["gate:release:permitted", "gate:release:refused"]
    assert state(quay, id) is State.STOPPED


def test_what_the_gate_refuses_is_not_queued_and_says_what_is_missing(quay: Organisation) -> None:
    who = quay.act(lambda acts: acts.open_subject([("email", "p1@example.test")])).subject
    found = quay.messages.enqueue(news(who))
    assert (found.state, found.reason) == (State.REFUSED, "gate")
    assert ("consent:newsletter",) in found.missing
    assert sender(quay).due() == {}


def test_a_channel_that_the_class_does_not_name_is_refused(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    found = quay.messages.enqueue(about(reader(quay), channel="push", address="token"))
    assert (found.state, found.reason) == (State.REFUSED, "channel")


def test_nobody_is_written_to_by_a_class_or_to_a_person_that_is_not_known(
    quay_on_sqlite: Organisation,
) -> None:
    quay = quay_on_sqlite
    with pytest.raises(NotDeclared):
        quay.messages.enqueue(news(reader(quay), message="spam"))
    with pytest.raises(SubjectUnknown):
        quay.messages.enqueue(news("sub_00000000000000000000000000"))
    assert kinds(quay, "messages:") == []


# --- what a server says -----------------------------------------------------------------------------------------------------


def test_a_message_put_off_is_tried_again_later_and_later(quay: Organisation) -> None:
    post, clock = sender(quay, LATER, LATER), clock_of(quay)
    id = queued(quay, news(reader(quay)))
    assert post.due() == {State.DEFERRED: 1}
    assert post.due() == {}, "not before its time"
    clock.advance(timedelta(minutes=5))
    assert post.due() == {State.DEFERRED: 1}
    clock.advance(timedelta(minutes=5))
    assert post.due() == {}, "twice as long the second time"
    clock.advance(timedelta(minutes=5))
    assert post.due() == {State.ACCEPTED: 1}
    with quay.database.read() as connection:
        assert quay.messages.status(connection, id).attempts == 3
    assert len(mailed(post)) == 1


def test_after_five_days_nobody_tries_again(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    post, clock = sender(quay, *[LATER] * 1000), clock_of(quay)
    id = queued(quay, news(reader(quay)))
    for _ in range(200):
        post.due()
        clock.advance(timedelta(hours=1))
        if state(quay, id) is State.EXPIRED:
            break
    assert state(quay, id) is State.EXPIRED
    assert lying(quay) == 0, "the words are gone with the last try"


def test_a_dead_address_bounces_and_gets_no_marketing_again_but_its_code(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay, NEVER)
    id = queued(quay, news(who))
    assert post.due() == {State.BOUNCED: 1}
    assert state(quay, id) is State.BOUNCED
    assert quay.messages.enqueue(news(who)).reason == "suppressed"
    assert quay.messages.enqueue(about(who)).state is State.QUEUED


def test_what_may_have_been_sent_is_never_sent_again_by_itself(quay: Organisation) -> None:
    post, clock = sender(quay, NOBODY_KNOWS), clock_of(quay)
    id = queued(quay, news(reader(quay)))
    assert post.due() == {State.UNKNOWN: 1}
    clock.advance(timedelta(days=1))
    assert post.due() == {}
    assert len(mailed(post)) == 1
    quay.act(lambda acts: quay.messages.settle(acts.work, id, again=True, at=acts.at))
    assert post.due() == {State.ACCEPTED: 1}, "somebody took the risk of twice"


class Dies(Exception):
    """The process is no more."""


class Fatal(FakeChannel):
    """Takes a parcel, and with it the process that handed it over."""

    def send(self, parcel: Parcel) -> Delivery:
        super().send(parcel)
        raise KeyboardInterrupt


def test_a_crash_between_the_servers_yes_and_the_commit_leaves_unknown(quay: Organisation) -> None:
    channel = Fatal("email")
    id = queued(quay, news(reader(quay)))
    with pytest.raises(KeyboardInterrupt):
        Sender(quay.messages, {"email": channel}, "https://quay.example").due()
    assert state(quay, id) is State.SENDING
    healthy = sender(quay)
    assert healthy.due() == {}, "it may still be under way elsewhere"
    clock_of(quay).advance(GIVES_UP)
    assert healthy.due() == {State.UNKNOWN: 1}
    assert mailed(healthy) == []
    assert len(channel.handed) == 1


def test_a_commit_that_fails_after_the_servers_yes_is_no_second_mail(
    quay: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = sender(quay)
    id = queued(quay, news(reader(quay)))

    def fails(*_: object) -> None:
        raise Dies

    with monkeypatch.context() as broken:
        broken.setattr(Sender, "_told", fails)
        with pytest.raises(Dies):
            post.due()
    clock_of(quay).advance(GIVES_UP)
    assert post.due() == {State.UNKNOWN: 1}
    assert len(mailed(post)) == 1
    assert state(quay, id) is State.UNKNOWN


def test_two_senders_send_it_once(quay: Organisation) -> None:
    first, second = sender(quay), sender(quay)
    id = queued(quay, news(reader(quay)))
    assert first.send(id) is State.ACCEPTED
    assert second.send(id) is State.ACCEPTED
    assert len(mailed(first)) + len(mailed(second)) == 1


def test_codes_leave_before_promotion(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, reader(quay_on_sqlite)
    queued(quay, news(who))
    queued(quay, about(who))
    code = Wanted(who, "code", "proving", "p1@example.test", "Code", "1234", ("email", "secret_code"))
    queued(quay, code)
    post = sender(quay)
    post.due()
    assert [one.title for one in mailed(post)] == ["Code", "Your quay", "What is new"]


def test_a_channel_nobody_set_up_lets_messages_wait(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    id = queued(quay, news(reader(quay), channel="sms", address="+60123456789"))
    assert sender(quay).due() == {State.QUEUED: 1}
    sms = FakeChannel("sms")
    assert sender(quay, channels={"sms": sms}).due() == {State.ACCEPTED: 1}
    assert [one.to for one in sms.handed] == ["+60123456789"]
    assert state(quay, id) is State.ACCEPTED


# --- opt-outs ------------------------------------------------------------------------------------------------------------------


def test_leaving_by_the_link_stops_marketing_and_nothing_else(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    queued(quay, news(who))
    waiting = queued(quay, news(who, title="Already queued"))
    post.send(post_first(quay, waiting))
    token = token_in(mailed(post)[0])
    assert leave(quay, token).done
    assert post.due() == {State.STOPPED: 1}
    assert quay.messages.enqueue(news(who)).reason == "suppressed"
    for wanted in (about(who), about(who, message="notice")):
        assert quay.messages.enqueue(wanted).state is State.QUEUED
    assert Courier(quay.messages, post).send_code(who, "email", "p1@example.test", "proving", "424242")
    assert "424242" in mailed(post)[-1].text


def post_first(quay: Organisation, but: str) -> str:
    with quay.database.read() as connection:
        return next(one.id for one in quay.messages.listed(connection) if one.id != but)


def test_leaving_is_an_act_of_its_own_and_brings_the_objection_the_policy_ties_to_it(
    quay: Organisation,
) -> None:
    who, post = reader(quay), sender(quay)
    queued(quay, news(who))
    post.due()
    token = token_in(mailed(post)[0])
    assert objections(quay, who) == set()
    leave(quay, token)
    assert objections(quay, who) == {"objects:no_mail"}
    before = everything(quay)
    assert before[-3:] == [
        "messages:suppression:set", "messages:person:unsubscribed", "consent:objection:raised",
    ]  # fmt: skip
    assert leave(quay, token).done
    assert everything(quay) == before, "doing it again changes nothing"
    assert not any(kind.startswith("consent:item:withdrawn") for kind in before)


def everything(quay: Organisation) -> list[str]:
    with quay.database.read() as connection:
        return [event.kind for event in quay.ledger.events(connection)]


def test_an_objection_that_is_made_another_way_is_not_implied(quay_on_sqlite: Organisation) -> None:
    quay, post = quay_on_sqlite, sender(quay_on_sqlite)
    who = reader(quay)
    queued(quay, Wanted(who, "poll", "polling", "p1@example.test", "Poll", "Tell us", ("email",)))
    post.due()
    leave(quay, token_in(mailed(post)[0]))
    assert objections(quay, who) == set()
    assert quay.messages.enqueue(news(who)).state is State.QUEUED, "another purpose goes on"


def test_an_opt_out_is_about_the_address_however_it_is_spelt(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    quay.act(lambda acts: quay.messages.suppress(acts.work, "email", "P1@Example.TEST", at=acts.at))
    assert quay.messages.enqueue(news(who)).reason == "suppressed"
    assert quay.messages.enqueue(news(who, address="other@example.test")).state is State.QUEUED
    assert quay.messages.enqueue(news(who, channel="sms", address="+60123456789")).state is State.QUEUED
    assert kinds(quay, "messages:suppression:") == [
        "messages:suppression:set",
        "messages:suppression:refused",
    ]
    assert quay.act(lambda acts: quay.messages.lift(acts.work, "email", "p1@example.test", at=acts.at))
    assert quay.messages.enqueue(news(who)).state is State.QUEUED
    assert post.due() == {State.ACCEPTED: 2, State.QUEUED: 1}


def test_an_opt_out_survives_the_erasure_of_its_person_and_names_nobody(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    queued(quay, news(who))
    post.due()
    leave(quay, token_in(mailed(post)[0]))
    quay.erase_keys(who)
    again = reader(quay)
    assert again != who
    assert quay.messages.enqueue(news(again)).reason == "suppressed"
    with quay.database.read() as connection:
        events = list(quay.ledger.events(connection, kinds=("messages:suppression:set",)))
    assert [event.subject for event in events] == [None]
    assert all("example" not in code for event in events for code in event.codes)


def test_a_link_still_works_when_its_person_was_erased(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    queued(quay, news(who))
    post.due()
    quay.erase_keys(who)
    assert leave(quay, token_in(mailed(post)[0])).done
    assert quay.messages.enqueue(news(reader(quay))).reason == "suppressed"


def test_a_forged_link_does_nothing(quay_on_sqlite: Organisation) -> None:
    from troth.messages import LinkUnknown

    for token in ("", "x" * 43, "ü", "\ud800", "../../etc"):
        with pytest.raises(LinkUnknown):
            leave(quay_on_sqlite, token)


# --- pixels and personal links --------------------------------------------------------------------------------------------------


def test_as_written_a_message_may_tell_on_its_reader_until_they_leave(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    queued(quay, news(who))
    post.due()
    (parcel,) = mailed(post)
    assert parcel.html.count("secret-of-reader") == 2
    assert "<img" in parcel.html
    quay.act(lambda acts: acts.object(who, "no_polls"))
    queued(quay, Wanted(who, "about", "service", "p1@example.test", "T", "t", ("email",), html="<p>x</p>",
                        pixel="https://quay.example/px/secret-of-reader.gif"))  # fmt: skip
    post.due()
    assert "secret-of-reader" not in mailed(post)[-1].html, "a service message never does"


def test_after_any_opt_out_of_the_address_links_are_plain(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    quay.act(
        lambda acts: quay.messages.suppress(acts.work, "email", "p1@example.test", "polling", at=acts.at)
    )
    queued(quay, news(who))
    post.due()
    (parcel,) = mailed(post)
    assert "secret-of-reader" not in parcel.html + parcel.text
    assert "https://quay.example/shop" in parcel.html


def test_with_regimes_only_consent_lets_a_message_tell_on_its_reader(tmp_path: Path) -> None:
    with writing(tmp_path / "home", policy=OPT_IN) as quay:
        who, post = reader(quay), sender(quay)
        queued(quay, news(who))
        post.due()
        assert "secret-of-reader" not in mailed(post)[0].html + mailed(post)[0].text
        quay.act(lambda acts: acts.consent(who, "eu_gdpr.storage", "given", language="en"))
        queued(quay, news(who))
        post.due()
        assert "secret-of-reader" in mailed(post)[1].html
        quay.act(lambda acts: acts.consent(who, "eu_gdpr.storage", "withdrawn", language="en"))
        queued(quay, news(who))
        post.due()
        assert "secret-of-reader" not in mailed(post)[2].html


# --- codes ---------------------------------------------------------------------------------------------------------------------


def test_a_code_is_sent_at_once_for_a_purpose_that_has_one(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    id = Courier(quay.messages, post).send_code(
        who, "email", "p1@example.test", "proving", "123456", language="zh"
    )
    assert state(quay, id) is State.ACCEPTED
    assert "123456" in mailed(post)[0].text
    assert mailed(post)[0].headers == (), "nobody unsubscribes from a code"
    with pytest.raises(CodeRefused):
        Courier(quay.messages, post).send_code(who, "email", "p1@example.test", "newsletter", "123456")
    with pytest.raises(CodeRefused):
        Courier(quay.messages, post).send_code(who, "pigeon", "x", "proving", "123456")


def test_a_code_runs_out_in_a_quarter_of_an_hour(quay_on_sqlite: Organisation) -> None:
    quay, post = quay_on_sqlite, sender(quay_on_sqlite, *[LATER] * 50)
    id = Courier(quay.messages, post).send_code(reader(quay), "email", "p1@example.test", "proving", "1")
    for _ in range(16):
        clock_of(quay).advance(timedelta(minutes=1))
        post.due()
    assert state(quay, id) is State.EXPIRED


# --- erasing, replaying, hearing later ---------------------------------------------------------------------------------------------


def lying(quay: Organisation) -> int:
    with quay.database.read() as connection:
        count = connection.execute(text("SELECT count(*) FROM messages_letters WHERE sealed IS NOT NULL"))
        return int(count.scalar_one())


def test_words_are_sealed_and_gone_once_sent(quay: Organisation) -> None:
    queued(quay, news(reader(quay), title="Planted heading"))
    with quay.database.read() as connection:
        (sealed,) = connection.execute(text("SELECT sealed FROM messages_letters")).scalars()
    assert b"Planted" not in sealed
    assert b"p1@example" not in sealed
    sender(quay).due()
    assert lying(quay) == 0


def test_what_waits_for_somebody_erased_is_not_sent(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    id = queued(quay, news(who))
    quay.erase_keys(who)
    assert state(quay, id) is State.DROPPED
    assert post.due() == {}
    assert post.send(id) is State.DROPPED
    assert mailed(post) == []
    assert lying(quay) == 0
    with pytest.raises(SubjectErased):
        quay.messages.enqueue(news(who))


def test_state_is_rebuilt_from_the_record(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay, LATER)
    queued(quay, news(who))
    post.due()
    queued(quay, about(who))
    post.due()
    quay.act(lambda acts: quay.messages.suppress(acts.work, "email", "x@example.test", at=acts.at))
    quay.erase_keys(reader(quay, 2))
    (found,) = (one for one in quay.replay() if one.projection == "messages")
    assert found.equal
    assert found.rows_after == 3


def test_a_bounce_that_comes_later_and_a_receipt(quay: Organisation) -> None:
    who, post = reader(quay), sender(quay)
    first, second = queued(quay, news(who)), queued(quay, about(who))
    post.due()
    quay.act(lambda acts: quay.messages.confirmed(acts.work, second, "probe", at=acts.at))
    assert state(quay, second) is State.CONFIRMED
    quay.act(lambda acts: quay.messages.bounced(acts.work, first, "5.1.1", at=acts.at))
    assert state(quay, first) is State.BOUNCED
    assert quay.messages.enqueue(news(who)).reason == "suppressed"
    with pytest.raises(MoveRefused):
        quay.act(lambda acts: quay.messages.confirmed(acts.work, first, "probe", at=acts.at))
    with pytest.raises(MessageUnknown):
        quay.act(lambda acts: quay.messages.bounced(acts.work, "msg_none", "5.1.1", at=acts.at))
