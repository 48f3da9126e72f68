"""Tickets: dated, matched, proven, answered once and on listed grounds; sealed, and gone with the person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.gate.kit import somebody
from tests.intake.kit import MALAY, answer, asked, asks, later, see, take, texts
from troth.app.organisation import Organisation
from troth.db import metadata
from troth.decide.model import Facts
from troth.intake import (
    Attachment,
    Contact,
    IdentityOpen,
    Kind,
    MoveRefused,
    Overtaken,
    Proof,
    Received,
    ReceivedRefused,
    Route,
    State,
    TicketUnknown,
    What,
)
from troth.intake.model import Match
from troth.intake.parts import cell
from troth.policy.facts import Fact
from troth.policy.terms import PeriodTerm
from troth.subjects import SubjectUnknown


def due(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1)


def test_a_request_is_dated_matched_and_kept_for_its_purpose(quay: Organisation) -> None:
    ticket = take(quay, asks())
    assert (ticket.kind, ticket.right, ticket.route, ticket.state) == (
        Kind.REQUEST, "access", Route.EMAIL, State.RECEIVED,
    )  # fmt: skip
    assert (ticket.match, ticket.proof, ticket.subject) == (Match.NONE, Proof.NONE, "")
    assert ticket.purpose == "asking"
    assert ticket.due_at == due("2026-04-01")
    assert ticket.rule == "right:access"
    with quay.database.read() as connection:
        clock = quay.intake.clock(connection, ticket)
    assert clock.hedges == ("as a rule",)
    assert texts(quay, ticket.number) == ["What do you hold on me? MARKER-WORDS"]


@pytest.mark.parametrize(
    ("kind", "right", "day"),
    [
        (Kind.QUESTION, "question", "2026-03-05"),
        (Kind.FEEDBACK, "question", "2026-03-05"),
        (Kind.COMPLAINT, "complain", "2026-03-16"),
    ],
)
def test_each_kind_has_its_own_clock(quay_on_sqlite: Organisation, kind: Kind, right: str, day: str) -> None:
    ticket = take(quay_on_sqlite, Received(kind, Route.FORM, "Well?"))
    assert (ticket.right, ticket.due_at) == (right, due(day))


def test_the_earliest_of_promise_statute_and_tenant_counts(tmp_path: Path) -> None:
    with asked(tmp_path, policy=MALAY) as quay:
        one = take(quay, asks())
        assert (one.rule, one.due_at) == (
            "right:my_pdpa.access",
            datetime(2026, 3, 23, 15, 59, 59, 999999, UTC),
        )
        agreed = take(quay, asks(within=PeriodTerm(5, "calendar_days")))
        assert (agreed.rule, agreed.due_at) == (
            "tenant:agreed",
            datetime(2026, 3, 7, 15, 59, 59, 999999, UTC),
        )


def test_what_starts_with_verification_has_not_begun_before(quay: Organisation) -> None:
    number = take(quay, asks("delete")).number
    assert see(quay, number).due_at is None
    who = somebody(quay, 9)
    later(quay, days=3)
    quay.intake.prove(number, who, Proof.DOCUMENT, "console")
    assert see(quay, number).due_at == due("2026-03-12")


def test_waiting_for_proof_stops_the_promise_and_no_statute(tmp_path: Path) -> None:
    with asked(tmp_path, policy=MALAY) as quay:
        number = take(quay, asks()).number
        later(quay, days=1)
        quay.act(lambda acts: quay.intake.ask_identity(acts.work, number, "console", at=acts.at))
        later(quay, days=10)
        ticket = quay.intake.prove(number, somebody(quay, 9), Proof.DOCUMENT, "console")
        with quay.database.read() as connection:
            limits = {one.statement: one.at for one in quay.intake.clock(connection, ticket).limits}
    assert limits["right:access"] == datetime(2026, 4, 11, 15, 59, 59, 999999, UTC)
    assert limits["right:my_pdpa.access"] == datetime(2026, 3, 23, 15, 59, 59, 999999, UTC)
    assert ticket.rule == "right:my_pdpa.access"


def test_a_date_past_the_edge_of_the_calendar_is_provisional(tmp_path: Path) -> None:
    policy = MALAY.replace("within: 3 working_days", "within: 900 working_days")
    with asked(tmp_path, policy=policy) as quay:
        assert take(quay, Received(Kind.QUESTION, Route.FORM, "When?")).provisional


def test_the_law_lets_an_answer_be_put_off_and_the_promise_does_not(tmp_path: Path) -> None:
    with asked(tmp_path, policy=MALAY) as quay:
        number = take(quay, asks()).number
        allowed = {"right:my_pdpa.access": PeriodTerm(14, "calendar_days")}
        ticket = quay.act(lambda acts: quay.intake.extend(acts.work, number, allowed, "console", at=acts.at))
        assert (ticket.rule, ticket.due_at) == ("right:access", datetime(2026, 4, 1, 15, 59, 59, 999999, UTC))
        with pytest.raises(MoveRefused, match="put off"):
            quay.act(lambda acts: quay.intake.extend(acts.work, number, allowed, "console", at=acts.at))


def test_nothing_is_released_before_somebody_proved_who_they_are(quay: Organisation) -> None:
    number = take(quay, asks()).number
    with pytest.raises(IdentityOpen, match="paper:identity or verified"):
        answer(quay, number)
    quay.intake.prove(number, somebody(quay, 9), Proof.DOCUMENT, "console")
    ticket = answer(quay, number)
    assert (ticket.state, ticket.outcome) == (State.ANSWERED, "granted")


def test_a_proof_that_comes_after_the_answer_takes_nothing_up_again(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    number, who = take(quay, asks()).number, somebody(quay, 9)
    quay.intake.prove(number, who, Proof.DOCUMENT, "console")
    answer(quay, number)
    with pytest.raises(MoveRefused, match="has ended"):
        quay.intake.prove(number, who, Proof.CODE, "console")
    assert see(quay, number).state is State.ANSWERED


def test_an_address_that_answered_is_no_proof_of_a_person(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    number = take(quay, asks()).number
    quay.intake.prove(number, somebody(quay, 9), Proof.ADDRESS, "system")
    with pytest.raises(IdentityOpen):
        answer(quay, number)


def test_two_people_are_never_guessed_between(quay: Organisation) -> None:
    one = somebody(quay, 1)
    other = quay.act(lambda acts: acts.open_subject([("phone", "+60123456789")])).subject
    received = asks(identities=(("email", "p1@example.test"), ("phone", "+60123456789")))
    number = take(quay, received).number
    assert see(quay, number).match is Match.SEVERAL
    with pytest.raises(IdentityOpen, match="several"):
        quay.intake.prove(number, one, Proof.ADDRESS, "system")
    assert quay.intake.prove(number, other, Proof.DOCUMENT, "console").match is Match.ONE
    with pytest.raises(IdentityOpen, match="somebody else"):
        quay.intake.prove(number, one, Proof.DOCUMENT, "console")


def test_words_go_over_to_the_key_of_the_person_and_the_tickets_key_dies(quay: Organisation) -> None:
    number = take(quay, asks(files=(Attachment("id.png", "image/png", b"\x89PNG-MARKER"),))).number
    owner = quay.intake.desk.owner(number)
    assert quay.vault.alive((owner,))
    who = somebody(quay, 9)
    quay.intake.prove(number, who, Proof.DOCUMENT, "console")
    assert not quay.vault.alive((owner,))
    with quay.database.read() as connection:
        found = quay.intake.opened(connection, number, files=True)
        lying = quay.intake.lying(connection, (quay.ledger.pseudonym(who),))
    assert [one.part.what for one in found] == [What.CONTACT, What.WORDS, What.FILE]
    assert found[2].data == b"\x89PNG-MARKER"
    assert [place for _, place, _ in lying] == [cell(number, part) for part in (1, 2, 3)]


@pytest.mark.parametrize("proven", [True, False])
def test_an_erased_person_leaves_nothing_to_read(quay: Organisation, proven: bool) -> None:
    who = somebody(quay, 9)
    number = take(quay, asks()).number
    if proven:
        quay.intake.prove(number, who, Proof.DOCUMENT, "console")
    quay.erase_keys(who)
    assert texts(quay, number) == []
    assert not quay.vault.alive((quay.intake.desk.owner(number),))
    with quay.database.read() as connection:
        count = connection.execute(text("SELECT count(*) FROM intake_parts")).scalar_one()
    assert count == 0
    with pytest.raises(SubjectUnknown):
        quay.intake.prove(number, who, Proof.DOCUMENT, "console")
    closed = quay.act(lambda acts: quay.intake.close(acts.work, number, "no_reply", "console", at=acts.at))
    assert closed.state is State.CLOSED
    assert all(one.equal for one in quay.replay())


def test_a_refusal_stands_on_a_listed_ground_with_its_evidence_and_a_reason(quay: Organisation) -> None:
    number = take(quay, asks()).number
    quay.intake.prove(number, somebody(quay, 9), Proof.DOCUMENT, "console")
    for refusal, papers, sentence in (
        ("BORING", ("repetition",), "lists no such ground"),
        ("REPETITION", (), "paper:repetition"),
        ("LEGAL_DUTY", ("citation",), "lists no such ground"),
        ("", (), "names its ground"),
    ):
        with pytest.raises(MoveRefused, match=sentence):
            answer(quay, number, "refused", refusal=refusal, papers=papers)
    with pytest.raises(ReceivedRefused, match="half a character"):
        answer(quay, number, "refused", refusal="REPETITION", papers=("repetition",), text="\ud800")
    with pytest.raises(MoveRefused, match="in words"):
        answer(quay, number, "refused", refusal="REPETITION", papers=("repetition",), text="  ")
    found = answer(quay, number, "refused", refusal="REPETITION", papers=("repetition",))
    assert (found.state, found.outcome, found.refusal) == (State.ANSWERED, "refused", "REPETITION")


def test_a_request_on_an_open_ground_is_carried_out_on_one_that_is_listed(
    quay_on_sqlite: Organisation,
) -> None:
    quay = quay_on_sqlite
    number = take(quay, asks("delete")).number
    quay.intake.prove(number, somebody(quay, 9), Proof.DOCUMENT, "console")
    with pytest.raises(IdentityOpen, match="paper:violation"):
        answer(quay, number, ground="UNLAWFUL")
    with quay.database.read() as connection:
        before = quay.promises.evidence(connection)
    assert "request_ground:unlawful" not in before
    assert answer(quay, number, ground="UNLAWFUL", papers=("violation",)).ground == "UNLAWFUL"
    with quay.database.read() as connection:
        tallies = quay.promises.evidence(connection)["request_ground:unlawful"].tallies
    assert [(one.permitted, one.refused) for one in tallies] == [(1, 0)]


def test_what_is_on_record_of_a_person_counts_as_proof(quay_on_sqlite: Organisation) -> None:
    number = take(quay_on_sqlite, asks()).number
    assert answer(quay_on_sqlite, number, known=Facts(frozenset({Fact("verified")}))).outcome == "granted"


def test_only_requests_are_refused(quay_on_sqlite: Organisation) -> None:
    number = take(quay_on_sqlite, Received(Kind.COMPLAINT, Route.FORM, "It was rude.")).number
    with pytest.raises(MoveRefused, match="Only a request"):
        answer(quay_on_sqlite, number, "refused", refusal="REPETITION")
    assert answer(quay_on_sqlite, number, "informed").state is State.ANSWERED


def test_two_who_answer_at_once_answer_once(quay: Organisation) -> None:
    number = take(quay, Received(Kind.QUESTION, Route.FORM, "When?")).number
    seen = see(quay, number).revision
    kept = [
        quay.intake.seal(number, text, What.ANSWER, by) for text, by in (("Now.", "ann"), ("Never.", "bob"))
    ]

    def say(which: int, by: str) -> None:
        quay.act(
            lambda acts: quay.intake.answer(
                acts.work, number, "informed", kept[which], by, known=Facts(), revision=seen, at=acts.at
            )
        )

    say(0, "ann")
    with pytest.raises(Overtaken):
        say(1, "bob")
    assert texts(quay, number) == ["When?", "Now."]


def test_words_sealed_beside_others_are_not_lost_or_put_over_them(quay_on_sqlite: Organisation) -> None:
    quay = quay_on_sqlite
    number = take(quay, asks()).number
    one, other = (quay.intake.seal(number, said, What.WORDS, "person") for said in ("One.", "Other."))
    quay.act(lambda acts: quay.intake.say(acts.work, number, one, "person", at=acts.at))
    with pytest.raises(Overtaken):
        quay.act(lambda acts: quay.intake.say(acts.work, number, other, "person", at=acts.at))
    stale = quay.intake.seal(number, "Third.", What.WORDS, "person")
    quay.intake.prove(number, somebody(quay, 9), Proof.DOCUMENT, "console")
    with pytest.raises(Overtaken):
        quay.act(lambda acts: quay.intake.say(acts.work, number, stale, "person", at=acts.at))
    assert texts(quay, number)[1:] == ["One."]


def test_what_ended_is_taken_up_again_when_the_person_says_more(quay: Organisation) -> None:
    number = take(quay, Received(Kind.QUESTION, Route.FORM, "When?")).number
    answer(quay, number, "informed")
    quay.act(lambda acts: quay.intake.close(acts.work, number, "answered", "console", at=acts.at))
    kept = quay.intake.seal(number, "That is no answer.", What.WORDS, "person")
    ticket = quay.act(lambda acts: quay.intake.say(acts.work, number, kept, "person", at=acts.at))
    assert (ticket.state, ticket.answered_at, ticket.due_at) == (State.OPEN, None, due("2026-03-05"))
    assert all(one.equal for one in quay.replay())


def test_withdrawn_duplicate_and_merged_are_ends_of_their_own(quay: Organisation) -> None:
    one, two, three = (take(quay, asks()).number for _ in range(3))
    strange = take(quay, asks(number=8)).number
    join = quay.intake.join
    with pytest.raises(MoveRefused, match="one person"):
        quay.act(lambda acts: join(acts.work, strange, one, "console", duplicate=True, at=acts.at))
    quay.act(lambda acts: join(acts.work, two, one, "console", duplicate=True, at=acts.at))
    quay.act(lambda acts: join(acts.work, three, one, "console", duplicate=False, at=acts.at))
    quay.act(lambda acts: quay.intake.withdraw(acts.work, one, "person", at=acts.at))
    assert [(see(quay, number).state, see(quay, number).into) for number in (one, two, three)] == [
        (State.WITHDRAWN, ""), (State.DUPLICATE, one), (State.MERGED, one),
    ]  # fmt: skip
    with pytest.raises(MoveRefused):
        quay.act(lambda acts: quay.intake.reopen(acts.work, three, at=acts.at))


def test_somebody_who_acts_for_a_person_shows_the_written_authority(quay: Organisation) -> None:
    said = {
        "route": Route.MANAGER,
        "kind": Kind.REQUEST,
        "words": "She asks what you hold.",
        "right": "access",
    }
    with pytest.raises(ReceivedRefused, match="which member of staff"):
        take(quay, Received(**said))
    with pytest.raises(ReceivedRefused, match="written authority"):
        take(quay, Received(**said, agent="stf_1"))
    paper = Attachment("../../authority.pdf", "application/pdf", b"%PDF signed")
    ticket = take(quay, Received(**said, agent="stf_1", authority=paper))
    with quay.database.read() as connection:
        kept = quay.intake.opened(connection, ticket.number, files=True)
    assert [(one.part.what, one.name, one.part.by) for one in kept if one.name] == [
        (What.AUTHORITY, "authority.pdf", "stf_1")
    ]


def test_an_administrator_acts_within_the_tenant_alone(quay_on_sqlite: Organisation) -> None:
    who = somebody(quay_on_sqlite)
    received = Received(
        Kind.REQUEST, Route.TENANT, "Delete him.", "delete", subject=who, tenant="acme", proof=Proof.ACCOUNT, agent=who,
    )  # fmt: skip
    with pytest.raises(ReceivedRefused, match="administrator of this tenant"):
        take(quay_on_sqlite, received)


def test_a_date_that_is_near_is_told_once_for_each_step(quay: Organisation) -> None:
    number = take(quay, asks()).number
    seen = see(quay, number).revision
    for step, new in (("week", True), ("week", False), ("overdue", True)):
        assert quay.act(lambda acts, step=step: quay.intake.alert(acts.work, number, step, at=acts.at)) is new
    assert see(quay, number).revision == seen
    at = later(quay, days=31)
    assert see(quay, number).overdue(at)
    with quay.database.read() as connection:
        assert [one.number for one in quay.intake.listed(connection, overdue_at=at)] == [number]


def test_what_was_said_goes_when_its_time_is_over(quay: Organisation) -> None:
    number = take(quay, Received(Kind.FEEDBACK, Route.FORM, "Nice. MARKER")).number
    quay.act(lambda acts: quay.intake.close(acts.work, number, "answered", "console", at=acts.at))
    quay.act(lambda acts: quay.intake.empty(acts.work, number, at=acts.at))
    quay.intake.bury()
    assert texts(quay, number) == []
    assert see(quay, number).emptied
    assert not quay.vault.alive((quay.intake.desk.owner(number),))
    assert all(one.equal for one in quay.replay())


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"words": " "}, "says nothing"),
        ({"words": "x" * 50_001}, "at most"),
        ({"title": "a\r\nBcc: all"}, "one line"),
        ({"words": "a\x00b"}, "zero byte"),
        ({"right": "fly"}, "names the right"),
        ({"contact": Contact("a@b.test\r\nBcc: c@d.test")}, "address"),
        ({"contact": Contact("two@a.test, three@b.test")}, "no mail address"),
        ({"files": (Attachment("a", "b/c", b"x" * (10 * 1024 * 1024 + 1)),)}, "10 MB"),
        ({"files": (Attachment("a", "b/c", b"x"),) * 21}, "At most"),
    ],
)
def test_what_cannot_be_a_ticket_is_refused_without_repeating_it(
    quay_on_sqlite: Organisation, changed: dict[str, object], sentence: str
) -> None:
    said = {"kind": Kind.REQUEST, "route": Route.FORM, "words": "What?", "right": "access"} | changed
    with pytest.raises(ReceivedRefused, match=sentence) as refused:
        take(quay_on_sqlite, Received(**said))  # type: ignore[arg-type]
    assert "Bcc" not in str(refused.value)


def test_no_ticket_of_a_number_nobody_gave_out(quay_on_sqlite: Organisation) -> None:
    with pytest.raises(TicketUnknown):
        see(quay_on_sqlite, "T-AAAAA-AAAAA")


def test_no_word_address_or_file_name_lies_in_clear(quay: Organisation) -> None:
    number = take(
        quay, asks(files=(Attachment("MARKER-NAME.pdf", "application/pdf", b"MARKER-BYTES"),))
    ).number
    quay.intake.prove(number, somebody(quay, 9), Proof.DOCUMENT, "console")
    answer(quay, number)
    with quay.database.read() as connection:
        rows = [
            str(value)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
            for value in (bytes(one) if isinstance(one, memoryview) else one for one in row)
        ]
    assert rows
    assert not [row for row in rows if "MARKER" in row or "example.test" in row or "Aisyah" in row]
