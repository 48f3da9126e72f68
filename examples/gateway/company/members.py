"""Members: registering, coming in, the messenger's sign-in, what "My" shows, correcting, and cancelling.

Passwords, codes and sessions are kept where accounts are; gateway keeps the other details of an account, and a number of its own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from examples.gateway.company import acts
from examples.gateway.company.asking import Question, Refused, Troth
from examples.gateway.company.store import Document, Store
from examples.kit.time import now

CHAT = ("chat_login", "sdk_clause")
CHAT_POINT, FORM = "chat_login", "registration_form"


class Mistake(Exception):
    """What was typed cannot be used; the sentence says why."""


@dataclass(frozen=True)
class Visit:
    """Whoever is signed in."""

    session: str
    subject: str
    level: str
    member: Document

    @property
    def number(self) -> str:
        """Under which number gateway's documents speak of them."""
        return str(self.member["member"])


class Members:
    """Raises Mistake, Refused, Told, Away."""

    def __init__(self, store: Store, troth: Troth) -> None:
        self._store, self._troth = store, troth

    def visit(self, session: str) -> Visit | None:
        """Who is signed in by a session, as long as it lasts."""
        found = self._troth.post("accounts/session", session=session) if session else {}
        member = self._of(str(found["account"])) if found.get("active") else None
        return Visit(session, member["subject"], str(found["level"]), member) if member else None

    def welcome(self, subject: str, *points: str) -> None:
        """Put on record what somebody was shown before they sent a form, and that they took it."""
        for point in points:
            for notice in self._troth.get(f"points/{point}/notices")["notices"]:
                named = {name: notice[name] for name in ("notice", "language", "rendered")}
                self._troth.post("displays", subject=subject, point=point, interface="web", **named)
        self._troth.post(f"subjects/{subject}/acceptance", kind="deemed")

    def stranger(self) -> str:
        """The subject of somebody nobody knows, and knows no more once the page is answered."""
        subject = str(self._troth.post("subjects", identities=[])["subject"])
        self._troth.post(f"subjects/{subject}/facts", set=["on:service"])
        return subject

    def register(self, form: dict[str, str], came: dict[str, str]) -> str:
        """Hand on the details once the policy permits that; the ticket for the code. Nothing is kept here before the code comes back."""
        if form.get("password") != form.get("password_again"):
            raise Mistake("The two passwords differ.")
        subject = self.stranger()
        self.welcome(subject, FORM)
        self._troth.must(subject, acts.REGISTER)
        said = {
            "name": f"m{secrets.token_hex(6)}",
            "password": form.get("password", ""),
            "address": form.get("email", ""),
        }
        return str(
            self._troth.post("accounts/register", shown=self._troth.get("policy")["digest"], **said, **came)[
                "ticket"
            ]
        )

    def confirm(self, form: dict[str, str], came: dict[str, str]) -> str:
        """The code opens the account, and the member is in; the session."""
        entered = self._troth.post(
            "accounts/confirm", ticket=form.get("ticket", ""), code=form.get("code", ""), **came
        )
        self._troth.post(f"subjects/{entered['subject']}/facts", set=["on:service"])
        self.welcome(entered["subject"], FORM)
        self._troth.must(entered["subject"], acts.REGISTER)
        names = self._troth.post("accounts/mine", session=entered["session"])["names"]
        held = {one["kind"]: one["value"] for one in names}
        self._store.put(
            "members", account=entered["account"], subject=entered["subject"], member=held["name"], email=held["email"],
            name=form.get("name", "")[:80], mobile_number=form.get("mobile_number", "")[:40], joined_at=now().isoformat(),
        )  # fmt: skip
        return self._let_in(entered)

    def sign_in(self, form: dict[str, str], came: dict[str, str]) -> str:
        """Address and password open a session."""
        said = {"name": form.get("email", ""), "password": form.get("password", "")}
        return self._let_in(self._troth.post("accounts/sign-in", **said, **came))

    def sign_out(self, session: str) -> None:
        """Out again."""
        self._troth.post("accounts/sign-out", session=session)

    # -- the messenger ----------------------------------------------------------------------------------------------

    def to_messenger(self, visit: Visit | None, back: str) -> dict[str, Any]:
        """Where somebody goes who pressed Allow; of a member it is on record first that they were asked, signed and agreed."""
        if visit:
            self.welcome(visit.subject, CHAT_POINT)
            self._troth.post(f"subjects/{visit.subject}/facts", set=["on:chat_sign_in"])
            for item in CHAT:
                self._troth.post("consents", subject=visit.subject, item=item, act="given", language="en")
        said = {"provider": "liaotong", "redirect": back, "session": visit.session if visit else ""}
        return self._troth.post("accounts/provider/begin", **said)

    def from_messenger(self, state: str, code: str, binding: str, came: dict[str, str]) -> str:
        """Whoever linked the messenger is in; '' where it was linked just now."""
        found = self._troth.post("accounts/provider/finish", state=state, code=code, binding=binding, **came)
        return "" if "linked" in found else self._let_in(found, acts.CHAT)

    def linked(self, visit: Visit) -> None:
        """What the messenger tells, which is one word, goes into the account."""
        self._troth.must(visit.subject, acts.CHAT)
        self._store.change("members", visit.member["id"], verification_state="verified")

    def _let_in(self, entered: dict[str, Any], *more: Question) -> str:
        """Nobody is let in unless the cookie is permitted."""
        member = self._of(entered["account"])
        try:
            if member is None:
                raise Mistake("Nobody here has this account.")
            for question in (acts.SIGN_IN_COOKIE, *more):
                self._troth.must(member["subject"], question)
        except (Mistake, Refused):
            self.sign_out(entered["session"])
            raise
        return str(entered["session"])

    # -- what is theirs ---------------------------------------------------------------------------------------------

    def held(self, visit: Visit) -> dict[str, list[Document]]:
        """Everything that is held of a member, by kind."""
        kinds = {
            "devices": "Devices",
            "verifications": "Identity checks",
            "listings": "Listings",
            "deals": "Deals",
            "browse_log": "Visits",
        }
        return {label: self._store.mine(kind, visit.number) for kind, label in kinds.items()}

    def correct(self, visit: Visit, form: dict[str, str]) -> None:
        """In place."""
        said = {name: form[name][:80] for name in ("name", "mobile_number") if form.get(name)}
        self._troth.must(visit.subject, acts.REGISTER)
        self._store.change("members", visit.member["id"], **said)

    def cancel(self, visit: Visit, form: dict[str, str], right: str) -> str:
        """Cancel: a numbered ticket is the receipt, the account shuts, and the number stays to tell that nobody may come back by it."""
        opened = self._troth.post(
            "tickets", kind="request", right=right, subject=visit.subject, words="Cancel my account."
        )
        try:
            self._troth.post("accounts/close", session=visit.session, password=form.get("password", ""))
        except Exception:
            self._troth.post(f"tickets/{opened['number']}/close", reason="not_ours")
            raise
        how = "anonymise" if form.get("how") == "anonymise" else "erase"
        self._store.put(
            "cancellations", member=visit.number, subject=visit.subject, how=how, closed_at=now().isoformat()
        )
        return str(opened["number"])

    def _of(self, account: str) -> Document | None:
        return next(iter(self._store.mine("members", account)), None)
