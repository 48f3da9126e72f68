"""Which witness an address names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from troth.kernel.errors import CallerError
from troth.ledger import Witness
from troth.witnesses.folder import FolderWitness
from troth.witnesses.mail import MailWitness
from troth.witnesses.web import WebWitness

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NoWitness(CallerError):
    """An address names no witness."""


def open_witness(address: str) -> Witness:
    """A folder, `https://…` (the submission prefix of a C2SP witness), or `mailto:ADDRESS?host=HOST:PORT&from=ADDRESS`.

    Raises NoWitness. Plain http is for this machine alone.
    """
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        if not parts.hostname or (parts.scheme == "http" and parts.hostname not in _LOOPBACK):
            raise NoWitness(f"{address} is no address of a witness.", "Write https://HOST/PREFIX.")
        return WebWitness(parts.scheme, parts.hostname, parts.port, parts.path.rstrip("/"))
    if parts.scheme == "mailto":
        said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        host, _, port = said.get("host", "localhost").partition(":")
        if "@" not in parts.path or not (port or "25").isdigit():
            raise NoWitness("This is no mail address of a witness.", "Write mailto:ADDRESS?host=HOST:PORT.")
        return MailWitness(parts.path, said.get("from", parts.path), host, int(port or 25))
    if parts.scheme:
        raise NoWitness(
            f"No witness is reached by {parts.scheme}:.", "Name a folder, an https or a mailto address."
        )
    return FolderWitness(Path(address))
