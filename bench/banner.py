"""The banner beside three others, by one script in one run: size, what is stored before a choice, no beside yes, focus, axe,
a way back that stays, a record on the server, and whether Global Privacy Control turns off what would run by itself.

Each stands on a page with one script that waits for a yes, in a fresh profile of the same Chromium, as its makers' pages say to
set it up with what it offers by itself: equal buttons where it has a switch for them, and not hidden from automated browsers.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Error, Locator, Page

from bench.peers import banners
from bench.rows import Row, row
from tests.cookies.prominence import measured, unequal
from tests.cookies.shop import shop, visitor
from tests.support import chromium
from tests.support.axe import violations

GOAL: Final = 10 * 1024
TABS: Final = 15
WAIT: Final = 5_000
SETTLE: Final = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 300)))"
"""Long enough for a banner that moves in to come to rest, and for a script that was let in to run."""
FOCUSED: Final = """el => { let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement; return at === el; }"""
STORED: Final = (
    "() => document.cookie.split('; ').filter(Boolean).length + localStorage.length + sessionStorage.length"
)
RAN: Final = "() => window.ran || 0"
LOST: Final = "() => !document.activeElement || document.activeElement === document.body"


@dataclass(frozen=True, slots=True)
class Contender:
    """A banner on a page: its bytes, where its pages are, its two buttons, and what opens it again by itself."""

    name: str
    size: int
    asks: str
    runs: str
    """The page on which a script runs unless somebody objects, or a signal says so."""
    accept: str
    reject: str
    back: str
    record: Callable[[], int]
    """How many choices its own server has on record."""


def rows() -> list[Row]:
    """The rows of this bench; without the others where they cannot be had."""
    program = chromium.find()
    if program is None:
        raise RuntimeError("This bench looks at pages in Chromium, and there is none here.")
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder, chromium.started(program) as browser:
        with _ours(Path(folder)) as mine:
            our = _measured(browser, mine)
        try:
            with banners.served(Path(folder)) as pages:
                their = {one.name: _measured(browser, _peer(one)) for one in pages}
        except banners.NotToBeHad as problem:
            print(f"banner: measured alone, {problem}", file=sys.stderr)
            their = {}
    return [one for name in our for one in _rows(name, our[name], their)]


def _rows(name: str, value: float, their: dict[str, dict[str, float]]) -> Iterator[Row]:
    """Our value with its goal, and beside each of the others."""
    unit, least, most = GOALS[name]
    yield row(f"banner.{name}", value, unit, at_least=least, at_most=most)
    for peer, found in their.items():
        yield row(
            f"banner.{name}.beside_{peer}", value, unit, peer=peer, peer_value=found[name],
            smaller_is_better=most is not None,
        )  # fmt: skip


GOALS: Final[dict[str, tuple[str, float | None, float | None]]] = {
    "size_gzip": ("bytes", None, GOAL),
    "stored_before_choice": ("items", None, 0),
    "ran_before_choice": ("scripts", None, 0),
    "unequal_buttons": ("differences", None, 0),
    "focus": ("faults", None, 0),
    "axe": ("findings", None, 0),
    "way_back": ("control", 1, None),
    "server_record": ("choices", 1, None),
    "gpc": ("honoured", 1, None),
}
"""By name: unit, least, most."""


def _measured(browser: Browser, one: Contender) -> dict[str, float]:
    """All values of one banner."""
    with visitor(browser) as page:
        _open(page, one.asks, one.reject)
        stored, ran = page.evaluate(STORED) + len(page.context.cookies()), page.evaluate(RAN)
        differences = _differences(page, one)
        faults = _focus(page, one)
        page.evaluate(SETTLE)
        back = int(bool(one.back) and page.locator(one.back).first.is_visible())
    return {
        "size_gzip": one.size,
        "stored_before_choice": stored,
        "ran_before_choice": ran,
        "unequal_buttons": differences,
        "focus": faults,
        "axe": _axe(browser, one),
        "way_back": back,
        "server_record": one.record(),
        "gpc": _signal(browser, one),
    }


def _open(page: Page, address: str, button: str) -> None:
    page.goto(address)
    page.locator(button).first.wait_for(state="visible", timeout=WAIT)
    page.evaluate(SETTLE)


def _differences(page: Page, one: Contender) -> int:
    """In how many ways yes and no differ or are hard to read; five where there is no no beside the yes."""
    yes, no = page.locator(one.accept).first, page.locator(one.reject).first
    if not no.is_visible() or not yes.is_visible():
        return 5
    return len(unequal(measured(page, yes), measured(page, no)))


def _focus(page: Page, one: Contender) -> int:
    """A no by keyboard alone: out of reach, without effect, or focus lost once the banner is gone."""
    no = page.locator(one.reject).first
    page.evaluate("() => document.activeElement && document.activeElement.blur()")
    reached = any(_tabbed(page, no) for _ in range(TABS))
    if not reached:
        return 3
    page.keyboard.press("Enter")
    try:
        no.wait_for(state="hidden", timeout=WAIT)
    except Error:
        return 2
    page.evaluate(SETTLE)
    return int(page.evaluate(LOST))


def _tabbed(page: Page, button: Locator) -> bool:
    page.keyboard.press("Tab")
    return bool(button.evaluate(FOCUSED))


def _axe(browser: Browser, one: Contender) -> int:
    """Findings of axe-core on the page with the banner, over light, dark, wide and narrow."""
    count = 0
    for scheme in ("light", "dark"):
        for width in (1280, 320):
            with visitor(browser, color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
                _open(page, one.asks, one.reject)
                count += len(violations(page))
    return count


def _signal(browser: Browser, one: Contender) -> int:
    """1 where something runs without the signal and not with it."""
    ran = []
    for gpc in (False, True):
        with visitor(browser, gpc=gpc) as page:
            page.goto(one.runs)
            page.evaluate(SETTLE)
            ran.append(page.evaluate(RAN))
    return int(ran[0] > 0 and ran[1] == 0)


@contextmanager
def _ours(folder: Path) -> Iterator[Contender]:
    from troth.cookies.script import program, style

    with shop(folder / "asks", "axle") as asks, shop(folder / "runs", "gateway") as runs:
        yield Contender(
            "troth", banners.gzipped(program().encode()) + banners.gzipped(style().encode()), asks.address(),
            runs.address(), "#troth #accept", "#troth #reject", "#troth .c",
            lambda: len(asks.kinds("cookies:choice")),
        )  # fmt: skip


def _peer(one: banners.Banner) -> Contender:
    """None of them has a server, so there is nothing to count on one."""
    asks, runs = one.addresses
    return Contender(one.name, one.size, asks, runs, one.accept, one.reject, one.back, one.told)
