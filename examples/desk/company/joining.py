"""Who is on the other side of a request, and how people come in: by mobile code, and into an enterprise by its invitation.

Codes and sessions are kept where accounts are. Desk asks nobody for a password: the one that an account needs is made at random
and known to nobody; whoever comes back reads another code.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from examples.desk.company import gate as acts
from examples.desk.company.gate import Gate
from examples.desk.company.store import ALONE, EVERY, Store
from examples.kit.time import now

MINE = "SELECT * FROM people WHERE account = %s ORDER BY tenant = '-' LIMIT 1"
"""The enterprise comes before being alone."""


FUNCTIONS = (*acts.WORK, "telemarketing", "order_management", "texting")
"""What an enterprise can turn on."""
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
        found = self.enterprise or {}
        return {
            word: found[column]
            for word, column in (("instruction", "instruction"), ("document", "scope"))
            if found
        }


class Joining:
    """Registration, sign-in and membership. Each verb raises Mistake, Refused, Away."""

    def __init__(self, store: Store, gate: Gate) -> None:
        self._store = store
        self._gate = gate

    def visit(self, session: str) -> Visit | None:
        """Who is signed in by a session, as long as it lasts."""
        found = self._gate.client.session(session) if session else None
        if found is None:
            return None
        with self._store.within(EVERY) as rows:
            person = rows.row(MINE, found["account"])
            enterprise = rows.row("SELECT * FROM tenants WHERE id = %s", person["tenant"]) if person else None
        return Visit(session, person, enterprise) if person else None

    def register(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """Pass the number on, under the text that the page showed; the ticket for the code. Nothing is kept before that comes back."""
        subject = self._gate.client.subject({"cookie": secrets.token_hex(16)})
        shown = self._accept(subject, form)
        self._gate.must(subject, acts.REGISTER)
        return self._gate.client.register_account(
            f"member {secrets.token_hex(8)}", secrets.token_urlsafe(24), form.get("mobile", ""), kind="phone",
            accurate=True, shown=shown, whence=came["whence"],
        )  # fmt: skip

    def confirm(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """The code from the text message opens the account; the session."""
        entered = self._gate.client.confirm_account(form.get("ticket", ""), form.get("code", ""), **came)
        self._accept(entered.subject, form, verified=True)
        self._gate.must(entered.subject, acts.KEEP_NUMBER, acts.STAY)
        names = self._gate.client.my_account(entered.secret)["names"]
        with self._store.within(ALONE) as rows:
            rows.put(
                "people", subject=entered.subject, account=entered.account, role="member", capacity=form.get("capacity", ""),
                mobile=next(one["value"] for one in names if one["kind"] == "phone"), joined_at=now(),
            )  # fmt: skip
        return entered.secret

    def send_code(self, mobile: str, came: Mapping[str, str]) -> str:
        """A code goes to whoever has this number, if anybody has; the ticket."""
        return self._gate.client.recover_account(mobile, **came)

    def sign_in(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """The code opens a session."""
        entered = self._gate.client.enter_by_code(form.get("ticket", ""), form.get("code", ""), **came)
        self._gate.must(entered.subject, acts.STAY)
        return entered.secret

    def leave(self, visit: Visit) -> None:
        """Out again."""
        self._gate.client.sign_out(visit.session)

    def decline(self, visit: Visit) -> None:
        """The text is accepted no more: nothing is taken from here on."""
        self._gate.client.accept(visit.subject, "declined", self._policy(), "en")

    def close(self, visit: Visit, form: Mapping[str, str], came: Mapping[str, str]) -> None:
        """With a code that came once more the account is closed, and what was kept of its owner goes. Raises Problem for another code."""
        password = secrets.token_urlsafe(24)
        entered = self._gate.client.reset_password(
            form.get("ticket", ""), form.get("code", ""), password, **came
        )
        if entered.account != visit.person["account"]:
            raise Mistake("This code is of another account.")
        self._gate.client.close_account(entered.secret, password)
        with self._store.within(visit.tenant) as rows:
            for query in THEIRS:
                rows.change(query, visit.person["id"])

    def invitation(self, visit: Visit) -> dict[str, Any] | None:
        """The enterprise that entered the number of whoever is signed in, and waits for their word."""
        query = (
            "SELECT p.id, p.tenant, p.department, p.position, t.name FROM people p JOIN tenants t ON t.id = p.tenant "
            "WHERE p.mobile = %s AND p.account = '' AND t.closed_at IS NULL"
        )
        with self._store.within(EVERY) as rows:
            return rows.row(query, visit.person["mobile"])

    def join(self, visit: Visit) -> None:
        """They join the enterprise that invited them. Its functions are on for them from now on."""
        found = self.invitation(visit)
        if found is None or visit.enterprise is not None:
            raise Mistake("No enterprise waits for your word, or you belong to one already.")
        self._gate.agreed(visit.subject, "invitation", "given", notice="policy")
        self._gate.must(visit.subject, acts.KEEP_NUMBER)
        with self._store.within(found["tenant"]) as rows:
            rows.change(
                "UPDATE people SET subject = %s, account = %s, capacity = %s, joined_at = %s WHERE id = %s",
                visit.subject, visit.person["account"], visit.person["capacity"], now(), found["id"],
            )  # fmt: skip
            on = [row["function"] for row in rows.rows("SELECT function FROM functions WHERE until IS NULL")]
        self._gate.belongs(visit.subject, found["tenant"], on)

    def unbind(self, visit: Visit) -> None:
        """They leave the enterprise; what it had switched on for them is off, and what they did in it goes."""
        if visit.enterprise is None:
            raise Mistake("You belong to no enterprise.")
        self._gate.belongs(visit.subject, visit.tenant, (*FUNCTIONS, "call_upload_list"), role="")
        with self._store.within(visit.tenant) as rows:
            for query in THEIRS:
                rows.change(query, visit.person["id"])

    def _accept(self, subject: str, form: Mapping[str, str], *, verified: bool = False) -> str:
        """The text was read and accepted, by somebody who said what they can do in law; the version of it."""
        policy = self._policy()
        self._gate.client.show(subject, self._gate.client.notice("policy"), point="registration_form")
        self._gate.client.accept(subject, "deemed", policy, "en")
        stated = {f"is:{one}": form.get("capacity") == one for one in ("full_capacity", "minor")}
        self._gate.switched(subject, stated | {"verified": verified})
        if form.get("sensitive") == "yes":
            self._gate.agreed(subject, acts.SENSITIVE, "given", "separate")
        return policy

    def _policy(self) -> str:
        return str(self._gate.client.policy()["digest"])
