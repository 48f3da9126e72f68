"""The life of axle's people: they register (minors by a guardian), apply, ask, answer surveys, turn switches, move, and leave.

    python -m examples.axle.people --site URL --mail DIR --post HOST:PORT --state FILE [--seed N] [--speed N] [--people N]

With `--people N` that many live their whole story and the process ends; without, they come one after another.
The same seed makes the same people, who choose the same things.
"""

from __future__ import annotations

import random
import smtplib
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx

from examples.axle.staff import AGREED, CASES, Head, marketing, recruiter
from examples.kit.browser import NAME, Answers, Browser
from examples.kit.centre import Centre, code_in
from examples.kit.coming import came
from examples.kit.mailbox import Mailbox
from examples.kit.people import Person, person
from examples.kit.progress import Progress
from examples.kit.waiting import until

DESK = "marketing@axle.example"
"""As the policy publishes it."""
CAMPAIGNS = (
    "newsletter", "survey_invitation", "invitation", "direct_email", "promotion", "contact_mail", "third_party_offer",
)  # fmt: skip
CAMPAIGN_EVERY = 4
"""After so many newcomers the marketing unit writes to everybody, the next class of letter each time."""
FIRST_ROUNDS = 3
"""In the first days at the office three classes of letter are written, so that each has been written once soon."""
RIGHTS = (
    "access", "correct", "object", "access", "delete", "export", "withdraw", "visibility", "delete", "correct", "access", "restrict",
)  # fmt: skip
"""What each of a dozen people asks for, one after the other."""
DOZEN = len(RIGHTS)
STOPS = ("object", "restrict", "delete")
"""Requests after which somebody is left in peace."""
MOST_AT_ONCE = 200
TOPICS = ("gears that are quiet", "batteries for the cold", "brakes and rain", "gears and batteries")


@dataclass(frozen=True, slots=True)
class Around:
    """What people find: the site, the folder of the mail room, and the server that takes their own mails."""

    site: str
    mail: Path
    post: tuple[str, int]


