"""Three consent banners in use, as their packages ship them: fetched by the package client, checked, and put on a page."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final


class NotToBeHad(Exception):
    """A package cannot be fetched here, or is not the one it should be."""


@dataclass(frozen=True, slots=True)
class Banner:
    """One banner: its package and files, how its page is written (asking, and running until a no), and its buttons."""

    name: str
    version: str
    integrity: str
    script: str
    style: str
    asks: str
    runs: str
    accept: str
    reject: str
    back: str = ""
    size: int = 0
    addresses: tuple[str, str] = ("", "")
    posts: list[str] = field(default_factory=list)

    def told(self) -> int:
        """How often a choice was sent to the server it came from."""
        return len([path for path in self.posts if path.startswith(f"/{self.name}")])


RAN: Final = "window.ran = (window.ran || 0) + 1;"
PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{style}</head>
<body><main><h1>Shop</h1><p>Buy <a href="/">something</a>.</p></main>{page}</body></html>"""
SCRIPT: Final = '<script src="/file/{name}.js"></script>'

_VANILLA: Final = (
    '<script type="text/plain" data-category="analytics">' + RAN + "</script>" + SCRIPT + """<script>
CookieConsent.run({ mode: %s, hideFromBots: false,
  guiOptions: { consentModal: { equalWeightButtons: true }, preferencesModal: { equalWeightButtons: true } },
  categories: { necessary: { enabled: true, readOnly: true }, analytics: {} },
  language: { default: 'en', translations: { en: {
    consentModal: { title: 'Cookies', description: 'We count visits.', acceptAllBtn: 'Accept all',
      acceptNecessaryBtn: 'Reject all', showPreferencesBtn: 'Details' },
    preferencesModal: { title: 'Cookies', acceptAllBtn: 'Accept all', acceptNecessaryBtn: 'Reject all',
      savePreferencesBtn: 'Save', closeIconLabel: 'Close',
      sections: [{ title: 'Counting', description: 'Visits', linkedCategory: 'analytics' }] } } } } });
</script>"""
)  # fmt: skip
_KLARO: Final = (
    '<script type="text/plain" data-type="application/javascript" data-name="analytics">' + RAN + """</script><script>
var klaroConfig = { version: 1, acceptAll: true, hideDeclineAll: false, privacyPolicy: '/privacy',
  services: [{ name: 'analytics', title: 'Counting', purposes: ['analytics'], %s }] };
</script>""" + SCRIPT
)  # fmt: skip
_OREJIME: Final = (
    '<template data-purpose="analytics"><script>' + RAN + """</script></template><script>
window.orejimeConfig = { privacyPolicyUrl: '/privacy',
  purposes: [{ id: 'analytics', title: 'Counting', description: 'Visits', cookies: [], %s }] };
</script>""" + SCRIPT
)  # fmt: skip

BANNERS: Final = (
    Banner(
        "vanilla-cookieconsent", "3.1.0", "sha512-/McNRtm/3IXzb9dhqMIcbquoU45SzbN2VB+To4jxEPqMmp7uVniP6BhGLjU8MC7ZCDsNQVOp27fhQTM/ruIXAA==",
        "dist/cookieconsent.umd.js", "dist/cookieconsent.css",
        _VANILLA.replace("%s", "'opt-in'"), _VANILLA.replace("%s", "'opt-out'").replace("analytics: {}", "analytics: { enabled: true }"),
        "#cc-main .cm__btn[data-role=all]", "#cc-main .cm__btn[data-role=necessary]",
    ),
    Banner(
        "klaro", "0.7.22", "sha512-NkaFxS4S8160/zH1UQzCSYIIsAtwIDHIkJ7xofCrgRqk14OSY+OJuwCjYyW+q5fmIeF4RvsuBH6brPe2BS9Z0A==",
        "dist/klaro.js", "",
        _KLARO.replace("%s", "default: false"), _KLARO.replace("%s", "default: true, optOut: true"),
        ".klaro .cm-btn-success", ".klaro .cn-decline",
    ),
    Banner(
        "orejime", "3.2.1", "sha512-jAEjX6Rzn8W6D+vkoFhJUXECzpLtGUXQJ9yj9PhEkDo/7ZeK2uGjAfXxdQRI4IWPvIL+jVPxgm5Dsi5Rv+8qMw==",
        "dist/orejime-standard-en.js", "dist/orejime-standard.css",
        _OREJIME.replace("%s", "default: false"), _OREJIME.replace("%s", "default: true, isExempt: true"),
        ".orejime-Banner-saveButton", ".orejime-Banner-declineButton",
    ),
)  # fmt: skip
"""Pinned by version and digest."""


def gzipped(data: bytes) -> int:
    """Bytes as gzip sends them at its best."""
    return len(gzip.compress(data, 9))


@contextmanager
def served(folder: Path) -> Iterator[list[Banner]]:
    """All of them on one small server of this machine. Raises NotToBeHad."""
    files: dict[str, bytes] = {}
    for one in BANNERS:
        files |= _fetched(one, folder / "packages")
    posts: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _pages(files, posts)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield [_placed(one, files, base, posts) for one in BANNERS]
        finally:
            server.shutdown()
            thread.join()


def _placed(one: Banner, files: dict[str, bytes], base: str, posts: list[str]) -> Banner:
    size = gzipped(files[f"/file/{one.name}.js"]) + (
        gzipped(files[f"/file/{one.name}.css"]) if one.style else 0
    )
    return replace(
        one, size=size, addresses=(f"{base}/{one.name}/asks", f"{base}/{one.name}/runs"), posts=posts
    )


def _fetched(one: Banner, folder: Path) -> dict[str, bytes]:
    """The files of a package, by the address they are served under, and its two pages."""
    data = _package(one, folder)
    found = {f"/file/{one.name}.js": data[one.script]}
    style = ""
    if one.style:
        found[f"/file/{one.name}.css"] = data[one.style]
        style = f'<link rel="stylesheet" href="/file/{one.name}.css">'
    for name, page in (("asks", one.asks), ("runs", one.runs)):
        whole = PAGE.replace("{style}", style).replace("{page}", page.replace("{name}", one.name))
        found[f"/{one.name}/{name}"] = whole.encode()
    return found


def _package(one: Banner, folder: Path) -> dict[str, bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    client = shutil.which("npm")
    if client is None:
        raise NotToBeHad("there is no npm on this machine to fetch the others with")
    ran = subprocess.run(
        [client, "pack", f"{one.name}@{one.version}", "--json", "--silent"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise NotToBeHad(f"{one.name} cannot be fetched")
    archive = folder / json.loads(ran.stdout)[0]["filename"]
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != one.integrity:
        raise NotToBeHad(f"what came as {one.name} is another file than the one that is pinned")
    with tarfile.open(archive) as packed:
        wanted = [name for name in (one.script, one.style) if name]
        return {name: _read(packed, f"package/{name}") for name in wanted}


def _read(packed: tarfile.TarFile, name: str) -> bytes:
    file = packed.extractfile(name)
    assert file is not None
    return file.read()


def _pages(files: dict[str, bytes], posts: list[str]) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(files.get(self.path))

        def do_POST(self) -> None:
            posts.append(self.path)
            self._answer(b"")

        def _answer(self, data: bytes | None) -> None:
            kinds = {".js": "text/javascript", ".css": "text/css"}
            self.send_response(404 if data is None else 200)
            self.send_header("content-type", kinds.get(Path(self.path).suffix, "text/html; charset=utf-8"))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Pages
