"""Mail that comes in: which mailboxes are read (`mailboxes.yaml` in the home), and what becomes of each mail.

harbour:                                # the id of an organisation
  - address: privacy@harbour.example    # as it is published
    maildir: /var/mail/privacy
  - address: dpo@harbour.example
    host: mail.example.com
    port: 993
    user: dpo
    password: /etc/troth/imap-password  # a file
    tls: imaps                          # or starttls, or none for a server on this machine
    ca: /etc/troth/mail-ca.pem          # left out: the machine's own authorities
    folder: INBOX
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from troth.app.choices import file_of, read_yaml
from troth.app.config import Home
from troth.app.reception import Reception, Sent
from troth.intake import (
    Contact,
    IdentityOpen,
    Kind,
    Mail,
    MoveRefused,
    Proof,
    Received,
    ReceivedRefused,
    Route,
    Sort,
    Ticket,
    read_mail,
)
from troth.intake.mailbox import Mailbox
from troth.kernel.errors import OperatorError
from troth.mailboxes import ImapBox, MaildirBox, Server
from troth.mailboxes.imap import WAYS
from troth.messages import MessageUnknown
from troth.messages import MoveRefused as MessageStays
from troth.messages.bounces import read_bounce

FILE: Final = "mailboxes.yaml"
NAMED: Final = "TROTH_MAILBOXES"
AT_ONCE: Final = 50
_MAILDIR: Final = frozenset({"address", "maildir"})
_IMAP: Final = frozenset({"address", "host", "port", "user", "password", "tls", "ca", "folder"})


class MailboxesUnreadable(OperatorError):
    """The file that names mailboxes has to be mended."""


class Fate(StrEnum):
    """What became of a mail."""

    OPENED = "opened"
    ADDED = "added"
    """It belongs to a ticket that its sender had opened."""
    REPEATED = "repeated"
    PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True)
class Read:
    """A mail that was looked at: what became of it, its ticket, and why it made none."""

    fate: Fate
    number: str = ""
    why: str = ""
    receipt: Sent = field(default_factory=Sent)


Arrived = Callable[[str], None]
"""Told of each mail that was sent to see whether a mailbox can be reached."""


class Postbox:
    """Reads mails for a reception. One thread at a time; several processes may read one mailbox, each mail counts once."""

    def __init__(self, reception: Reception, arrived: Arrived | None = None) -> None:
        self._reception = reception
        self._arrived = arrived or (lambda trial: None)

    def collect(self, box: Mailbox, limit: int = AT_ONCE) -> list[Read]:
        """Take what waits in a mailbox; a mail is marked as taken once its ticket is durable. Raises MailboxAway."""
        found = []
        for lying in box.waiting(limit):
            found.append(self.take(lying.data, box.address, lying.arrived_at))
            box.taken((lying.key,))
        return found

    def take(self, data: bytes, address: str = "", arrived_at: datetime | None = None) -> Read:
        """Look at one mail, which came to one of our addresses; its clock runs from the instant at which it came there."""
        mail, intake = read_mail(data), self._reception.intake
        digest = intake.desk.ledger.pseudonym(f"intake:mail:{mail.id}")
        with self._reception.organisation.database.read() as connection:
            before = intake.taken(connection, digest)
        if before is not None:
            return Read(Fate.REPEATED, before)
        why = self._passed_over(mail, data, address)
        if why:
            self._pass_over(digest, why)
            return Read(Fate.PASSED_OVER, why=why)
        own = self._own_ticket(mail)
        if own is not None:
            return self._add(own, mail, digest)
        try:
            taken = self._reception.take_in(received_of(mail, digest, arrived_at))
        except ReceivedRefused:  # whatever else somebody thinks of: it lies in the mailbox, and is no ticket
            self._pass_over(digest, "unreadable")
            return Read(Fate.PASSED_OVER, why="unreadable")
        return Read(Fate.OPENED, taken.ticket.number, receipt=taken.receipt)

    def _passed_over(self, mail: Mail, data: bytes, address: str) -> str:
        """Why a mail makes no ticket; what it tells besides is handed on."""
        if mail.sort is Sort.TRIAL:
            self._arrived(mail.trial)
        elif mail.sort is Sort.BOUNCE:
            self._bounced(data)
        elif address and mail.address.lower() == address.lower():
            return "own"
        elif not (mail.text or mail.title or mail.files or mail.left_out):
            return "empty"
        return "" if mail.sort is Sort.LETTER else mail.sort.value

    def _bounced(self, data: bytes) -> None:
        """Hand a report over to whoever sent the mail that came back."""
        report, organisation = read_bounce(data), self._reception.organisation
        if report is None:
            return
        try:
            organisation.act(
                lambda acts: organisation.messages.bounced(
                    acts.work, report.message, report.status, dead=report.dead, at=acts.at, origin=acts.origin
                )
            )
        except (MessageUnknown, MessageStays):
            return  # not a mail of ours, or known to have come back already

    def _pass_over(self, digest: str, why: str) -> None:
        self._reception.organisation.act(
            lambda acts: self._reception.intake.pass_over(
                acts.work, digest, why, at=acts.at, origin=acts.origin
            )
        )

    def _own_ticket(self, mail: Mail) -> Ticket | None:
        """The ticket that a mail names, if it was opened from the very same address: a number alone opens nobody's."""
        intake = self._reception.intake
        sender = intake.desk.sender("email", mail.address)
        with self._reception.organisation.database.read() as connection:
            for number in mail.numbers[:5]:
                found = intake.find(connection, number)
                if found is not None and sender and found.sender == sender:
                    return found
        return None

    def _add(self, ticket: Ticket, mail: Mail, digest: str) -> Read:
        text = mail.text or f"({len(mail.files) + mail.left_out})"
        self._reception.say(ticket.number, text, "person", mail.files, mail=digest, title=mail.title)
        self._prove(ticket, mail)
        return Read(Fate.ADDED, ticket.number)

    def _prove(self, ticket: Ticket, mail: Mail) -> None:
        """See whether the mail brings back what was sent to its address."""
        intake, bare = self._reception.intake, ticket.number.removeprefix("T-")
        with self._reception.organisation.database.read() as connection:
            fits = any(
                intake.proven_by(connection, ticket, phrase) for phrase in mail.phrases if phrase != bare
            )
        if fits and not ticket.subject:
            try:
                self._reception.prove(ticket.number, Proof.ADDRESS, "system")
            except (IdentityOpen, MoveRefused):
                return  # several people: somebody has to ask for more