class Story:
    """One person's way through axle's pages. Each act is what a browser or a mail program would send."""

    def __init__(self, who: Person, around: Around) -> None:
        self.who = who
        self._chance = random.Random(f"{who.seed}/axle/{who.number}")  # noqa: S311 - seeded, to be the same again
        self._around = around
        self.box = Mailbox(around.mail, who.email)
        self.browser = Browser(who, around.site)
        self.done = self.browser.done
        self.eu = who.origin == "european" or who.number % DOZEN == 8
        self.minor = who.number % 7 == 3
        self.settled = False
        """Of age, here, and willing to be asked for more."""

    def close(self) -> None:
        """This person's browser is closed."""
        self.browser.close()

    def live(self) -> None:
        """From the first look at the site to (for some) the end of the account."""
        self.browser.look("/privacy")
        if self._now(0.4, 1):
            self.apply()
        if not self.join(agreed=self._often(0.85)):
            return
        self.settled = not self.minor
        for likely, turns, act in (
            (0.5, (0, 6), self.tell_interests),
            (0.5, (1, 8), self.ask),
            (0.4, (2, 9), self.answer_survey),
            (0.4, (4,), self.show_themselves),
            (0.3, (0, 7), self.move_to_the_academy),
            (0.3, (8,), self.turn_switches),
            (0.1, (5,), self.watch_the_film),
            (0.2, (0, 9), self.opt_out),
            (0.2, (6,), self.see_to_their_data),
            (0.1, (5,), self.write_to_the_desk),
            (0.3, (1,), self.come_back),
        ):
            if self._now(likely, *turns):
                act()
        early = self.who.number < DOZEN
        if self._now(0 if early else 0.05, 1):
            self.deregister()
        elif self._now(1 if early else 0.2):
            self.make_a_request()

    # -- coming in ------------------------------------------------------------------------------------------------

    def form(self, **said: str) -> dict[str, str]:
        """What this person types into the registration form; boxes are ticked by `yes`."""
        who = self.who
        typed = {
            "login_id": who.user_name, "name": who.name, "phone": who.phone, "email": who.email,
            "company_name": f"{who.marked('company')} Ltd", "age": "16" if self.minor else str(21 + who.number % 50),
            "password": who.password, "accurate": "yes", "news": "yes", "abroad": "yes",
        }  # fmt: skip
        typed |= {"guardian_email": self.guardian} if self.minor else {}
        typed |= {"eu": "yes", "cookies": "yes"} if self.eu else {}
        return {name: value for name, value in (typed | said).items() if value}

    @property
    def guardian(self) -> str:
        """Where this person's guardian reads mail."""
        return f"{self.who.marked('guardian')}@people.example"

    def join(self, *, agreed: bool = True, **said: str) -> bool:
        """Register, a minor with their guardian's consent, and come in with the code in the mail; whether that worked."""
        page = self.browser.fill("registered", "/register", self.form(**said))
        if "case" in NAME.findall(page.text) and "ticket" not in NAME.findall(page.text):
            self.guardian_answers(page, agree=agreed)
            page = self.browser.press("went on", page, {"password": self.who.password})
        if "ticket" not in NAME.findall(page.text):
            return False
        return self.browser.press("confirmed", page, {"code": code_in(self.box)}).is_success

    def guardian_answers(self, page: httpx.Response, *, agree: bool) -> None:
        """The guardian opens the page that was handed on, types the code in, and says yes to the account, no to marketing."""
        page = self.browser.follow(page, "/guardian/")
        says = {
            name: "yes" if agree and "marketing" not in name else "no"
            for name in NAME.findall(page.text)
            if "say-" in name
        }
        code = code_in(Mailbox(self._around.mail, self.guardian))
        self.browser.send("guardian answered", str(page.url), {"code": code} | says)

    def sign_in(self) -> bool:
        """With name and password."""
        form = {"login_id": self.who.user_name, "password": self.who.password}
        return self.browser.fill("signed in", "/sign-in", form).is_success

    def come_back(self) -> None:
        """Out, and in again."""
        self.browser.send("signed out", "/sign-out")
        self.sign_in()

    # -- what they came for ---------------------------------------------------------------------------------------

    def apply(self, **said: str) -> httpx.Response:
        """Apply for a job, with a résumé; some tell of their family as well. Some take it back, or hide it."""
        who = self.who
        form: Answers = {
            "applicant_name": who.name, "gender": self._chance.choice(("woman", "man", "")), "birth_year": str(1960 + who.number % 40),
            "nationality": self._chance.choice(("Malaysian", "Chinese", "German")), "address": who.address,
            "applicant_phone": who.phone, "applicant_email": who.second_email, "self_evaluation": f"Patient. {who.marked('self')}",
            "occupation": "engineer", "jobs": f"two, {who.marked('jobs')}", "education": f"mechanics, {who.marked('education')}",
            "work_experience": f"gears since 2015, {who.marked('work')}", "project_experience": f"a quiet gear, {who.marked('project')}",
            "languages": "English", "computer_skills": "CAD", "other_skills": who.marked("skill"), "application": "yes",
        }  # fmt: skip
        family = {
            "marital_status": "married",
            "family_relations": who.marked("family"),
            "cn_pipl.sensitive": "yes",
        }
        form = dict(form) | (family if self._often(0.4) else {}) | said
        resume = {
            "resume": (
                f"{who.marked('file')}.txt",
                f"Résumé of {who.marked('resume')}".encode(),
                "text/plain",
            )
        }
        page = self.browser.press("applied", self.browser.open("/careers"), form, resume)
        if self._often(0.2):
            page = self.browser.press("hid their application", page, {"seen_by": "nobody"})
        if self._often(0.1):
            self.browser.press("took their application back", page, {"take_back": "yes"})
        return page

    def tell_interests(self) -> None:
        """Agree to better service, and say what one is interested in."""
        self.turn("consent:better_service", "yes")
        words = f"{self._chance.choice(TOPICS)} {self.who.marked('interests')}"
        self.browser.fill("told their interests", "/interests", {"interests": words})
        self.browser.fetch("page counted", "/beacon.gif?page=/interests")

    def ask(self) -> None:
        """Ask about a product; from the Union, after agreeing that the question leaves it."""
        if self.eu:
            self.turn("consent:eu_export", "yes")
        self.browser.fill(
            "asked", "/ask-us", {"enquiry": f"How loud is the gear? {self.who.marked('enquiry')}"}
        )

    def answer_survey(self) -> None:
        """Take part in the survey."""
        self.browser.fill(
            "answered the survey", "/survey", {"survey_answers": f"Very quiet. {self.who.marked('answer')}"}
        )

    def show_themselves(self) -> None:
        """Change the profile, and let others see it."""
        who = self.who
        self.browser.fill(
            "changed their profile", "/profile",
            {"name": who.name, "phone": who.phone, "shared_content": f"I build gears. {who.marked('shared')}", "visible": "yes"},
        )  # fmt: skip

    def move_to_the_academy(self) -> None:
        """Try without agreeing, then agree; some leave again."""
        if self._often(0.3):
            self.browser.fill("moved without a word", "/academy/move", {"move": "yes"})
        self.browser.fill("moved to the academy", "/academy/move", {"agree": "yes"})
        self.browser.look("/academy/")
        if self._often(0.3):
            self.browser.fill("left the academy", "/academy/", {"leave": "yes"})

    # -- their data -----------------------------------------------------------------------------------------------

    def turn(self, switch: str, on: str) -> httpx.Response:
        """Turn one switch of the settings page."""
        return self.browser.send(f"turned {switch} {on}", "/settings", {"turn": switch, "on": on})

    def turn_switches(self) -> None:
        """Two or three switches, there and back."""
        switches = (
            "consent:contact_email",
            "consent:third_party_offers",
            "consent:marketing",
            "objects:interests",
        )
        for switch in self._chance.sample(switches, 2):
            self.turn(switch, "yes")
            if self._often(0.5):
                self.turn(switch, "no")
        if self._now(0.3, 8):
            self.browser.send("larger letters", "/letters", {"large": "yes"})

    def opt_out(self) -> None:
        """No more news, invitations, surveys and promotion."""
        self.turn("objects:opt_out", "yes")

    def watch_the_film(self) -> None:
        """See what somebody else shows on axle's page, once one was told whose it is."""
        self.browser.fill("watched the film", "/film", {"watch": "yes"})

    def agree_to_more(self) -> None:
        """What the house asks for when there is an occasion: to be named, to be shared with a partner, to be called."""
        for item in AGREED:
            self.turn(f"consent:{item}", "yes")

    def make_a_request(self) -> None:
        """Use one of the rights, by the page for it."""
        right = RIGHTS[self.who.number % DOZEN]
        self.settled = self.settled and right not in STOPS
        self.browser.fill(
            "made a request", "/requests", {"right": right, "words": f"Please. {self.who.marked('request')}"}
        )

    def see_to_their_data(self) -> None:
        """Open the privacy page by a code; look, object, and ask."""
        page = self.browser.follow(self.browser.open("/"), "/my/axle")
        centre = Centre(
            self.browser,
            f"{page.url.scheme}://{page.url.netloc.decode()}{page.url.path}".removesuffix("/sign-in"),
        )
        if not centre.enter(self.who.email, self.box):
            return
        centre.see()
        if self._often(0.5):
            centre.object("mailing_list")
        if self._often(0.5):
            centre.ask("access", f"What do you hold on me? {self.who.marked('asked')}")
        self.browser.open(self.browser.follow(self.browser.open("/"), "/leaving?").url.__str__())
        centre.leave()

    def write_to_the_desk(self) -> None:
        """Write a mail to the address that the policy publishes."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.who.email, DESK, "My data"
        mail["Message-ID"] = f"<{self.who.marked('mail')}@people.example>"
        mail.set_content(f"Please tell me what you hold on me. {self.who.marked('letter')}")
        with smtplib.SMTP(*self._around.post, timeout=10) as post:
            post.send_message(mail)
        self.box.wait("We have your message")
        self.done["wrote to the marketing unit"] += 1

    def deregister(self) -> None:
        """End the account."""
        self.settled = False
        self.browser.fill("deregistered", "/deregister", {"password": self.who.password})

    # -- mail -----------------------------------------------------------------------------------------------------

    def read_mail(self) -> None:
        """Open what came: pictures load, some links are followed, some leave the list."""
        for mail in self.box.unread():
            for image in mail.images():
                self.browser.fetch("mail opened", image)
            for link in mail.links():
                if "/go/" in link and self._often(0.5):
                    self.browser.fetch("link followed", link)
            if (leave := mail.one_click()) and self._often(0.2):
                self.browser.one_click("left the list", leave)

    def _now(self, likely: float, *turns: int) -> bool:
        """Whether somebody does something: now and then, and surely whoever of a dozen people has their turn."""
        return self._often(likely) or self.who.number % DOZEN in turns

    def _often(self, share: float) -> bool:
        return self._chance.random() < share


class Town:
    """Everybody who lives with axle: who came already, and who comes next; and its staff, now and then."""

    def __init__(self, around: Around, seed: int, state: Path) -> None:
        self._around = around
        self._seed = seed
        self._progress = Progress(state, seed)
        self._stories: list[Story] = []
        self._gone: Counter[str] = Counter()
        self._lin: Head | None = None

    @property
    def done(self) -> dict[str, int]:
        """What everybody did so far, counted."""
        office = self._lin.done if self._lin else Counter[str]()
        return dict(sorted(sum((story.done for story in self._stories), self._gone + office).items()))

    def step(self) -> None:
        """One more person comes; the staff works, and everybody reads mail, when enough have come."""
        number = self._progress.take()
        story = Story(person(number, self._seed), self._around)
        self._stories.append(story)
        if len(self._stories) > MOST_AT_ONCE:
            oldest = self._stories.pop(0)
            oldest.close()
            self._gone += oldest.done
        story.live()
        every = CAMPAIGN_EVERY * max(1, number // 40)
        if number % every == every - 1:
            self.work(number // every)
        self._head().answer_tickets()

    def _head(self) -> Head:
        """Lin, who is there all day and answers what people ask."""
        if self._lin is None:
            self._lin = Head(self._around.site)
        return self._lin

    def work(self, round: int) -> None:
        """A day at the office: campaigns, rows for the laboratory, applicants, what has to be shown, and cases decided by hand."""
        desk, hr, site = marketing(self._around.site), recruiter(self._around.site), "/staff/campaigns"
        try:
            for number in range(3 * round, 3 * round + 3) if round < FIRST_ROUNDS else [round]:
                kind, title = CAMPAIGNS[number % len(CAMPAIGNS)], f"News from Axle, no. {number}"
                desk.press(site, message=kind, title=title, words="The gears are quieter now.")
            desk.press("/staff/surveys", hand="yes")
            desk.press("/staff/hand-out", what=("advertiser", "screen", "join")[round % 3])
            hr.look("/staff/applicants")
            self._head().show_what_is_due()
            customer = next((one for one in reversed(self._stories) if one.settled), None)
            if customer is not None:
                customer.agree_to_more()
                self._head().decide(customer.who.user_name, CASES[round % 3 :: 3])
            until(
                lambda: (
                    not any(
                        f"<span>{state}</span>" in desk.look(site).text for state in ("queued", "sending")
                    )
                ),
                60,
            )
        finally:
            desk.close()
            hr.close()
        for story in self._stories:
            story.read_mail()


def main() -> None:
    """Let people come."""
    came(
        "People who come to axle by the front door.",
        lambda told: Town(Around(told.site, told.mail, told.post), told.seed, told.state),
    )


if __name__ == "__main__":
    main()
