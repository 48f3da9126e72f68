"""The processes of a run: what all companies share, then each company with its partners, then its people; and who lives by script."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from troth.app.children import Child, Order
from troth.app.companies import SCOPES, Company
from troth.app.config import Home
from troth.app.hosting import Site
from troth.app.pace import FASTEST, Pace
from troth.app.pace import FILE as TIME
from troth.app.pace import NAMED as NAMED_TIME
from troth.app.standing import (
    bring_codes,
    bring_mail,
    name_provider,
    name_site,
    name_verifiers,
    published,
)
from troth.app.thrift import THRIFT
from troth.app.town import Around, Town
from troth.client import KeyFile
from troth.kernel.errors import OperatorError
from troth.ledger import Origin

AT_ONCE: Final = 2
"""How many processes come up at the same time: more would only wait for each other."""
FASTEST_PEOPLE: Final = 8.0
"""How many times their usual pace people come at, however fast days pass."""
PROVIDER: Final = "liaotong"
OFFICE_SCOPES: Final = ("intake", "read")
POSTGRES: Final = "postgres.address"
"""The file in which the address of its own database lies, for whoever is let into the folder of a company."""
UP: Final = "up.json"
"""The file in the data folder that says what is up."""
PARTNERS: Final = "partners.example"
"""Under this name partners are reached through a company's egress guard: new-lab.partners.example is the partner new_lab."""


def order(town: Town, name: str, module: str, *args: object, once: bool = False, port: bool = True) -> Order:
    """A module of the folder beside the examples, as a process that is told the time of the run."""
    folder = town.settings.examples.resolve().parent
    data = town.settings.data.resolve()
    log = data / "logs" / f"{name.replace(' ', '-')}.log"
    command = [sys.executable, "-m", module, *map(str, args)]
    return Order(name, command, folder, log, port, once, {NAMED_TIME: str(data / TIME), **THRIFT})


def people_of(id: str) -> str:
    """What the process of a company's people is called."""
    return f"{id} people"


def hand_out_keys(town: Town) -> None:
    """A key for every company: what one that stands does was observed; what is played by script is an example."""
    keys = town.hosting.keys
    for id in town.hosting.organisations:
        company = town.companies.get(id)
        scopes = company.scopes if company else SCOPES
        origin = Origin.OBSERVED if company else Origin.EXAMPLE
        KeyFile(town.base, id, keys.issue(id, scopes, origin, "company")).write(town.keys_of(id))
        KeyFile(town.base, id, keys.issue(id, SCOPES, Origin.EXAMPLE)).write(
            _script_keys(town) / f"{id}.json"
        )


def start_around(town: Town, companies: Iterable[Company]) -> Around:
    """The mail room, and whatever else several of these companies need. Raises ChildFailed."""
    listed = list(companies)
    found = Around()

    def mail() -> None:
        addresses = {
            one
            for company in listed
            for one in (*published(town, company.id), *company.mailboxes, *company.intake)
        }
        boxes = [part for address in sorted(addresses) for part in ("--maildir", address)]
        room = order(town, "mail room", "examples.kit.mailroom", "--folder", town.mail, *boxes)
        found.mail = town.nursery.start(room).port

    def trays() -> None:
        file = town.data_of("trays.db")
        child = town.nursery.start(order(town, "trays", "examples.kit.trays", "--database", file))
        found.trays = _at(child)

    def postgres(names: list[str]) -> None:
        folder = town.data_of("postgres")
        server = order(town, "postgres", "examples.kit.postgres", "--folder", folder, *names, port=False)
        found.databases = town.nursery.start(server).said["databases"]

    starts: list[Callable[[], None]] = [mail]
    if any(one.takes("trays") for one in listed):
        starts.append(trays)
    if stored := [one.id for one in listed if one.takes("postgres")]:
        starts.append(lambda: postgres(stored))
    _together(starts)
    bring_codes(town, found.mail)
    return found


def start_companies(town: Town, companies: Iterable[Company], around: Around) -> dict[str, OperatorError]:
    """Start companies, several at a time, each after its partners; those that did not come up, with why."""
    failed: dict[str, OperatorError] = {}

    def stand(company: Company) -> None:
        try:
            start_company(town, company, around)
        except OperatorError as problem:
            failed[company.id] = problem

    _together([lambda company=company: stand(company) for company in companies])  # type: ignore[misc]
    return failed


