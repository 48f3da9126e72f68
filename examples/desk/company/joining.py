"""Who is on the other side of a request, and how people come in: by mobile code, and into an enterprise by its invitation.

Codes and sessions are kept where accounts are. Desk asks nobody for a password: whoever comes back reads another code. For a minor a
guardian reads first, on a page of the product's, and says yes; until then nothing is taken.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from examples.desk.company import acts
from examples.desk.company.house import House
from examples.desk.company.store import ALONE, EVERY
from examples.kit.time import now
from troth.client import ByCode, must, stranger, tell

MINE = "SELECT * FROM people WHERE account = %s ORDER BY tenant = '-' LIMIT 1"
"""The enterprise comes before being alone."""

THEIRS = (
    "DELETE FROM records WHERE person = %s",
    "DELETE FROM calls WHERE person = %s",
    "DELETE FROM messages WHERE sender = %s",
    "DELETE FROM people WHERE id = %s",
)


class Mistake(Exception):
    """What was typed cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Whoever is signed in: the session, and who they are where they work now."""

    session: str
    person: dict[str, Any]
    enterprise: dict[str, Any] | None

    @property
    def subject(self) -> str:
        """As the product knows them."""
        return str(self.person["subject"])

    @property
    def tenant(self) -> str:
        """Whose rows they may see."""
        return str(self.person["tenant"])

    @property
    def administers(self) -> bool:
        """Whether they administer their enterprise."""
        return bool(self.person["role"] == "administrator")

    @property
    def papers(self) -> dict[str, str]:
        """What the enterprise instructed, and how far: these go with every question about its data."""
        found = self.enterprise
        if found is None:
            return {}
        said = {"instruction": found["instruction"], "document": found["scope"]}
        said |= (
            {"identity": "administrator of the enterprise", "approver": "administrator"}
            if self.administers
            else {}
        )
        return said | ({"attestation": found["attestation"]} if self.person["capacity"] == "minor" else {})


class Joining(House):
    """Registration, sign-in and membership. Each verb raises Mistake, Refused, Away."""

    @property
    def codes(self) -> ByCode:
        """People come in by codes alone."""
        return ByCode(self.client)

    def visit(self, session: str) -> Visit | None:
        """Who is signed in by a session, as long as it lasts."""
        found = self.client.session(session) if session else None
        if found is None:
            return None
        with self.store.within(EVERY) as rows:
            person = rows.row(MINE, found["account"])
            enterprise = rows.row("SELECT * FROM tenants WHERE id = %s", person["tenant"]) if person else None
        return Visit(session, person, enterprise) if person else None

    def guarded(self, form: Mapping[str, str]) -> tuple[str, str]:
        """A minor gives a guardian's address: under which number this goes on, and the guardian's page."""
        waiting = secrets.token_hex(16)
        subject = self.client.subject({"cookie": waiting})
        return waiting, self.client.ask_guardian(subject, form.get("guardian", "")).page

    def register(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """Pass the number on, under the text that the page showed; the ticket for the code. Nothing is kept before that comes back."""
        who = {"cookie": form.get("waiting") or secrets.token_hex(16)}
        stranger(self.client, who, acts.REGISTER, facts=accepted(form), point="registration_form")
        return self.codes.ask(form.get("mobile", ""), came)

    def confirm(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """The code from the text message opens the account, and whoever waited for a guardian is whoever has it; the session."""
        waiting = form.get("waiting")
        minor = self.client.subject({"cookie": waiting}) if waiting else ""
        entered, mobile = self.codes.opened(
            form.get("ticket", ""), form.get("code", ""), came, of=minor, address=form.get("mobile", "")
        )
        tell(self.client, entered.subject, accepted(form) | {"verified": True}, point="registration_form")
        must(self.client, entered.subject, acts.KEEP_NUMBER, acts.STAY)
        with self.store.within(ALONE) as rows:
            rows.put(
                "people", subject=entered.subject, account=entered.account, role="member", capacity=form.get("capacity", ""),
                mobile=mobile, joined_at=now(),
            )  # fmt: skip
        return entered.secret

    def send_code(self, mobile: str, came: Mapping[str, str]) -> str:
        """A code goes to whoever has this number, if anybody has; the ticket."""
        return self.codes.again(mobile, came)

    def sign_in(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """The code opens a session."""
        entered = self.codes.enter(form.get("ticket", ""), form.get("code", ""), came)
        must(self.client, entered.subject, acts.STAY)
        return entered.secret

    def leave(self, visit: Visit) -> None:
        """Out again."""
        self.client.sign_out(visit.session)

    def close(self, visit: Visit, form: Mapping[str, str], came: Mapping[str, str]) -> None:
        """With a code that came once more the account is closed, and what was kept of its owner goes. Raises Problem for another code."""
        if not self.codes.close(visit.person["account"], form.get("ticket", ""), form.get("code", ""), came):
            raise Mistake("This code is of another account.")
        with self.store.within(visit.tenant) as rows:
            for query in THEIRS:
                rows.change(query, visit.person["id"])

    def invitation(self, visit: Visit) -> dict[str, Any] | None:
        """The enterprise that entered the number of whoever is signed in, and waits for their word."""
        query = (
            "SELECT p.id, p.tenant, p.department, p.position, t.name FROM people p JOIN tenants t ON t.id = p.tenant "
            "WHERE p.mobile = %s AND p.account = '' AND t.closed_at IS NULL"
        )
        with self.store.within(EVERY) as rows:
            return rows.row(query, visit.person["mobile"])

    def join(self, visit: Visit) -> None:
        """They join the enterprise that invited them. Its functions are on for them from now on."""
        found = self.invitation(visit)
        if found is None or visit.enterprise is not None:
            raise Mistake("No enterprise waits for your word, or you belong to one already.")
        tell(self.client, visit.subject, {"shown:policy": True, "consent:invitation": True})
        must(self.client, visit.subject, acts.KEEP_NUMBER)
        with self.store.within(found["tenant"]) as rows:
            rows.change(
                "UPDATE people SET subject = %s, account = %s, capacity = %s, joined_at = %s, agreed_calls = %s, permitted_calls = %s "
                "WHERE id = %s",
                visit.subject, *(visit.person[name] for name in ("account", "capacity")), now(),
                *(visit.person[name] for name in ("agreed_calls", "permitted_calls")), found["id"],
            )  # fmt: skip
            on = [row["function"] for row in rows.rows("SELECT function FROM functions WHERE until IS NULL")]
        self.client.join_tenant(visit.subject, found["tenant"], on=("tenant_active", *on))

    def unbind(self, visit: Visit) -> None:
        """They leave the enterprise; what it had switched on for them is off, and what they did in it goes."""
        if visit.enterprise is None:
            raise Mistake("You belong to no enterprise.")
        self.client.leave_tenant(visit.subject, visit.tenant, off=["tenant_active"])
        with self.store.within(visit.tenant) as rows:
            for query in THEIRS:
                rows.change(query, visit.person["id"])


def accepted(form: Mapping[str, str]) -> dict[str, bool | str]:
    """The text was read and accepted, by somebody who said what they can do in law."""
    stated = {f"is:{one}": form.get("capacity") == one for one in ("full_capacity", "minor")}
    sensitive = {acts.SENSITIVE: "separate"} if form.get("sensitive") == "yes" else {}
    return {"shown:policy": True, "accepted": True} | stated | sensitive