def received_of(mail: Mail, digest: str, arrived_at: datetime | None = None) -> Received:
    """A mail as a ticket that nobody has read yet."""
    contact = Contact(mail.address, "email", mail.name, language_of(mail.text))
    return Received(
        Kind.UNSORTED, Route.EMAIL, mail.text or mail.title, title=mail.title, contact=contact, files=mail.files, mail=digest,
        left_out=mail.left_out, at=arrived_at,
    )  # fmt: skip


def language_of(text: str) -> str:
    """In which of our languages a receipt is written: Chinese to whoever writes Chinese, else English."""
    return "zh" if sum("\u4e00" <= sign <= "\u9fff" for sign in text) * 4 > len(text) else "en"


# --- the file -----------------------------------------------------------------------------------------------------------------


def mailboxes_of(home: Home, environment: Mapping[str, str] | None = None) -> dict[str, tuple[Mailbox, ...]]:
    """The mailboxes of each organisation, as the file says; without one, none. Raises MailboxesUnreadable."""
    path = file_of(home, FILE, NAMED, environment)
    if path is None:
        return {}
    found = read_yaml(path, MailboxesUnreadable, "Write `ID:` and a list.")
    if not isinstance(found, dict) or not all(isinstance(one, list) for one in found.values()):
        raise MailboxesUnreadable(f"The file {path} names no lists of mailboxes.", "Write `ID:` and a list.")
    return {str(id): _boxes(listed, path) for id, listed in found.items()}


def _boxes(listed: Sequence[Any], path: Path) -> tuple[Mailbox, ...]:
    return tuple(_box(one, path) for one in listed)


def _box(said: Any, path: Path) -> Mailbox:
    if not isinstance(said, dict) or not isinstance(said.get("address"), str):
        raise MailboxesUnreadable(
            f"A mailbox in {path} has no `address`.", "Write the one that is published."
        )
    if set(said) == _MAILDIR and isinstance(said["maildir"], str):
        return MaildirBox(said["address"], Path(said["maildir"]))
    if set(said) - _IMAP or not {"host", "port", "user", "password"} <= set(said):
        raise MailboxesUnreadable(
            f"The mailbox {said['address']} in {path} is neither a `maildir` nor a server.",
            "A server needs host, port, user and password.",
        )
    port, tls = said["port"], said.get("tls", "imaps")
    if type(port) is not int or not 0 < port < 65536 or tls not in WAYS:
        raise MailboxesUnreadable(
            f"The port or `tls` of {said['address']} in {path} is none.",
            f"`tls` is one of {', '.join(WAYS)}.",
        )
    ca = Path(str(said["ca"])) if "ca" in said else None
    return ImapBox(
        said["address"],
        Server(
            str(said["host"]), port, str(said["user"]), Path(str(said["password"])), str(tls), ca,
            str(said.get("folder", "INBOX")),
        ),
    )  # fmt: skip
