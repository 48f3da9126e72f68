"""Who is on the other side of a request: visitors, customers, codes and sessions."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.security import check_password_hash, generate_password_hash

from examples.harbour.company import gate as acts
from examples.harbour.company.gate import Gate
from examples.harbour.company.mailing import Mailing
from examples.harbour.company.store import Store, now

HASHING = "scrypt:4096:8:1"
MOST_TRIES = 5
REGISTRATION = "registration_form"


class Mistake(Exception):
    """What was typed cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Whoever holds this cookie: a subject, and a customer once signed in."""

    cookie: str
    subject: str
    customer: dict[str, Any] | None


class People:
    """Registration by mail code, sign-in, and the visits that cookies stand for."""

    def __init__(self, store: Store, gate: Gate, mailing: Mailing) -> None:
        self._store = store
        self._gate = gate
        self._mailing = mailing

    def visit(self, cookie: str) -> Visit | None:
        """The visit of a cookie."""
        row = self._store.row("SELECT * FROM visits WHERE cookie_id = ?", _digest(cookie)) if cookie else None
        if row is None:
            return None
        customer = self._store.row("SELECT * FROM customers WHERE id = ?", row["customer"])
        return Visit(cookie, row["subject"], customer)

    def visitor(self, number: str) -> str:
        """The subject of whoever chose in a browser that has this number. Raises Away."""
        row = self._store.row("SELECT subject FROM visits WHERE cookie_id = ?", _digest(number))
        if row is None:
            subject = self._gate.client.subject({"cookie": number})
            self._store.put("visits", cookie_id=_digest(number), subject=subject, customer=None)
            return subject
        return str(row["subject"])

    def register(self, visitor: str, form: dict[str, str], language: str) -> str:
        """Take in user name, password and address, under the notices that the page showed, and mail a code; the user name.

        Raises Mistake, Refused, Away.
        """
        name, email = form.get("user_name", "").strip(), form.get("email", "").strip()
        self._check(name, email, form.get("password", ""), form.get("password_again", ""))
        cookie = {"cookie": visitor} if visitor else {}
        subject = self._gate.client.subject({"email": email, "account": name} | cookie)
        self._accept(subject, language)
        self._gate.must(subject, acts.REGISTER)
        hashed = generate_password_hash(form["password"], method=HASHING)
        customer = self._store.put(
            "customers", subject=subject, user_name=name, password_hash=hashed, email=email
        )
        code = f"{secrets.randbelow(1_000_000):06d}"
        if self._mailing.code(subject, email, code):
            row = {"code_hash": _digest(code), "code_use": "registration", "code_sent_at": now()}
            self._store.put("codes", customer=customer, **row)
        return name

    def confirm(self, name: str, code: str) -> None:
        """The code from the mail opens the account. Raises Mistake, Refused, Away."""
        row = self._store.row(
            "SELECT c.id, c.subject, o.code_hash FROM customers c JOIN codes o ON o.customer = c.id "
            "WHERE c.user_name = ? AND o.tries < ? AND o.code_sent_at > ?",
            name,
            MOST_TRIES,
            (datetime.now(UTC) - timedelta(days=1)).isoformat(),
        )
        if row is None or not secrets.compare_digest(row["code_hash"], _digest(code.strip())):
            self._store.change(
                "UPDATE codes SET tries = tries + 1 WHERE customer = ?", row["id"] if row else -1
            )
            raise Mistake("This code does not fit.")
        self._gate.must(row["subject"], acts.TAKE_CODE)
        self._gate.client.set_facts(row["subject"], ["registered", "verified"])
        self._store.change("UPDATE customers SET state = 'active' WHERE id = ?", row["id"])
        self._store.change("DELETE FROM codes WHERE customer = ?", row["id"])
        self._store.put(
            "list_members", customer=row["id"], token=secrets.token_urlsafe(18), joined_at=now(), left_at=None
        )

    def sign_in(self, name: str, password: str, seen: dict[str, str]) -> Visit:
        """Name and password open a visit. Raises Mistake, Refused, Away."""
        row = self._store.row("SELECT * FROM customers WHERE user_name = ? AND state = 'active'", name)
        if row is None or not check_password_hash(row["password_hash"], password):
            raise Mistake("Name and password do not go together.")
        self._gate.must(row["subject"], acts.SESSION)
        if self._gate.may(row["subject"], acts.LOG_SIGN_IN):
            self._store.put("login_log", customer=row["id"], visited_at=now(), log_event="signed in", **seen)
        cookie = secrets.token_urlsafe(24)
        self._store.put("visits", cookie_id=_digest(cookie), subject=row["subject"], customer=row["id"])
        return Visit(cookie, row["subject"], row)

    def sign_out(self, visit: Visit) -> None:
        """The cookie stands for nobody any more."""
        self._store.change("DELETE FROM visits WHERE cookie_id = ?", _digest(visit.cookie))

    def _accept(self, subject: str, language: str) -> None:
        client = self._gate.client
        for notice in client.notices_at(REGISTRATION, language):
            client.show(subject, notice, point=REGISTRATION)
        client.accept(subject, "deemed", self._gate.policy, language)

    def _check(self, name: str, email: str, password: str, again: str) -> None:
        if not name or "@" not in email:
            raise Mistake("A user name and an email address are needed.")
        if password != again:
            raise Mistake("The two passwords differ.")
        if len(password) < 10 or password.isalpha() or password.isdigit():
            raise Mistake("A password has ten characters or more, and not letters or digits alone.")
        if self._store.row("SELECT 1 FROM customers WHERE user_name = ? OR email = ?", name, email):
            raise Mistake("There is an account with this name or address.")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
