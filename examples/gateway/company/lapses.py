"""What could go wrong here: lapses that bypass the gate, each with a switch. Nobody tells the probes about them.

Switched off, a lapse is also cleaned up, as a company would that was caught: only then can the next look be clean.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from examples.gateway.company.dumps import Dumps
from examples.gateway.company.house import House
from examples.gateway.company.identity import Identity
from examples.gateway.company.interfaces import PARTNER, SAMPLES, Interfaces
from examples.gateway.company.market import STORE, Market
from examples.gateway.company.proxy import WORDY
from examples.kit.time import now

PARTNER_OTHER_SERVICES, TEMPLATE_KEPT = "partner_other_services", "template_kept"
MEMBER_RESTORED, STORE_ABROAD = "member_restored", "store_abroad"
KEY_ALIVE, PROXY_PATHS = "key_alive", "proxy_paths"
ABROAD, ABROAD_REGION = "sg-mirror", "SG"


@dataclass(frozen=True)
class Lapse:
    """One thing that goes wrong: what it is called, and what then happens."""

    name: str
    title: str
    what: str


ALL = (
    Lapse(
        PARTNER_OTHER_SERVICES, "The carrier uses what it was sent for other services",
        "It begins to sell credit insurance to those whose goods it carries, as one sentence of the policy would have it.",
    ),
    Lapse(
        TEMPLATE_KEPT, "Templates of faces stay after the check",
        "Pictures and template of a check that is over are kept, so that the next one is quicker.",
    ),
    Lapse(
        MEMBER_RESTORED, "A dump brings cancelled members back",
        "Somebody restores what lies in the dumps without a ticket and asks nobody: members who cancelled are there again.",
    ),
    Lapse(
        STORE_ABROAD, "Pictures are mirrored to Singapore",
        "Every picture of a listing gets a second copy in a store abroad, because pages load faster from there.",
    ),
    Lapse(
        KEY_ALIVE, "A key of an ended service still opens it",
        "A second key of the service that ended was forgotten when it was shut, and the partner goes on calling with it.",
    ),
    Lapse(
        PROXY_PATHS, "The proxy writes down where members go",
        "Beside the verdict its log holds the address of the page that was asked for.",
    ),
)  # fmt: skip
NAMES = frozenset(lapse.name for lapse in ALL)


class Lapses:
    """The switches, and what follows when one is turned. No key of the product is at hand here."""

    def __init__(self, house: House, site: str) -> None:
        self._store, self._data, self._partners, self._site = house.store, house.data, house.partners, site
        self._after: dict[str, Callable[[bool], None]] = {PROXY_PATHS: self._log}

    def on(self, name: str) -> bool:
        """Whether this goes wrong now."""
        return bool(self._store.mine("switches", name))

    def turn(self, name: str, on: bool) -> None:
        """Turn a switch."""
        self._store.drop("switches", name=name)
        if on:
            self._store.put("switches", name=name, since=now().isoformat())
        self._after[name](on)

    def wire(self, identity: Identity, dumps: Dumps, market: Market, interfaces: Interfaces) -> None:
        """Who is careless."""

        def tell(on: bool) -> None:
            self._partners.send(f"{PARTNER}/told", new_aim="other_services" if on else "")

        def templates(on: bool) -> None:
            if not on:
                identity.forget_kept()

        def restore(on: bool) -> None:
            if on:
                dumps.restore("", asking=False)
            else:
                dumps.put_right()

        def mirror(on: bool) -> None:
            self._mirror(market) if on else self._unmirror()

        def forget_a_key(on: bool) -> None:
            if not on:
                interfaces.end(SAMPLES)
                return
            key = interfaces.grant(SAMPLES)
            httpx.get(
                f"{self._site}/interface/{SAMPLES}", headers={"Authorization": f"Bearer {key}"}, timeout=10
            )

        self._after |= {
            PARTNER_OTHER_SERVICES: tell, TEMPLATE_KEPT: templates, MEMBER_RESTORED: restore, STORE_ABROAD: mirror,
            KEY_ALIVE: forget_a_key,
        }  # fmt: skip
        market.also = self.mirrored

    def by_night(self, dumps: Dumps) -> None:
        """While members are brought back, so is whoever cancelled since."""
        if self.on(MEMBER_RESTORED):
            dumps.restore("", asking=False)

    def mirrored(self, market: Market, listing: int, data: bytes) -> None:
        """A picture that came in while pictures are mirrored goes abroad as well."""
        if self.on(STORE_ABROAD):
            market.keep(listing, ABROAD, ABROAD_REGION, data)

    def _mirror(self, market: Market) -> None:
        for copy in self._store.find("copies", store=STORE):
            market.keep(int(copy["listing"]), ABROAD, ABROAD_REGION, market.stored(copy))

    def _unmirror(self) -> None:
        for copy in self._store.drop("copies", store=ABROAD):
            (self._data / "stores" / str(copy["file"])).unlink(missing_ok=True)

    def _log(self, on: bool) -> None:
        """The log says more while a file lies there; afterwards what it said too much goes."""
        folder = self._data / "proxy"
        if on:
            (folder / WORDY).touch()
            return
        (folder / WORDY).unlink(missing_ok=True)
        log = folder / "verdicts.log"
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        kept = [{name: line[name] for name in ("at", "risk_verdict")} for line in lines]
        log.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
