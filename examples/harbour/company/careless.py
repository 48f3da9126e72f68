"""What careless desks do beside all that: one hands mail straight to the server, with a pixel, to people who left the list; others
have to do with what an affiliate does of its own accord."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

from examples.harbour.company.house import House, Post
from examples.harbour.company.lapses import AFFILIATE_KEEPS, AFFILIATE_NEW_AIM, NEW_AIM, PIXEL_AFTER_LEAVING
from examples.harbour.company.mailing import MEMBERS, SIGNED, Mailing

TOLD = "told_erased.txt"
"""Markers of what harbour told people is erased everywhere: whoever ends a service at the site writes them down too."""
LAST = (
    "SELECT order_id, service FROM orders WHERE customer NOT IN (SELECT customer FROM releases WHERE done = 1) "
    "ORDER BY order_id DESC LIMIT 1"
)
"""What was handed out by hand is told by other words: whose orders were is left alone."""
__all__ = ["Careless", "Post"]


class Careless:
    """Asks nobody."""

    def __init__(self, house: House, mailing: Mailing) -> None:
        self._house = house
        self._mailing = mailing

    def learn(self) -> None:
        """From now on the switches lead here."""
        self._house.lapses.then(PIXEL_AFTER_LEAVING, self.maintenance)
        self._house.lapses.then(AFFILIATE_NEW_AIM, self.affiliate)
        self._house.lapses.then(AFFILIATE_KEEPS, self.keeps)

    def maintenance(self, on: bool) -> None:
        """A notice to those who left the list: watching them while this goes wrong, and as it should be once it is stopped.

        Whoever declined gets no mail at all any more, so that no clean one could ever follow.
        """
        if not on:
            self._mailing.maintenance(left=True)
            return
        self._mailing.heed()
        left = f"{MEMBERS} WHERE m.left_at IS NOT NULL AND m.declined_at IS NULL"
        for member in self._house.store.rows(left):
            self._send(member["email"], f"{self._house.post.site}/px/{member['token']}.gif")

    def keeps(self, on: bool) -> None:
        """While the affiliate lies, whoever ordered last ends the service by letter, and is told that it is erased everywhere."""
        self.affiliate(on)
        store = self._house.store
        last = store.row(LAST)
        if not on or last is None:
            return
        store.change("DELETE FROM orders WHERE order_id = ?", last["order_id"])
        reference = f"order-{last['order_id']}"
        for sent in store.rows("SELECT partner FROM passed_on WHERE reference = ?", reference):
            self._house.partners.recall(sent["partner"], reference)
        with (self._house.papers.parent / TOLD).open("a", encoding="utf-8") as told:
            told.write(f"{str(last['service']).rpartition(' ')[2]}\n")

    def affiliate(self, _: bool) -> None:
        """What the affiliate does now. Once it obeys again, what it was ordered to erase is ordered once more."""
        lapses, partners = self._house.lapses, self._house.partners
        lies, aims = lapses.on(AFFILIATE_KEEPS), lapses.on(AFFILIATE_NEW_AIM)
        partners.told(
            "affiliate_major", new_aim=NEW_AIM if aims else "", erasure="lies" if lies else "at_once"
        )
        if not lies:
            for sent in self._house.store.rows(
                "SELECT partner, reference FROM passed_on WHERE recalled_at IS NOT NULL"
            ):
                partners.recall(sent["partner"], sent["reference"])

    def _send(self, to: str, pixel: str) -> None:
        mail, post = EmailMessage(), self._house.post
        mail["From"], mail["To"], mail["Subject"] = "news@harbour.example", to, "Maintenance on Sunday"
        mail.set_content(f"We look after our machines on Sunday night.\n\n{SIGNED}")
        mail.add_alternative(f'<p>{SIGNED}</p><img src="{pixel}" width="1" height="1" alt="">', "html")
        with smtplib.SMTP(post.host, post.port, timeout=10) as server:
            server.send_message(mail)
