"""A mailbox as a witness: whoever receives the mail holds the checkpoint."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from troth.ledger.checkpoint import Checkpoint
from troth.ledger.errors import KeyProblem, WitnessProblem
from troth.ledger.note import Note, Signature
from troth.ledger.witness import Prove
from troth.post import CaUnreadable, Tls, connect, secret_of

PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Post:
    """A mail server, how to reach it, and as whom; the password lies in a file that only its owner reads."""

    host: str
    port: int
    tls: Tls
    ca: Path | None = None
    user: str = ""
    password: Path | None = field(default=None, repr=False)


class MailWitness:
    """Sends each checkpoint as an attachment. Over TLS the server shows a certificate for its name, or nothing is sent."""

    def __init__(self, to: str, sender: str, post: Post) -> None:
        self._to, self._sender, self._post = to, sender, post

    @property
    def name(self) -> str:
        """The mailbox's server: the address is somebody's."""
        return f"a mailbox by {self._post.host}"

    def hand(self, note: Note, checkpoint: Checkpoint, prove: Prove) -> tuple[Signature, ...]:
        """Send the checkpoint; a mailbox signs nothing. Raises WitnessProblem."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, self._to
        mail["Subject"] = f"Checkpoint of {checkpoint.origin} at {checkpoint.size} entries"
        mail.set_content("Keep this file: it shows later whether the ledger was changed.\n")
        mail.add_attachment(
            str(note).encode(), "application", "octet-stream", filename=f"{checkpoint.size}.checkpoint"
        )
        secret = self._secret()
        try:
            with connect(self._post, secret, PATIENCE) as server:
                server.send_message(mail)
        except CaUnreadable as error:
            raise WitnessProblem(f"The CA file of {self.name} cannot be read: {error.strerror}.") from error
        except ssl.SSLCertVerificationError as error:
            raise WitnessProblem(
                f"{self.name} shows no certificate that is trusted for its name.", "Name its CA with ca=FILE."
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise WitnessProblem(f"{self.name} cannot be reached: {type(error).__name__}.") from error
        return ()

    def _secret(self) -> str:
        try:
            return secret_of(self._post.password)
        except KeyProblem as problem:
            raise WitnessProblem(problem.message, problem.help) from problem
