"""Somebody at a privacy centre, by its plain forms: in by a code from the mail, then whatever they came for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import httpx

from examples.kit.browser import Answers, Browser
from examples.kit.mailbox import PATIENCE, Mail, Mailbox

ASKS: Final = 20
OTHERS: Final = 4
"""How many codes are tried at one form at most."""
AGAIN: Final = 6.0
"""How often somebody asks for a code that does not come, and after how many seconds."""
CODE = re.compile(r"(?<!\d)\d{4} ?\d{4}(?!\d)")


def code_in(box: Mailbox, seconds: float = PATIENCE) -> str:
    """The one-time code that comes by mail next, in whichever language. Raises TimeoutError."""
    mail = box.wait_for(lambda mail: CODE.search(_words(mail)) is not None, seconds)
    return str(CODE.findall(_words(mail))[0]).replace(" ", "")


def type_code(
    browser: Browser, what: str, page: httpx.Response, box: Mailbox, more: Answers
) -> httpx.Response:
    """Type the code that comes into the form of a page that waits for one; what came of it. The same people deal with several companies,
    so a code may be another company's: then the next one is typed. Raises TimeoutError where none comes."""
    code = code_in(box)
    for _ in range(OTHERS):
        with uncounted(browser):
            answer = browser.press(what, page, {"code": code} | dict(more))
        if answer.is_success:
            break
        try:
            code = code_in(box)
        except TimeoutError:
            break
    browser.count(what, answer)
    return answer


@contextmanager
def uncounted(browser: Browser) -> Iterator[None]:
    """What is done in the block is not counted."""
    before = browser.done.copy()
    try:
        yield
    finally:
        browser.done.clear()
        browser.done.update(before)


def _words(mail: Mail) -> str:
    return f"{mail.subject} {mail.text()}"


class Centre:
    """A privacy centre as one person meets it. `address` is where it stands (`…/my/ORGANISATION`)."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address

    def enter(self, mail_address: str, box: Mailbox, *, asks: int = ASKS, every: float = AGAIN) -> bool:
        """In, by a code that comes to this address; whether that worked. Whoever waits for one in vain asks again, which counts once:
        what nobody knows yet gets no code, and is told so by nobody. A code may be that of an earlier time of asking.

        Raises TimeoutError where none came for the last time either.
        """
        pages: list[httpx.Response] = []
        for _ in range(asks):
            pages.append(self._asked(mail_address))
            with suppress(TimeoutError):
                while True:
                    code = code_in(box, every)
                    if any(self._fits(page, code) for page in reversed(pages)):
                        self._browser.done["asked for a code"] += 1
                        self._browser.done["opened their privacy page"] += 1
                        return True
        raise TimeoutError(f"No code came, however often it was asked for ({asks} times).")

    def _asked(self, mail_address: str) -> httpx.Response:
        with uncounted(self._browser):
            return self._browser.fill("", f"{self._address}/sign-in?lang=en", {"address": mail_address})

    def _fits(self, page: httpx.Response, code: str) -> bool:
        """Whether a code opens what that page waits for; a page that waits for none is one that was told to wait."""
        with uncounted(self._browser), suppress(LookupError):
            return self._browser.press("", page, {"code": code}).is_success
        return False

    def see(self) -> str:
        """What is held, and what was done with it."""
        return self._browser.look(self._address)

    def object(self, objection: str, *, lift: bool = False) -> httpx.Response:
        """Raise an objection, or lift it."""
        address = f"{self._address}/objections/{objection}"
        page = self._browser.open(address)
        return self._browser.press(
            "objected" if not lift else "objection lifted", page, {"do": "lift" if lift else "raise"}
        )

    def say(self, item: str, word: str) -> httpx.Response:
        """`give`, `refuse` or `withdraw` a consent, after its page has said what that would do."""
        page = self._browser.open(f"{self._address}/consents/{item}")
        return self._browser.press(f"consent: {word}", page, {"do": word})

    def ask(self, right: str, words: str) -> httpx.Response:
        """Open a ticket for a right."""
        return self._browser.fill(
            f"asked: {right}", f"{self._address}/tickets/new", {"right": right, "words": words}
        )

    def write(self, kind: str, words: str, mail_address: str) -> httpx.Response:
        """Write without signing in."""
        said = {"kind": kind, "words": words, "address": mail_address}
        return self._browser.fill(f"wrote: {kind}", f"{self._address}/contact?lang=en", said)

    def leave(self) -> None:
        """Out again."""
        self._browser.send("left their privacy page", f"{self._address}/leave")
