"""The life of harbour's people: they come by the front door, fill real forms and read their codes in real mail.

    python -m examples.harbour.people --site URL --mail DIR --post HOST:PORT --state FILE [--seed N] [--speed N] [--people N]

With `--people N` that many live their whole story and the process ends; without, they come one after another.
The same seed makes the same people, who choose the same things.
"""

from __future__ import annotations

import random
import re
import smtplib
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from examples.harbour import seldom
from examples.harbour.staff import CASES, Staff
from examples.kit.browser import Answers, Browser
from examples.kit.centre import Centre, type_code
from examples.kit.coming import came
from examples.kit.frontdesk import FrontDesk
from examples.kit.mailbox import Mailbox
from examples.kit.people import Person, person
from examples.kit.progress import Progress

NEWS_EVERY = 4
"""After so many newcomers the sales desk writes to everybody, and every other time the machine hall does too; the more people there
are, the more newcomers it waits for."""
EVERY_CASE = 3
"""After so many newcomers somebody behind the counter has something to do, and after so many turns everything was done once."""
TURNS = 4
BUTTONS = ("review", "invite", "important", "print_list", "incident", "announce")
MOST_AT_ONCE = 200
CHOICES = ("unless:cookies_off", "allowed:basket_cookie", "allowed:language_cookie", "point:site_beacon")
DESK = "privacy@harbour.example"
"""As the policy publishes it."""
WORDS = {
    "access": "What do you hold on me?",
    "correct": "My telephone number is another.",
    "delete": "Please erase me.",
    "refuse": "I give you no more than I have to.",
}
TOLD = "told_erased.txt"
ENDS = re.compile(r'action="/orders/(?P<number>\d+)/end"><button>End site (?P<marker>\w+)<')


@dataclass(frozen=True, slots=True)
class Around:
    """What people find: the site, the folder of the mail room, and the server that takes their own mails."""

    site: str
    mail: Path
    post: tuple[str, int]
    data: Path
    """The folder of harbour's data, where what was handed over in person lies."""


