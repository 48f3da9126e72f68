"""A browser without JavaScript: it looks at pages, follows their links, fills in their forms and keeps their cookies.

What a form already holds is sent along; what it does not show is not. Each person's comes from an address of their own.
"""

from __future__ import annotations

import re
import ssl
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from html import unescape

import httpx

from examples.kit.people import Person

FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
NAME = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
LINK = re.compile(r'<a [^>]*href="([^"]+)"')
Answers = Mapping[str, str | list[str]]
Files = Mapping[str, tuple[str, bytes, str]]
"""What is sent along with a form: by the name of its field, a file's name, its bytes and its kind."""


class Browser:
    """One person's browser. `done` counts what was done, and what was refused."""

    def __init__(self, who: Person, site: str) -> None:
        self._http = httpx.Client(base_url=site, follow_redirects=True, timeout=30, transport=_from_home(who))
        self.done: Counter[str] = Counter()

    def close(self) -> None:
        """Nothing is kept."""
        self._http.close()

    def open(self, address: str) -> httpx.Response:
        """A page, of this site or of another."""
        return self._http.get(address)

    def look(self, address: str) -> str:
        """What a page says."""
        return self.open(address).text

    def follow(self, page: httpx.Response, piece: str) -> httpx.Response:
        """Go where the link of a page leads that has this in its address. Raises LookupError where there is none."""
        for link in LINK.findall(page.text):
            if piece in unescape(link):
                return self._http.get(page.url.join(unescape(link)))
        raise LookupError(f"No link with '{piece}' on {page.url.path}.")

    def fill(self, what: str, address: str, answers: Answers) -> httpx.Response:
        """Open a page and send the form there that asks for this."""
        return self.press(what, self.open(address), answers)

    def press(
        self, what: str, page: httpx.Response, answers: Answers, files: Files | None = None
    ) -> httpx.Response:
        """Send the form of a page that asks for most of this. Raises LookupError where none asks for any of it."""
        fitting = [
            (len(set(names) & set(answers)), to, inside, names)
            for to, inside in FORM.findall(page.text)
            if set(names := NAME.findall(inside)) & set(answers)
        ]
        if not fitting:
            raise LookupError(f"No form on {page.url.path} asks for {', '.join(answers)}.")
        _, to, inside, names = max(fitting, key=lambda one: one[0])
        held: dict[str, str | list[str]] = {unescape(n): unescape(v) for n, v in HIDDEN.findall(inside)}
        asked = {name: said for name, said in answers.items() if name in names}
        return self.send(what, str(page.url.join(unescape(to))), held | asked, files)

    def send(
        self, what: str, address: str, form: Answers | None = None, files: Files | None = None
    ) -> httpx.Response:
        """Post a form as a page of the same place would, with whatever files go along."""
        answer = self._http.post(
            address, data=dict(form or {}), files=files, headers={"Sec-Fetch-Site": "same-origin"}
        )
        self.count(what, answer)
        return answer

    def call(
        self, address: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """What an app on the same device asks of the site, signed in as this browser is: JSON there where there is a body."""
        method = "GET" if body is None else "POST"
        return self._http.request(method, address, json=body, headers=headers)

    def fetch(self, what: str, address: str) -> None:
        """Load what a mail shows, or follow its link."""
        self.count(what, self._http.get(address))

    def one_click(self, what: str, address: str) -> None:
        """Unsubscribe as a mail program does (RFC 8058): no page, no cookie, no word of where from."""
        said = {"List-Unsubscribe": "One-Click"}
        self.count(what, httpx.post(address, data=said, timeout=30, verify=trust()))

    def count(self, what: str, answer: httpx.Response) -> None:
        """Note what came of it."""
        refused = answer.status_code == 403
        failed = f"{what}: failed ({answer.status_code})"
        self.done[f"{what}: refused" if refused else what if answer.is_success else failed] += 1


@cache
def trust() -> ssl.SSLContext:
    """Whom browsers of this process trust, read once: reading it takes longer than most of what they then do."""
    return ssl.create_default_context()


def _from_home(who: Person) -> httpx.HTTPTransport | None:
    """Everybody comes from an address of their own, where the machine has so many of its own as Linux does."""
    if sys.platform != "linux":
        return None
    third, second = who.number // 250 % 250, 1 + who.number // 62_500 % 250
    home = f"127.{second}.{third}.{1 + who.number % 250}"
    return httpx.HTTPTransport(local_address=home, verify=trust())
