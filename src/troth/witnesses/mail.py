"""A mailbox as a witness: whoever receives the mail holds the checkpoint."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Final

from troth.ledger.checkpoint import Checkpoint
from troth.ledger.errors import WitnessProblem
from troth.ledger.note import Note, Signature
from troth.ledger.witness import Prove

PATIENCE: Final = 10.0


class MailWitness:
    """Sends each checkpoint as an attachment, by a mail server that takes mail from here without a password."""

    def __init__(self, to: str, sender: str, host: str, port: int) -> None:
        self._to, self._sender, self._host, self._port = to, sender, host, port

    @property
    def name(self) -> str:
        """The mailbox's server: the address is somebody's."""
        return f"a mailbox by {self._host}"

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        """Send the checkpoint; a mailbox signs nothing. Raises WitnessProblem."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, self._to
        mail["Subject"] = f"Checkpoint of {checkpoint.origin} at {checkpoint.size} entries"
        mail.set_content("Keep this file: it shows later whether the ledger was changed.\n")
        mail.add_attachment(
            str(note).encode(), "application", "octet-stream", filename=f"{checkpoint.size}.checkpoint"
        )
        try:
            with smtplib.SMTP(self._host, self._port, timeout=PATIENCE) as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise WitnessProblem(f"{self.name} cannot be reached: {type(error).__name__}.") from error
        return ()
