"""Messages by the API, and the way off a list: no sign-in, no JavaScript, a POST acts and a GET never does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.servers import Taking, serving
from tests.channels.test_exam import smtp
from tests.web.kit import Heard, Place
from tests.web.test_api import accepted, problem
from troth.messages import Sender

CITED = {"citation": "PDPA 2010 s 43"}


def news(who: str, **more: Any) -> dict[str, Any]:
    return {
        "subject": who, "message": "business_news", "purpose": "promotion", "address": "amy@people.example",
        "data": ["user_name", "email"], "title": "News", "text": "See {{link:order}}", "papers": CITED,
        "html": "<p>See <a href='{{link:order}}'>it</a></p>", "pixel": "https://harbour.example/px/me.gif",
        "links": {"order": {"plain": "https://harbour.example/order", "personal": "https://harbour.example/go/me"}},
    } | more  # fmt: skip


def post(at: Place, path: str, sent: Any, status: int = 200, **more: str) -> Any:
    answer = at.call("POST", f"harbour/{path}", sent, **more)
    assert answer.status == status, answer.text
    return answer.json()


def mailed(at: Place) -> list[Any]:
    """Everything that is due, as a real server took it."""
    handler = Taking()
    with serving(handler) as port:
        Sender(
            at.hosting.organisations["harbour"].organisation.messages, {"email": smtp(port)}, at.base
        ).due()
    return handler.mails


def link_in(at: Place, mail: Any) -> str:
    return str(mail["List-Unsubscribe"])[1:-1].removeprefix(at.base)


def click(at: Place, path: str, **headers: str) -> Heard:
    """What a mail provider's server posts: from nowhere, with no cookie (RFC 8058, 3.1)."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    return at.ask("POST", path, b"List-Unsubscribe=One-Click", form | headers)


def test_a_message_is_queued_sent_and_looked_up(harbour: Place) -> None:
    who = accepted(harbour)
    queued = post(harbour, "messages", news(who), 202)
    (mail,) = mailed(harbour)
    assert "https://harbour.example/go/me" in mail.get_body(("html",)).get_content()
    found = harbour.call("GET", f"harbour/messages/{queued['id']}").json()
    assert (found["state"], found["code"], found["tracking"]) == ("accepted", "250", "pixel+links")
    assert "amy" not in str(found)
    assert harbour.call("GET", f"harbour/subjects/{who}/messages").json()["messages"] == [found]
    assert harbour.call("GET", "harbour/messages").json()["messages"] == [found]


def test_looking_never_leaves_and_one_click_does(harbour: Place) -> None:
    who = accepted(harbour)
    post(harbour, "messages", news(who), 202)
    path = link_in(harbour, mailed(harbour)[0])
    for _ in range(3):
        shown = harbour.ask("GET", path)
        assert shown.status == 200
        assert "<form" in shown.text
        assert "<script" not in shown.text
        assert "set-cookie" not in shown.headers
        assert harbour.ask("HEAD", path).status == 200
    assert harbour.call("GET", "harbour/messages/suppressions").json() == {"suppressions": []}
    assert [click(harbour, path).status for _ in range(3)] == [200] * 3
    counted = {"channel": "email", "purpose": "promotion", "why": "unsubscribed", "count": 1}
    assert harbour.call("GET", "harbour/messages/suppressions").json() == {"suppressions": [counted]}
    assert post(harbour, "messages", news(who))["reason"] == "suppressed"
    assert "<form" not in harbour.ask("GET", path).text, "there is nothing left to do"


