"""What a company that stands is given by a run: a way out for its messages and codes, mailboxes that are read, leave for its pages to
ask, people who sign in elsewhere. All mail leads into the kit's mail room, which takes every mail and sends none on.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

import yaml

from troth.app.carriers import carrier_beside
from troth.app.chores import Chores, chores_of, doing, hooks_of
from troth.app.companies import Company
from troth.app.config import Home
from troth.app.couriers import AccountCourier, Mailed
from troth.app.hosting import Hosting
from troth.app.lobby import FILE as ACCOUNTS_FILE
from troth.app.lobby import doors_of, verifiers_of
from troth.app.mailing import mailboxes_of
from troth.app.offices import office_of
from troth.app.posting import FAKES, Posting, own_file, posting_of, sending
from troth.app.reaching import contacts
from troth.app.site import FILE as SITE_FILE
from troth.app.system import SystemEntropy
from troth.app.town import Tell, Town
from troth.channels import Post, SmtpChannel, Tls
from troth.mailboxes import MaildirBox
from troth.policy.model import Entity, Recipient

SENDS_EVERY: Final = 0.25
"""Seconds between looks at what a company has to send: its people wait for their codes."""
OURS: Final = "# Written at each start of `troth run`; take this line away to keep what you write here.\n"
READS_EVERY: Final = timedelta(seconds=1)
CONTACTS: Final = "contacts"
QUICK: Final = ("mailbox ", "imports", CONTACTS)
"""Contacts are tried by whoever reads the mailboxes, each time after reading them: where time jumps, a mail of ours that lies there
would else be given up before anybody looked."""
_WRITING: Final = Lock()
"""Companies start several at a time, and the file about accounts is one for all."""
_ORIGINS: Final = re.compile(r"^origins\s*=.*$", re.MULTILINE)


def chores_of_others(hosting: Hosting, standing: dict[str, Company], tell: Tell) -> list[Chores]:
    """The chores of every company that does not stand; of those that do, the mailboxes are not there yet."""
    return [one for one in chores_of(hosting, tell) if one.organisation.id not in standing]


def mail_folder(town: Town) -> Path:
    """Where the mail room keeps what it takes."""
    return town.mail


def published(town: Town, id: str) -> list[str]:
    """The mail addresses under which a company is reached, as its policy says."""
    listed = contacts(town.hosting.organisations[id].catalogue.all(Entity))
    return [one.address for one in listed if "@" in one.address]


def bring_codes(town: Town, port: int) -> None:
    """Have codes for privacy pages of whichever company leave by the mail room at this port."""
    post = Post("127.0.0.1", port, "privacy@troth.example", tls=Tls.NONE)
    channel = SmtpChannel(post, town.hosting.clock)
    town.hosting.visitors.courier = Mailed(channel, lambda: SystemEntropy().bytes(12).hex())


def bring_mail(town: Town, company: Company, port: int, trays: str = "") -> None:
    """Have messages and codes of a company leave by the mail room at this port (and by the trays at this address), and have its
    published mailboxes read."""
    posting = _name_channels(town, company, port, trays)
    _bring_account_codes(town, company.id, posting)
    quick, rest = _chores(town, company, posting)
    town.ends.enter_context(sending(town.hosting, posting, town.tell, SENDS_EVERY, of=(company.id,)))
    town.ends.enter_context(doing([quick], READS_EVERY.total_seconds()))
    town.ends.enter_context(doing([rest]))


def _name_channels(town: Town, company: Company, port: int, trays: str) -> Posting:
    """A company's channels, named where every command and page looks for them."""
    home = Home.at(town.settings.data)
    names = town.hosting.organisations[company.id].bundle.header.organisation
    mail = {
        "host": "127.0.0.1",
        "port": port,
        "sender": company.sender,
        "name": names.get("en") or company.id,
        "tls": "none",
    }
    said: dict[str, Any] = {"site": town.base, "email": mail}
    if trays:
        said |= {kind: {"tray": trays} for kind in FAKES}
    file = own_file(home, company.id)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    return posting_of(home, town.hosting.clock, of=company.id)


