"""One person's way through desk, by its front door: each act is what a browser or a phone would send."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from examples.desk.pocket import MAKERS, use_app
from examples.kit.browser import NAME, Browser, trust
from examples.kit.centre import CODE, code_in
from examples.kit.mailbox import PATIENCE, Mailbox
from examples.kit.people import Person
from examples.kit.waiting import until

FUNCTIONS = ("attendance", "approvals", "work_logs", "schedules", "cloud_disk", "order_management")
EDITIONS = ("telemarketing", "stock", "texting")
TEAM = 4
"""How many people of an enterprise its founder invites."""
ROUND = 12
"""After so many people what few do comes round again."""
MINOR = 4
"""Who of a round is a minor, whom a guardian lets in, and who is invited once they are in."""
CLOSES = 10
"""Whose enterprise of a round is closed again."""
LIMITS = 5
"""Whose enterprise of a round limits what its people may edit."""
ASKED = (
    ("access", "question"), ("delete", "complain"), ("delete", "delete"), ("delete", "delete"), ("access", "question"),
    ("delete", "delete"), ("delete", "delete"), ("delete", "complain"), ("delete", "question"), ("cancel", "question", "delete"),
    ("question", "access"), ("delete", "delete", "delete"),
)  # fmt: skip
"""What each of the first round asks about their data: most want it gone, and ask again. Later each asks the first of it."""
LISTING = re.compile(r'name="person" value="(\d+)"><button name="do" value="on">')


@dataclass(frozen=True, slots=True)
class Around:
    """What people find: the site, and the tray in which their text messages lie."""

    site: str
    trays: str
    mail: Path = Path()


def mobile(who: Person) -> str:
    """A number of China that nobody has: of a block that is not given out, and this person's alone within the seed."""
    return f"+8619{who.seed % 10}{who.number:08d}"


