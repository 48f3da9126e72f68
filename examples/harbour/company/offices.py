"""The offices behind the counter: who may sit there, the legal desk that releases data by hand, and the history of the policy."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from examples.harbour.company import acts
from examples.harbour.company.house import House
from examples.harbour.company.seal import SEAL as SEAL
from examples.harbour.company.seal import sealed
from examples.harbour.company.store import Store, now
from examples.kit import time
from troth.client import may

ADMIN: Final = "aminah"
THEIRS: Final = ("orders", "domains", "filings", "tickets", "login_log", "list_members", "mail_events")
"""Tables of what belongs to a customer. What was passed on stays as a number that leads to nobody, with the answer of whoever had it."""
LASTS: Final = timedelta(hours=8)


class Admins:
    """harbour's own staff: a name and a password that was handed over in person, in a file beside the data."""

    def __init__(self, store: Store, file: Path) -> None:
        self._store = store
        if store.row("SELECT 1 AS one FROM admins") is None:
            password = secrets.token_urlsafe(18)
            store.put("admins", name=ADMIN, secret_hash=_hashed(password, secrets.token_hex(16)))
            _hand_over(file, json.dumps({"name": ADMIN, "password": password}))

    def enter(self, name: str, password: str) -> str:
        """A token for whoever gives the right password; '' for anybody else."""
        row = self._store.row("SELECT secret_hash FROM admins WHERE name = ?", name)
        known = str(row["secret_hash"]) if row else _hashed("", "00")
        given = _hashed(password, known.partition("$")[0])
        if not secrets.compare_digest(given, known) or row is None:
            return ""
        token = secrets.token_urlsafe(24)
        until = (time.now() + LASTS).isoformat(timespec="milliseconds")
        self._store.put("admin_visits", token=_digest(token), name=name, until=until)
        return token

    def visit(self, token: str) -> str:
        """Who sits there; '' once their time is over."""
        row = self._store.row("SELECT name, until FROM admin_visits WHERE token = ?", _digest(token))
        return str(row["name"]) if row and row["until"] > now() else ""

    def leave(self, token: str) -> None:
        """They get up."""
        self._store.change("DELETE FROM admin_visits WHERE token = ?", _digest(token))


class LegalDesk:
    """Releases by hand: to authorities with an order, to a buyer of the business, to whoever a customer agreed to."""

    def __init__(self, house: House, file: Path) -> None:
        self._house = house
        if not file.exists():
            _hand_over(file, secrets.token_hex(32))
        self._key = file.read_text()

    def release(self, user_name: str, form: dict[str, str]) -> int:
        """Hand out what there is on a customer (or on all, where nobody is named), where each may be; how many were."""
        done = 0
        who = "SELECT * FROM customers WHERE ? IN ('', user_name) ORDER BY id"
        for customer in self._house.store.rows(who, user_name):
            done += self._released(customer, form)
        return done

    def correct(self, user_name: str, phone: str) -> int:
        """Put the telephone number of a registrant right; in how many registrations."""
        return self._house.store.change(
            "UPDATE domains SET registrant_phone = ? WHERE customer IN (SELECT id FROM customers WHERE user_name = ?)",
            phone[:40], user_name,
        )  # fmt: skip

    def erase(self, user_name: str) -> int:
        """Erase what there is on a customer: rows, documents, and what others were sent, who are ordered to; how many rows."""
        store = self._house.store
        customer = store.row("SELECT id FROM customers WHERE user_name = ?", user_name)
        if customer is None:
            return 0
        number = customer["id"]
        sent = "SELECT partner, reference FROM passed_on WHERE customer = ? AND recalled_at IS NULL"
        for one in store.rows(sent, number):
            self._house.partners.recall(one["partner"], one["reference"])
        for filing in store.rows("SELECT dossier FROM filings WHERE customer = ?", number):
            if name := json.loads(filing["dossier"]).get("filing_document"):
                (self._house.papers / name).unlink(missing_ok=True)
        gone = sum(store.change(f"DELETE FROM {table} WHERE customer = ?", number) for table in THEIRS)  # noqa: S608
        return gone + store.change("DELETE FROM customers WHERE id = ?", number)

    def signs(self, recipient: str) -> None:
        """Somebody has bound themselves to this policy, by contract."""
        self._house.client.recipient(recipient, ["policy_bound"])

    def use(self, question: Any) -> int:
        """Something is done by hand with every customer with whom it may be done; how many these were."""
        customers = self._house.store.rows("SELECT subject FROM customers")
        return sum(may(self._house.client, one["subject"], question) for one in customers)

    def _released(self, customer: dict[str, Any], form: dict[str, str]) -> bool:
        act, purpose, recipient = (form.get(name, "") for name in ("act", "purpose", "recipient"))
        question = acts.released(act, purpose, recipient, form.get("place") or "MY", self._checked(form))
        permitted = may(self._house.client, customer["subject"], question)
        row = {"customer": customer["id"], "act": act, "recipient": recipient, "purpose": purpose}
        number = self._house.store.put("releases", asked_at=now(), done=int(permitted), **row)
        if permitted and act != "publish":
            orders = "SELECT service, plan FROM orders WHERE customer = ?"
            data = {
                "user_name": customer["user_name"],
                "orders": self._house.store.rows(orders, customer["id"]),
            }
            self._house.partners.send(customer["id"], recipient, f"release-{number}", purpose, data)
        return permitted

    def _checked(self, form: dict[str, str]) -> dict[str, str]:
        """The papers that lie here; one more where the seal on an order is that of its office."""
        papers = {name: form[name] for name in acts.PAPERS if form.get(name)}
        genuine = secrets.compare_digest(sealed(self._key, form.get("order", "")), form.get("seal", ""))
        return papers | ({"authenticity": f"the seal was checked on {now()}"} if genuine else {})


class Words:
    """The texts of the policy that harbour's page has shown, each with the day since when."""

    def __init__(self, store: Store, text: str) -> None:
        self._store, self.text = store, text
        digest = hashlib.sha256(text.encode()).hexdigest()
        if store.row("SELECT 1 AS one FROM texts WHERE digest = ?", digest) is None:
            store.put("texts", digest=digest, words=text, since=now())

    def history(self) -> list[dict[str, Any]]:
        """All of them, the newest first."""
        return self._store.rows("SELECT digest, since FROM texts ORDER BY since DESC")

    def former(self, digest: str) -> str:
        """One of them; '' where there was none like that."""
        row = self._store.row("SELECT words FROM texts WHERE digest = ?", digest)
        return str(row["words"]) if row else ""


def _hand_over(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as handed:
        handed.write(text)


def _hashed(password: str, salt: str) -> str:
    """Salted, and slow to guess (RFC 7914)."""
    return f"{salt}${hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1).hex()}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