def start_company(town: Town, company: Company, around: Around) -> None:
    """One company, with its partners, the provider its people sign in at, and its pages named. Raises ChildFailed."""
    id, data, handed, partners = company.id, town.data_of(company.id), list[object](), ""
    if company.takes("postgres"):
        _keep(data / POSTGRES, around.databases[id]["owner"])
    if id not in town.places:  # tried before: its channels are there already
        bring_mail(town, company, around.mail, around.trays if company.takes("trays") else "")
    town.places[id] = {"mail": str(town.mail)}
    if company.takes("mail"):
        handed += ["--mail", f"127.0.0.1:{around.mail}", "--mailboxes", town.mail]
    if company.takes("trays"):
        handed += ["--trays", around.trays]
    if company.takes("partners"):
        said = order(town, f"{id} partners", "examples.kit.partners", "--database", data / "partners.db")
        partners = _at(town.nursery.start(said))
        handed += ["--partners", partners]
        name_verifiers(town, id, partners)
    if company.takes("egress"):
        lead = ["--lead", f"{PARTNERS}={partners}"] if partners else []
        guard = order(town, f"{id} way out", "examples.kit.egress", "--database", data / "egress.db", *lead)
        handed += ["--egress", _at(town.nursery.start(guard))]
    if company.takes("provider"):
        folder = data / PROVIDER
        said = order(
            town, f"{id} {PROVIDER}", "examples.kit.provider", "--folder", folder, "--client", f"troth-{id}"
        )
        provider = town.nursery.start(said)
        name_provider(town, id, folder, provider.port)
        handed += ["--provider", _at(provider)]
    if company.takes("postgres"):
        handed += ["--postgres", around.databases[id]["owner"]]
        town.places[id]["postgres"] = around.databases[id]["reader"]
    if company.takes("home"):
        handed += ["--home", Home.at(town.settings.data).folder.resolve()]
    up = town.nursery.start(
        order(town, id, company.company, "--data", data, "--keys", town.keys_of(id), *handed)
    )
    town.sites[id] = town.places[id]["site"] = _at(up)
    name_site(town, id)
    town.hosting.sites[id] = Site(town.sites[id], f"{town.sites[id]}{company.switches}")


def _keep(file: Path, address: str) -> None:
    """An address with credentials, in a file that nobody else reads: the map of the company names it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(address, encoding="utf-8")


def start_people(town: Town, company: Company, around: Around, *, people: int = 0) -> None:
    """The people of a company: so many, who live their whole story, or one after another without end. Raises ChildFailed."""
    settings, id = town.settings, company.id
    pace = ["--people", people] if people else ["--speed", min(settings.speed, FASTEST_PEOPLE)]
    trays = ["--trays", around.trays] if company.takes("trays") else []
    town.nursery.start(
        order(
            town, people_of(id), company.people, "--site", town.sites[id], "--mail", town.mail,
            "--post", f"127.0.0.1:{around.mail}", "--state", town.data_of(id) / "people.json", "--seed", settings.seed,
            *trays, *pace, once=bool(people), port=False,
        )
    )  # fmt: skip


def played(town: Town) -> bool:
    """Whether the folder is one of examples, with the kit that plays them; somebody's own policies are played by nobody."""
    return (town.settings.examples / "kit" / "scripted.py").is_file()


def start_scripted(town: Town, *, once: bool) -> None:
    """Whoever lives by script, and the stories that companies which stand still leave to it. Raises ChildFailed."""
    settings = town.settings
    stories = [id for id in town.companies if (settings.examples / id / "life.yaml").is_file()]
    if not played(town) or (not town.scripted and not stories):
        return
    pace = ["--steps", settings.steps] if once else ["--speed", settings.speed]
    only = ["--only", *town.scripted] if town.scripted else []
    told = ["--stories", *stories] if stories else []
    town.nursery.start(
        order(
            town, "scripted", "examples.kit.scripted", "--policies", settings.examples.resolve(),
            "--keys", _script_keys(town), "--state", town.data_of("scripted"), "--seed", settings.seed,
            *pace, *only, *told, once=once or not town.scripted, port=False,
        )
    )  # fmt: skip


def start_office(town: Town) -> None:
    """Who answers tickets of companies that have nobody of their own for it. Raises ChildFailed."""
    names = [id for id, company in town.companies.items() if company.takes("office") and id in town.sites]
    for id in names:
        key = town.hosting.keys.issue(id, OFFICE_SCOPES, Origin.OBSERVED)
        KeyFile(town.base, id, key).write(_office_keys(town) / f"{id}.json")
    if names:
        keys = ["--keys", _office_keys(town)]
        town.nursery.start(order(town, "office", "examples.kit.office", *keys, "--only", *names, port=False))


def start_time(town: Town) -> None:
    """Let days pass as fast as was asked for, until somebody changes that. Raises ChildFailed."""
    speed = town.settings.speed
    pace = Pace(town.settings.data)
    pace.change(min(speed, FASTEST))
    if not played(town):
        return
    town.nursery.start(order(town, "time", "examples.kit.time", "--speed", speed, port=False))
    town.hosting.pace = pace


def write_up(town: Town) -> None:
    """Say in a file what is up and where, for whoever comes to these companies from outside the run."""
    said = {
        "base": town.base,
        "mail": str(town.mail),
        "post": f"127.0.0.1:{town.around.mail}",
        "trays": town.around.trays,
        "companies": {
            id: {
                "site": site,
                "switches": f"{site}{town.companies[id].switches}",
                "people": town.companies[id].people,
                "keys": str(town.keys_of(id)),
                "data": str(town.data_of(id)),
            }
            for id, site in town.sites.items()
        },
    }
    file = town.settings.data / UP
    fresh = file.with_suffix(".fresh")
    fresh.write_text(json.dumps(said, indent=2), encoding="utf-8")
    fresh.replace(file)


def _office_keys(town: Town) -> Path:
    return town.keys_of("office").with_suffix("")


def _script_keys(town: Town) -> Path:
    return town.keys_of("script").with_suffix("")


def _at(child: Child) -> str:
    return f"http://127.0.0.1:{child.port}"


def _together(starts: Iterable[Callable[[], None]]) -> None:
    """Do these, several at a time; the first that fails is raised once all have come to an end."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(start) for start in starts]:
            done.result()
