"""Somebody at a privacy centre, by its plain forms: in by a code from the mail, then whatever they came for."""

from __future__ import annotations

import re

import httpx

from examples.kit.browser import Browser
from examples.kit.mailbox import Mail, Mailbox

CODE = re.compile(r"(?<!\d)\d{4} ?\d{4}(?!\d)")


def code_in(box: Mailbox) -> str:
    """The one-time code that comes by mail next, in whichever language. Raises TimeoutError."""
    mail = box.wait_for(lambda mail: CODE.search(_words(mail)) is not None)
    return str(CODE.findall(_words(mail))[0]).replace(" ", "")


def _words(mail: Mail) -> str:
    return f"{mail.subject} {mail.text()}"


class Centre:
    """A privacy centre as one person meets it. `address` is where it stands (`…/my/ORGANISATION`)."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address

    def enter(self, mail_address: str, box: Mailbox, *, asks: int = 1) -> bool:
        """In, by a code that comes to this address; whether that worked. Where none comes they ask again, which counts once.

        Raises TimeoutError where none came for the last time either.
        """
        asked = {"address": mail_address}
        page = self._browser.fill("asked for a code", f"{self._address}/sign-in?lang=en", asked)
        try:
            code = code_in(box)
        except TimeoutError:
            if asks <= 1:
                raise
            self._browser.done["asked for a code"] -= 1
            return self.enter(mail_address, box, asks=asks - 1)
        return self._browser.press("opened their privacy page", page, {"code": code}).is_success

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