class Story:
    """One person's way through desk's pages. Each act is what a browser or a phone would send."""

    def __init__(self, who: Person, around: Around) -> None:
        self.who = who
        self.mobile = mobile(who)
        self.browser = Browser(who, around.site)
        self.done = self.browser.done
        self._chance = random.Random(f"{who.seed}/desk/{who.number}")  # noqa: S311 - seeded, to be the same again
        self._around = around
        self._read = 0

    def close(self) -> None:
        """This person's browser is closed."""
        self.browser.close()

    # -- coming in --------------------------------------------------------------------------------------------------------------

    def join(
        self, *, capacity: str = "full_capacity", sensitive: bool = True, guardian_agrees: bool = True
    ) -> bool:
        """Register with the mobile number and the code that comes to it, a minor once a guardian agreed; whether that worked."""
        form = {"mobile": self.mobile, "capacity": capacity, "agreed": "yes"} | (
            {"sensitive": "yes"} if sensitive else {}
        )
        if capacity != "minor":
            return self._coded("registered", "/join", form, "confirmed")
        self._read = len(self.texts())
        page = self.browser.fill("named a guardian", "/join", form | {"guardian": self.guardian})
        self.guardian_answers(page, agree=guardian_agrees)
        page = self.browser.press("registered", page, {"agreed": "yes"})
        return page.is_success and self._typed(page, "confirmed")

    @property
    def guardian(self) -> str:
        """Where this person's guardian reads mail."""
        return f"{self.who.marked('guardian')}@people.example"

    def guardian_answers(self, page: httpx.Response, *, agree: bool) -> None:
        """The guardian opens the page that was handed on, types the code in, and says yes or no."""
        page = self.browser.follow(page, "/guardian/")
        says = {name: "yes" if agree else "no" for name in NAME.findall(page.text) if "say-" in name}
        code = code_in(Mailbox(self._around.mail, self.guardian))
        self.browser.send("guardian answered", str(page.url), {"code": code} | says)

    def come_back(self) -> bool:
        """Out, and in again by another code."""
        self.browser.send("signed out", "/sign-out")
        return self._coded("asked for a code", "/sign-in", {"mobile": self.mobile}, "signed in")

    def close_account(self) -> bool:
        """Close the account with another code."""
        self._read = len(self.texts())
        page = self.browser.send("asked to close", "/me/close", {"do": "ask"})
        return page.is_success and self._typed(page, "account closed")

    def decline(self) -> None:
        """Accept the text no more."""
        self.browser.send("declined", "/me/decline", {"do": "decline"})

    def be_in(self) -> bool:
        """Still in, or in again by another code: a session does not outlast the day."""
        return self.browser.open("/me").is_success or self._coded(
            "asked for a code", "/sign-in", {"mobile": self.mobile}, "signed in"
        )

    def texts(self) -> list[dict[str, str]]:
        """The text messages that lie in the tray for this number."""
        found: list[dict[str, str]] = httpx.get(
            f"{self._around.trays}/sms.json", params={"to": self.mobile}, timeout=10, verify=trust()
        ).json()["lying"]
        return found

    def _coded(self, what: str, path: str, form: Mapping[str, str], then: str) -> bool:
        self._read = len(self.texts())
        page = self.browser.fill(what, path, form)
        return page.is_success and self._typed(page, then)

    def _typed(self, page: httpx.Response, then: str) -> bool:
        """Read the code that comes, and type it in."""
        until(lambda: len(self.texts()) > self._read, PATIENCE)
        code = str(CODE.findall(self.texts()[-1]["text"])[0]).replace(" ", "")
        return self.browser.press(then, page, {"code": code}).is_success

    # -- an enterprise ----------------------------------------------------------------------------------------------------------

    def found(self, *, functions: tuple[str, ...] = FUNCTIONS) -> None:
        """Found an enterprise, and turn on what it needs."""
        name = f"{self.who.name.split()[-1]} Trading {self.who.marked('enterprise')}"
        form = {"name": name, "your_name": self.who.name, "opens": "0", "closes": "24", "duties": "yes"}
        self.browser.fill("enterprise founded", "/me", form)
        for one in functions:
            self.turn(one)

    def turn(self, function: str, *, on: bool = True) -> None:
        """Turn a function on or off for everybody of the enterprise."""
        self.browser.send(
            "function switched", "/company/functions", {"function": function, "do": "on" if on else "off"}
        )

    def invite(self, other: Person) -> None:
        """Enter somebody's number."""
        form = {"mobile": mobile(other), "name": other.name, "department": "Sales", "position": "Clerk"}
        self.browser.fill("invited", "/company", form)

    def list_everybody(self) -> None:
        """Put whoever joined on the list for the upload of calls."""
        for number in LISTING.findall(self.browser.look("/company")):
            self.browser.send("listed for calls", "/company/list", {"person": number, "do": "on"})

    def bring_customers(self) -> None:
        """Customers who never signed up here."""
        lines = "\n".join(
            f"{self.who.marked(f'customer{n}')}, +8618{n}{self.who.number:08d}" for n in range(3)
        )
        self.browser.fill("customers taken over", "/company", {"lines": lines})

    def file_papers(self, *, agreed: bool = True) -> None:
        """Hand in the two papers for the carrier."""
        if agreed:
            self.browser.send("papers may go", "/company/sharing", {"do": "agree"})
        files = {
            name: (f"{name}.txt", self.who.marked(name).encode(), "text/plain")
            for name in ("licence", "legal_id")
        }
        self.browser.send("papers filed", "/company/papers", files=files)

    def back_up(self) -> None:
        """Have the files copied."""
        self.browser.send("backed up", "/company/backup", {"do": "now"})

    def accept_invitation(self) -> bool:
        """Join the enterprise that entered one's number."""
        return self.browser.send("joined an enterprise", "/me/join", {"do": "join"}).is_success

    # -- work -------------------------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """A text in the chat, and a file."""
        self.browser.send("wrote", "/chat", {"text": f"See you at ten. {self.who.marked('chat')}"})
        file = {"file": ("plan.txt", self.who.marked("chat_file").encode(), "text/plain")}
        self.browser.send("file in the chat", "/chat/file", files=file)

    def work(self, function: str, **form: str) -> bool:
        """A record of a work function."""
        page = self.browser.open(f"/record/{function}")
        files = (
            {"file": ("notes.txt", self.who.marked("cloud_file").encode(), "text/plain")}
            if function == "cloud_disk"
            else None
        )
        return self.browser.press(f"worked: {function}", page, form, files).is_success

    def clock_in(self) -> bool:
        """Clock in where one works."""
        return self.work("attendance", attendance="in", work_location=f"gate {self.who.marked('place')}")

    def day(self) -> None:
        """A day at work."""
        self.clock_in()
        self.work("approvals", approval=f"leave on Friday {self.who.marked('approval')}")
        self.work("work_logs", work_log=f"three visits {self.who.marked('log')}")
        self.work("schedules", schedule=f"meeting at nine {self.who.marked('schedule')}")
        self.work("cloud_disk", cloud_file=f"notes {self.who.marked('disk')}")
        self.work(
            "stock",
            supplier=self.who.marked("supplier"),
            purchase="12 chairs",
            warehouse="north",
            receipt="12 of 12",
        )
        self.work("field_track", track=f"30.27,120.15 {self.who.marked('track')}")

    def allow_calls(self, *, agreed: bool = True, permitted: bool = True) -> None:
        """Agree to recordings, and turn the permission on."""
        if agreed:
            self.browser.send("agreed to recordings", "/calls/agreed_calls", {"do": "on"})
        if permitted:
            self.browser.send("recording permitted", "/calls/permitted_calls", {"do": "on"})

    def call(self) -> None:
        """Call a customer."""
        self.browser.fill("called", "/calls", {"number": f"+861880{self.who.number:08d}"})

    def order(self) -> None:
        """Order an edition."""
        self.browser.fill(
            "ordered",
            "/order",
            {"edition": "professional", "invoice": f"{self.who.name} {self.who.marked('invoice')}"},
        )

    def edit_profile(self) -> None:
        """Edit one's own profile; where the enterprise limits that, its administrator does."""
        said = {"name": self.who.name, "email": self.who.email, "department": "Sales", "position": "Clerk"}
        self.browser.fill("profile edited", "/me", said)

    def ask(self, what: str) -> None:
        """Ask about one's own data."""
        said = {"what": what, "words": f"Please tell me. {self.who.marked('asked')}"}
        self.browser.fill(f"asked: {what}", "/me/ask", said)

    def close_enterprise(self) -> None:
        """The enterprise ends here."""
        self.browser.send("enterprise closed", "/company/close", {"do": "close"})

    def see_to_oneself(self) -> None:
        """The first page, the profile, feedback, the web form, the directories, a vendor's page that one leaves for."""
        self.browser.look("/")
        self.edit_profile()
        self.browser.follow(self.browser.open("/me"), "/leaving?")
        self.browser.fill("fed back", "/me", {"feedback": f"It works well. {self.who.marked('feedback')}"})
        self.write_by_form()
        self.browser.follow(self.browser.open("/me"), "/directories")

    def write_by_form(self) -> None:
        """The web form that stands open to anybody."""
        form = {
            "first_name": self.who.name.split()[0],
            "last_name": self.who.name.split()[-1],
            "form_email": self.who.email,
        }
        self.browser.fill(
            "wrote by the form",
            "/contact",
            form | {"form_message": f"Who are you? {self.who.marked('contact')}"},
        )

    # -- the phone --------------------------------------------------------------------------------------------------------------

    def carry_phone(self, *, force_stop: bool = True, evening: bool = False) -> None:
        """An app on a phone: it starts, is agreed to, is used, goes to the back, and (for some) is stopped by force."""
        maker = MAKERS[self.who.number % ROUND // 4]
        use_app(self.browser, force_stop=force_stop, maker=maker, evening=evening)
        self.done["carried a phone"] += 1

    # -- a life -----------------------------------------------------------------------------------------------------------------

    def live(self, team: list[Person]) -> None:
        """From the number to the day's work; whoever founds an enterprise has a team to invite."""
        at = self.who.number % ROUND
        if not self.come_in(at):
            return
        if team:
            self.set_up(at, team)
        else:
            self.accept_invitation()
        self.write()
        self.day()
        if team:
            self.back_up()
        certain = at in (1, 2)
        self.allow_calls(agreed=certain or self.often(0.8), permitted=certain or self.often(0.8))
        for likely, act in (
            (0.5, self.order),
            (0.6, self.see_to_oneself),
            (0.2, self.carry_phone),
            (0.5, self.call),
            (0.2, self.come_back),
        ):
            if self.often(likely):
                act()
        self.do_what_few_do(at)
        if self.often(0.1) and not team:
            self.browser.send("unbound", "/me/unbind", {"do": "unbind"})
            if self.often(0.5):
                self.close_account()
        elif self.often(0.04):
            self.decline()

    def come_in(self, at: int) -> bool:
        """Register; nine of ten agree apart to what the law calls sensitive."""
        sensitive = self.often(0.9)
        if at == MINOR:
            return self.join(capacity="minor")
        return self.join(sensitive=sensitive or at < MINOR)

    def set_up(self, at: int, team: list[Person]) -> None:
        """Found an enterprise with what it needs, and invite its people, a minor only once they are in."""
        more = EDITIONS if at == 0 else tuple(one for one in EDITIONS if self.often(0.7))
        self.found(functions=FUNCTIONS + more + (("own_limits",) if at == LIMITS else ()))
        for other in team:
            if other.number % ROUND != MINOR:
                self.invite(other)
        self.bring_customers()
        self.file_papers(agreed=at == 0 or self.often(0.7))

    def do_what_few_do(self, at: int) -> None:
        """What comes round by number: something is asked, the app is on in the evening, a profile is edited under limits, an enterprise
        is closed."""
        for what in ASKED[at] if self.who.number < ROUND else ASKED[at][:1]:
            self.ask(what)
        if at % 4 == 1:
            self.carry_phone(evening=True)
        if at in (LIMITS, LIMITS + 1):
            self.see_to_oneself()
        if at == CLOSES:
            self.close_enterprise()

    def often(self, share: float) -> bool:
        """Whether this person does something that so many do."""
        return self._chance.random() < share
