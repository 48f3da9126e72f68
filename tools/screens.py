"""Pictures of every page, of five companies after a short life: `.venv/bin/python tools/screens.py [FOLDER]`.

The pages are those that the walk of the stories finds, so a new page has its picture without anybody listing it. One picture a page and
look, as long as the page is up to a limit, in a palette of few colours so that all of them together stay small.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page  # noqa: E402

from tests.stories.parish import OUTSIDE, Parish, looking, parish  # noqa: E402
from tests.support import chromium  # noqa: E402
from tests.web.walk import Found  # noqa: E402

LOOKS = {
    "wide": ("en", "light", 1200),
    "dark": ("zh", "dark", 1200),
    "narrow": ("ms", "light", 320),
}
TALLEST = 1400
COLOURS = 96
NAMES = {"/": "companies", "/{org}": "board", "/my/{org}": "my", "/my/{org}/sign-in": "my-door"}
"""What addresses are called that say nothing themselves."""
HEAD = """# Pictures

How every page of console and privacy centre looks, in three ways: wide in English, wide and dark in Chinese, and 320 CSS pixels wide in
Malay. They are made, not drawn:

    .venv/bin/python tools/screens.py

starts the five companies, lets one of them live a little with two lapses, walks through all pages and pictures each. The Chinese ones
need a font that has it on the machine that takes them (on Debian: `fonts-noto-cjk`); the program ships none, and its pages ask for
the one the reader has.

| page | wide | dark, Chinese | narrow, Malay |
|---|---|---|---|
"""


def main(folder: Path) -> int:
    """Write all pictures and the page that lists them; exit code 1 where there is no Chromium."""
    program = chromium.find()
    if program is None:
        print("There is no Chromium on this machine; `make chromium` installs one.")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as data,
        parish(Path(data)) as town,
        chromium.started(program) as browser,
    ):
        names = {name for look in LOOKS for name in take(town, browser, folder, look)}
    rows = (
        f"| {name} | " + " | ".join(f"![]({name}-{look}.png)" for look in LOOKS) + " |"
        for name in sorted(names)
    )
    (folder / "README.md").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(names)} pages, {sum(f.stat().st_size for f in folder.glob('*.png')) // 1024:,} KB")
    return 0


def take(town: Parish, browser: Browser, folder: Path, look: str) -> Iterator[str]:
    """Picture every page in one look; their names."""
    language, scheme, width = LOOKS[look]
    with looking(browser, language, scheme, width) as page:
        page.goto(f"{town.at.base}{OUTSIDE[0]}")
        yield shoot(page, folder, "door", look)
        town.staff_in(page)
        yield from shots(town, page, town.console, folder, look)
    with looking(browser, language, scheme, width) as page:
        page.goto(f"{town.at.base}/my/harbour?lang={language}")
        yield shoot(page, folder, "my-entrance", look)
        town.person_in(page, language, f"{look}@people.example")
        yield from shots(town, page, town.centre, folder, look)


def shots(town: Parish, page: Page, found: Found, folder: Path, look: str) -> Iterator[str]:
    """One picture of each route."""
    for route, address in first_of_each(found):
        page.goto(town.at.base + address)
        yield shoot(page, folder, named(route), look)


def first_of_each(found: Found) -> Iterable[tuple[str, str]]:
    """The address to picture for each route: the last that was named on purpose, else the first that a link led to."""
    best: dict[str, str] = {}
    for shape, addresses in found.pages.items():
        best.setdefault(shape.route, addresses[0])
    return best.items()


def named(route: str) -> str:
    """What a picture is called, after its route."""
    parts = [part for part in route.split("/") if part and part != "{org}"]
    return NAMES.get(route) or "-".join("one" if part.startswith("{") else part for part in parts)


def shoot(page: Page, folder: Path, name: str, look: str) -> str:
    """One picture, in few colours."""
    width = (page.viewport_size or {"width": 1200})["width"]
    height = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    data = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    Image.open(io.BytesIO(data)).convert("RGB").quantize(COLOURS).save(
        folder / f"{name}-{look}.png", optimize=True
    )
    return name


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"))
