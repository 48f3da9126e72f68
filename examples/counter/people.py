"""The life at counter: people fill in the form, order, ring, sign slips, write to the account manager, look at their own page; and
staff do what the calendar asks for. All of them by the pages that anybody sees.

    python -m examples.counter.people --site URL --mail DIR --post HOST:PORT --state FILE [--seed N] [--speed N] [--people N]

With `--people N` that many live their whole story and the process ends; without, they come one after another.
"""

from __future__ import annotations

import random
import re
import smtplib
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from examples.kit.browser import Browser
from examples.kit.centre import Centre
from examples.kit.coming import came
from examples.kit.frontdesk import FrontDesk
from examples.kit.mailbox import Mailbox
from examples.kit.people import Person, person
from examples.kit.progress import Progress

MANAGER = "manager@counter.example"
"""The account manager's mailbox, as it stands on every page."""
DEMAND_EVERY = 4
"""After so many newcomers an authority asks for one of them."""
TURN = 12
"""Among so many who follow each other each rare act is done once."""
BROUGHT, SHOWED, ANNOUNCED = 1, 2, 10
"""To whom something is brought, who shows what is wrong with something, after whom a revision is announced."""
ASKS = {1: "access", 4: "disclosures", 6: "disclosures", 8: "refuse"}
"""What somebody asks the account manager for who stands at the counter."""
CANNOT = frozenset({6})
"""Whom she cannot supply, for a reason that she has on paper."""
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""A picture of nothing, one pixel large."""
COMES_BACK = 4
"""After so many newcomers one who came before looks at their own page: by then the files were brought in."""
AUTHORITIES = ("police", "court", "government")


@dataclass(frozen=True, slots=True)
class Around:
    """What people find: the site, the folder of the mail room, and the server that takes their own mails."""

    site: str
    mail: Path
    post: tuple[str, int]
    data: Path = Path()
    """The folder of the firm's data, where it is written whose key the account manager has."""


class Story:
    """One person's way through counter's pages."""

    def __init__(self, who: Person, around: Around) -> None:
        self.who = who
        self._chance = random.Random(f"{who.seed}/counter/{who.number}")  # noqa: S311 - seeded, to be the same again
        self._around = around
        self.box = Mailbox(around.mail, who.email)
        self.browser = Browser(who, around.site)
        self.done = self.browser.done
        self.wrote = False

    def close(self) -> None:
        """This person's browser is closed."""
        self.browser.close()

    def live(self) -> None:
        """From the form to (for some) leaving the marketing list."""
        if not self.apply(at_the_counter=self._often(0.2)):
            return
        for likely, act in (
            (0.8, self.order),
            (0.4, self.ask_by_telephone),
            (0.3, self.agree_to_the_insurer),
            (0.25, self.want_no_marketing),
            (0.2, self.write_to_the_manager),
            (0.2, self.agree_to_another_aim),
        ):
            if self._often(likely):
                act()
        if self.who.number % TURN == BROUGHT:
            self.have_it_brought()
        if self.who.number % TURN == SHOWED:
            self.show_what_is_wrong()

    def apply(self, *, at_the_counter: bool = False) -> bool:
        """Fill in the form, or say it at the counter, where the account manager does."""
        who = self.who
        form = {"name": who.name, "phone": who.phone, "email": who.email, "told_why": "yes"}
        form |= {"told_uses": "yes"} if self._often(0.7) else {}
        form |= {"wider": "yes"} if self._often(0.5) else {}
        form |= {"told_abroad": "yes"} if self._often(0.6) else {}
        form |= (
            {"postal_number": who.marked("postal_number"), "told_cost": "yes"}
            if self._often(0.6)
            else {"told_cost": "yes"}
        )
        address = "/counter/talk" if at_the_counter else "/apply"
        return self.browser.fill("applied", address, form).is_success

    def order(self) -> None:
        """Order something."""
        product = self._chance.choice(("kettle", "lamp", "pump"))
        form = {
            "number": self.who.email,
            "product": product,
            "configuration": self.who.marked("configuration"),
        }
        self.browser.fill("ordered", "/order", form)

    def have_it_brought(self) -> None:
        """Have something brought to where one is, and say where that is."""
        here = {"latitude": "3.139", "longitude": "101.687", "surroundings": self.who.marked("surroundings")}
        self.browser.fill("had it brought", "/deliver", {"number": self.who.email, "here": "yes"} | here)

    def show_what_is_wrong(self) -> None:
        """Show what is wrong with something; whoever works on that looks at it."""
        said = {"number": self.who.email, "shared_text": f"It hums. {self.who.marked('shared_text')}"}
        picture = {"shared_picture": ("lamp.png", DOT, "image/png")}
        answer = self.browser.press("showed something", self.browser.open("/share"), said, picture)
        if number := re.search(r"under the number (\d+)", answer.text):
            seen = {"shared": number[1], "ticket": f"SIM-{self.who.number}"}
            self.browser.fill("somebody looked at it", "/counter", seen)

    def ask_by_telephone(self) -> None:
        """Ring with a question."""
        self.browser.fill("rang", "/ring", {"number": self.who.email, "wish": "question"})

    def want_no_marketing(self) -> None:
        """Ring, and be taken off the list."""
        self.browser.fill("wanted no marketing", "/ring", {"number": self.who.email, "wish": "no_marketing"})

    def agree_to_the_insurer(self) -> None:
        """Sign a slip at the counter; some take it back."""
        slip = {"number": self.who.email, "item": "sharing"}
        self.browser.fill("signed a slip", "/counter", slip | {"said": "given"})
        if self._often(0.4):
            self.browser.fill("took a slip back", "/counter", slip | {"said": "withdrawn"})

    def agree_to_another_aim(self) -> None:
        """Sign another slip."""
        slip = {"number": self.who.email, "item": "another_aim", "said": "given"}
        self.browser.fill("signed a slip", "/counter", slip)

    def write_to_the_manager(self) -> None:
        """Ask the account manager by mail whom one's details went to."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.who.email, MANAGER, "My details"
        mail["Message-ID"] = f"<{self.who.marked('mail')}@people.example>"
        mail.set_content(f"Please tell me whom you gave my details to. {self.who.marked('letter')}")
        with smtplib.SMTP(*self._around.post, timeout=10) as post:
            post.send_message(mail)
        self.done["wrote to the manager"] += 1
        self.wrote = True

    def centre(self) -> Centre:
        """The privacy centre, where the footer of every page leads."""
        page = self.browser.follow(self.browser.open("/"), "/my/counter")
        address = f"{page.url.scheme}://{page.url.netloc.decode()}{page.url.path}".removesuffix("/sign-in")
        return Centre(self.browser, address)

    def see_whom_it_went_to(self) -> None:
        """Open one's own page by a code; some ask there. Whose details the product does not know yet gets none, and asks again."""
        centre = self.centre()
        if not centre.enter(self.who.email, self.box):
            return
        centre.see()
        centre.ask("disclosures", f"Whom did you give it to? {self.who.marked('request')}")
        centre.leave()

    def _often(self, share: float) -> bool:
        return self._chance.random() < share


