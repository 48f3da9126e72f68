"""One person's way through gateway's pages: real forms, real pictures, codes read in real mail; the same person chooses the same things."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx
from PIL import Image, ImageDraw

from examples.gateway.staff import CARRIED_OUT, TURNED_DOWN, Staff
from examples.kit.browser import Answers, Browser, Files, trust
from examples.kit.centre import Centre, code_in
from examples.kit.mailbox import Mailbox
from examples.kit.people import Person
from examples.kit.waiting import until

FEW = 12
"""So many people may be all there are in a year."""
ROUND = 36
"""Of so many people the first twelve do what is rare, each something else."""
LISTINGS = re.compile(r'href="(/listing/\d+)"')
TOKEN = re.compile(r'<code id="token">([^<]+)</code>')
PROXY = re.compile(r"127\.0\.0\.1, port (\d+)")
FILES = "/files/"
ASKED = re.compile(r"the number (T-[\w-]+);")
GOODS = ("Rubber gloves", "Palm oil", "Machine parts", "Durian paste", "Ceramic tiles", "Batteries", "Tea")
FACE, CARD = ("face_check", "cn_pipl.sensitive"), ("id_card_check",)
CHECKED = (*FACE, *CARD, "verifier_query", "cn_pipl.share")
SHOWN = ("publish_listing", "cn_pipl.publish", "listing_media")
SWITCHES = ("storage_permission", "camera_permission", "album_permission")
TAKEN_BACK = ("publish_listing", "share_counterparty", "listing_media", "device_facts")


@dataclass(frozen=True)
class Around:
    """What people and staff find: the site, the folder of the mail room, and the server that takes their own mails."""

    site: str
    mail: Path
    post: tuple[str, int]
    data: Path = Path()
    """The folder of gateway's data, where it is written whose key the staff has."""


