"""Calls about people's accounts: for a company that lets people in and keeps neither passwords nor codes itself.

Secrets travel in bodies. `whence` and `device` tell callers apart (limits, a word about a new device); only digests of them are kept.
"""

from __future__ import annotations

from typing import Any

from troth.client.call import Call, Plain, asked, nothing, plain, said, sent
from troth.client.model import Entered


class AccountCalls:
    """Register, sign in, recover, bind, end sessions, close. Raises Problem 401 where nobody is let in, 429 where it was too often."""

    @said
    def register_account(
        self, name: str, password: str, address: str, *, kind: str = "email", whence: str = "", device: str = "",
        language: str = "en", accurate: bool = False, shown: str = "",
    ) -> Call[str]:  # fmt: skip
        """Ask for an account; the ticket with which the code is to be typed in that goes to the address."""
        body = {"name": name, "password": password, "kind": kind, "address": address, "accurate": accurate}
        came = {"shown": shown, "whence": whence, "device": device, "language": language}
        return sent("accounts/register", body | came, _ticket)

    @said
    def confirm_account(self, /, ticket: str, code: str, *, name: str = "", **came: str) -> Call[Entered]:
        """Open the account with the code that came (under another `name` where the one asked for was taken, Problem 409)."""
        return _entered("confirm", {"ticket": ticket, "code": code, "name": name} | came)

    @said
    def sign_in(self, /, name: str, password: str, *, old: str = "", **came: str) -> Call[Entered]:
        """A new session for name, or address, and password; the session brought along (`old`) ends."""
        return _entered("sign-in", {"name": name, "password": password, "old": old} | came)

    @said
    def recover_account(self, /, name: str, **came: str) -> Call[str]:
        """Have a code sent to whoever has this name or address, if anybody has; the ticket is the same either way."""
        return sent("accounts/recover", {"name": name} | came, _ticket)

    @said
    def enter_by_code(self, /, ticket: str, code: str, **came: str) -> Call[Entered]:
        """A new session with the code that `recover_account` had sent; password and other sessions stay as they are."""
        return _entered("enter", {"ticket": ticket, "code": code} | came)

    @said
    def reset_password(self, /, ticket: str, code: str, password: str, **came: str) -> Call[Entered]:
        """Set another password with the code; every session ends, and a new one opens."""
        return _entered("reset", {"ticket": ticket, "code": code, "password": password} | came)

    @said
    def session(self, secret: str) -> Call[dict[str, Any] | None]:
        """Who is signed in by this session (`account`, `subject`, `level`, …); None when it is over."""
        return asked(
            "accounts/session", {"session": secret}, lambda found: found if found["active"] else None
        )

    @said
    def my_account(self, secret: str) -> Call[Plain]:
        """What its owner sees of an account: names and addresses, sessions and by which devices."""
        return asked("accounts/mine", {"session": secret}, plain)

    @said
    def end_sessions(self, secret: str, end: str = "") -> Call[int]:
        """End one session of the account by its id, or all others; how many ended."""
        body = {"session": secret, "end": end}
        return sent("accounts/sessions/end", body, lambda found: int(found["ended"]))

    @said
    def sign_out(self, secret: str) -> Call[None]:
        """End this session; harmless where it is over."""
        return sent("accounts/sign-out", {"session": secret}, nothing)

    @said
    def bind_address(
        self, secret: str, address: str, *, kind: str = "email", language: str = "en"
    ) -> Call[str]:
        """Have a code sent to a further address; the ticket."""
        body = {"session": secret, "kind": kind, "address": address, "language": language}
        return sent("accounts/bind", body, _ticket)

    @said
    def confirm_address(self, secret: str, ticket: str, code: str) -> Call[str]:
        """Bind the further address with its code; the id under which it is known."""
        body = {"session": secret, "ticket": ticket, "code": code}
        return sent("accounts/bind/confirm", body, lambda found: str(found["id"]))

    @said
    def unbind_address(self, secret: str, id: str) -> Call[None]:
        """Let an address lead to the account no more."""
        return sent("accounts/unbind", {"session": secret, "address": id}, nothing)

    @said
    def change_password(self, /, secret: str, password: str, new: str, **came: str) -> Call[Entered]:
        """Set another password; every other session ends, and this one goes on under a new secret."""
        return _entered("password", {"session": secret, "password": password, "new": new} | came)

    @said
    def close_account(self, secret: str, password: str) -> Call[None]:
        """Close the account: access ends at once. What is held of the person goes by its own rules."""
        return sent("accounts/close", {"session": secret, "password": password}, nothing)


def _entered(path: str, body: dict[str, str]) -> Call[Entered]:
    return sent(f"accounts/{path}", body, _read)


def _read(found: Plain) -> Entered:
    return Entered(*(str(found[name]) for name in ("session", "account", "subject", "level", "until")))


def _ticket(found: Plain) -> str:
    return str(found["ticket"])