def test_after_leaving_the_code_still_comes_and_nothing_tells_on_the_reader(harbour: Place) -> None:
    who = accepted(harbour)
    post(harbour, "messages", news(who), 202)
    click(harbour, link_in(harbour, mailed(harbour)[0]))
    code = {
        "subject": who, "message": "verification_code", "purpose": "recovery_code", "address": "amy@people.example",
        "data": ["email", "verification"], "title": "Code", "text": "123456",
    }  # fmt: skip
    post(harbour, "messages", code, 202)
    notice = news(who, message="service_notice", purpose="provide_service", papers={})
    post(harbour, "messages", notice, 202)
    mails = mailed(harbour)
    assert [str(mail["Subject"]) for mail in mails] == ["Code", "News"]
    assert all("List-Unsubscribe" not in mail for mail in mails)
    assert "/px/" not in str(mails[1])
    assert "/go/" not in str(mails[1])


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Stop these messages"), ("zh-CN", "不再接收此类消息"), ("ms", "Hentikan mesej ini")],
)
def test_the_page_speaks_the_readers_language(harbour: Place, language: str, words: str) -> None:
    post(harbour, "messages", news(accepted(harbour)), 202)
    path = link_in(harbour, mailed(harbour)[0])
    shown = harbour.ask("GET", path, None, {"accept-language": language})
    assert words in shown.text
    assert "amy" not in shown.text
    assert len(shown.body) < 10_000


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%2e%2e%2fetc", "%00", "%ed%a0%80", "🚢"])
def test_a_link_that_nobody_gave_out_leads_to_nothing(harbour: Place, token: str) -> None:
    from urllib.parse import quote

    path = f"/u/{quote(token, safe='%')}"
    assert harbour.ask("GET", path).status == 404
    assert click(harbour, path).status == 404


def test_a_link_needs_no_origin_and_a_foreign_one_does_not_matter(harbour: Place) -> None:
    post(harbour, "messages", news(accepted(harbour)), 202)
    path = link_in(harbour, mailed(harbour)[0])
    headers = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
    assert click(harbour, path, **headers).status == 200
    body = b"x" * 10_000
    assert harbour.ask("POST", path, body, {"content-type": "text/plain"}).status == 200, (
        "its body is not read"
    )


def test_what_is_not_well_written_is_refused_without_being_repeated(harbour: Place) -> None:
    who = accepted(harbour)
    for wrong in (
        {"title": "Hi\r\nBcc: all@people.example"}, {"address": "amy@people.example\r\nx"},
        {"html": "<img src='https://x.example/p.gif'>"}, {"address": "nobody"}, {"text": "{{link:none}}"},
        {"message": "spam"}, {"subject": "sub_none"}, {"pixel": "javascript:x"}, {"language": "xx"},
    ):  # fmt: skip
        answer = harbour.call("POST", "harbour/messages", news(who) | wrong)
        assert answer.status in (404, 422), (wrong, answer.text)
        assert "all@people" not in answer.text
        assert "amy@people" not in answer.text
    assert harbour.call("GET", "harbour/messages").json()["messages"] == []


def test_the_same_request_twice_is_one_message(harbour: Place) -> None:
    who = accepted(harbour)
    first = post(harbour, "messages", news(who), 202, idempotency_key="n1")
    assert post(harbour, "messages", news(who), 202, idempotency_key="n1") == first
    assert len(mailed(harbour)) == 1


def test_opt_outs_by_word_are_raised_and_lifted(harbour: Place) -> None:
    who, said = accepted(harbour), {"address": "AMY@people.example", "why": "asked"}
    assert post(harbour, "messages/suppressions", said)["changed"]
    assert not post(harbour, "messages/suppressions", said)["changed"]
    assert post(harbour, "messages", news(who))["reason"] == "suppressed"
    assert post(harbour, "messages/suppressions", said | {"act": "lifted"})["changed"]
    post(harbour, "messages", news(who), 202)


def test_a_message_that_is_not_there(harbour: Place) -> None:
    problem(harbour.call("GET", "harbour/messages/msg_none"), 404)


def test_the_console_counts_and_names_nobody(harbour: Place) -> None:
    post(harbour, "messages", news(accepted(harbour)), 202)
    click(harbour, link_in(harbour, mailed(harbour)[0]))
    shown = harbour.see("/harbour/messages")
    assert shown.status == 200
    assert "Business news" in shown.text
    assert "taken by the other side" in shown.text
    assert "unsubscribed by a link" in shown.text
    assert "amy" not in shown.text
