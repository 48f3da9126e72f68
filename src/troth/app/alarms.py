"""Word of an emergency to administrators, by the mail channel of the installation; without one nobody is written to, and that is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from troth.kernel.errors import OperatorError
from troth.messages import Channel, Outcome, Parcel

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "An emergency began at {organisation}",
        "zh": "{organisation}：紧急授权已启用",
        "ms": "Akses kecemasan bermula di {organisation}",
    }
)
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "{member} took the role {role} until {until}. The reason, and all that is done under it, is on record.\n"
        "Somebody else has to judge it afterwards: on the console, under Staff, Emergencies.\n",
        "zh": "{member} 启用了角色 {role}，至 {until} 为止。理由及其间的一切操作均已记录。\n"
        "事后须由他人审核：控制台，“员工”页的“紧急授权”。\n",
        "ms": "{member} mengambil peranan {role} hingga {until}. Sebabnya, dan semua yang dilakukan, direkodkan.\n"
        "Orang lain mesti menilainya kemudian: pada konsol, di bawah Kakitangan, Kecemasan.\n",
    }
)


class NotTold(OperatorError):
    """An administrator could not be written to."""


def alarm(
    channel: Channel,
    organisation: str,
    member: str,
    role: str,
    until: str,
    fresh: Callable[[], str],
    language: str = "en",
) -> Callable[[str], None]:
    """What writes to one address that an emergency began; it names nobody but by a random id. Raises NotTold."""
    words = {"organisation": organisation, "member": member, "role": role, "until": until}
    title, text = TITLES.get(language, TITLES["en"]), TEXTS.get(language, TEXTS["en"])

    def tell(address: str) -> None:
        parcel = Parcel(fresh(), address, title.format(**words), text.format(**words), language=language)
        delivery = channel.send(parcel)
        if delivery.outcome is not Outcome.TAKEN:
            raise NotTold(f"The mail server did not take word of an emergency: {delivery.code}.")

    return tell
