"""Calls about people's accounts: for a company that lets people in and keeps neither passwords nor codes itself.

Secrets travel in bodies. `whence` and `device` tell callers apart (limits, a word about a new device); only digests of them are kept.
"""

from __future__ import annotations

from typing import Any

from troth.client.connection import Connection
from troth.client.model import Entered


class AccountCalls(Connection):
    """Register, sign in, recover, bind, end sessions, close. Raises Problem 401 where nobody is let in, 429 where it was too often."""

    def register_account(
        self, name: str, password: str, address: str, *, kind: str = "email", whence: str = "", device: str = "",
        language: str = "en", accurate: bool = False, shown: str = "",
    ) -> str:  # fmt: skip
        """Ask for an account; the ticket with which the code is to be typed in that goes to the address."""
        said = {"name": name, "password": password, "kind": kind, "address": address, "accurate": accurate}
        came = {"shown": shown, "whence": whence, "device": device, "language": language}
        return str(self._post("accounts/register", said | came)["ticket"])

    def confirm_account(self, ticket: str, code: str, *, name: str = "", **came: str) -> Entered:
        """Open the account with the code that came (under another `name` where the one asked for was taken, Problem 409)."""
        return self._entered("confirm", {"ticket": ticket, "code": code, "name": name} | came)

    def sign_in(self, name: str, password: str, *, old: str = "", **came: str) -> Entered:
        """A new session for name, or address, and password; the session brought along (`old`) ends."""
        return self._entered("sign-in", {"name": name, "password": password, "old": old} | came)

    def recover_account(self, name: str, **came: str) -> str:
        """Have a code sent to whoever has this name or address, if anybody has; the ticket is the same either way."""
        return str(self._post("accounts/recover", {"name": name} | came)["ticket"])

    def enter_by_code(self, ticket: str, code: str, **came: str) -> Entered:
        """A new session with the code that `recover_account` had sent; password and other sessions stay as they are."""
        return self._entered("enter", {"ticket": ticket, "code": code} | came)

    def reset_password(self, ticket: str, code: str, password: str, **came: str) -> Entered:
        """Set another password with the code; every session ends, and a new one opens."""
        return self._entered("reset", {"ticket": ticket, "code": code, "password": password} | came)

    def session(self, secret: str) -> dict[str, Any] | None:
        """Who is signed in by this session (`account`, `subject`, `level`, …); None when it is over."""
        found = self._post("accounts/session", {"session": secret})
        return found if found["active"] else None

    def my_account(self, secret: str) -> dict[str, Any]:
        """What its owner sees of an account: names and addresses, sessions and by which devices."""
        return self._post("accounts/mine", {"session": secret})

    def end_sessions(self, secret: str, end: str = "") -> int:
        """End one session of the account by its id, or all others; how many ended."""
        return int(self._post("accounts/sessions/end", {"session": secret, "end": end})["ended"])

    def sign_out(self, secret: str) -> None:
        """End this session; harmless where it is over."""
        self._post("accounts/sign-out", {"session": secret})

    def bind_address(self, secret: str, address: str, *, kind: str = "email", language: str = "en") -> str:
        """Have a code sent to a further address; the ticket."""
        said = {"session": secret, "kind": kind, "address": address, "language": language}
        return str(self._post("accounts/bind", said)["ticket"])

    def confirm_address(self, secret: str, ticket: str, code: str) -> str:
        """Bind the further address with its code; the id under which it is known."""
        return str(
            self._post("accounts/bind/confirm", {"session": secret, "ticket": ticket, "code": code})["id"]
        )

    def unbind_address(self, secret: str, id: str) -> None:
        """Let an address lead to the account no more."""
        self._post("accounts/unbind", {"session": secret, "address": id})

    def change_password(self, secret: str, password: str, new: str, **came: str) -> Entered:
        """Set another password; every other session ends, and this one goes on under a new secret."""
        return self._entered("password", {"session": secret, "password": password, "new": new} | came)

    def close_account(self, secret: str, password: str) -> None:
        """Close the account: access ends at once. What is held of the person goes by its own rules."""
        self._post("accounts/close", {"session": secret, "password": password})

    def _entered(self, path: str, said: dict[str, str]) -> Entered:
        found = self._post(f"accounts/{path}", said)
        names = ("session", "account", "subject", "level", "until")
        return Entered(*(str(found[name]) for name in names))
