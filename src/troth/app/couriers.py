"""Couriers: whoever brings a one-use code to an address. One protocol, and a way for each place troth runs in."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from troth.channels import SmtpChannel
from troth.kernel.errors import OperatorError, TrothError
from troth.messages import Outcome, Parcel

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "Your code: {code}", "zh": "您的验证码：{code}", "ms": "Kod anda: {code}"}
)
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "{code} is the code that opens your privacy page at {organisation}. It works once, within ten minutes, and only in "
        "the window in which it was asked for.\n\nIf you did not ask for it, do nothing: without it nobody gets in.\n",
        "zh": "{code} 是打开您在{organisation}的隐私页面的验证码。仅可使用一次，十分钟内有效，且只能在索取它的窗口中使用。\n\n"
        "如非本人操作，请忽略：没有验证码，任何人都无法进入。\n",
        "ms": "{code} ialah kod untuk membuka halaman privasi anda di {organisation}. Ia boleh digunakan sekali, dalam masa sepuluh "
        "minit, dan hanya pada tetingkap yang memintanya.\n\nJika bukan anda yang meminta, abaikan: tanpa kod tiada sesiapa boleh masuk.\n",
    }
)


class NotCarried(OperatorError):
    """A code could not be handed over."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A code, to whom it goes, in which language, and on whose behalf. Never shown whole: address and code are not for logs."""

    organisation: str
    """The organisation's name, as the reader knows it."""
    address: str
    code: str
    language: str = "en"

    @property
    def title(self) -> str:
        """The subject line."""
        return TITLES[self._spoken].format(code=spaced(self.code))

    @property
    def text(self) -> str:
        """The words of the mail."""
        return TEXTS[self._spoken].format(code=spaced(self.code), organisation=self.organisation)

    @property
    def _spoken(self) -> str:
        return self.language if self.language in TEXTS else "en"

    def __repr__(self) -> str:
        return "Letter(…)"


class Courier(Protocol):
    """Brings codes to mail addresses. Threads may share it."""

    @property
    def name(self) -> str:
        """Where codes go, for operators."""

    def carry(self, letter: Letter) -> None:
        """Hand one letter over, once. Raises NotCarried."""


class Bag:
    """Keeps letters in memory: for tests, and for nobody else."""

    name = "a bag in memory: nothing leaves"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.letters: list[Letter] = []

    def carry(self, letter: Letter) -> None:
        """Keep it."""
        with self._lock:
            self.letters.append(letter)


class Box:
    """Puts letters into a folder that the operator alone can read: for a machine without a mail server."""

    def __init__(self, folder: Path, tell: Callable[[str], None] | None = None) -> None:
        self._folder, self._tell, self._count = folder, tell, 0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The folder."""
        return f"files in {self._folder}: no mail server is named, so no mail is sent"

    def carry(self, letter: Letter) -> None:
        """Write it down, readable by the operator alone; the file is named by a number."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._lock:
                self._count += 1
                path = self._folder / f"{os.getpid()}-{self._count:06d}.txt"
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"To: {letter.address}\nSubject: {letter.title}\n\n{letter.text}")
        except OSError as problem:
            raise NotCarried(
                f"A code could not be written into {self._folder}: {problem.strerror}.",
                "Let the user who runs troth write there, or name a mail server.",
            ) from problem
        if self._tell is not None:
            self._tell(f"A code for a privacy page lies in {path}.")


class Mailed:
    """Sends letters by a mail server."""

    def __init__(self, channel: SmtpChannel, number: Callable[[], str]) -> None:
        self._channel, self._number = channel, number

    @property
    def name(self) -> str:
        """The mail server."""
        return self._channel.name

    def carry(self, letter: Letter) -> None:
        """Hand it over; where the server does not take it, somebody has to ask for another code."""
        parcel = Parcel(
            id=self._number(),
            to=letter.address,
            title=letter.title,
            text=letter.text,
            language=letter.language,
        )
        try:
            delivery = self._channel.send(parcel)
        except TrothError as problem:
            raise NotCarried("A code could not be sent.", "See what the mail server says.") from problem
        if delivery.outcome is not Outcome.TAKEN:
            raise NotCarried(
                f"The mail server did not take a code: {delivery.code}.", "See what it says of that."
            )


def spaced(code: str) -> str:
    """A code as people read it: in groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))
