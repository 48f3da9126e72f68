"""Couriers: whoever brings a one-use code, or a word about an account, to an address. A way for each place troth runs in.

Codes for accounts travel as messages where the policy declares a class that carries them and a channel is set up: then they pass
its gate. Else they go the way that codes for the privacy centre go.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from troth.accounts import CodeFor, CourierFailed, Errand
from troth.app.letters import words_of
from troth.app.organisation import Organisation
from troth.app.posting import Posting
from troth.channels import SmtpChannel
from troth.kernel.errors import OperatorError, TrothError
from troth.messages import Channel, Outcome, Parcel
from troth.policy.model import Message

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
    what: str = ""
    """What it is about: '' for a code that opens the privacy centre, else one of `letters.LETTERS`."""

    @property
    def title(self) -> str:
        """The subject line."""
        if self.what:
            return words_of(self.what, self.language)[0].format(code=spaced(self.code))
        return TITLES[self._spoken].format(code=spaced(self.code))

    @property
    def text(self) -> str:
        """The words of the mail."""
        if self.what:
            said = words_of(self.what, self.language)[1]
            return said.format(code=spaced(self.code), organisation=self.organisation)
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


class AccountCourier:
    """Brings what accounts have for people: by messages where the policy carries it, by text message, or by mail."""

    def __init__(
        self,
        organisation: Organisation,
        named: Callable[[str], str],
        letters: Callable[[], Courier],
        posting: Callable[[], Posting],
    ) -> None:
        self._organisation, self._named, self._letters, self._posting = organisation, named, letters, posting

    @property
    def name(self) -> str:
        """How codes go, for operators."""
        return self._letters().name

    def bring(self, errand: Errand) -> None:
        """Hand one over, once. Raises CourierFailed."""
        try:
            posting = self._posting()
            if errand.subject is not None and errand.code and self._as_message(errand, posting):
                return
            if errand.address.kind == "phone":
                self._text(errand, posting.channels.get("sms"))
                return
            self._letters().carry(self._letter(errand))
        except CourierFailed:
            raise
        except TrothError as problem:
            raise CourierFailed(
                "A code or notice could not be handed over.", "See what the channel says."
            ) from problem

    def _letter(self, errand: Errand) -> Letter:
        name = self._named(errand.language)
        return Letter(name, errand.address.value, errand.code, errand.language, errand.what.value)

    def _as_message(self, errand: Errand, posting: Posting) -> bool:
        """Whether a class of the policy carried it. Raises CodeRefused where its gate did not let it through."""
        channel = "sms" if errand.address.kind == "phone" else "email"
        purpose = self._purpose(errand, channel)
        if not purpose or channel not in posting.channels:
            return False
        assert errand.subject is not None
        posting.courier(self._organisation).send_code(
            errand.subject, channel, errand.address.value, purpose, errand.code, language=errand.language
        )
        return True

    def _purpose(self, errand: Errand, channel: str) -> str:
        """The purpose under which the policy in force carries codes of this kind by this channel; '' where none does."""
        if not isinstance(errand.what, CodeFor):
            return ""
        catalogue = self._organisation.policy().catalogue
        wanted = self._organisation.accounts.desk.settings.purposes[errand.what.value]
        for purpose in wanted:
            for one in catalogue.all(Message):
                carries = one.what == "code" and (not one.channels or channel in one.channels)
                if carries and purpose in catalogue.expand("purpose", one.purposes):
                    return purpose
        return ""

    def _text(self, errand: Errand, channel: Channel | None) -> None:
        if channel is None:
            raise CourierFailed(
                "No channel for text messages is set up here.", "Write `sms:` in channels.yaml."
            )
        letter = self._letter(errand)
        number = self._organisation.entropy.bytes(12).hex()
        parcel = Parcel(id=number, to=letter.address, title="", text=letter.text, language=letter.language)
        if channel.send(parcel).outcome is not Outcome.TAKEN:
            raise CourierFailed("A text message was not taken.", "See what the provider says.")


def spaced(code: str) -> str:
    """A code as people read it: in groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))
