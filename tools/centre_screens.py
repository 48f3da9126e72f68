"""Pictures of the privacy centre, of a person who has lived a little: `.venv/bin/python tools/centre_screens.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402

from tests.support import chromium  # noqa: E402
from tests.web.centre.kit import ADDRESS, code_for, lived, with_bag  # noqa: E402
from tests.web.kit import Place, place  # noqa: E402
from troth.app.config import Home  # noqa: E402

PAGES = {
    "overview": "",
    "consents": "/consents",
    "withdrawing": "/consents/other_purpose",
    "objecting": "/objections/mailing_list",
    "receipts": "/receipts",
    "rights": "/rights",
    "versions": "/policy",
    "notice": "/notice",
}
LOOKS = {
    "wide": (1100, 850, "light", "en"),
    "dark": (1100, 850, "dark", "zh"),
    "narrow": (320, 720, "light", "ms"),
}


def main(folder: Path) -> int:
    """Write one picture a page and look; exit code 1 where there is no Chromium."""
    program = chromium.find()
    if program is None:
        print("There is no Chromium on this machine; `make chromium` installs one.")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    home = tempfile.TemporaryDirectory()
    with home as data, place(Home.at(Path(data)), "harbour") as town, with_bag(town):
        lived(town)
        with chromium.started(program) as browser:
            for look, (width, height, scheme, language) in LOOKS.items():
                with chromium.fresh_page(browser, scripts=False) as (page, _):
                    page.set_viewport_size({"width": width, "height": height})
                    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    take(town, page, folder, look, language)
    return 0


def take(town: Place, page: Page, folder: Path, look: str, language: str) -> None:
    """Sign in as a person does, and picture every page."""
    base = f"{town.base}/my/harbour"
    page.goto(f"{base}?lang={language}")
    shoot(page, folder, f"my-door-{look}")
    page.fill("#address", ADDRESS)
    page.click("main button")
    shoot(page, folder, f"my-code-{look}")
    page.fill("#code", code_for(town, ADDRESS))
    page.click("main button")
    page.wait_for_url(base)
    for name, path in PAGES.items():
        page.goto(f"{base}{path}")
        shoot(page, folder, f"my-{name}-{look}")


def shoot(page: Page, folder: Path, name: str) -> None:
    """One picture of the page as long as it is, up to a limit."""
    page.screenshot(path=folder / f"{name}.png")
    print(f"{name}.png")


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"))
