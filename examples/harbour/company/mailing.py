"""The letters harbour writes: service notices and news. It hands them in; who may get them is not for harbour to say."""

from __future__ import annotations

from html import escape
from typing import Any

from examples.harbour.company import acts
from examples.harbour.company.house import OUTBOX, House
from examples.harbour.company.store import now
from troth.client import Letter, may

SIGNED = "Harbour Hosting (simulation)"
OBJECTION = "mailing_list"
MEMBERS = (
    "SELECT c.id, c.subject, c.user_name, c.email, m.token, m.left_at FROM customers c "
    "JOIN list_members m ON m.customer = c.id"
)


class Mailing:
    """Writes letters and hands them in."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._store, self._site = house.store, house.post.site

    def maintenance(self, *, left: bool = False) -> int:
        """A service notice to everybody (`left`: to those who left the list); how many were taken on."""
        self.heed()
        members = self._store.rows(f"{MEMBERS} WHERE (m.left_at IS NOT NULL OR NOT ?)", left)
        return sum(self._notice(member) for member in members)

    def news(self, title: str, words: str) -> int:
        """Business news to everybody to whom it may go; how many were taken on. Of those who left, the answer is no."""
        self.heed()
        return sum(self._news(member, title, words) for member in self._store.rows(MEMBERS))

    def leave(self, customer: int, subject: str) -> None:
        """Off the list, at once; the objection is recorded now, or as soon as somebody is there to record it."""
        left = "UPDATE list_members SET left_at = ? WHERE customer = ? AND left_at IS NULL"
        with self._store.together() as connection:
            self._store.run(connection, left, now(), customer)
            OUTBOX.on(connection).objection(subject, OBJECTION, "raised")
        self._house.relay.once()

    def declined(self, customer: int) -> None:
        """Somebody declined the policy: no letter may reach them, and the careless desk knows that much too."""
        self._store.change("UPDATE list_members SET declined_at = ? WHERE customer = ?", now(), customer)

    def heed(self) -> None:
        """Write down who left by the link in a mail, which harbour does not see by itself. Raises Away."""
        self._house.relay.catch_up()
        for member in self._store.rows(f"{MEMBERS} WHERE m.left_at IS NULL"):
            if f"objects:{OBJECTION}" in self._house.client.facts_of(member["subject"])["facts"]:
                self._store.change(
                    "UPDATE list_members SET left_at = ? WHERE customer = ?", now(), member["id"]
                )

    def incident(self, words: str) -> int:
        """What happened, and what everybody whom it may concern can do next; how many were taken on."""
        return self._everybody("incident_notice", "Something happened here", words)

    def announce(self, words: str) -> int:
        """A change of the policy, before it comes; how many were taken on."""
        return self._everybody("change_notice", "Our privacy policy is going to change", words)

    def important(self, words: str) -> int:
        """What everybody has to know, whether they are on the list or not; how many were taken on."""
        return self._everybody("important_notice", "Please read this", words)

    def print_list(self) -> int:
        """The mail house is handed the addresses of those to whom printed news may go; how many."""
        sent = 0
        for member in self._store.rows(MEMBERS):
            if may(self._house.client, member["subject"], acts.TO_MAIL_HOUSE):
                data = {"user_name": member["user_name"], "email": member["email"]}
                self._house.partners.send(
                    member["id"], "mail_house", f"print-{member['id']}", "promotion", data
                )
                sent += 1
        return sent

    def _everybody(self, message: str, title: str, words: str) -> int:
        members = self._store.rows(MEMBERS)
        return sum(self._letter(one, message, "important_notice", title, words) for one in members)

    def _notice(self, member: dict[str, Any]) -> bool:
        words = "We look after our machines on Sunday night."
        return self._letter(member, "service_notice", "provide_service", "Maintenance on Sunday", words)

    def _letter(self, member: dict[str, Any], message: str, purpose: str, title: str, words: str) -> bool:
        return self._hand(
            member, message, purpose, ("email",), member["email"], title, f"{words}\n\n{SIGNED}"
        )

    def _news(self, member: dict[str, Any], title: str, words: str) -> bool:
        text = f"{words}\n\nSee what is new: {{{{link:new}}}}\n\n{SIGNED}"
        links = {"new": (f"{self._site}/order", f"{self._site}/go/{member['token']}")}
        return self._hand(
            member, "business_news", "promotion", ("user_name", "email"), member["email"], title, text,
            self._page(member["user_name"], words), links, f"{self._site}/px/{member['token']}.gif", acts.CITATION,
        )  # fmt: skip

    def _hand(self, member: dict[str, Any], *letter: Any) -> bool:
        """Hand a letter in; whether it was taken on."""
        return self._house.client.send(member["subject"], Letter(*letter)).queued

    @staticmethod
    def _page(name: str, words: str) -> str:
        link = '<a href="{{link:new}}">See what is new</a>'
        return f"<html><body><p>Dear {escape(name)},</p><p>{escape(words)}</p><p>{link}</p><p>{SIGNED}</p></body></html>"
