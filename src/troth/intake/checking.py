"""What may come in: form and size. Nothing that was sent is repeated in a refusal."""

from __future__ import annotations

import unicodedata
from typing import Final

from troth.intake.errors import ReceivedRefused
from troth.intake.model import TYPED, Attachment, Contact, Kind, Received, Route
from troth.kernel.findings import did_you_mean
from troth.policy.vocabulary import CHANNELS, RIGHTS

LONGEST_WORDS: Final = 50_000
LONGEST_TITLE: Final = 200
LONGEST_NAME: Final = 200
LONGEST_ADDRESS: Final = 500
LARGEST_FILE: Final = 10 * 1024 * 1024
"""Bytes of one file."""
LARGEST_TOGETHER: Final = 20 * 1024 * 1024
MOST_FILES: Final = 20


def check(received: Received) -> None:
    """Pass when this can be a ticket. Raises ReceivedRefused."""
    if not received.words.strip() and not received.files and not received.left_out:
        raise ReceivedRefused("A ticket without words says nothing.", "Write what it is about.")
    check_words(received.words, received.title)
    check_files(received.files)
    _check_contact(received.contact)
    if received.kind is Kind.REQUEST and received.right not in RIGHTS:
        raise ReceivedRefused("A request names the right it uses.", did_you_mean(received.right, RIGHTS))
    if received.route in TYPED and not received.agent:
        raise ReceivedRefused("Somebody typed this in.", "Say which member of staff.")
    if received.route is Route.MANAGER and received.authority is None:
        raise ReceivedRefused(
            "Whoever acts for a person shows the person's written authority.", "Attach the document."
        )
    if received.authority is not None:
        check_files((received.authority,))
    if received.route is Route.TENANT and not (received.tenant and received.subject and received.agent):
        raise ReceivedRefused(
            "A tenant's administrator acts for one person of that tenant.",
            "Name all three: agent, tenant and subject.",
        )


def check_words(words: str, title: str = "") -> None:
    """Pass when these are words that can be kept. Raises ReceivedRefused."""
    if len(words) > LONGEST_WORDS or len(title) > LONGEST_TITLE:
        raise ReceivedRefused(
            f"Words have at most {LONGEST_WORDS:,} signs, a title {LONGEST_TITLE}.", "Shorten them."
        )
    if not one_line(title):
        raise ReceivedRefused("A title is one line.", "Take line breaks out.")
    try:
        (words + title).encode()
    except UnicodeEncodeError:
        raise ReceivedRefused("These words hold half a character.", "Send whole characters.") from None
    if "\x00" in words:
        raise ReceivedRefused("These words hold a zero byte.", "Take it out.")


def check_files(files: tuple[Attachment, ...]) -> None:
    """Pass when these files can be kept. Raises ReceivedRefused."""
    if len(files) > MOST_FILES or sum(len(one.data) for one in files) > LARGEST_TOGETHER:
        raise ReceivedRefused(
            f"At most {MOST_FILES} files, {LARGEST_TOGETHER // 1048576} MB together.", "Send fewer."
        )
    if any(len(one.data) > LARGEST_FILE for one in files):
        raise ReceivedRefused(f"A file has at most {LARGEST_FILE // 1048576} MB.", "Send a smaller one.")


def one_line(text: str) -> bool:
    """Whether a text holds nothing that ends a line or steers a terminal."""
    return not any(unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs") for sign in text)


def file_name(name: str) -> str:
    """The name of a file as it is shown: without any folder, without what steers a terminal or turns the direction of reading."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in "\u2028\u2029"
    )
    return kept.strip(". ")[:LONGEST_NAME] or "file"


def media_type(text: str) -> str:
    """A media type as it is kept: letters, digits and a slash; what is none is just bytes."""
    plain = text.strip().lower()
    good = 0 < len(plain) <= 100 and plain.count("/") == 1
    good = good and all(sign.isascii() and (sign.isalnum() or sign in "/.+-_") for sign in plain)
    return plain if good else "application/octet-stream"


def _check_contact(contact: Contact) -> None:
    if len(contact.name) > LONGEST_NAME or not one_line(contact.name):
        raise ReceivedRefused(f"A name is one line of at most {LONGEST_NAME} signs.", "Shorten it.")
    lines = contact.address.splitlines() or [""]
    if len(contact.address) > LONGEST_ADDRESS or not all(map(one_line, lines)):
        raise ReceivedRefused("That is no address to answer to.", "Correct it.")
    if contact.channel not in CHANNELS:
        raise ReceivedRefused("That is no channel.", did_you_mean(contact.channel, CHANNELS))
    if contact.address and contact.channel == "email" and not is_mail_address(contact.address):
        raise ReceivedRefused("That is no mail address.", "Correct it, or leave it out.")


def is_mail_address(text: str) -> bool:
    """Whether a text has the form of one mail address."""
    local, at, domain = text.rpartition("@")
    good = bool(local and at and domain) and len(text) <= 254 and one_line(text)
    return good and not set(text) & set(' ,;:<>"()[]\\') and not domain.startswith((".", "-"))
