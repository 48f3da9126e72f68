"""The life of harbour's people: they come by the front door, fill real forms and read their codes in real mail.

    python -m examples.harbour.people --site URL --mail DIR --state FILE [--seed N] [--speed N] [--people N] [--pause S]

With `--people N` that many live their whole story and the process ends; without, they come one after another.
The same seed makes the same people, who choose the same things.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import httpx

from examples.kit.mailbox import Mailbox
from examples.kit.people import Person, person
from examples.kit.process import ready, tied
from examples.kit.progress import Progress

NEWS_EVERY = 4
"""After so many newcomers the sales desk writes to everybody, and every other time the machine hall does."""
MOST_AT_ONCE = 200
CHOICES = ("unless:cookies_off", "allowed:basket_cookie", "allowed:language_cookie", "point:site_beacon")
FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
NAME = re.compile(r'<(?:input|select|textarea)[^>]* name="([^"]+)"')
CODE = re.compile(r"\b\d{4} ?\d{4}\b")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
LINK = re.compile(r'<a [^>]*href="([^"]+)"')


class Story:
    """One person's way through harbour's pages. Each act is what a browser would send."""

    def __init__(self, who: Person, site: str, mail: Path) -> None:
        self.who = who
        self._chance = random.Random(f"{who.seed}/story/{who.number}")  # noqa: S311 - seeded, to be the same again
        self._http = httpx.Client(base_url=site, follow_redirects=True, timeout=30, transport=_from_home(who))
        self._mail = mail
        self._box = Mailbox(mail, who.email)
        self._password = who.password
        self.done: Counter[str] = Counter()

    def close(self) -> None:
        """This person's browser is closed."""
        self._http.close()

    def live(self) -> None:
        """From the first look at the site to (for some) leaving the list."""
        if self._often(0.7):
            self.look_around()
        if not self.join():
            return
        for likely, act in (
            (0.8, self.order),
            (0.5, self.register_domain),
            (0.4, self.file_site),
            (0.3, self.ask),
            (0.1, self.bind),
            (0.3, self.come_back),
        ):
            if self._often(likely):
                act()
        if self._often(0.06):
            self.send("declined", "/decline")
            self.look("/account")

    def look_around(self) -> None:
        """Read the policy, choose what may be stored, choose a language, put something into the basket."""
        self.look("/privacy")
        if self._often(0.8):
            self.choose(self._chance.choice(("accept", "reject", "save")))
        self.send("language", "/language", {"language": self.who.language})
        self.send("basket", "/basket", {"item": "medium"})
        self.look("/")

    def choose(self, how: str) -> None:
        """Press a button of the form that stands in the footer of every page, for whoever runs no JavaScript."""
        form = self._linked(self.look("/"), "/choices?")
        on = [item for item in CHOICES if how == "save" and self._often(0.6)]
        self._there(f"choices: {how}", form, {"do": how, "on": on})

    def join(self) -> bool:
        """Register, read the code in the mail, and come in with it; whether that worked."""
        who = self.who
        form = {"user_name": who.user_name, "email": who.email}
        form |= {"password": who.password, "password_again": who.password, "accurate": "yes"}
        return self._coded("registered", "/register", form, "confirmed", {})

    def sign_in(self) -> bool:
        """With name and password."""
        form = {"user_name": self.who.user_name, "password": self._password}
        return self.send("signed in", "/sign-in", form) == 200

    def come_back(self) -> None:
        """Leave, and come in again; some have forgotten their password."""
        self.send("signed out", "/sign-out")
        if self._often(0.8):
            self.sign_in()
        else:
            self.recover()

    def recover(self) -> bool:
        """Come in by a code, with another password from now on."""
        self._password = f"{self.who.password}-again"
        asked = {"user_name": self.who.user_name}
        return self._coded("asked to recover", "/recover", asked, "recovered", {"password": self._password})

    def bind(self) -> None:
        """Bind a second address."""
        second = self.who.second_email
        self._coded("asked to bind", "/account", {"email": second}, "bound", {}, second)

    def _coded(
        self, what: str, path: str, form: Mapping[str, str], then: str, more: Mapping[str, str], to: str = ""
    ) -> bool:
        """Fill in a form, read the code that comes for it, and type it into the next one; whether that worked."""
        page = self.fill(what, path, form)
        if not page.is_success:
            return False
        box = Mailbox(self._mail, to) if to else self._box
        mail = box.wait("Your code")
        code = CODE.findall(f"{mail.subject} {mail.text()}")[0].replace(" ", "")
        return self._count(then, self.press(page.text, {"code": code} | dict(more))) == 200

    def order(self) -> None:
        """Order a service after reading what is asked."""
        plan = self._chance.choice(("small", "medium", "large"))
        self.fill("ordered", "/order", {"service": f"site {self.who.marked('service')}", "plan": plan})

    def register_domain(self) -> None:
        """Register a domain name."""
        who = self.who
        form = {
            "domain_name": who.domain(), "registrant_name": who.name, "registrant_address": who.address,
            "registrant_email": who.email, "registrant_phone": who.phone,
        }  # fmt: skip
        self.fill("domain registered", "/domain", form)

    def file_site(self) -> None:
        """File a site."""
        who = self.who
        form = {
            "filing_company": f"{who.name.split()[-1]} Trading", "filing_contact": who.name,
            "filing_id_number": who.id_number(), "filing_site": who.domain(), "filing_document": f"doc-{who.marked('doc')}",
        }  # fmt: skip
        form["date_of_birth"] = f"19{60 + who.number % 40}-05-17"
        self.fill("filed", "/filing", form)

    def ask(self) -> None:
        """Write to the support desk."""
        form = {
            "ticket_subject": "My site is slow",
            "ticket_body": f"Since Monday. {self.who.marked('ticket')}",
        }
        self.fill("asked for help", "/support", form)

    def read_mail(self) -> None:
        """Open what came: pictures load, some links are followed, some leave the list."""
        for mail in self._box.unread():
            for image in mail.images():
                self._fetch("mail opened", image)
            for link in mail.links():
                if "/go/" in link and self._often(0.5):
                    self._fetch("link followed", link)
            if (leave := mail.one_click()) and self._often(0.3):
                self.leave(leave)

    def leave(self, link: str) -> None:
        """Unsubscribe as a mail program does, with one click."""
        self._count("left the list", self._http.post(link, data={"List-Unsubscribe": "One-Click"}))

    def leave_at_home(self) -> None:
        """Leave the list by the button of one's own account page."""
        self.send("left the list at home", "/leave")

    def fill(self, what: str, path: str, answers: Mapping[str, str]) -> httpx.Response:
        """Open a page and send the form there that asks for this."""
        answer = self.press(self.look(path), answers)
        self._count(what, answer)
        return answer

    def press(self, page: str, answers: Mapping[str, str]) -> httpx.Response:
        """Send the form of a page that asks for this: the fields that it shows, with what it holds already."""
        forms = [
            (to, inside) for to, inside in FORM.findall(page) if set(NAME.findall(inside)) & set(answers)
        ]
        to, inside = max(forms, key=lambda form: len(set(NAME.findall(form[1])) & set(answers)))
        held = {unescape(name): unescape(value) for name, value in HIDDEN.findall(inside)}
        return self._http.post(
            to, data=held | {k: v for k, v in answers.items() if k in NAME.findall(inside)}
        )

    def _linked(self, page: str, piece: str) -> str:
        """Where the link with this in its address leads."""
        return next(unescape(link) for link in LINK.findall(page) if piece in unescape(link))

    def _there(self, what: str, address: str, form: Mapping[str, str | list[str]]) -> httpx.Response:
        """Send a form of the product's own pages, as a browser does from one of them."""
        answer = self._http.post(address, data=form, headers={"Sec-Fetch-Site": "same-origin"})
        self._count(what, answer)
        return answer

    def look(self, path: str) -> str:
        """A page of the site."""
        return self._http.get(path).text

    def send(self, what: str, path: str, form: dict[str, str] | None = None) -> int:
        """Send a form of the site; the status of the answer."""
        return self._count(what, self._http.post(path, data=form or {}))

    def _fetch(self, what: str, address: str) -> None:
        self._count(what, self._http.get(address))

    def _count(self, what: str, answer: httpx.Response) -> int:
        refused = answer.status_code == 403
        self.done[f"{what}: refused" if refused else what if answer.is_success else f"{what}: failed"] += 1
        return answer.status_code

    def _often(self, share: float) -> bool:
        return self._chance.random() < share