class Story:
    """One person's way through harbour's pages. Each act is what a browser or a mail program would send."""

    def __init__(self, who: Person, around: Around) -> None:
        self.who = who
        self._chance = random.Random(f"{who.seed}/story/{who.number}")  # noqa: S311 - seeded, to be the same again
        self._around = around
        self.box = Mailbox(around.mail, who.email)
        self._password = who.password
        self._ordered = 0
        self.agreed = self.asked = ""
        self.wrote = ""
        """How they wrote to the privacy desk, if they did."""
        self._turn = seldom.turn_of(who.number)
        self.browser = Browser(who, around.site)
        self.done = self.browser.done

    def close(self) -> None:
        """This person's browser is closed."""
        self.browser.close()

    def live(self) -> None:
        """From the first look at the site to (for some) leaving the list."""
        if self._often(0.7):
            self.look_around()
        if not self.join():
            return
        turn, comes = self._turn, self._turn in seldom.ALWAYS
        for sure, likely, act in (
            (comes, 0.8, self.order),
            (False, 0.6, self.see_to_order),
            (comes, 0.5, self.register_domain),
            (comes, 0.4, self.file_site),
            (False, 0.3, self.ask),
            (turn == seldom.BINDS, 0.1, self.bind),
            (turn == seldom.RECOVERS, 0.3, self.come_back),
            (turn in seldom.ASKS or turn in seldom.AGREES, 0.3, self.see_to_their_data),
            (turn == seldom.WRITES, 0.0, self.write_to_the_desk),
            (turn == seldom.WRITES_BY_FORM, 0.0, self.write_by_form),
            (turn == seldom.LEAVES, 0.0, self.leave_at_home),
            (turn == seldom.DECLINES, 0.0, self.decline),
        ):
            if self._often(likely) or sure:
                act()

    def decline(self) -> None:
        """Take back that one ever accepted the policy."""
        self.browser.send("declined", "/decline")
        self.browser.look("/account")

    def look_around(self) -> None:
        """Read the policy, choose what may be stored, choose a language, put something into the basket."""
        browser = self.browser
        browser.look("/privacy")
        if self._often(0.8):
            self.choose(self._chance.choice(("accept", "reject", "save")))
        browser.fill("language", "/", {"language": self.who.language})
        browser.fill("basket", "/", {"item": "medium"})
        browser.look("/")

    def choose(self, how: str) -> None:
        """Press a button of the form that stands in the footer of every page, for whoever runs no JavaScript."""
        form = self.browser.follow(self.browser.open("/"), "/choices?")
        on = [item for item in CHOICES if how == "save" and self._often(0.6)]
        self.browser.press(f"choices: {how}", form, {"do": how, "on": on})

    def join(self) -> bool:
        """Register, read the code in the mail, and come in with it; whether that worked."""
        who = self.who
        form = {"user_name": who.user_name, "email": who.email}
        form |= {"password": who.password, "password_again": who.password, "accurate": "yes"}
        return self._coded("registered", "/register", form, "confirmed", {})

    def sign_in(self) -> bool:
        """With name and password."""
        form = {"user_name": self.who.user_name, "password": self._password}
        return self.browser.fill("signed in", "/sign-in", form).is_success

    def come_back(self) -> None:
        """Leave, and come in again; some have forgotten their password."""
        self.browser.send("signed out", "/sign-out")
        if self._turn == seldom.RECOVERS:
            self.recover()
        else:
            self.sign_in()

    def recover(self) -> bool:
        """Come in by a code, with another password from now on."""
        self._password = f"{self.who.password}-again"
        asked = {"user_name": self.who.user_name}
        return self._coded("asked to recover", "/recover", asked, "recovered", {"password": self._password})

    def bind(self) -> None:
        """Bind a second address."""
        second = self.who.second_email
        self._coded("asked to bind", "/account", {"email": second}, "bound", {}, second)

    def _coded(self, what: str, path: str, form: Answers, then: str, more: Answers, to: str = "") -> bool:
        """Fill in a form, read the code that comes for it, and type it into the next one; whether that worked."""
        page = self.browser.fill(what, path, form)
        if not page.is_success:
            return False
        box = Mailbox(self._around.mail, to) if to else self.box
        return type_code(self.browser, then, page, box, more).is_success

    def order(self) -> None:
        """Order a service after reading what is asked."""
        plan = self._chance.choice(("small", "medium", "large"))
        self._ordered += 1
        service = f"site {self.who.marked(f'service{self._ordered}')}"
        self.browser.fill("ordered", "/order", {"service": service, "plan": plan})

    def see_to_order(self) -> None:
        """Pay for what was ordered; some end it again."""
        found = ENDS.search(self.browser.look("/account"))
        if found is None:
            return
        self.browser.send("paid", f"/orders/{found['number']}/pay")
        if self._often(0.5):
            self.end_order()

    def end_order(self) -> None:
        """End a service; from then on its marker should be nowhere, so it is written down for those who look."""
        found = ENDS.search(self.browser.look("/account"))
        if found and self.browser.send("ended", f"/orders/{found['number']}/end").is_success:
            self._was_told(found["marker"])

    def was_erased(self) -> None:
        """They were told that nothing of theirs is left anywhere."""
        services = [f"service{number}" for number in range(1, self._ordered + 1)]
        fields = ("user_name", "email", "address", "domain0", *services)
        self._was_told(*map(self.who.marked, fields))

    def _was_told(self, *markers: str) -> None:
        with (self._around.data / TOLD).open("a", encoding="utf-8") as told:
            told.write("".join(f"{one}\n" for one in markers))

    def register_domain(self) -> None:
        """Register a domain name."""
        who = self.who
        form = {
            "domain_name": who.domain(), "registrant_name": who.name, "registrant_address": who.address,
            "registrant_email": who.email, "registrant_phone": who.phone,
        }  # fmt: skip
        self.browser.fill("domain registered", "/domain", form)

    def file_site(self) -> None:
        """File a site; whatever field the page shows is filled in."""
        who = self.who
        form = {
            "filing_company": f"{who.name.split()[-1]} Trading", "filing_contact": who.name,
            "filing_id_number": who.id_number(), "filing_site": who.domain(),
            "date_of_birth": f"19{60 + who.number % 40}-05-17",
        }  # fmt: skip
        document = f"%PDF-1.4\n% simulation\n% {who.marked('doc')}\n%%EOF\n".encode()
        files = {"filing_document": (f"{who.marked('file')}.pdf", document, "application/pdf")}
        self.browser.press("filed", self.browser.open("/filing"), form, files)

    def ask(self) -> None:
        """Write to the support desk."""
        words = f"Since Monday. {self.who.marked('ticket')}"
        self.browser.fill(
            "asked for help", "/support", {"ticket_subject": "My site is slow", "ticket_body": words}
        )

    # -- their data ---------------------------------------------------------------------------------------------

    def centre(self) -> Centre:
        """The privacy centre, where the footer of every page leads."""
        page = self.browser.follow(self.browser.open("/"), "/my/harbour")
        return Centre(
            self.browser,
            f"{page.url.scheme}://{page.url.netloc.decode()}{page.url.path}".removesuffix("/sign-in"),
        )

    def see_to_their_data(self) -> None:
        """Open the privacy page by a code, look, and for some: leave the list, allow something and take it back, ask for what is held."""
        centre = self.centre()
        if not centre.enter(self.who.email, self.box):
            return
        centre.see()
        if self._often(0.4):
            centre.object("mailing_list")
        if item := seldom.AGREES.get(self._turn):
            centre.say(item, "give")
            self.agreed = item
            if self._often(0.3):
                centre.say(item, "withdraw")
        if right := seldom.ASKS.get(self._turn):
            self.asked = right
            centre.ask(right, f"{WORDS[right]} {self.who.marked('request')}")
        centre.leave()

    def write_by_form(self) -> None:
        """Write without signing in, by the form where the footer leads."""
        page = self.browser.follow(self.browser.open("/"), "/contact?")
        said = {
            "kind": "question",
            "words": f"Who sees my orders? {self.who.marked('question')}",
            "address": self.who.email,
        }
        self.browser.press("wrote by the form", page, said)
        self.wrote = "form"

    def write_to_the_desk(self) -> None:
        """Write a mail to the address that the policy publishes."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.who.email, DESK, "My data"
        mail["Message-ID"] = f"<{self.who.marked('mail')}@people.example>"
        mail.set_content(f"Please tell me what you hold on me. {self.who.marked('letter')}")
        with smtplib.SMTP(*self._around.post, timeout=10) as post:
            post.send_message(mail)
        self.done["wrote to the privacy desk"] += 1
        self.wrote = "mail"

    # -- mail ---------------------------------------------------------------------------------------------------

    def read_mail(self) -> None:
        """Open what came: pictures load, some links are followed, some leave the list."""
        for mail in self.box.unread():
            for image in mail.images():
                self.browser.fetch("mail opened", image)
            for link in mail.links():
                if "/go/" in link and self._often(0.5):
                    self.browser.fetch("link followed", link)
            if (leave := mail.one_click()) and self._often(0.3):
                self.leave(leave)

    def leave(self, link: str) -> None:
        """Unsubscribe as a mail program does, with one click."""
        self.browser.one_click("left the list", link)

    def leave_at_home(self) -> None:
        """Leave the list by the button of one's own account page."""
        self.browser.send("left the list at home", "/leave")

    def _often(self, share: float) -> bool:
        return self._chance.random() < share


