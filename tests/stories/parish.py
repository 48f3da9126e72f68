"""All five companies after a short life, walked through: what every story about every page starts from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from playwright.sync_api import Page

from tests.web.centre.kit import ADDRESS, Visitor, code_for, lived, with_bag
from tests.web.kit import Place, live, place
from tests.web.walk import Found, lives, missed, walk
from troth.app.config import Home
from troth.web.slugs import slug

COMPANIES = ("harbour", "axle", "counter", "desk", "gateway")
STATES = (
    "/desk", "/desk/policy", "/axle/lineage", "/harbour/nowhere",
    "/harbour/ledger/3", "/harbour/ledger?origin=attested",
    f"/harbour/clauses/{slug('1.3(c)/1')}", f"/harbour/clauses/{slug('Intro¶1/3')}", f"/harbour/clauses/{slug('Intro¶2')}",
    "/harbour/ask?action=use&data=email&purpose=permitted_other",
    "/harbour/ask?action=use&data=email&purpose=permitted_other&fact=consent%3Aother_purpose",
    "/harbour/ask?action=usse&data=email&purpose=x", "/harbour/ask?action=use", "/harbour/ask/request?right=delete",
)  # fmt: skip
"""States of pages that no link leads to: what a form brings, what is not there, another kind of company."""
OUTSIDE = ("/", "/sign-in/used-up", "/site/harbour/choices", "/site/desk/choices", "/u/none")
"""What somebody sees who is not signed in."""
CENTRE_STATES = (
    "/my/harbour/objections/mailing_list", "/my/harbour/consents/export", "/my/harbour/sign-in/provider/none", "/my/harbour/nowhere",
)  # fmt: skip
LANGUAGES = ("en", "zh", "ms")


@dataclass
class Parish:
    """A town that has lived, and every address in it by who may look: the staff, a person, anybody."""

    at: Place
    letters: list[str]

    @cached_property
    def console(self) -> Found:
        """What the staff see."""
        inside = [one for one in self.letters if one.startswith("/harbour/")]
        return walk(
            self.at, self.at.see, [*STATES, *inside], lambda path: not path.startswith(("/my/", "/u/"))
        )

    @cached_property
    def centre(self) -> Found:
        """What a person sees of themselves."""
        visitor = Visitor(self.at)
        visitor.sign_in()
        visitor.post("tickets", right="question", words="Whom may I ask about my account?")
        return walk(self.at, visitor.get, CENTRE_STATES, lambda path: path.startswith("/my/"))

    @cached_property
    def outside(self) -> Found:
        """What anybody sees, letters' links with it."""
        strangers = ("/sign-in", "/site/", "/u/", "/my/")
        seeds = [*OUTSIDE[1:], *self.letters]
        return walk(
            self.at, lambda path: self.at.ask("GET", path), seeds, lambda path: path.startswith(strangers)
        )

    def missed(self) -> list[str]:
        """Pages that nobody reached."""
        return missed(self.at, self.console, self.centre, self.outside)

    def staff_in(self, page: Page) -> None:
        """Sign in as staff do."""
        page.goto(f"{self.at.base}/sign-in/{self.at.hosting.signin.link()}")
        page.wait_for_url(f"{self.at.base}/")

    def person_in(self, page: Page, language: str = "en", address: str = ADDRESS) -> None:
        """Sign in as a person to whom the same things happened does, by the code in a letter; codes to one address are few an hour."""
        if address != ADDRESS:
            lived(self.at, address)
        page.goto(f"{self.at.base}/my/harbour?lang={language}")
        page.fill("#address", address)
        page.click("main button")
        page.fill("#code", code_for(self.at, address))
        page.click("main button")
        page.wait_for_url(f"{self.at.base}/my/harbour")


@contextmanager
def parish(folder: Path) -> Iterator[Parish]:
    """Five companies on one server, one of them with a life behind it, and whatever the rooms' own lives add."""
    with place(Home.at(folder), *COMPANIES) as at, with_bag(at):
        live(at)
        lived(at)
        yield Parish(at, lives(at))
