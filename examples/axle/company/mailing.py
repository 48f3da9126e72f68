"""The letters axle writes: campaigns, invitations to surveys, service mails. It hands them in; who may get them is not for axle to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from examples.axle.company import questions as ask
from examples.axle.company.gate import gate
from examples.axle.company.partners import Partners
from examples.axle.company.store import Store
from examples.kit.time import now
from troth.client import Letter

SIGNED = "Axle Engineering (simulation)"
CLASSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "newsletter": ("news", ("name", "email", "interests")),
    "invitation": ("activity_invitations", ("name", "email")),
    "survey_invitation": ("survey_invitations", ("name", "email")),
    "promotion": ("promotions", ("name", "email")),
    "direct_email": ("direct_marketing", ("name", "email")),
    "third_party_offer": ("third_party_offers", ("name", "email")),
    "contact_mail": ("contact", ("name", "email")),
    "service_mail": ("account_management", ("name", "email")),
}
"""Each class of letter: for which purpose it is written, and which data go into it."""
NO = frozenset({"objects:opt_out", "objects:marketing"})


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says, and where its link leads."""

    title: str
    text: str
    leads_to: str


class Mailing:
    """Writes letters and hands them in. `home` is the address under which axle's own pages stand."""

    def __init__(self, site: Store, partners: Partners, home: str) -> None:
        self._site = site
        self._partners = partners
        self._home = home

    def campaign(self, message: str, title: str, text: str) -> tuple[int, int]:
        """A letter of this class to everybody to whom it may go: how many were taken on, and how many were not."""
        self.heed()
        leads = "/survey" if message == "survey_invitation" else "/"
        number = self._site.put("campaigns", message=message, title=title, words=text, at=now())
        states = [
            self._sent(number, account, message, Words(title, text, leads))
            for account in self._site.rows("SELECT * FROM accounts ORDER BY id")
        ]
        return states.count("queued"), len(states) - states.count("queued")

    def write(self, account: dict[str, Any], message: str, words: Words) -> str:
        """One letter to one person: `queued`, or why not."""
        purpose, data = CLASSES[message]
        letter = Letter(
            message, purpose, data, account["email"], words.title, f"{words.text}\n\n{{{{link:more}}}}\n\n{SIGNED}",
            f"<html><body><p>Dear {escape(account['name'])},</p><p>{escape(words.text)}</p>"
            f'<p><a href="{{{{link:more}}}}">Read on</a></p><p>{SIGNED}</p></body></html>',
            {"more": (f"{self._home}{words.leads_to}", f"{self._home}/go/{account['token']}?to={words.leads_to}")},
            f"{self._home}/px/{account['token']}.gif", ask.REQUEST if message == "service_mail" else {},
        )  # fmt: skip
        return gate().send(account["subject"], letter).state

    def heed(self, *only: dict[str, Any]) -> None:
        """Write down who opted out at their privacy centre or in a mail, which axle does not see by itself. Raises Away."""
        for account in only or self._site.rows("SELECT * FROM accounts"):
            left = bool(NO & set(gate().facts_of(account["subject"])["facts"]))
            if left != bool(account["opted_out_at"]):
                self._site.change(
                    "UPDATE accounts SET opted_out_at = %s WHERE id = %s",
                    now() if left else None,
                    account["id"],
                )

    def apologise(self) -> None:
        """A service mail to those who opted out: what went wrong, and that it has been stopped."""
        words = Words(
            "We wrote to you by mistake", "You had opted out. It will not happen again.", "/settings"
        )
        for account in self._site.rows("SELECT * FROM accounts WHERE opted_out_at IS NOT NULL"):
            self.write(account, "service_mail", words)

    def _sent(self, campaign: int, account: dict[str, Any], message: str, words: Words) -> str:
        state = self.write(account, message, words)
        self._site.put(
            "sends", campaign=campaign, account=account["id"], email=account["email"] if state == "queued" else "", state=state,
            at=now(),
        )  # fmt: skip
        if message == "invitation" and state == "queued":
            data: dict[str, object] = {"name": account["name"], "email": account["email"]}
            self._partners.hand(
                account["subject"],
                ask.to_mail_house("activity_invitations"),
                f"mail-{campaign}-{account['id']}",
                data,
            )
        return state
