"""What is written as a message may be, and nothing of it becomes a header, a hidden fetch or another reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gate.kit import NOON
from troth.messages import Link, MessageRefused, Wanted
from troth.messages.composing import Letter, Tracking, letter_of, parcel_of, sealed_form
from troth.messages.rules import PATIENT, check, check_address, next_try, normal, patience

GOOD = Wanted("sub_x", "news", "newsletter", "reader@example.test", "Title", "Text {{link:shop}}", ("email",),
              html="<p>{{link:shop}}</p>", links={"shop": Link("https://a.example/?a=1&b=2", "https://a.example/g/1")},
              pixel="https://a.example/p.gif", papers={"citation": "s 43"}, language="zh")  # fmt: skip


def refused(**more: object) -> bool:
    try:
        check(replace(GOOD, **more))  # type: ignore[arg-type]
    except MessageRefused as problem:
        return "reader" not in str(problem)
    return False


def test_a_well_written_message_passes() -> None:
    check(GOOD)
    check(replace(GOOD, title="Häfen 港口 👩‍👩‍👧 שלום", text="\u202bשלום\u202c {{link:shop}}", html=""))


@pytest.mark.parametrize("sign", ["\r", "\n", "\x00", "\x0b", "\x85", "\u2028", "\u2029", "\x1b", "\ud800"])
def test_nothing_that_ends_a_line_stands_in_a_heading_or_address(sign: str) -> None:
    assert refused(title=f"Hello{sign}Bcc: all@example.test")
    assert refused(address=f"reader{sign}@example.test")
    assert refused(address=f"reader@example.test{sign}x")


@pytest.mark.parametrize(
    "address",
    ["", "reader", "@example.test", "a@b@c.test", "a b@example.test", "a@example.test, b@example.test",
     "<a@example.test>", "Reader <a@example.test>", "a@-x.test", "a@", f"{'x' * 65}@example.test",
     f"a@{'x' * 254}", "a;b@example.test", "a@exa mple.test", '"a"@example.test'],
)  # fmt: skip
def test_one_address_and_nothing_else(address: str) -> None:
    with pytest.raises(MessageRefused):
        check_address("email", address)


@pytest.mark.parametrize(
    ("channel", "good", "bad"),
    [("sms", "+60123456789", "0123"), ("sms", "+8613800138000", "+86 138"), ("push", "abc:def", "a b"),
     ("letter", "1 Quay\n50000 Kuala Lumpur", " "), ("letter", "码头一号", "x" * 501)],
)  # fmt: skip
def test_addresses_of_other_channels(channel: str, good: str, bad: str) -> None:
    check_address(channel, good)
    with pytest.raises(MessageRefused):
        check_address(channel, bad)


@pytest.mark.parametrize(
    "html",
    ['<img src="https://a.example/p.gif">', "<img srcset='//a.example/p 2x'>", '<p style="background:url(//a/x)">',
     '<link rel="stylesheet" href="https://a/x.css">', "<style>@import '//a/x';</style>", "<script>1</script>",
     '<iframe src="x"></iframe>', '<td background="http://a/p.gif">', '<a ping="http://a/" href="http://a">x</a>',
     "<p onclick=x>", '<a href="javascript:x">x</a>', '<IMG SRC="HTTP://A/P.GIF"/>', "<form action='http://a'>",
     '<meta http-equiv="refresh" content="0;url=http://a">', "<base href='http://a'>", "<svg><image href='http://a'/>"],
)  # fmt: skip
def test_a_message_fetches_nothing_when_it_is_opened(html: str) -> None:
    assert refused(html=html)


def test_pictures_may_come_along_inside() -> None:
    assert not refused(
        html='<p><img src="data:image/png;base64,AAAA"><img src="cid:x"><b style="color:red">x</b></p>'
    )


def test_links_are_named_and_lead_to_the_web() -> None:
    assert refused(text="{{link:unknown}}")
    assert refused(text="{{link:Shop}}")
    assert refused(links={"shop": Link("javascript:alert(1)")})
    assert refused(links={"shop": Link("https://a.example", "https://a.example/x\r\ny")})
    assert refused(links={"shop": Link("")})
    assert refused(pixel="file:///etc/passwd")


def test_a_text_is_there_and_of_a_size() -> None:
    assert refused(text="   ")
    assert refused(text="x" * 200_001)
    assert refused(title="")
    assert refused(title="x" * 201)
    assert refused(data=())


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_passes_makes_headers_of_one_line(title: str, local: str) -> None:
    wanted = replace(GOOD, title=title, address=f"{local}@example.test")
    try:
        check(wanted)
    except MessageRefused:
        return
    parcel = parcel_of("msg_0", Letter(wanted, "t"), Tracking(), "https://a.example/u/t")
    for value in (parcel.to, parcel.title, *(v for _, v in parcel.headers)):
        assert len(value.splitlines()) == 1


@given(st.text(max_size=40).filter(lambda t: "\ud800" not in t))
def test_a_letter_is_read_back_as_it_was_sealed(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    letter = Letter(replace(GOOD, text=text, title=text), "secret")
    assert letter_of(sealed_form(letter)) == letter


def test_no_words_are_taken_for_a_place_of_ours() -> None:
    wanted = replace(GOOD, html="<p>{{link:shop}} {0} {{x}} %s</p>")
    parcel = parcel_of("msg_0", Letter(wanted, "t"), Tracking(links=True, pixel=True), "")
    assert parcel.html == (
        '<p>https://a.example/g/1 {0} {{x}} %s</p><img src="https://a.example/p.gif" width="1" height="1" alt="">'
    )
    plain = parcel_of("msg_0", Letter(wanted, "t"), Tracking(), "https://a.example/u/t")
    assert "a=1&amp;b=2" in plain.html
    assert "a=1&b=2" in plain.text
    assert "p.gif" not in plain.html
    assert "不再接收此类消息: https://a.example/u/t" in plain.text


def test_other_spellings_of_an_address_are_the_same() -> None:
    assert normal("email", "Reader@Example.TEST") == normal("email", "reader@example.test")
    assert normal("email", "\uff52eader@example.test") == normal("email", "reader@example.test")
    assert normal("sms", "+60 12-345") == normal("phone", "+6012345")
    assert normal("email", "a@example.test") != normal("letter", "a@example.test")


def test_waiting_doubles_to_a_most() -> None:
    waits = [next_try("marketing", n, NOON) - NOON for n in range(1, 12)]
    assert waits[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert waits[-1] == PATIENT.most
    assert patience("code").lasts < timedelta(hours=1)
    assert next_try("marketing", 10**6, NOON) - NOON == PATIENT.most