def _from_home(who: Person) -> httpx.HTTPTransport | None:
    """Everybody comes from an address of their own, where the machine has so many of its own as Linux does."""
    if sys.platform != "linux":
        return None
    return httpx.HTTPTransport(
        local_address=f"127.{1 + who.number // 62_500 % 250}.{who.number // 250 % 250}.{1 + who.number % 250}"
    )


class Town:
    """Everybody who lives with harbour: who came already, and who comes next."""

    def __init__(self, site: str, mail: Path, seed: int, state: Path) -> None:
        self._site = site
        self._mail = mail
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
        story = Story(person(number, self._seed), self._site, self._mail)
        self._stories.append(story)
        if len(self._stories) > MOST_AT_ONCE:
            oldest = self._stories.pop(0)
            oldest.close()
            self._gone += oldest.done
        story.live()
        if number % NEWS_EVERY == NEWS_EVERY - 1:
            self.write_news(number)

    def write_news(self, number: int) -> None:
        """The sales desk presses its button, and people read."""
        with httpx.Client(base_url=self._site, timeout=120) as desk:
            desk.post("/staff/news", data={"title": f"News from Harbour, no. {number}"})
            if number % (2 * NEWS_EVERY) == 2 * NEWS_EVERY - 1:
                desk.post("/staff/maintenance")
        for story in self._stories:
            story.read_mail()


def main() -> None:
    """Let people come."""
    parser = argparse.ArgumentParser(description="People who come to harbour by the front door.")
    parser.add_argument("--site", required=True)
    parser.add_argument("--mail", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--pause", type=float, default=2.0)
    args = parser.parse_args()
    tied()
    town = Town(args.site, args.mail, args.seed, args.state)
    ready()
    came = 0
    while not args.people or came < args.people:
        try:
            town.step()
        except (httpx.HTTPError, TimeoutError) as problem:
            # The site may be away for a moment; whoever was on the way gives up, the next one comes.
            print(f"people: {type(problem).__name__}", file=sys.stderr, flush=True)
        came += 1
        if not args.people:
            time.sleep(args.pause / max(args.speed, 0.01))
    print(json.dumps({"people": came, "done": town.done}), flush=True)


if __name__ == "__main__":
    main()
