"""What the company that lives for real is given by a run: a way out for its messages and codes, a mailbox that is read, and leave for
its pages to ask. All mail leads into the kit's mail room, which takes every mail and sends none on.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

import yaml

from troth.app.chores import Chores, chores_of, doing
from troth.app.config import Home
from troth.app.couriers import AccountCourier, Mailed
from troth.app.hosting import Hosting
from troth.app.lobby import FILE as ACCOUNTS_FILE
from troth.app.lobby import doors_of
from troth.app.mailing import mailboxes_of
from troth.app.posting import Posting, own_file, posting_of, sending
from troth.app.reaching import contacts
from troth.app.site import FILE as SITE_FILE
from troth.app.system import SystemEntropy
from troth.app.town import STANDING, Tell, Town
from troth.channels import Post, SmtpChannel, Tls
from troth.mailboxes import MaildirBox
from troth.policy.model import Entity

SENDS_EVERY: Final = 0.25
"""Seconds between looks at what the company has to send: its people wait for their codes."""
MARKET: Final = "gateway"
"""The company whose policy speaks of signing in by a messenger."""
OURS: Final = "# Written at each start of `troth run`; take this line away to keep what you write here.\n"
READS_EVERY: Final = timedelta(seconds=1)


def chores_of_others(hosting: Hosting, tell: Tell) -> list[Chores]:
    """The chores of every company but this one, whose mailbox is not there yet."""
    return [one for one in chores_of(hosting, tell) if one.organisation.id != STANDING]


def mail_folder(town: Town) -> Path:
    """Where the mail room keeps what it takes."""
    return town.data_of(STANDING) / "mail"


def published(town: Town) -> list[str]:
    """The mail addresses under which the company is reached, as its policy says."""
    listed = contacts(town.hosting.organisations[STANDING].catalogue.all(Entity))
    return [one.address for one in listed if "@" in one.address]


def bring_mail(town: Town, port: int) -> None:
    """Have messages and codes of the company leave by the mail room at this port, codes for privacy pages of whichever company too,
    and have the published mailboxes of the company read."""
    post = Post("127.0.0.1", port, "privacy@troth.example", tls=Tls.NONE)
    channel = SmtpChannel(post, town.hosting.clock)
    town.hosting.visitors.courier = Mailed(channel, lambda: SystemEntropy().bytes(12).hex())
    posting = _name_channels(town, port)
    _bring_codes(town, posting)
    town.ends.enter_context(sending(town.hosting, posting, town.tell, SENDS_EVERY, of=(STANDING,)))
    town.ends.enter_context(doing([_chores(town, posting)], READS_EVERY.total_seconds()))


def _name_channels(town: Town, port: int) -> Posting:
    """The company's channels, named where every command and page looks for them."""
    home = Home.at(town.settings.data)
    mail = {
        "host": "127.0.0.1",
        "port": port,
        "sender": f"news@{STANDING}.example",
        "name": "Harbour Hosting",
        "tls": "none",
    }
    file = own_file(home, STANDING)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"site": town.base, "email": mail}), encoding="utf-8")
    return posting_of(home, town.hosting.clock, of=STANDING)


def _bring_codes(town: Town, posting: Posting) -> None:
    organisation = town.hosting.organisations[STANDING].organisation
    names = town.hosting.organisations[STANDING].bundle.header.organisation
    organisation.accounts.by(
        AccountCourier(
            organisation,
            lambda language: names.get(language) or names["en"],
            lambda: town.hosting.visitors.courier,
            lambda: posting,
        )
    )


def _chores(town: Town, posting: Posting) -> Chores:
    """The company's chores; its mailboxes are looked into often, since its days are short."""
    home = Home.at(town.settings.data)
    boxes = [MaildirBox(address, mail_folder(town) / address) for address in published(town)]
    listed = (*mailboxes_of(home).get(STANDING, ()), *boxes)
    found = Chores(town.hosting.organisations[STANDING].organisation, posting, listed, town.tell)
    for chore in found.chores:
        if chore.name.startswith("mailbox "):
            chore.every = READS_EVERY
    return found


def name_provider(town: Town, folder: Path, port: int) -> None:
    """Where people may sign in to the marketplace instead, and that they may open an account at its privacy centre: said in the home,
    unless an operator said something there."""
    file = Home.at(town.settings.data).folder / ACCOUNTS_FILE
    if file.exists() and not file.read_text(encoding="utf-8").startswith(OURS):
        return
    liaotong = {
        "label": "Liaotong", "issuer": f"http://127.0.0.1:{port}", "client": f"troth-{MARKET}", "secret": str(folder / "secret"),
    }  # fmt: skip
    said = {"providers": {MARKET: {"liaotong": liaotong}}, "centre": {MARKET: {"register": True}}}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(OURS + yaml.safe_dump(said), encoding="utf-8")
    town.hosting.doors[MARKET] = doors_of(Home.at(town.settings.data), MARKET)


def name_site(town: Town) -> None:
    """The company's pages may ask from where they stand in this run: said in the home, over what the folder says."""
    said = (town.settings.examples / STANDING / SITE_FILE).read_text(encoding="utf-8")
    own = Home.at(town.settings.data).folder / "sites" / f"{STANDING}.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(f'origins = ["{town.site}"]\n{said}', encoding="utf-8")