def _bring_account_codes(town: Town, id: str, posting: Posting) -> None:
    organisation = town.hosting.organisations[id].organisation
    names = town.hosting.organisations[id].bundle.header.organisation
    organisation.accounts.by(
        AccountCourier(
            organisation,
            lambda language: names.get(language) or names["en"],
            lambda: town.hosting.visitors.courier,
            lambda: posting,
        )
    )


def _chores(town: Town, company: Company, posting: Posting) -> tuple[Chores, Chores]:
    """The reading of a company's mailboxes and of its own files, which are looked into often, since its days are short; and its other
    chores."""
    home, id = Home.at(town.settings.data), company.id
    hosted = town.hosting.organisations[id]
    organisation = hosted.organisation
    addresses = dict.fromkeys((*published(town, id), *company.intake))
    boxes = [MaildirBox(address, town.mail / address) for address in addresses]
    office = office_of(organisation, hosted.folder, town.data_of(id))
    if office is not None:
        town.offices[id] = office
    quick = Chores(organisation, posting, (*mailboxes_of(home).get(id, ()), *boxes), town.tell, office)
    quick.chores = [chore for chore in quick.chores if chore.name.startswith(QUICK)]
    for chore in quick.chores:
        if chore.name == CONTACTS:
            continue
        chore.every = READS_EVERY
        if chore.name == "imports" and office is not None:
            # Before the company is up its files are not there yet.
            chore.do = lambda: office.chore() if id in town.sites else None
    town.hosting.stores[id] = town.data_of(id)
    carrier = carrier_beside(organisation, home, hosted.folder, town.data_of(id))
    hooks = hooks_of(home, organisation)
    rest = Chores(organisation, posting, (), town.tell, carrier=carrier, hooks=hooks)
    rest.chores = [chore for chore in rest.chores if chore.name != CONTACTS]
    return quick, rest


def name_provider(town: Town, id: str, folder: Path, port: int) -> None:
    """Where people may sign in to a company instead, and that they may open an account at its privacy centre: said in the home,
    unless an operator said something there."""
    liaotong = {
        "label": "Liaotong", "issuer": f"http://127.0.0.1:{port}", "client": f"troth-{id}", "secret": str(folder / "secret"),
    }  # fmt: skip
    if _say_about_accounts(town, id, providers={"liaotong": liaotong}, centre={"register": True}):
        town.hosting.doors[id] = doors_of(Home.at(town.settings.data), id)


def name_verifiers(town: Town, id: str, partners: str) -> None:
    """Who compares documents and faces for a company: those of its partners that its policy names as verifiers. Said as above."""
    organisation = town.hosting.organisations[id]
    found = {
        one.id: {"by": "http", "at": f"{partners}/{one.id}/verify", "place": next(iter(one.places), "")}
        for one in organisation.catalogue.all(Recipient)
        if one.what == "verifier"
    }
    if found and _say_about_accounts(town, id, verifiers=found):
        checking = organisation.organisation.accounts.checking
        checking.verifiers = verifiers_of(Home.at(town.settings.data), id)


def _say_about_accounts(town: Town, id: str, **parts: dict[str, Any]) -> bool:
    """Write parts of the file about accounts in the home; False where an operator wrote it."""
    file = Home.at(town.settings.data).folder / ACCOUNTS_FILE
    with _WRITING:
        text = file.read_text(encoding="utf-8") if file.exists() else OURS
        if not text.startswith(OURS):
            return False
        said = yaml.safe_load(text) or {}
        for part, one in parts.items():
            said.setdefault(part, {})[id] = one
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(OURS + yaml.safe_dump(said), encoding="utf-8")
    return True


def name_site(town: Town, id: str) -> None:
    """A company's pages may ask from where they stand in this run: said in the home, over what the folder says."""
    file = town.settings.examples / id / SITE_FILE
    said = _ORIGINS.sub("", file.read_text(encoding="utf-8")) if file.is_file() else ""
    own = Home.at(town.settings.data).folder / "sites" / f"{id}.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(f'origins = ["{town.sites[id]}"]\n{said}', encoding="utf-8")
