"""A company's own site on two sub-domains, and the server it asks: real pages in a real browser, on this machine alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.chromium import MOST_WAITED
from tests.web.kit import Place, place
from troth.app.config import Home

ITEMS = {
    "axle": {"s": "session_cookie", "prefs": "preference_cookie"},
    "gateway": {"login": "login_cookie", "visits": "visit_cookie"},
}
BODY = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{troth}/site/{org}/troth.js?lang={lang}"></script>
<script type="text/plain" data-purpose="{purpose}">window.ran = (window.ran || 0) + 1; document.cookie = "{declared}=1;path=/";</script>
<script>try {{ document.cookie = "_spy=1;path=/"; localStorage.setItem("spy", "1"); }} catch (e) {{}}</script>
</head><body><main><h1>Shop</h1><p>Buy <a href="/">something</a>.</p>
<img alt="" data-purpose="{purpose}" data-src="/beacon.gif" width="1" height="1">
<noscript><a href="{troth}/site/{org}/choices">Privacy choices</a></noscript></main></body></html>"""
PURPOSE = {"axle": ("ux", "prefs"), "gateway": ("audience_counting", "login")}


@dataclass
class Shop:
    """The site, its server, and which addresses of it were asked for."""

    org: str
    at: Place
    port: int
    asked: list[str]
    lang: str = "en"
    more: str = ""

    def address(self, host: str = "www") -> str:
        """The site's page on a sub-domain."""
        return f"http://{host}.shop.localhost:{self.port}/"

    @property
    def body(self) -> str:
        """The page as it is now."""
        purpose, declared = PURPOSE[self.org]
        said = {
            "troth": self.at.base,
            "org": self.org,
            "lang": self.lang,
            "purpose": purpose,
            "declared": declared,
        }
        return BODY.format(**said).replace("</main>", f"{self.more}</main>")

    def kinds(self, prefix: str) -> list[str]:
        """What is on record."""
        organisation = self.at.hosting.organisations[self.org].organisation
        with organisation.database.read() as connection:
            return [e.kind for e in organisation.ledger.events(connection) if e.kind.startswith(prefix)]


@contextmanager
def shop(home: Path, org: str) -> Iterator[Shop]:
    """A site of this organisation, and the server behind it."""
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as site:
        port = site.server_address[1]
        (home / "sites").mkdir(parents=True)
        items = "\n".join(f'{name} = "{point}"' for name, point in ITEMS[org].items())
        hosts = ", ".join(f'"http://{host}.shop.localhost:{port}"' for host in ("www", "help"))
        text = f'origins = [{hosts}]\ndomain = "shop.localhost"\npolicy = "/privacy"\n[items]\n{items}\n'
        (home / "sites" / f"{org}.toml").write_text(text)
        with place(Home.at(home), org) as at:
            made = Shop(org, at, int(port), asked)
            site.RequestHandlerClass = _pages(made)
            thread = threading.Thread(target=site.serve_forever, daemon=True)
            thread.start()
            try:
                yield made
            finally:
                site.shutdown()
                thread.join()


@contextmanager
def visitor(browser: Browser, *, gpc: bool = False, scripts: bool = True, **more: object) -> Iterator[Page]:
    """Somebody who was never here before. With `gpc` their browser tells scripts and servers not to share or sell."""
    headers = {"extra_http_headers": {"Sec-GPC": "1"}} if gpc else {}
    context: BrowserContext = browser.new_context(java_script_enabled=scripts, **headers, **more)  # type: ignore[arg-type]
    context.set_default_timeout(MOST_WAITED)
    if gpc:
        context.add_init_script(
            "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
        )
    try:
        yield context.new_page()
    finally:
        context.close()


def _pages(made: Shop) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(made.body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Pages