class Town:
    """Everybody who lives with harbour: who came already, and who comes next."""

    def __init__(self, around: Around, seed: int, state: Path) -> None:
        self._around = around
        self._seed = seed
        self._progress = Progress(state, seed)
        self._stories: list[Story] = []
        self._gone: Counter[str] = Counter()

    @property
    def done(self) -> dict[str, int]:
        """What everybody did so far, counted."""
        return dict(sorted(sum((story.done for story in self._stories), self._gone).items()))

    def step(self) -> None:
        """One more person comes; everybody reads mail now and then; the sales desk writes when enough have come."""
        number = self._progress.take()
        story = Story(person(number, self._seed), self._around)
        self._stories.append(story)
        if len(self._stories) > MOST_AT_ONCE:
            oldest = self._stories.pop(0)
            oldest.close()
            self._gone += oldest.done
        if number == 0:
            self.first_day()
        story.live()
        self.see_to(story)
        if number % (EVERY_CASE * max(1, number // 40)) == 1 and self._stories:
            self.work_behind_the_counter(number, self._stories[-1].who)
        every = NEWS_EVERY * max(1, number // 40)
        if number % every == every - 1:
            self.write_news(number, maintenance=number // every % 2 == 1)

    def first_day(self) -> None:
        """Those who work at harbour learn what they have to know."""
        with FrontDesk(self._around.data) as desk:
            seldom.first_day(desk)
            self._gone += desk.done

    def see_to(self, story: Story) -> None:
        """What somebody asked for is done behind the counter and answered by the privacy desk, which also sees to it that no paper is
        older than it may be; whoever is erased gets no mail any more."""
        if story.asked == "correct" and not seldom.refused(story.who.number):
            self.do("correct", story, phone=story.who.phone)
        elif story.asked == "delete":
            self.do("erase", story)
            story.was_erased()
        with FrontDesk(self._around.data) as desk:
            desk.bring_papers()
            if story.asked in seldom.BY_HAND:
                seldom.see_to(desk, story.who.number, story.asked)
            elif story.asked:
                desk.carried_out(story.asked)
            if story.wrote:
                seldom.see_to_question(desk, by_mail=story.wrote == "mail")
            self._gone += desk.done
        if story.asked == "delete":
            self._stories.remove(story)
            story.close()
            self._gone += story.done

    def do(self, button: str, story: Story, **typed: str) -> None:
        """Somebody of the staff presses a button for a customer."""
        with Staff(self._around.site, self._around.data) as staff:
            staff.press(button, user_name=story.who.user_name, **typed)
            self._gone += staff.done

    def work_behind_the_counter(self, number: int, who: Person) -> None:
        """The legal desk has cases, the other desks do what they do now and then."""
        with Staff(self._around.site, self._around.data) as staff:
            turn = number // EVERY_CASE
            agreed = {story.agreed: story.who for story in self._stories if story.agreed}
            for case in CASES[turn % TURNS :: TURNS]:
                staff.release(agreed.get(case.agreed, who).user_name, case)
            for button in BUTTONS[turn % TURNS :: TURNS]:
                staff.press(button)
            self._gone += staff.done

    def write_news(self, number: int, *, maintenance: bool) -> None:
        """The sales desk presses its button, now and then the machine hall does, and people read what has arrived."""
        with Staff(self._around.site, self._around.data) as staff:
            staff.press("news", title=f"News from Harbour, no. {number}")
            if maintenance:
                staff.press("maintenance")
            staff.wait_for_mails()
        for story in self._stories:
            story.read_mail()


def main() -> None:
    """Let people come."""
    came(
        "People who come to harbour by the front door.",
        lambda told: Town(Around(told.site, told.mail, told.post, told.state.parent), told.seed, told.state),
    )


if __name__ == "__main__":
    main()
