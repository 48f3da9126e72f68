"""The life at counter: people fill in the form, order, ring, sign slips, write to the account manager, look at their own page; and
staff do what the calendar asks for. All of them by the pages that anybody sees.

    python -m examples.counter.people --site URL --mail DIR --post HOST:PORT --state FILE [--seed N] [--speed N] [--people N]

With `--people N` that many live their whole story and the process ends; without, they come one after another.
"""

from __future__ import annotations

import random
import smtplib
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from examples.kit.browser import Browser
from examples.kit.centre import Centre
from examples.kit.coming import came
from examples.kit.mailbox import Mailbox
from examples.kit.people import Person, person
from examples.kit.progress import Progress

MANAGER = "manager@counter.example"
"""The account manager's mailbox, as it stands on every page."""
DEMAND_EVERY = 5
"""After so many newcomers an authority asks for one of them."""
COMES_BACK = 4
"""After so many newcomers one who came before looks at their own page: by then the files were brought in."""
AUTHORITIES = ("police", "court", "government")


@dataclass(frozen=True, slots=True)
class Around:
    """What people find: the site, the folder of the mail room, and the server that takes their own mails."""

    site: str
    mail: Path
    post: tuple[str, int]


class Story:
    """One person's way through counter's pages."""

    def __init__(self, who: Person, around: Around) -> None:
        self.who = who
        self._chance = random.Random(f"{who.seed}/counter/{who.number}")  # noqa: S311 - seeded, to be the same again
        self._around = around
        self.box = Mailbox(around.mail, who.email)
        self.browser = Browser(who, around.site)
        self.done = self.browser.done

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

    def centre(self) -> Centre:
        """The privacy centre, where the footer of every page leads."""
        page = self.browser.follow(self.browser.open("/"), "/my/counter")
        address = f"{page.url.scheme}://{page.url.netloc.decode()}{page.url.path}".removesuffix("/sign-in")
        return Centre(self.browser, address)

    def see_whom_it_went_to(self) -> None:
        """Open one's own page by a code; some ask there. Whose details the product does not know yet gets none, and asks again."""
        centre = self.centre()
        if not centre.enter(self.who.email, self.box, asks=3):
            return
        centre.see()
        if self._often(0.5):
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
            if number % COMES_BACK == COMES_BACK - 1:
                self._here[0].see_whom_it_went_to()
        finally:
            if len(self._here) >= COMES_BACK:
                self._leave(self._here.pop(0))

    def _leave(self, story: Story) -> None:
        self._gone += story.done
        story.close()


def main() -> None:
    """Let people come."""
    came(
        "People who come to counter.",
        lambda told: Town(Around(told.site, told.mail, told.post), told.seed, told.state),
    )


if __name__ == "__main__":
    main()
