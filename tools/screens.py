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
    "staff": "/harbour/staff",
    "backups": "/harbour/backups",
}
LOOKS = {
    "wide": (1280, 900, "light", "en"),
    "dark": (1280, 900, "dark", "en"),
    "narrow": (320, 720, "light", "en"),
    "zh": (1280, 900, "light", "zh"),
}


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
            for look, (width, height, scheme, language) in LOOKS.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                    locale=language,
                )
                take(at, context.new_page(), folder, look)
                context.close()
    return 0


def take(at: Place, page: Page, folder: Path, look: str) -> None:
    """Sign in and picture every page."""
    page.goto(f"{at.base}/sign-in/{at.hosting.signin.link()}")
    page.wait_for_url(f"{at.base}/")
    for name, path in (PAGES | found(at)).items():
        page.goto(at.base + path)
        page.screenshot(path=folder / f"{name}-{look}.png")
        print(f"{name}-{look}.png")


def found(at: Place) -> dict[str, str]:
    """The entry of a look that found something, and what it found."""
    events = at.call("GET", "harbour/evidence?kind=promises:probe:failed").json()["events"]
    address = f"/harbour/ledger/{events[0]['sequence']}"
    return {"entry": address, "found": f"{address}/seen/1"}


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"))
