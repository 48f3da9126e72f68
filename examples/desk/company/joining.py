"""Who is on the other side of a request, and how people come in: by mobile code, and into an enterprise by its invitation.

Codes and sessions are kept where accounts are. Desk asks nobody for a password: the one that an account needs is made at random
and known to nobody; whoever comes back reads another code.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from examples.desk.company import gate as acts
from examples.desk.company.gate import Gate, Refused
from examples.desk.company.store import ALONE, EVERY, Store
from examples.kit.time import now
from troth.client import Entered, Problem

MINE = "SELECT * FROM people WHERE account = %s ORDER BY tenant = '-' LIMIT 1"
"""The enterprise comes before being alone."""


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
        self._accept(subject, form, came["language"])
        self._gate.must(subject, acts.REGISTER)
        with told():
            return self._gate.client.register_account(
                f"member {secrets.token_hex(8)}", secrets.token_urlsafe(24), form.get("mobile", ""), kind="phone",
                accurate=True, shown=self._gate.policy, whence=came["whence"], language=came["language"],
            )  # fmt: skip

    def confirm(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """The code from the text message opens the account; the session."""
        client = self._gate.client
        with told():
            entered = client.confirm_account(form.get("ticket", ""), form.get("code", ""), **came)
        held = {one["kind"]: one["value"] for one in client.my_account(entered.secret)["names"]}
        self._accept(entered.subject, form, came["language"])
        self._gate.switched(entered.subject, {"verified": True})
        self._gate.must(entered.subject, acts.KEEP_NUMBER)
        with self._store.within(ALONE) as rows:
            rows.put(
                "people", subject=entered.subject, account=entered.account, mobile=held["phone"], role="member",
                capacity=form.get("capacity", ""), joined_at=now(),
            )  # fmt: skip
        return self._stays(entered)

    def send_code(self, mobile: str, came: Mapping[str, str]) -> str:
        """A code goes to whoever has this number, if anybody has; the ticket."""
        with told():
            return self._gate.client.recover_account(mobile, **came)

    def sign_in(self, form: Mapping[str, str], came: Mapping[str, str]) -> str:
        """The code opens a session."""
        with told():
            entered = self._gate.client.enter_by_code(form.get("ticket", ""), form.get("code", ""), **came)
        return self._stays(entered)

    def agree(self, subject: str, item: str, act: str, language: str) -> None:
        """Give or withdraw a consent."""
        kind = "separate" if item == acts.SENSITIVE else "explicit"
        self._gate.client.consent(subject, item, act, kind=kind, language=language)

    def invitation(self, visit: Visit) -> dict[str, Any] | None:
        """The enterprise that entered the number of whoever is signed in, and waits for their word."""
        query = (
            "SELECT p.id, p.tenant, p.department, p.position, t.name FROM people p JOIN tenants t ON t.id = p.tenant "
            "WHERE p.mobile = %s AND p.account = '' AND t.closed_at IS NULL"
        )
        with self._store.within(EVERY) as rows:
            return rows.row(query, visit.person["mobile"])

    def join(self, visit: Visit, language: str) -> None:
        """They join the enterprise that invited them. Its functions are on for them from now on."""
        found = self.invitation(visit)
        if found is None or visit.enterprise is not None:
            raise Mistake("No enterprise waits for your word, or you belong to one already.")
        self._gate.client.consent(
            visit.subject, "invitation", "given", kind="explicit", notice="policy", language=language
        )
        self._gate.must(visit.subject, acts.KEEP_NUMBER)
        self._gate.client.join_tenant(visit.subject, found["tenant"])
        with self._store.within(found["tenant"]) as rows:
            rows.change(
                "UPDATE people SET subject = %s, account = %s, capacity = %s, joined_at = %s WHERE id = %s",
                visit.subject, visit.person["account"], visit.person["capacity"], now(), found["id"],
            )  # fmt: skip
            on = [row["function"] for row in rows.rows("SELECT function FROM functions WHERE until IS NULL")]
        self._gate.switched(visit.subject, {"on:tenant_active": True} | {f"on:{one}": True for one in on})

    def unbind(self, visit: Visit) -> None:
        """They leave the enterprise; what it had switched on for them is off."""
        if visit.enterprise is None:
            raise Mistake("You belong to no enterprise.")
        self._gate.client.leave_tenant(visit.subject, visit.tenant)
        off = {f"on:{one}": False for one in (*acts.FUNCTIONS, "tenant_active", "call_upload_list")}
        self._gate.switched(visit.subject, off | {"is:tenant_admin": False})
        with self._store.within(visit.tenant) as rows:
            for table in ("records", "calls", "messages"):
                whose = "sender" if table == "messages" else "person"
                rows.change(f"DELETE FROM {table} WHERE {whose} = %s", visit.person["id"])  # noqa: S608 - names from this code
            rows.change("DELETE FROM people WHERE id = %s", visit.person["id"])

    def _accept(self, subject: str, form: Mapping[str, str], language: str) -> None:
        self._gate.shown(subject, "policy", language, "registration_form")
        self._gate.client.accept(subject, "deemed", self._gate.policy, language)
        self._gate.switched(
            subject, {f"is:{one}": form.get("capacity") == one for one in ("full_capacity", "minor")}
        )
        if form.get("sensitive") == "yes":
            self.agree(subject, acts.SENSITIVE, "given", language)

    def _stays(self, entered: Entered) -> str:
        """Nobody is let in unless the cookie is permitted."""
        try:
            self._gate.must(entered.subject, acts.STAY)
        except Refused:
            self._gate.client.sign_out(entered.secret)
            raise
        return entered.secret


@contextmanager
def told() -> Iterator[None]:
    """What a person can mend is told in the words that came back. Raises Mistake for Problem."""
    try:
        yield
    except Problem as problem:
        raise Mistake(problem.message) from problem
