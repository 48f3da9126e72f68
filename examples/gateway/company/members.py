"""Members: registering, coming in, the messenger's sign-in, what "My" shows, correcting, and cancelling.

Passwords, codes and sessions are kept where accounts are; gateway keeps the other details of an account, and a number of its own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from examples.gateway.company import acts
from examples.gateway.company.asking import Asked, Refused
from examples.gateway.company.desk import Desk
from examples.gateway.company.house import House
from examples.gateway.company.store import Document
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

    def __init__(self, house: House, desk: Desk) -> None:
        self._house, self._store, self._desk = house, house.store, desk

    def visit(self, session: str) -> Visit | None:
        """Who is signed in by a session, as long as it lasts."""
        found = self._house.troth.ask("accounts/session", session=session) if session else {}
        member = self._of(str(found["account"])) if found.get("active") else None
        return Visit(session, member["subject"], str(found["level"]), member) if member else None

    def notices(self, point: str) -> list[dict[str, str]]:
        """What has to be shown before somebody sends a form, word for word."""
        found: list[dict[str, str]] = self._house.troth.ask(f"points/{point}/notices")["notices"]
        return found

    def welcome(self, subject: str, point: str, *on: str) -> None:
        """Put on record what somebody was shown at a form, that they took it, and which functions they use by sending it."""
        for notice in self.notices(point):
            named = {name: notice[name] for name in ("notice", "language", "rendered")}
            self._shown(subject, point=point, **named)
        self._house.troth.ask(f"subjects/{subject}/acceptance", kind="deemed")
        self.fact(subject, [f"on:{feature}" for feature in ("service", *on)], True)

    def fact(self, subject: str, facts: list[str], holds: bool) -> None:
        """Something became true of somebody, or is so no more."""
        self._house.troth.ask(f"subjects/{subject}/facts", **{"set" if holds else "clear": facts})

    def shown(self, subject: str, notice: str, text: str) -> None:
        """Somebody was shown what a notice has to say, in gateway's own words."""
        self._shown(subject, notice=notice, language="en", text=text)

    def _shown(self, subject: str, **notice: str) -> None:
        self._house.troth.ask("displays", subject=subject, interface="web", **notice)

    def say(self, subject: str, item: str, act: str) -> None:
        """Somebody said yes to something (`given`), no (`refused`), or takes it back (`withdrawn`)."""
        self._house.troth.ask("consents", subject=subject, item=item, act=act, language="en")

    def stranger(self) -> str:
        """The subject of somebody nobody knows, and knows no more once the page is answered."""
        return str(self._house.troth.ask("subjects", identities=[])["subject"])

    def register(self, form: dict[str, str], came: dict[str, str]) -> str:
        """Hand on the details once the policy permits that; the ticket for the code. Nothing is kept here before the code comes back."""
        if form.get("password") != form.get("password_again"):
            raise Mistake("The two passwords differ.")
        subject = self.stranger()
        self.welcome(subject, FORM)
        self._house.troth.must(subject, acts.REGISTER)
        said = {
            "name": f"m{secrets.token_hex(6)}",
            "password": form.get("password", ""),
            "address": form.get("email", ""),
        }
        return str(
            self._house.troth.ask(
                "accounts/register", shown=self._house.troth.ask("policy")["digest"], **said, **came
            )["ticket"]
        )

    def confirm(self, form: dict[str, str], came: dict[str, str]) -> str:
        """The code opens the account, and the member is in; the session."""
        entered = self._house.troth.ask(
            "accounts/confirm", ticket=form.get("ticket", ""), code=form.get("code", ""), **came
        )
        self.welcome(entered["subject"], FORM)
        session = self._let_in(entered, acts.REGISTER, new=True)
        names = self._house.troth.ask("accounts/mine", session=session)["names"]
        held = {one["kind"]: one["value"] for one in names}
        self._store.put(
            "members", account=entered["account"], subject=entered["subject"], member=held["name"], email=held["email"],
            name=form.get("name", "")[:80], mobile_number=form.get("mobile_number", "")[:40], joined_at=now().isoformat(),
        )  # fmt: skip
        return session

    def sign_in(self, form: dict[str, str], came: dict[str, str]) -> str:
        """Address and password open a session."""
        return self._let_in(self._entered(form.get("email", ""), form.get("password", ""), **came))

    def _entered(self, name: str, password: str, **came: str) -> dict[str, Any]:
        return self._house.troth.ask("accounts/sign-in", name=name, password=password, **came)

    def sign_out(self, session: str) -> None:
        """Out again."""
        self._house.troth.ask("accounts/sign-out", session=session)

    # -- the messenger ----------------------------------------------------------------------------------------------

    def to_messenger(self, visit: Visit | None, back: str) -> dict[str, Any]:
        """Where somebody goes who pressed Allow; of a member it is on record first that they were asked, signed and agreed."""
        if visit:
            self.welcome(visit.subject, CHAT_POINT, "chat_sign_in")
            for item in CHAT:
                self.say(visit.subject, item, "given")
        said = {"provider": "liaotong", "redirect": back, "session": visit.session if visit else ""}
        return self._house.troth.ask("accounts/provider/begin", **said)

    def from_messenger(self, state: str, code: str, binding: str, came: dict[str, str]) -> str:
        """Whoever linked the messenger is in; '' where it was linked just now."""
        found = self._house.troth.ask(
            "accounts/provider/finish", state=state, code=code, binding=binding, **came
        )
        return "" if "linked" in found else self._let_in(found, acts.CHAT)

    def linked(self, visit: Visit) -> None:
        """What the messenger tells, which is one word, goes into the account."""
        self._house.troth.must(visit.subject, acts.CHAT)
        self._store.change("members", visit.member["id"], verification_state="verified")

    def _let_in(self, entered: dict[str, Any], *more: Asked, new: bool = False) -> str:
        """Nobody is let in unless the cookie is permitted, and, where they are not `new`, gateway knows them."""
        try:
            if not new and self._of(str(entered["account"])) is None:
                raise Mistake("Nobody here has this account.")
            self._house.troth.must(entered["subject"], acts.SIGN_IN_COOKIE, *more)
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
        self._house.troth.must(visit.subject, acts.REGISTER)
        self._store.change("members", visit.member["id"], **said)

    def cancel(self, visit: Visit, form: dict[str, str], right: str) -> tuple[str, str]:
        """Cancel: whoever has the password has a numbered ticket, answered at once, and the account shuts. Its number,
        and whether what is held is erased or loses its names."""
        how = "anonymise" if form.get("how") == "anonymise" else "erase"
        password = form.get("password", "")
        session = self._entered(visit.member["email"], password)["session"]
        asked = {
            "kind": "request",
            "right": right,
            "subject": visit.subject,
            "words": f"Cancel my account, and {how} what is held.",
        }
        number = str(self._desk.ticket(**asked)["number"])
        self._desk.answer(number, right)
        self._house.troth.ask("accounts/close", session=session, password=password)
        return number, how

    def by_number(self, member: str) -> Document | None:
        """Whoever is known by a number of gateway's own."""
        return self._store.one("members", member=member)

    def remember_gone(self, member: str, subject: str, how: str) -> None:
        """The number of somebody who is gone stays, to tell that nobody may come back by it."""
        gone = {"member": member, "subject": subject, "how": how, "closed_at": now().isoformat()}
        self._store.put("cancellations", **gone)

    def _of(self, account: str) -> Document | None:
        return next(iter(self._store.mine("members", account)), None)
