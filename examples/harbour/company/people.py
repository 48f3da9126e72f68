"""Who is on the other side of a request: visitors by the choice they made, customers by their session.

Passwords, codes and sessions are kept where accounts are; harbour keeps the user name and the address it writes to.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from examples.harbour.company import gate as acts
from examples.harbour.company.gate import Gate, Refused
from examples.harbour.company.store import Store, now
from troth.client import Entered, Problem

REGISTRATION = "registration_form"


class Mistake(Exception):
    """What was typed cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Whoever is signed in: the session, a subject, a customer."""

    session: str
    subject: str
    customer: dict[str, Any]


class People:
    """Registration, sign-in and recovery by the product's accounts. Each verb raises Mistake, Refused, Away."""

    def __init__(self, store: Store, gate: Gate) -> None:
        self._store = store
        self._gate = gate

    def visit(self, session: str) -> Visit | None:
        """Who is signed in by a session, as long as it lasts."""
        found = self._gate.client.session(session) if session else None
        row = self._customer(found["account"]) if found else None
        return Visit(session, row["subject"], row) if row else None

    def visitor(self, number: str) -> str:
        """The subject of whoever chose in a browser that has this number; nothing links it to a customer. Raises Away."""
        named = hashlib.sha256(number.encode()).hexdigest()
        row = self._store.row("SELECT subject FROM visits WHERE cookie_id = ?", named)
        if row is None:
            subject = self._gate.client.subject({"cookie": number})
            self._store.put("visits", cookie_id=named, subject=subject)
            return subject
        return str(row["subject"])

    def register(self, visitor: str, form: dict[str, str], came: dict[str, str]) -> str:
        """Pass on user name, password and address, under the notices that the page showed; the ticket for the code.

        Nothing is kept here before the code comes back, and until then nobody knows whose address it is: who asks is a subject apart.
        """
        name, email = form.get("user_name", ""), form.get("email", "")
        if form.get("password") != form.get("password_again"):
            raise Mistake("The two passwords differ.")
        subject = visitor or self._gate.client.subject({"cookie": secrets.token_hex(16)})
        self._accept(subject, came["language"])
        self._gate.must(subject, acts.REGISTER)
        self._gate.must(subject, acts.TAKE_CODE)
        client, password = self._gate.client, form.get("password", "")
        with told():
            return client.register_account(
                name,
                password,
                email,
                accurate=form.get("accurate") == "yes",
                shown=self._gate.policy,
                whence=came["whence"],
                language=came["language"],
            )

    def confirm(self, ticket: str, code: str, came: dict[str, str]) -> str:
        """The code from the mail opens the account, and the customer is in; the session."""
        client = self._gate.client
        with told():
            entered = client.confirm_account(ticket, code, **came)
        self._accept(entered.subject, came["language"])
        held = {one["kind"]: one["value"] for one in client.my_account(entered.secret)["names"]}
        customer = self._store.put(
            "customers",
            account=entered.account,
            subject=entered.subject,
            user_name=held["name"],
            email=held["email"],
        )
        token = secrets.token_urlsafe(18)
        self._store.put("list_members", customer=customer, token=token, joined_at=now(), left_at=None)
        return self._logged(entered, came)

    def sign_in(self, name: str, password: str, old: str, came: dict[str, str]) -> str:
        """Name and password open a session."""
        with told():
            entered = self._gate.client.sign_in(name, password, old=old, **came)
        return self._logged(entered, came)

    def recover(self, name: str, came: dict[str, str]) -> str:
        """A code goes to whoever has this name, if anybody has; the ticket."""
        with told():
            return self._gate.client.recover_account(name, **came)

    def reset(self, ticket: str, code: str, password: str, came: dict[str, str]) -> str:
        """Another password with the code; the session."""
        with told():
            entered = self._gate.client.reset_password(ticket, code, password, **came)
        return self._logged(entered, came)

    def bind(self, visit: Visit, email: str, language: str) -> str:
        """A code goes to a further address; the ticket."""
        self._gate.must(visit.subject, acts.TAKE_CODE)
        with told():
            return self._gate.client.bind_address(visit.session, email, language=language)

    def bound(self, visit: Visit, ticket: str, code: str) -> None:
        """The code that came there binds it."""
        with told():
            self._gate.client.confirm_address(visit.session, ticket, code)

    def _logged(self, entered: Entered, came: dict[str, str]) -> str:
        """Nobody is let in unless the cookie is permitted; a line goes into the log where that is."""
        row = self._customer(entered.account)
        try:
            if row is None:
                raise Mistake("Nobody here has this account.")
            self._gate.must(row["subject"], acts.SESSION)
        except (Mistake, Refused):
            self._gate.client.sign_out(entered.secret)
            raise
        if self._gate.may(row["subject"], acts.LOG_SIGN_IN):
            seen = {"ip": came["whence"], "browser": came["device"], "language": came["language"]}
            self._store.put("login_log", customer=row["id"], visited_at=now(), log_event="signed in", **seen)
        return entered.secret

    def _customer(self, account: str) -> dict[str, Any] | None:
        return self._store.row("SELECT * FROM customers WHERE account = ?", account)

    def _accept(self, subject: str, language: str) -> None:
        client = self._gate.client
        for notice in client.notices_at(REGISTRATION, language):
            client.show(subject, notice, point=REGISTRATION)
        client.accept(subject, "deemed", self._gate.policy, language)


@contextmanager
def told() -> Iterator[None]:
    """What a person can mend is told in the words that came back. Raises Mistake for Problem."""
    try:
        yield
    except Problem as problem:
        raise Mistake(problem.message) from problem
