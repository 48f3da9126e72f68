"""The trade itself: listings with or without pictures, deals, the carrier, the archive, and what is told to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from examples.gateway.company import acts
from examples.gateway.company.house import House
from examples.gateway.company.identity import picture
from examples.gateway.company.members import Members, Mistake, Visit
from examples.gateway.company.store import Document
from examples.kit.time import now

STORE = "cn-beijing"
CITED = acts.CITATION["citation"]
LISTING_ITEMS = {
    "publish_listing": "Make my listing public",
    "cn_pipl.publish": "Publication of what it says about me (PIPL, article 25)",
    "listing_media": "Pictures in my listings",
}
DEAL_ITEMS = {
    "share_counterparty": "Tell the other side who I am and how I am reached",
    "cn_pipl.share": "Let the other side, which handles data for itself, have that (PIPL, article 23)",
}


class Market:
    """Raises Mistake, Refused, Told, Away."""

    def __init__(self, house: House, members: Members) -> None:
        self._house, self._store, self._partners, self._members = house, house.store, house.partners, members
        self._stores = house.data / "stores"
        (self._stores / STORE).mkdir(parents=True, exist_ok=True)
        self.also: Callable[[Market, int, bytes], None] = lambda *_: None
        """What else happens with a picture once it is kept."""

    def agree(self, subject: str, items: dict[str, str], ticked: list[str]) -> None:
        """What somebody ticked on a form is agreed to; an empty box says nothing."""
        for item in items.keys() & set(ticked):
            self._members.say(subject, item, "given")

    def public(self) -> list[Document]:
        """What everybody may see, the newest first."""
        return self._store.find("listings", public=True)[::-1]

    def publish(self, visit: Visit, form: dict[str, str], ticked: list[str], image: bytes) -> bool:
        """Take in a listing, with its picture where that is permitted; whether it may be shown to everybody."""
        self.agree(visit.subject, LISTING_ITEMS, ticked)
        self._house.troth.must(visit.subject, acts.LIST)
        shown = picture(image) if image else b""
        with_picture = bool(shown) and all(
            self._house.troth.may(visit.subject, q) for q in (acts.ALBUM, acts.KEEP_MEDIA)
        )
        public = self._house.troth.may(visit.subject, acts.PUBLISH_MEDIA if with_picture else acts.PUBLISH)
        said = {
            name: form.get(name, "")[:400] for name in ("listing_title", "listing_words", "listing_price")
        }
        id = self._store.put(
            "listings", seller=visit.number, public=public, listed_at=now().isoformat(), **said
        )
        if with_picture:
            self.keep(id, STORE, acts.HOME, shown)
            self.also(self, id, shown)
        return public

    def keep(self, listing: int, store: str, region: str, data: bytes) -> None:
        """A picture goes into a store, and which store that is goes on the list of copies."""
        (self._stores / store).mkdir(parents=True, exist_ok=True)
        (self._stores / store / f"{listing}.png").write_bytes(data)
        self._store.put(
            "copies", listing=str(listing), store=store, region=region, file=f"{store}/{listing}.png"
        )

    def stored(self, copy: Document) -> bytes:
        """The bytes of a copy."""
        return (self._stores / str(copy["file"])).read_bytes()

    def image(self, listing: int) -> bytes | None:
        """The picture of a listing that is public."""
        found, file = self._store.get("listings", listing), self._stores / STORE / f"{listing}.png"
        return file.read_bytes() if found and found["public"] and file.exists() else None

    def hide(self, member: str, *, pictures: bool, words: bool) -> None:
        """Pictures of a member go, or their listings are seen no more."""
        for listing in self._store.mine("listings", member):
            if pictures:
                for copy in self._store.mine("copies", listing["id"]):
                    (self._stores / copy["file"]).unlink(missing_ok=True)
                self._store.drop("copies", listing=str(listing["id"]))
            if words:
                self._store.change("listings", listing["id"], public=False)

    def deal(self, visit: Visit, listing: Document, form: dict[str, str], ticked: list[str]) -> int:
        """Close a deal: tell the other side where that was agreed to, the carrier what it needs, and the archive what law demands."""
        self.agree(visit.subject, DEAL_ITEMS, ticked)
        self._house.troth.must(visit.subject, acts.DEAL)
        said = {name: form.get(name, "")[:200] for name in ("amount", "consignee", "delivery_address")}
        if not said["consignee"] or not said["delivery_address"]:
            raise Mistake("Say who takes the goods in, and where.")
        next_acts = (acts.TO_OTHER_SIDE, acts.TO_CARRIER, acts.ARCHIVE, acts.STATUS)
        told, carried, archived, notified = (self._house.troth.may(visit.subject, one) for one in next_acts)
        deal: dict[str, Any] = {
            "goods": listing["listing_title"], "deal_state": "agreed", "dealt_at": now().isoformat(), **said,
        }  # fmt: skip
        id = self._store.put("deals", buyer=visit.number, seller=listing["seller"], told_seller=told, **deal)
        if carried:
            self._hand_to_carrier(visit, id, said)
        if archived:
            kept = {"deal_number": id, "goods": deal["goods"], "amount": said["amount"]}
            self._store.put("archive", member=visit.number, cited=CITED, at=deal["dealt_at"], **kept)
        if notified:
            self._tell(visit, id)
        return id

    def _hand_to_carrier(self, visit: Visit, id: int, said: dict[str, str]) -> None:
        name, mobile = visit.member["name"], visit.member["mobile_number"]
        needed = {
            "consignee": said["consignee"],
            "delivery_address": said["delivery_address"],
            "waybill": f"WB-{id}",
        }
        data = {"name": name, "mobile_number": mobile, **needed}
        self._partners.send("logistics_partner", reference=f"deal-{id}", purpose="commodity_deals", data=data)
        self._store.change("deals", id, waybill=f"WB-{id}", deal_state="on its way")

    def _tell(self, visit: Visit, id: int) -> None:
        """The state of the deal goes to the buyer by mail; nobody is told where the channel is not there."""
        words = f"Deal {id} is agreed and on its way.\n\nSelatbridge Gateway (simulation)"
        letter = {
            "message": "deal_status",
            "purpose": "service_status",
            "data": ["email"],
            "title": f"Deal {id}",
            "text": words,
        }
        self._house.troth.ask("messages", subject=visit.subject, address=visit.member["email"], **letter)

    def forget(self, member: str, how: str, *, kept: bool = False) -> None:
        """A member is gone: what is theirs goes, or loses its names; whoever received it is told, unless it may keep it; what law
        keeps stays in the archive."""
        self.hide(member, pictures=True, words=True)
        for kind in ("members", "devices", "permits", "browse_log"):
            self._store.drop(kind, member=member)
        for deal in self._store.mine("deals", member):
            if not kept:
                self._partners.send("logistics_partner/erase", reference=f"deal-{deal['id']}")
            if how == "anonymise":
                self._store.change("deals", deal["id"], "consignee", "delivery_address", buyer="nobody")
        for listing in self._store.mine("listings", member) if how == "anonymise" else ():
            self._store.change("listings", listing["id"], "listing_words", seller="nobody")
        if how == "erase":
            self._store.drop("listings", seller=member)
            self._store.drop("deals", buyer=member)
