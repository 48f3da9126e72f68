"""By which channels messages leave: a small file in the home, `channels.yaml`, or the one TROTH_CHANNELS names. An organisation that
has a file of its own (`channels/ID.yaml`) goes by that.

site: https://privacy.example.com     # where links to unsubscribe lead
email:
  host: mail.example.com
  port: 587
  sender: news@example.com
  name: Example                       # what readers see beside it
  tls: starttls                       # or smtps, or none for a server on this machine
  ca: /etc/troth/mail-ca.pem          # left out: the machine's own authorities
  user: news
  password: /etc/troth/mail-password  # a file that its owner alone can read
sms: fake                             # remembers, sends nothing, and says so; push and letter likewise
push: {tray: "http://127.0.0.1:8123"} # hands over to a tray of this machine that one can look into; sms and letter likewise
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from troth.app.choices import file_of, read_yaml
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.channels import FakeChannel, Post, SmtpChannel, Tls, TrayChannel
from troth.kernel.clock import Clock
from troth.kernel.errors import OperatorError, TrothError
from troth.messages import Channel, Courier, Sender

if TYPE_CHECKING:
    from troth.app.hosting import Hosting

FILE: Final = "channels.yaml"
FOLDER: Final = "channels"
NAMED: Final = "TROTH_CHANNELS"
SEND_EVERY: Final = 2.0
"""Seconds between looks at what is due."""
FAKES: Final = ("sms", "push", "letter")
_MAIL: Final = frozenset({"host", "port", "sender", "name", "tls", "ca", "user", "password"})


class ChannelsUnreadable(OperatorError):
    """The file that sets channels up has to be mended."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The channels of an installation, and where links to unsubscribe lead; without a file, none."""

    site: str = ""
    channels: Mapping[str, Channel] = field(default_factory=dict)

    def sender(self, organisation: Organisation) -> Sender:
        """What sends an organisation's messages."""
        return Sender(organisation.messages, self.channels, self.site)

    def courier(self, organisation: Organisation) -> Courier:
        """Who brings one-time codes for an organisation."""
        return Courier(organisation.messages, self.sender(organisation))


def own_file(home: Home, id: str) -> Path:
    """Where the channels of one organisation alone are named."""
    return home.folder / FOLDER / f"{id}.yaml"


def posting_of(
    home: Home, clock: Clock, environment: Mapping[str, str] | None = None, *, of: str = ""
) -> Posting:
    """What the file says (for an organisation `of`: its own, if there is one); without one, nothing leaves and messages wait.

    Raises ChannelsUnreadable, SenderUnusable, TrayUnusable.
    """
    own = own_file(home, of) if of else None
    path = own if own is not None and own.is_file() else file_of(home, FILE, NAMED, environment)
    if path is None:
        return Posting()
    found = read_yaml(path, ChannelsUnreadable, "Write `site:` and `email:`.")
    return _posting(found, path, clock)


def _posting(found: Any, path: Path, clock: Clock) -> Posting:
    if not isinstance(found, dict) or set(found) - {"site", "email", *FAKES}:
        raise ChannelsUnreadable(
            f"The file {path} says something else than `site`, `email`, {', '.join(FAKES)}."
        )
    site = found.get("site", "")
    if not isinstance(site, str) or not site.startswith(("https://", "http://")):
        raise ChannelsUnreadable(f"`site` in {path} is no web address.", "Write https://….")
    channels: dict[str, Channel] = {}
    for kind in FAKES:
        if kind in found:
            channels[kind] = _fake(kind, found[kind], path)
    if "email" in found:
        channels["email"] = SmtpChannel(_post(found["email"], path), clock)
    return Posting(site, channels)


def _fake(kind: str, said: Any, path: Path) -> Channel:
    if said == "fake":
        return FakeChannel(kind)
    if not isinstance(said, dict) or set(said) != {"tray"} or not isinstance(said["tray"], str):
        raise ChannelsUnreadable(
            f"`{kind}` in {path} can only be `fake`, or a tray.",
            "No provider is built in; write `fake` or `{tray: http://127.0.0.1:PORT}`.",
        )
    return TrayChannel(kind, said["tray"])


def _post(said: Any, path: Path) -> Post:
    if not isinstance(said, dict) or set(said) - _MAIL or not {"host", "port", "sender"} <= set(said):
        raise ChannelsUnreadable(
            f"`email` in {path} says something else than {', '.join(sorted(_MAIL))}.",
            "It needs host, port and sender.",
        )
    port, tls = said["port"], said.get("tls", Tls.STARTTLS.value)
    if type(port) is not int or not 0 < port < 65536:
        raise ChannelsUnreadable(f"The port in {path} is none.", "Write a number such as 587.")
    if tls not in tuple(Tls):
        raise ChannelsUnreadable(f"`tls` in {path} is unknown.", f"Write {', '.join(Tls)}.")
    texts = {name: said.get(name, "") for name in ("host", "sender", "name", "user", "ca", "password")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ChannelsUnreadable(f"`email` in {path} holds something that is no text.")
    return Post(
        texts["host"], port, texts["sender"], texts["name"], Tls(tls),
        Path(texts["ca"]) if texts["ca"] else None, texts["user"],
        Path(texts["password"]) if texts["password"] else None,
    )  # fmt: skip


@contextmanager
def sending(
    hosting: Hosting,
    posting: Posting,
    tell: Callable[[str], None],
    every: float = SEND_EVERY,
    of: Collection[str] | None = None,
) -> Iterator[None]:
    """Send what is due (of these organisations; left out, of all) in a thread while the block runs; what is under way is ended
    first. Trouble is told once each time it changes."""
    writing = [id for id in hosting.organisations if of is None or id in of]
    ended, told = threading.Event(), dict.fromkeys(writing, "")
    senders = {id: posting.sender(hosting.organisations[id].organisation) for id in writing}

    def keep() -> None:
        while not ended.wait(every):
            for id, sender in senders.items():
                trouble = _turn(sender)
                if trouble and trouble != told[id]:
                    tell(f"{id}: messages are not sent: {trouble}")
                told[id] = trouble

    thread = threading.Thread(target=keep, name="troth-messages", daemon=True)
    if posting.channels:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if posting.channels:
            thread.join()


def _turn(sender: Sender) -> str:
    try:
        sender.due()
    except TrothError as problem:
        return str(problem)
    except Exception as fault:  # noqa: BLE001  a fault of the program is told, and ends no sending
        return f"a fault of the program: {type(fault).__name__}."
    return ""
