"""Reports of mails that came back (RFC 3464), read for the id of the message and what was wrong; nothing else of them is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Final

_OURS: Final = re.compile(r"<(msg_[0-9a-f]{32})@[^>\s]{1,253}>")
_STATUS: Final = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Bounce:
    """Which message came back, with what enhanced status code (RFC 3463), and whether its address is dead."""

    message: str
    status: str

    @property
    def dead(self) -> bool:
        """Bad destination (5.1.1, 5.1.2, 5.1.3, 5.1.10) or mailbox disabled (5.2.1)."""
        return self.status in {"5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.2.1"}


def read_bounce(data: bytes) -> Bounce | None:
    """What a report says of a message of ours; None for anything else: a delay, a receipt, a letter of a person."""
    report = message_from_bytes(data)
    if report.get_content_type() != "multipart/report":
        return None
    status, id = "", ""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            status = status or _failed(part)
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            id = id or _id_of(part)
    return Bounce(id, status) if status and id else None


def _failed(part: Message) -> str:
    """The status of a recipient that failed for good."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        found = _STATUS.search(str(block.get("Status", "")))
        if str(block.get("Action", "")).strip().lower() == "failed" and found and found[1].startswith("5"):
            return found[1]
    return ""


def _id_of(part: Message) -> str:
    inside = part.get_payload()
    whole = inside[0] if isinstance(inside, list) and inside else None
    found = _OURS.search(str(whole.get("Message-ID", "") if isinstance(whole, Message) else inside))
    return found[1] if found else ""
