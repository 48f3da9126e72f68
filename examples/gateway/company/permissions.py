"""What a member allows: permissions of the device, functions, cookies, and every consent, each by itself and each to be taken back."""

from __future__ import annotations

import json
import secrets

from examples.gateway.company import acts
from examples.gateway.company.house import House
from examples.gateway.company.identity import ITEMS
from examples.gateway.company.market import DEAL_ITEMS, LISTING_ITEMS, Market
from examples.gateway.company.members import Members, Visit
from examples.kit.time import now

PERMISSIONS = {
    "album_permission": ("Album", "pictures for your listings", "publishing"),
    "storage_permission": ("Storage", "saving pictures you like", "downloading"),
    "camera_permission": ("Camera", "taking photos and reading codes", "photographing"),
}
COOKIES = {
    "login_cookies": "No cookie that keeps you signed in",
    "visit_cookies": "No cookie that notes your visits",
    "membership_cookies": "No cookie that remembers you are a member",
}
SHUT = "{} is for {}; with it shut, that does not work."
CLEARED = "After you refuse or clear them you sign in anew on each visit."
BINDING, CHANNEL = "hardware_binding", "safe_channel"
SCOPE = {
    **ITEMS, **LISTING_ITEMS, **DEAL_ITEMS,
    "device_facts": "Facts about my device", "chat_login": "Sign-in with my chat account",
    "sdk_clause": "Signature under the clause on kits", "recipient_own": "The carrier may keep what it was sent, by my word to itself",
}  # fmt: skip


class Permissions:
    """Raises Refused, Told, Away."""

    def __init__(self, house: House, members: Members, market: Market) -> None:
        self._house, self._store, self._members, self._market = house, house.store, members, market
        self._channels = house.data / "proxy" / "channels.json"

    def facts(self, subject: str) -> set[str]:
        """What is on record of a member."""
        return set(self._house.troth.ask(f"subjects/{subject}")["facts"])

    def permit(self, visit: Visit, name: str, on: bool) -> None:
        """Open a permission of the device, or shut it; what that would stop was said on the page."""
        label, use, feature = PERMISSIONS[name]
        self._members.shown(visit.subject, "permission_effect", SHUT.format(label, use))
        self._members.fact(visit.subject, [f"allowed:{name}", f"on:{feature}"], on)
        self._store.drop("permits", member=visit.number, permission=name)
        if on:
            self._store.put("permits", member=visit.number, permission=name, opened_at=now().isoformat())

    def bind(self, visit: Visit, on: bool, seen: dict[str, str]) -> None:
        """Bind the device by its facts, with consent; or let it go, and the facts with it."""
        if not on:
            self.say(visit, "device_facts", "withdrawn")
            return
        self._members.welcome(visit.subject, "device_reader", BINDING)
        self.say(visit, "device_facts", "given")
        self._house.troth.must(visit.subject, acts.DEVICE)
        self._store.put("devices", member=visit.number, bound_at=now().isoformat(), **seen)

    def cookie(self, visit: Visit, name: str, refused: bool) -> None:
        """Refuse a kind of cookie, or let it again."""
        self._members.shown(visit.subject, "cookie_clearing", CLEARED)
        act = "raised" if refused else "lifted"
        self._house.troth.ask("objections", subject=visit.subject, objection=name, act=act)

    def say(self, visit: Visit, item: str, act: str) -> None:
        """Say yes to something, or take it back: what rested on it ends at once."""
        self._members.say(visit.subject, item, act)
        if act == "given":
            return
        if item == "device_facts":
            self._store.drop("devices", member=visit.number)
        if item in ("publish_listing", "cn_pipl.publish", "listing_media"):
            self._market.hide(visit.number, pictures=item == "listing_media", words=item != "listing_media")
        if item == "chat_login":
            self._store.change("members", visit.member["id"], "verification_state")

    def take_all_back(self, visit: Visit) -> None:
        """Everything that somebody agreed to, at once."""
        given = self.facts(visit.subject)
        for item in SCOPE:
            if f"consent:{item}" in given:
                self.say(visit, item, "withdrawn")

    def channel(self, visit: Visit, on: bool) -> str:
        """A token for the channel that keeps dangerous sites away, where that is permitted; without it the proxy lets nobody through."""
        kept = self.tokens()
        mine = {token: whose for token, whose in kept.items() if whose != visit.number}
        token = ""
        if on:
            self._house.troth.must(visit.subject, acts.CHANNEL)
            token = secrets.token_urlsafe(18)
            mine[token] = visit.number
        self._write(mine)
        return token

    def tokens(self) -> dict[str, str]:
        """Whose channels stand open."""
        found = json.loads(self._channels.read_text()) if self._channels.exists() else []
        return {one["token"]: one["member"] for one in found}

    def shut(self, member: str) -> None:
        """A member is gone: so is their channel."""
        self._write({token: whose for token, whose in self.tokens().items() if whose != member})

    def _write(self, tokens: dict[str, str]) -> None:
        if not tokens:
            self._channels.unlink(missing_ok=True)
            return
        fresh = self._channels.with_suffix(".part")
        fresh.write_text(json.dumps([{"token": token, "member": whose} for token, whose in tokens.items()]))
        fresh.replace(self._channels)
