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

from examples.harbour.company import acts
from examples.harbour.company.house import House
from examples.harbour.company.store import now
from troth.client import Entered, Problem, Refused, may, must, show_form

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

    def __init__(self, house: House) -> None:
        self._house = house

    def visit(self, session: str) -> Visit | None:
        """Who is signed in by a session, as long as it lasts."""
        found = self._house.client.session(session) if session else None
        row = self._customer(found["account"]) if found else None
        return Visit(session, row["subject"], row) if row else None

    def visitor(self, number: str) -> str:
        """The subject of whoever chose in a browser that has this number; nothing links it to a customer. Raises Away."""
        named, store = hashlib.sha256(number.encode()).hexdigest(), self._house.store
        row = store.row("SELECT subject FROM visits WHERE cookie_id = ?", named)
        if row is None:
            row = {"subject": self._house.client.subject({"cookie": number})}
            store.put("visits", cookie_id=named, **row)
        return str(row["subject"])

    def register(self, visitor: str, form: dict[str, str], came: dict[str, str]) -> str:
        """Pass on user name, password and address, under the notices that the page showed; the ticket for the code.

        Nothing is kept here before the code comes back, and until then nobody knows whose address it is: who asks is a subject apart.
        """
        typed = [form.get(name, "") for name in ("user_name", "password", "email")]
        if form.get("password") != form.get("password_again"):
            raise Mistake("The two passwords differ.")
        subject = visitor or self.visitor(secrets.token_hex(16))
        self._accept(subject, came["language"])
        for question in (acts.REGISTER, acts.TAKE_CODE):
            must(self._house.client, subject, question)
        more = {
            "accurate": form.get("accurate") == "yes",
            "whence": came["whence"],
            "language": came["language"],
        }
        with told():
            return self._house.client.register_account(*typed, shown=self._house.policy, **more)  # type: ignore[arg-type]

    def confirm(self, ticket: str, code: str, came: dict[str, str]) -> str:
        """The code from the mail opens the account, and the customer is in; the session."""
        with told():
            entered = self._house.client.confirm_account(ticket, code, **came)
        self._accept(entered.subject, came["language"])
        names = self._house.client.my_account(entered.secret)["names"]
        held = {one["kind"]: one["value"] for one in names}
        customer = self._house.store.put(
            "customers", account=entered.account, subject=entered.subject, user_name=held["name"], email=held["email"],
        )  # fmt: skip
        self._house.store.put(
            "list_members", customer=customer, token=secrets.token_urlsafe(18), joined_at=now()
        )
        return self._logged(entered, came)

    def sign_in(self, name: str, password: str, old: str, came: dict[str, str]) -> str:
        """Name and password open a session."""
        with told():
            entered = self._house.client.sign_in(name, password, old=old, **came)
        return self._logged(entered, came)

    def recover(self, name: str, came: dict[str, str]) -> str:
        """A code goes to whoever has this name, if anybody has; the ticket."""
        with told():
            return self._house.client.recover_account(name, **came)

    def reset(self, ticket: str, code: str, password: str, came: dict[str, str]) -> str:
        """Another password with the code; the session."""
        with told():
            entered = self._house.client.reset_password(ticket, code, password, **came)
        return self._logged(entered, came)

    def bind(self, visit: Visit, email: str, language: str) -> str:
        """A code goes to a further address; the ticket."""
        with told():
            return self._house.client.bind_address(visit.session, email, language=language)

    def bound(self, visit: Visit, ticket: str, code: str) -> None:
        """The code that came there binds it."""
        with told():
            self._house.client.confirm_address(visit.session, ticket, code)

    def _logged(self, entered: Entered, came: dict[str, str]) -> str:
        """Nobody is let in unless the cookie is permitted; a line goes into the log where that is."""
        row = self._customer(entered.account)
        try:
            if row is None:
                raise Mistake("Nobody here has this account.")
            must(self._house.client, row["subject"], acts.SESSION)
        except (Mistake, Refused):
            self._house.client.sign_out(entered.secret)
            raise
        if may(self._house.client, row["subject"], acts.LOG_SIGN_IN):
            seen = {"ip": came["whence"], "browser": came["device"], "language": came["language"]}
            line = {"customer": row["id"], "visited_at": now(), "log_event": "signed in"}
            self._house.store.put("login_log", **line, **seen)
        return entered.secret

    def _customer(self, account: str) -> dict[str, Any] | None:
        return self._house.store.row("SELECT * FROM customers WHERE account = ?", account)

    def _accept(self, subject: str, language: str) -> None:
        show_form(self._house.client, subject, REGISTRATION, language)
        self._house.client.accept(subject, "deemed", self._house.policy, language)


@contextmanager
def told() -> Iterator[None]:
    """What a person can mend is told in the words that came back. Raises Mistake for Problem."""
    try:
        yield
    except Problem as problem:
        raise Mistake(problem.message) from problem
