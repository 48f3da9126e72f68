"""The letters harbour writes: service notices and news. It hands them in; who may get them is not for harbour to say."""

from __future__ import annotations

from html import escape
from typing import Any

from examples.harbour.company.gate import CITATION, Gate
from examples.harbour.company.store import Store, now
from troth.client import Letter

SIGNED = "Harbour Hosting (simulation)"
OBJECTION = "mailing_list"
MEMBERS = (
    "SELECT c.id, c.subject, c.user_name, c.email, m.token, m.left_at FROM customers c "
    "JOIN list_members m ON m.customer = c.id"
)


class Mailing:
    """Writes letters and hands them in. `site` is the address under which harbour's own pages stand."""

    def __init__(self, store: Store, gate: Gate, site: str) -> None:
        self._store = store
        self._gate = gate
        self._site = site

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
        self._store.change(
            "UPDATE list_members SET left_at = ? WHERE customer = ? AND left_at IS NULL", now(), customer
        )
        self._store.put("outbox", subject=subject, objection=OBJECTION)
        self.clear_outbox()

    def declined(self, customer: int) -> None:
        """Somebody declined the policy: no letter may reach them, and the careless desk knows that much too."""
        self._store.change("UPDATE list_members SET declined_at = ? WHERE customer = ?", now(), customer)

    def clear_outbox(self) -> None:
        """Hand over what is not recorded yet. Raises Away while nobody is there."""
        for row in self._store.rows("SELECT * FROM outbox ORDER BY id"):
            self._gate.client.objection(row["subject"], row["objection"], "raised")
            self._store.change("DELETE FROM outbox WHERE id = ?", row["id"])

    def heed(self) -> None:
        """Write down who left by the link in a mail, which harbour does not see by itself. Raises Away."""
        self.clear_outbox()
        for member in self._store.rows(f"{MEMBERS} WHERE m.left_at IS NULL"):
            if f"objects:{OBJECTION}" in self._gate.client.facts_of(member["subject"])["facts"]:
                self._store.change(
                    "UPDATE list_members SET left_at = ? WHERE customer = ?", now(), member["id"]
                )

    def _notice(self, member: dict[str, Any]) -> bool:
        text = f"We look after our machines on Sunday night.\n\n{SIGNED}"
        letter = Letter(
            "service_notice", "provide_service", ("email",), member["email"], "Maintenance on Sunday", text
        )
        return self._gate.client.send(member["subject"], letter).queued

    def _news(self, member: dict[str, Any], title: str, words: str) -> bool:
        letter = Letter(
            "business_news", "promotion", ("user_name", "email"), member["email"], title,
            f"{words}\n\nSee what is new: {{{{link:new}}}}\n\n{SIGNED}",
            f"<html><body><p>Dear {escape(member['user_name'])},</p><p>{escape(words)}</p>"
            f'<p><a href="{{{{link:new}}}}">See what is new</a></p><p>{SIGNED}</p></body></html>',
            {"new": (f"{self._site}/order", f"{self._site}/go/{member['token']}")},
            f"{self._site}/px/{member['token']}.gif", CITATION,
        )  # fmt: skip
        return self._gate.client.send(member["subject"], letter).queued