class Town:
    """Everybody who deals with counter: who came already, and who comes next."""

    def __init__(self, around: Around, seed: int, state: Path) -> None:
        self._around, self._seed = around, seed
        self._progress = Progress(state, seed)
        self._gone: Counter[str] = Counter()
        self._here: list[Story] = []

    @property
    def done(self) -> dict[str, int]:
        """What everybody did so far, counted."""
        return dict(sorted(sum((story.done for story in self._here), self._gone).items()))

    def step(self) -> None:
        """One more person comes; now and then an authority asks; staff look into the calendar."""
        number = self._progress.take()
        story = Story(person(number, self._seed), self._around)
        self._here.append(story)
        try:
            story.live()
            staff = story.browser  # the desk stands open on this machine
            if number % DEMAND_EVERY == DEMAND_EVERY - 1:
                authority = AUTHORITIES[number // DEMAND_EVERY % len(AUTHORITIES)]
                said = {
                    "number": story.who.email,
                    "case": f"SIM-{number}",
                    "why": "an inquiry that is under way",
                }
                staff.fill(f"{authority} asked", "/counter", said | {"authority": authority})
            staff.send("calendar", "/counter/calendar")
            if number % (TURN * max(1, number // 40)) == ANNOUNCED:
                staff.send("revision announced", "/counter/announce")
            if number % COMES_BACK == COMES_BACK - 1:
                self._here[0].see_whom_it_went_to()
            self.work_at_the_desk(number, story)
        finally:
            if len(self._here) >= COMES_BACK:
                self._leave(self._here.pop(0))

    def work_at_the_desk(self, number: int, story: Story) -> None:
        """The account manager works with the product itself: she says whom people reach, types in what is asked at the counter, and
        answers it; mails she sorts."""
        with FrontDesk(self._around.data) as desk:
            if number == 0:
                desk.hire("Puan Rohani")
            desk.bring_papers("entity:")
            if right := ASKS.get(number % TURN):
                ticket = desk.type_in(right, "Asked at the counter (simulation).", story.who.email)
                if number % TURN in CANNOT:
                    desk.answer(ticket, ("impracticable",), refusal="CANNOT_SUPPLY")
                else:
                    desk.answer(ticket, ("identity",))
            if number % COMES_BACK == COMES_BACK - 1:
                desk.answer(desk.asked("disclosures"), ("identity",))
            if story.wrote:
                desk.answer(desk.sort(desk.mail_came(), "request", "disclosures"), ("identity",))
            self._gone += desk.done

    def _leave(self, story: Story) -> None:
        self._gone += story.done
        story.close()


def main() -> None:
    """Let people come."""
    came(
        "People who come to counter.",
        lambda told: Town(Around(told.site, told.mail, told.post, told.state.parent), told.seed, told.state),
    )


if __name__ == "__main__":
    main()
