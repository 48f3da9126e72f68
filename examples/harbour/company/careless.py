"""What a careless desk does beside all that: it hands a mail straight to the server, with a pixel, to people who left the list."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from examples.harbour.company.mailing import MEMBERS, SIGNED, Mailing
from examples.harbour.company.store import Store


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed in, and the address under which harbour's own pages stand."""

    host: str
    port: int
    site: str


class Careless:
    """Asks nobody."""

    def __init__(self, store: Store, mailing: Mailing, post: Post) -> None:
        self._store = store
        self._mailing = mailing
        self._post = post

    def maintenance(self, on: bool) -> None:
        """A notice to those who left the list: watching them while this goes wrong, and as it should be once it is stopped.

        Whoever declined gets no mail at all any more, so that no clean one could ever follow.
        """
        if not on:
            self._mailing.maintenance(left=True)
            return
        self._mailing.heed()
        for member in self._store.rows(f"{MEMBERS} WHERE m.left_at IS NOT NULL AND m.declined_at IS NULL"):
            self._send(member["email"], f"{self._post.site}/px/{member['token']}.gif")

    def _send(self, to: str, pixel: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "news@harbour.example", to, "Maintenance on Sunday"
        mail.set_content(f"We look after our machines on Sunday night.\n\n{SIGNED}")
        mail.add_alternative(f'<p>{SIGNED}</p><img src="{pixel}" width="1" height="1" alt="">', "html")
        with smtplib.SMTP(self._post.host, self._post.port, timeout=10) as post:
            post.send_message(mail)
