"""How names and addresses are compared, what a name may hold, how limits count and locks grow: pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from troth.accounts.errors import NameRefused, PasswordWeak
from troth.accounts.model import Address, Limit, Settings

LONGEST_NAME: Final = 64
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, line breaks, direction overrides, surrogates: what a name could hide behind, or break a header with."""
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
SKEW: Final = timedelta(minutes=2)
"""How far a clock may be set back without ending what has just begun."""
MINUTE: Final = timedelta(minutes=1)


def user_name(text: str) -> str:
    """A user name as it is compared: NFKC, lower case, without the spaces around it. Raises NameRefused.

    Letters of every script are welcome, signs beyond the basic plane too; nothing that cannot be seen is.
    """
    name = unicodedata.normalize("NFKC", text).strip()
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(sign) in _UNSEEN for sign in name):
        raise NameRefused(
            f"A user name has 1 to {LONGEST_NAME} visible signs.", "Leave out line breaks and control signs."
        )
    if "@" in name or name.startswith("+"):
        raise NameRefused("A user name is no address.", "Leave out the sign @, and begin with no +.")
    return unicodedata.normalize("NFKC", name.casefold())


def address(given: Address) -> Address:
    """An address as it is compared and written to. Raises NameRefused.

    Mail: ASCII alone, so that no two people are taken for one. Phone: as ITU-T E.164 writes it.
    """
    if given.kind == "email":
        return Address("email", _mail(given.value))
    number = re.sub(r"[ ()./-]", "", given.value)
    if given.kind != "phone" or not _PHONE.fullmatch(number):
        raise NameRefused(
            "This is no mail address and no phone number.", "Write a phone number as +60123456789."
        )
    return Address("phone", number)


def _mail(text: str) -> str:
    found = text.strip().lower() if text.isascii() else ""
    local, at, domain = found.rpartition("@")
    good = bool(local and at and "." in domain) and len(found) <= 254 and found.isprintable()
    if not good or set(found) & set(' ,;:<>"()[]\\'):
        raise NameRefused("This is no mail address that can be written to.", "Write it as name@example.com.")
    return found


def password(text: str, settings: Settings) -> str:
    """A password as it is hashed: NFC, so that every keyboard gives the same. Raises PasswordWeak for its length.

    NIST SP 800-63B 3.1.1.2: at least eight signs, no rule about kinds of signs, nothing cut off.
    """
    found = unicodedata.normalize("NFC", text)
    if not settings.shortest <= len(found) <= settings.longest or "\x00" in found:
        raise PasswordWeak(
            f"A password has {settings.shortest} to {settings.longest} signs.",
            "Three or four words that do not belong together make a good one.",
        )
    return found


@dataclass(frozen=True, slots=True)
class Tries:
    """What is on record of one who knocks, by digest: how often within the window, since when, locked until when."""

    count: int
    since: datetime
    locked_until: datetime | None = None


def within(found: Tries | None, limit: Limit, at: datetime) -> tuple[Tries, bool]:
    """The record after one more try, and whether that is allowed. A clock set back opens no new window."""
    if found is None or at - found.since >= limit.window:
        return Tries(1, at), limit.most >= 1
    since = min(found.since, at)
    if found.count >= limit.most:
        return Tries(found.count, since), False
    return Tries(found.count + 1, since), True


def knocked(found: Tries | None, settings: Settings, at: datetime) -> tuple[Tries, timedelta]:
    """The record of a name after one more try of its password, and how long to wait (zero: it may be tried).

    The lock is set with the try, so that many at once gain nothing; the right password lifts it. It counts for names that
    nobody has just as well. A clock set back makes no lock longer than the longest.
    """
    if found is None or at - found.since >= settings.forgotten_after:
        found = Tries(0, at)
    if found.locked_until is not None and at < found.locked_until:
        wait = min(found.locked_until - at, settings.longest_lock)
        return Tries(found.count, found.since, at + wait), wait
    count = found.count + 1
    return Tries(count, at, _locked(count, settings, at)), timedelta(0)


def _locked(count: int, settings: Settings, at: datetime) -> datetime | None:
    over = count - settings.free_tries
    if over < 0:
        return None
    return at + min(MINUTE * (1 << min(over, 20)), settings.longest_lock)


def running(since: datetime, until: datetime, at: datetime) -> bool:
    """Whether what began and ends then is under way; a clock set back far ends it, rather than make it last."""
    return since - SKEW <= at < until
