"""The phone in a person's pocket: desk's app on it, which reaches the product by desk's site, as whoever is signed in there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml

from examples.kit.browser import Browser
from examples.kit.phone import App, Line, Phone
from troth.client import Away, Problem

BUILD = yaml.safe_load((Path(__file__).parent / "app.yaml").read_text(encoding="utf-8"))
MAKERS = ("huawei_phone", "xiaomi_phone", "oppo_phone")
ON = ("chat", "push", "photo", "dialling")
EVENING = ("share_out", "group_call", "meeting", "analytics", "clipboard_read")
"""What some turn on besides: they pass something on, call together, meet, and let themselves be counted."""
USED = ("chat", "photo", "attendance")
OPENED = ("device_identifiers", "device_facts", "app_list")
"""What some let the app read of the phone itself."""


def use_app(browser: Browser, *, force_stop: bool, maker: str = MAKERS[0], evening: bool = False) -> None:
    """The app starts, is agreed to, is used, goes to the back, and (for some) is stopped by force; in the evening all is on."""
    wire, phone = SiteWire(browser), Phone(lambda _: None)
    app = App(BUILD, phone, wire, frozenset())  # type: ignore[arg-type]  # its own wire, over the site
    steps: list[Line] = [{"do": "start"}, {"do": "agree"}, {"do": "be", "class": maker, "on": True}]
    steps += [
        {"do": "function", "feature": feature, "on": True} for feature in ON + (EVENING if evening else ())
    ]
    steps += [{"do": "switch", "point": point, "on": True} for point in OPENED if evening]
    steps += [{"do": "use", "feature": feature, "answer": "granted"} for feature in USED]
    steps += [{"do": "pass"}]
    steps += [{"do": "function", "feature": feature, "on": False} for feature in EVENING if evening]
    steps += [{"do": "kill", "classes": ["force_stopped"]}, {"do": "wake"}] if force_stop else []
    for step in steps:
        app.step(step)
        phone.partners = wire.kits


class SiteWire:
    """How the app reaches the product: by the site it belongs to, as whoever is signed in there."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.now: Line = {}
        self.kits = ""
        """Where the vendors of its kits are reached, as the build of the day says."""

    def start(self, said: Mapping[str, Any]) -> Line:
        """A run begins."""
        found = self._answered(self._browser.call("/app/start", dict(said)))
        self.kits = str(found.pop("kits", ""))
        return found

    def allowed(self, installation: str, version: str) -> Line | None:
        """What may be done now."""
        answer = self._browser.call(
            "/app/allowed", headers={"installation": installation, "version": version}
        )
        return None if answer.status_code == 304 else self._answered(answer)

    def report(self, said: Mapping[str, Any]) -> Line:
        """What was done."""
        return self._answered(self._browser.call("/app/report", dict(said)))

    @staticmethod
    def _answered(answer: httpx.Response) -> Line:
        if answer.status_code >= 500:
            raise Away("Nobody answers.", "Try again later.")
        if answer.status_code >= 400:
            raise Problem(answer.status_code, "The app was refused", "")
        found: Line = answer.json()
        return found
