"""Which witness an address names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from troth.kernel.errors import CallerError
from troth.ledger import Outside
from troth.post import Tls
from troth.witnesses.folder import FolderWitness
from troth.witnesses.mail import MailWitness, Post
from troth.witnesses.timestamp import TimestampAuthority
from troth.witnesses.web import WebWitness

_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_PORTS: Final = {Tls.STARTTLS: 587, Tls.SMTPS: 465, Tls.NONE: 25}
MAIL: Final = "mailto:ADDRESS?host=HOST:PORT&from=ADDRESS&tls=starttls"


class NoWitness(CallerError):
    """An address names no witness."""


def open_witness(address: str) -> Outside:
    """Whoever an address names: a folder, a C2SP witness, a mailbox, or a time-stamping authority.

    `https://…` is the submission prefix of a witness, `tsa+https://…#ca=FILE` an authority with the file of its CA. Plain
    http is for this machine alone. `mailto:ADDRESS?host=HOST:PORT&from=ADDRESS` sends over TLS: `tls=starttls` (the default
    beyond this machine), `smtps`, or `none`; `ca=FILE`, `user=NAME` and `password=FILE` where the server needs them.
    Raises NoWitness.
    """
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        return WebWitness(*_web(parts, address, "https://HOST/PREFIX"))
    if parts.scheme in {"tsa+http", "tsa+https"}:
        said = _said(parts.fragment)
        bare = urlsplit(address.removeprefix("tsa+"))
        if set(said) != {"ca"}:
            raise NoWitness(
                "This authority has no CA to be checked by.", "Write tsa+https://HOST/PATH#ca=FILE."
            )
        return TimestampAuthority(*_web(bare, address, "tsa+https://HOST/PATH#ca=FILE"), Path(said["ca"]))
    if parts.scheme == "mailto":
        return _mailbox(parts)
    if parts.scheme:
        raise NoWitness(
            f"No witness is reached by {parts.scheme}:.",
            "Name a folder, an https, a tsa+https or a mailto address.",
        )
    return FolderWitness(Path(address))


def _web(parts: SplitResult, address: str, form: str) -> tuple[str, str, int | None, str]:
    try:
        port = parts.port
    except ValueError:
        port = -1
    if not parts.hostname or port == -1 or (parts.scheme == "http" and parts.hostname not in _LOOPBACK):
        raise NoWitness(f"{address} is no address of a witness.", f"Write {form}.")
    path = f"{parts.path.rstrip('/')}?{parts.query}" if parts.query else parts.path.rstrip("/")
    return parts.scheme, parts.hostname, port, path


def _mailbox(parts: SplitResult) -> MailWitness:
    said = _said(parts.query)
    host, _, port = said.get("host", "localhost").partition(":")
    here = host in _LOOPBACK
    tls = said.get("tls", Tls.NONE if here else Tls.STARTTLS)
    known = {"host", "from", "tls", "ca", "user", "password"}
    if "@" not in parts.path or (port and not port.isdigit()) or tls not in tuple(Tls) or set(said) - known:
        raise NoWitness("This is no mail address of a witness.", f"Write {MAIL}.")
    if ("user" in said) != ("password" in said):
        raise NoWitness(
            "A mail server asks for a name and a password, or for neither.", "Give user= and password=FILE."
        )
    if "password" in said and tls == Tls.NONE and not here:
        raise NoWitness(
            "A password does not leave this machine in the clear.", "Write tls=starttls or tls=smtps."
        )
    ca, password = (Path(said[name]) if name in said else None for name in ("ca", "password"))
    post = Post(host, int(port or _PORTS[Tls(tls)]), Tls(tls), ca, said.get("user", ""), password)
    return MailWitness(parts.path, said.get("from", parts.path), post)


def _said(query: str) -> Mapping[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
