"""Accounts of which nobody knows a password: in by a code to an address, and out for good by another. For programs that wait."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from troth.client.calls import Voice
from troth.client.errors import Problem
from troth.client.model import Entered


class ByCode:
    """Lets people in by codes alone; the name and the password that an account has are made at random and kept by nobody."""

    def __init__(self, client: Voice, kind: str = "phone") -> None:
        """`kind` is that of the addresses: `phone` or `email`."""
        self._client = client
        self._kind = kind

    def ask(self, address: str, came: Mapping[str, str]) -> str:
        """Have a code sent for a new account, under the policy in force that its owner accepted; the ticket. Raises Problem, Away."""
        return self._client.register_account(
            f"member {secrets.token_hex(8)}", secrets.token_urlsafe(24), address, kind=self._kind, accurate=True,
            shown=str(self._client.policy()["digest"]), whence=came.get("whence", ""),
        )  # fmt: skip

    def opened(
        self, ticket: str, code: str, came: Mapping[str, str], *, of: str = "", address: str = ""
    ) -> tuple[Entered, str]:
        """The code opens the account: the session, and the address that it proved. Raises Problem, Away.

        `of` is whoever it is to belong to, where somebody was known here before they had one (a minor whose guardian was asked first):
        the address leads to them, unless the code was not the one, or it led to somebody else already.
        """
        if of:
            self._client.link(of, {self._kind: address})
        try:
            entered = self._client.confirm_account(ticket, code, **came)
        except Problem:
            if of:
                self._client.link(of, unlink={self._kind: address})
            raise
        names = self._client.my_account(entered.secret)["names"]
        return entered, next(str(one["value"]) for one in names if one["kind"] == self._kind)

    def again(self, address: str, came: Mapping[str, str]) -> str:
        """Have a code sent to whoever has this address, if anybody has; the ticket. Raises Problem, Away."""
        return self._client.recover_account(address, **came)

    def enter(self, ticket: str, code: str, came: Mapping[str, str]) -> Entered:
        """The code opens a session. Raises Problem, Away."""
        return self._client.enter_by_code(ticket, code, **came)

    def close(self, account: str, ticket: str, code: str, came: Mapping[str, str]) -> bool:
        """With a code that came once more the account is closed; False where the code is of another account. Raises Problem, Away."""
        password = secrets.token_urlsafe(24)
        entered = self._client.reset_password(ticket, code, password, **came)
        if entered.account != account:
            return False
        self._client.close_account(entered.secret, password)
        return True
