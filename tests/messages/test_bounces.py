"""Reports of mails that came back, as servers write them; anything else is no report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.messages.bounces import Bounce, read_bounce

ID = "msg_" + "0a" * 16
REPORT = f"""\
From: MAILER-DAEMON@mail.example
To: news@quay.example
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; reader@example.test
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: news@quay.example
Message-ID: <{ID}@quay.example>
Subject: What is new

Words
--b--
"""


def test_a_report_names_the_message_and_what_was_wrong() -> None:
    assert read_bounce(REPORT.encode()) == Bounce(ID, "5.1.1")
    assert Bounce(ID, "5.1.1").dead
    assert not Bounce(ID, "5.2.2").dead, "a full mailbox is somebody's"


def test_headers_alone_are_enough() -> None:
    headers = REPORT.replace("message/rfc822", "text/rfc822-headers")
    assert read_bounce(headers.encode()) == Bounce(ID, "5.1.1")


@pytest.mark.parametrize(
    ("old", "new"),
    [("Action: failed", "Action: delayed"), ("Status: 5.1.1", "Status: 4.2.1"), ("Action: failed", "Action: delivered"),
     ("multipart/report", "multipart/mixed"), (ID, "msg_forged"), ("Message-ID", "X-Message-ID")],
)  # fmt: skip
def test_a_delay_a_receipt_and_a_letter_are_no_bounce(old: str, new: str) -> None:
    assert read_bounce(REPORT.replace(old, new).encode()) is None


@given(st.binary(max_size=300))
def test_nothing_breaks_it(data: bytes) -> None:
    assert read_bounce(data) is None
    read_bounce(REPORT.encode()[:400] + data)
