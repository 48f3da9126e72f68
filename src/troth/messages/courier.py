"""One-time codes by message: for whoever has to prove that an address is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from troth.ledger import Origin
from troth.messages.errors import CodeRefused
from troth.messages.model import State, Wanted
from troth.messages.rules import code_class
from troth.messages.sending import Sender
from troth.messages.service import Messages
from troth.policy.model import Purpose

CHANNELS: Final[Mapping[str, str]] = MappingProxyType({"email": "email", "phone": "sms", "sms": "sms"})
TITLES: Final[Mapping[str, str]] = MappingProxyType({"en": "Your code", "zh": "您的验证码", "ms": "Kod anda"})
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "Your code is {code}. If you did not ask for it, do nothing: without the code nothing happens.",
        "zh": "您的验证码是 {code}。如非本人操作，请忽略：没有验证码，什么都不会发生。",
        "ms": "Kod anda ialah {code}. Jika anda tidak memintanya, abaikan: tanpa kod, tiada apa-apa berlaku.",
    }
)


class Courier:
    """Brings codes, as messages of the class `code` that the policy declares for their purpose; no opt-out stops them."""

    def __init__(self, messages: Messages, sender: Sender) -> None:
        self._messages, self._sender = messages, sender

    def send_code(
        self, subject: str, kind: str, address: str, purpose: str, code: str, *, language: str = "en",
        origin: Origin = Origin.OBSERVED,
    ) -> str:  # fmt: skip
        """Send a code at once; the id of its message. A server that puts it off gets it again while the code lasts.

        `kind` is email or phone. Raises CodeRefused where the policy does not permit it, MessageRefused, SubjectUnknown.
        """
        channel = CHANNELS.get(kind, "")
        desk = self._messages.desk
        with desk.ledger.database.read() as connection:
            catalogue = desk.declared(connection, desk.clock.now()).catalogue
        found, served = code_class(catalogue, purpose, channel), catalogue.get(Purpose, purpose)
        if not channel or found is None or served is None:
            raise CodeRefused("This policy has no message that brings a code for this.", "Declare its class.")
        said = language if language in TEXTS else "en"
        wanted = Wanted(
            subject, found.id, purpose, address, TITLES[said], TEXTS[said].format(code=code), tuple(served.data),
            channel=channel, language=said,
        )  # fmt: skip
        queued = self._messages.enqueue(wanted, origin=origin)
        if queued.state is not State.QUEUED:
            raise CodeRefused("The policy does not permit this code.", "Its record says what is missing.")
        self._sender.send(queued.id)
        return queued.id
