"""The mails harbour writes: codes, service notices, news. Each is asked for first, and so is each pixel and link."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from examples.harbour.company import gate as acts
from examples.harbour.company.gate import Gate
from examples.harbour.company.lapses import PIXEL_AFTER_LEAVING, Lapses
from examples.harbour.company.store import Store, now

SENDER = "Harbour Hosting <news@harbour.example>"
MEMBERS = (
    "SELECT c.id, c.subject, c.user_name, c.email, m.token, m.left_at FROM customers c "
    "JOIN list_members m ON m.customer = c.id WHERE c.state = 'active'"
)


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed in, and the address under which harbour's own pages stand."""

    host: str
    port: int
    site: str


class Mailing:
    """Writes and hands in mails."""

    def __init__(self, store: Store, gate: Gate, lapses: Lapses, post: Post) -> None:
        self._store = store
        self._gate = gate
        self._lapses = lapses
        self._post = post

    def code(self, subject: str, email: str, code: str) -> bool:
        """A one-time code to someone who signs up; whether it was permitted."""
        if not self._gate.may(subject, acts.MAIL_CODE):
            return False
        self._send(email, "Your code", f"Your code is {code}. It is good for one day.")
        return True

    def notice(self, member: dict[str, Any], title: str, words: str) -> bool:
        """A service notice: it reaches those who left the list too, and carries nothing that reports back."""
        if not self._gate.may(member["subject"], acts.SERVICE_MAIL):
            return False
        pixel = self._lapses.on(PIXEL_AFTER_LEAVING) and bool(member["left_at"])
        self._send(member["email"], title, words, self._pixel(member) if pixel else "")
        return True

    def maintenance(self, _: bool = True) -> None:
        """A service notice to everybody who left the list."""
        for member in self._store.rows(f"{MEMBERS} AND m.left_at IS NOT NULL"):
            self.notice(member, "Maintenance on Sunday", "We look after our machines on Sunday night.")

    def news(self, title: str, words: str) -> int:
        """Business news to everybody to whom it may go; how many were sent. Left the list: the answer is no."""
        self.clear_outbox()
        return sum(self._news(member, title, words) for member in self._store.rows(MEMBERS))

    def leave(self, member: dict[str, Any]) -> None:
        """Off the list, at once; the objection is recorded now, or as soon as somebody is there to record it."""
        self._store.change(
            "UPDATE list_members SET left_at = ? WHERE token = ? AND left_at IS NULL", now(), member["token"]
        )
        self._store.put("outbox", subject=member["subject"], objection="mailing_list")
        self.clear_outbox()

    def clear_outbox(self) -> None:
        """Hand over what is not recorded yet. Raises Away while nobody is there."""
        for row in self._store.rows("SELECT * FROM outbox ORDER BY id"):
            self._gate.client.objection(row["subject"], row["objection"], "raised")
            self._store.change("DELETE FROM outbox WHERE id = ?", row["id"])

    def _news(self, member: dict[str, Any], title: str, words: str) -> bool:
        if not self._gate.may(member["subject"], acts.NEWS):
            return False
        tracked = self._gate.client.peek(member["subject"], acts.LINK).permitted
        link = f"{self._post.site}/go/{member['token']}" if tracked else f"{self._post.site}/order"
        seen = self._gate.client.peek(member["subject"], acts.PIXEL).permitted
        html = f'<p>Dear {member["user_name"]},</p><p><a href="{link}">See what is new</a></p>'
        self._send(
            member["email"], title, words, html + (self._pixel(member) if seen else ""), member["token"]
        )
        return True

    def _pixel(self, member: dict[str, Any]) -> str:
        return f'<img src="{self._post.site}/px/{member["token"]}.gif" width="1" height="1" alt="">'

    def _send(self, to: str, title: str, words: str, html: str = "", token: str = "") -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = SENDER, to, title
        if token:
            leave = f"{self._post.site}/leave/{token}"
            mail["List-Unsubscribe"] = f"<{leave}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            words = f"{words}\n\nLeave the list: {leave}"
            html = f'{html}<p><a href="{leave}">Leave the list</a></p>'
        mail.set_content(f"{words}\n\nHarbour Hosting (simulation)")
        if html:
            mail.add_alternative(
                f"<html><body><p>{words}</p>{html}<p>Harbour Hosting (simulation)</p></body></html>", "html"
            )
        with smtplib.SMTP(self._post.host, self._post.port, timeout=10) as post:
            post.send_message(mail)