def drawn(who: Person, what: str) -> bytes:
    """A picture that shows nobody: shapes and colours by a marker, as PNG for a face and JPEG for all else."""
    chance = random.Random(who.marked(what))  # noqa: S311 - seeded, to be the same again
    image = Image.new("RGB", (160, 200), tuple(chance.randrange(256) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        left, top = chance.randrange(120), chance.randrange(150)
        colour = tuple(chance.randrange(256) for _ in range(3))
        pen.ellipse((left, top, left + chance.randrange(10, 60), top + chance.randrange(10, 60)), fill=colour)
    held = io.BytesIO()
    image.save(held, "PNG" if what == "face" else "JPEG")
    return held.getvalue()


class Story:
    """One person's way through gateway's pages. Each act is what a browser or a mail program would send."""

    def __init__(self, who: Person, around: Around) -> None:
        self.who = who
        self._chance = random.Random(f"{who.seed}/trade/{who.number}")  # noqa: S311 - seeded, to be the same again
        self._around = around
        self.browser = Browser(who, around.site)
        self.done = self.browser.done
        self.password = who.password
        self.here = False
        """Whether they have an account."""

    @cached_property
    def box(self) -> Mailbox:
        """Their mails."""
        return Mailbox(self._around.mail, self.who.email)

    def close(self) -> None:
        """This person's browser is closed."""
        self.browser.close()

    def live(self) -> None:
        """From the first look at the site to (for some) cancelling."""
        self.browser.look("/privacy")
        if self._often(0.1):
            self.write()
        if not self.join() or (self.who.number % ROUND == 0 and not self.cancel(anew=True)):
            return
        for likely, act in (
            (0.6, self.permit),
            (0.3, self.bind),
            (self._sure(0), self.verify),
            (self._few(0.6), self.publish),
            (self._few(0.6), self.deal),
            (0.4, self.link),
            (0.4, self.come_back),
            (self._sure(1), self.go_by_the_channel),
            (0.3, self.take_back),
            (0.15, self.correct),
            (0.15, self.see_to_their_data),
            (0.1, self.write),
        ):
            if self._often(likely):
                act()
        self.do_what_is_rare()
        if self.who.number >= FEW and self._often(0.15):
            self.cancel()

    def _sure(self, half: int) -> float:
        """What a lapse needs to be seen by: the first all do it, and of the rest every other one, so that no month goes without."""
        return self._few(1.0 if self.who.number % 2 == half else 0.1)

    def _few(self, otherwise: float) -> float:
        return 1.0 if self.who.number < FEW else otherwise

    def do_what_is_rare(self) -> None:
        """What few people do: each of the first twelve something else, so that a small town meets it all."""
        number = self.who.number % ROUND
        if act := self._rare.get(number):
            act()
        with Staff(self._around.site) as desk:
            for code in TURNED_DOWN.get(number, ()):
                desk.decide(self.ask("delete"), code)
            self.done += desk.done

    @property
    def _rare(self) -> dict[int, Callable[[], object]]:
        return {
            0: lambda: self.switch("/permissions/storage_permission", on=True),
            1: lambda: self.switch("/permissions/visit_cookies", on=False),
            4: self.take_everything_back,
            7: lambda: self.verify("verifier_commercial", CHECKED),
            8: lambda: self.verify("verifier_government", CHECKED[1:]),
            9: self.ask_for_a_copy,
            3: self.complain,
            5: lambda: self.switch("/scope/recipient_own", on=True),
        }

    def ask(self, right: str) -> str:
        """Ask for a right, on gateway's own page; the number of the request, '' where it was not taken."""
        words = {"right": right, "words": f"Please see to it. {self.who.marked(right)}"}
        found = ASKED.search(self.browser.fill(f"asked: {right}", "/my/ask", words).text)
        return found[1] if found else ""

    def ask_for_a_copy(self) -> None:
        """Ask at the privacy page to be shown everything, and wait until it lies there."""
        centre = self.centre()
        if centre.enter(self.who.email, self.box):
            there = str(centre.ask("access", "What do you hold on me?").url)
            until(lambda: FILES in self.browser.look(there), 60)
            centre.leave()

    def take_everything_back(self) -> None:
        """Ask for all to be taken back that was ever agreed to."""
        with Staff(self._around.site) as desk:
            desk.decide(self.ask("withdraw"), "")
            self.done += desk.done

    def complain(self) -> None:
        """Say on the contact page that a reply was no good."""
        self.write()
        form = {"kind": "complaint", "words": "That was no answer.", "email": self.who.email}
        self.browser.fill("complained", "/about/contact", form)

    # -- coming in --------------------------------------------------------------------------------------------------

    def join(self) -> bool:
        """Register, read the code in the mail, and come in with it; whether that worked."""
        who = self.who
        form = {"name": who.name, "mobile_number": who.phone, "email": who.email}
        form |= {"password": self.password, "password_again": self.password}
        page = self.browser.fill("registered", "/register", form)
        if not page.is_success:
            return False
        self.here = self.browser.press("confirmed", page, {"code": code_in(self.box)}).is_success
        return self.here

    def sign_in(self) -> bool:
        """With address and password."""
        form = {"email": self.who.email, "password": self.password}
        return self.browser.fill("signed in", "/sign-in", form).is_success

    def link(self) -> None:
        """Link the messenger; some press Disallow, and some turn back there."""
        page = self.browser.open("/liaotong")
        if self._often(0.3):
            self.browser.press(
                "said no to the messenger", page, {"do": self._chance.choice(("disallow", "cancel"))}
            )
            return
        there = self.browser.press("asked for the messenger", page, {"do": "allow", "agree": "sdk_clause"})
        self._at_the_messenger("linked the messenger", there)

    def by_messenger(self) -> bool:
        """Come in by the messenger; whether that worked."""
        there = self.browser.fill("asked for the messenger", "/liaotong", {"do": "allow"})
        return self._at_the_messenger("signed in by the messenger", there)

    def _at_the_messenger(self, what: str, there: httpx.Response) -> bool:
        """Say there who one is; it leads back by itself."""
        if not there.is_success:
            return False
        # The form there has no address of its own: it goes where the page stands.
        return self.browser.send(what, str(there.url), {"name": self.who.marker}).is_success

    def come_back(self) -> None:
        """Leave, and come in again: by the messenger where it is linked."""
        linked = "<dd>verified</dd>" in self.browser.look("/my")
        self.browser.send("signed out", "/sign-out")
        if not (linked and self.by_messenger()):
            self.sign_in()

    # -- what they allow --------------------------------------------------------------------------------------------

    def permit(self) -> None:
        """Open some permissions of the device."""
        for name in SWITCHES:
            if self._often(0.6):
                self.switch(f"/permissions/{name}", on=True)

    def switch(self, address: str, *, on: bool) -> httpx.Response:
        """Press the button of one switch."""
        self.browser.open("/permissions")
        return self.browser.send(
            f"{'opened' if on else 'shut'} {address}", address, {"on": "yes" if on else "no"}
        )

    def bind(self) -> None:
        """Bind this device; some take it back, and some refuse a cookie."""
        self.switch("/permissions/hardware_binding", on=True)
        if self._often(0.3):
            self.switch("/permissions/hardware_binding", on=False)
        if self._often(0.3):
            self.switch("/permissions/membership_cookies", on=False)

    def take_back(self) -> None:
        """Take back something that was agreed to."""
        self.switch(f"/scope/{self._chance.choice(TAKEN_BACK)}", on=False)

    def verify(self, verifier: str = "", agreed: tuple[str, ...] = ()) -> httpx.Response:
        """Have ID card and face checked by a body, each agreed to by itself."""
        verifier = verifier or self._chance.choice(("verifier_government", "verifier_institution"))
        agreed = agreed or CHECKED
        form: Answers = {"id_number": self.who.id_number(), "verifier": verifier, "agree": list(agreed)}
        files = {
            "card": ("card.jpg", drawn(self.who, "card"), "image/jpeg"),
            "face": ("face.png", drawn(self.who, "face"), "image/png"),
        }
        return self._upload("verified", "/verify", form, files)

    # -- the trade --------------------------------------------------------------------------------------------------

    def publish(self, agreed: tuple[str, ...] = SHOWN, *, picture: bool | None = None) -> None:
        """Publish a listing, most with a picture."""
        picture = self._often(0.8) if picture is None else picture
        if picture and self._often(0.8):
            self.switch("/permissions/album_permission", on=True)
        goods = self._chance.choice(GOODS)
        form: Answers = {
            "listing_title": f"{goods} {self.who.marked('listing')}", "listing_words": "By the container.",
            "listing_price": f"CNY {self._chance.randrange(100, 9000)}", "agree": list(agreed),
        }  # fmt: skip
        files = {"picture": ("goods.jpg", drawn(self.who, "goods"), "image/jpeg")}
        self._upload("published", "/publish", form, files if picture else {})

    def deal(self, agreed: tuple[str, ...] = ("share_counterparty", "cn_pipl.share")) -> None:
        """Deal with whoever shows something, look at it, and look it up later."""
        listed = LISTINGS.findall(self.browser.look("/"))
        if not listed:
            return
        form: Answers = {
            "amount": f"{self._chance.randrange(1, 40)} tonnes", "consignee": self.who.name, "delivery_address": self.who.address,
            "agree": list(agreed) if self._often(0.7) else [],
        }  # fmt: skip
        self.browser.press("dealt", self.browser.open(self._chance.choice(listed[:20])), form)
        self.browser.look("/deals")

    def go_by_the_channel(self, *hosts: str) -> list[int]:
        """Open the channel and look at a safe site and at one that fishes for passwords; what the proxy answered."""
        page = self.switch("/permissions/safe_channel", on=True)
        token, port = TOKEN.search(page.text), PROXY.search(page.text)
        if token is None or port is None:
            return []
        proxy = f"http://{token[1]}:@127.0.0.1:{port[1]}"
        with httpx.Client(proxy=proxy, timeout=10, verify=trust()) as through:
            hosts = hosts or ("gateway.example", "phish.example")
            found = [
                through.get(f"http://{host}/privacy?who={self.who.marked('path')}").status_code
                for host in hosts
            ]
        self.done["looked at sites by the channel"] += len(found)
        return found

    # -- their data -------------------------------------------------------------------------------------------------

    def correct(self) -> None:
        """Correct a name in place."""
        self.browser.fill(
            "corrected", "/my", {"name": f"{self.who.name} Jr", "mobile_number": self.who.phone}
        )

    def write(self) -> httpx.Response:
        """Ask something on the contact page."""
        form = {"words": f"Where is my data kept? {self.who.marked('question')}", "email": self.who.email}
        return self.browser.fill("wrote to the contact page", "/about/contact", form)

    def centre(self) -> Centre:
        """The privacy centre, where the footer of every page leads."""
        page = self.browser.follow(self.browser.open("/"), "/my/gateway")
        base = f"{page.url.scheme}://{page.url.netloc.decode()}{page.url.path}"
        return Centre(self.browser, base.removesuffix("/sign-in"))

    def see_to_their_data(self) -> None:
        """Open the privacy page by a code, look, read old versions of the policy and the page before another company's."""
        self.browser.follow(self.browser.open("/"), "/leaving?")
        self.browser.follow(self.browser.open("/"), "/my/gateway/policy")
        centre = self.centre()
        if centre.enter(self.who.email, self.box):
            centre.see()
            centre.leave()

    @property
    def soon(self) -> bool:
        """Whether they come back before another day begins."""
        return self.who.number % ROUND in (5, *CARRIED_OUT)

    def leave(self) -> None:
        """Come back, and cancel; some ask to be erased, on a ground."""
        ground = CARRIED_OUT.get(self.who.number % ROUND, "")
        if not self.sign_in():
            return
        if not ground:
            self.cancel(anew=False)
            return
        with Staff(self._around.site) as desk:
            desk.decide(self.ask("delete"), ground)
            self.done += desk.done

    def cancel(self, *, anew: bool | None = None) -> bool:
        """Cancel; some register anew, as the policy has it for whoever wants something corrected."""
        anew = self._often(0.4) if anew is None else anew
        form = {
            "how": self._chance.choice(("erase", "anonymise")),
            "then": "anew" if anew else "",
            "password": self.password,
        }
        there = self.browser.fill("cancelled", "/cancel", form)
        if not there.is_success:
            return False
        self.here = False
        return self.join() if anew else True

    def _upload(self, what: str, address: str, form: Answers, files: Files) -> httpx.Response:
        return self.browser.press(what, self.browser.open(address), form, files)

    def _often(self, share: float) -> bool:
        return self._chance.random() < share
