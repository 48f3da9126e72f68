"""Pictures of the console, of `make run`'s companies after a short life: `.venv/bin/python tools/screens.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402

from tests.support import chromium  # noqa: E402
from tests.web.kit import Place, live, place  # noqa: E402
from troth.app.config import Home  # noqa: E402
from troth.web.slugs import slug  # noqa: E402

PAGES = {
    "companies": "/",
    "board": "/harbour",
    "broken": "/harbour?state=broken",
    "passage": f"/harbour/clauses/{slug('1.3(c)/1')}",
    "ask": "/harbour/ask?action=use&data=email&purpose=permitted_other",
    "record": "/harbour/ledger",
    "entry": "/harbour/ledger/3",
    "policy": "/harbour/policy",
    "coverage": "/harbour/coverage",
    "backups": "/harbour/backups",
}
LOOKS = {"wide": (1280, 900, "light"), "dark": (1280, 900, "dark"), "narrow": (320, 720, "light")}


def main(folder: Path) -> int:
    """Write one picture a page and look; exit code 1 where there is no Chromium."""
    program = chromium.find()
    if program is None:
        print("There is no Chromium on this machine; `make chromium` installs one.")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        place(Home.at(Path(data)), "harbour", "axle", "counter", "desk", "gateway") as at,
    ):
        live(at)
        with chromium.started(program) as browser:
            for look, (width, height, scheme) in LOOKS.items():
                with chromium.fresh_page(browser) as (page, _):
                    page.set_viewport_size({"width": width, "height": height})
                    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    take(at, page, folder, look)
    return 0


def take(at: Place, page: Page, folder: Path, look: str) -> None:
    """Sign in and picture every page."""
    page.goto(f"{at.base}/sign-in/{at.hosting.signin.link()}")
    page.wait_for_url(f"{at.base}/")
    for name, path in PAGES.items():
        page.goto(at.base + path)
        page.screenshot(path=folder / f"{name}-{look}.png")
        print(f"{name}-{look}.png")


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"))
