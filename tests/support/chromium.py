"""A headless Chromium for the stories, driven through Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.support.loopback import is_loopback

NAMES = ("chromium", "chromium-browser", "google-chrome")
MOST_WAITED = 60_000
"""Milliseconds a page is waited for: a machine may be busy with other tests."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def find() -> str | None:
    """The path of a Chromium on this machine, TROTH_TEST_CHROMIUM first; None when there is none."""
    named = os.environ.get("TROTH_TEST_CHROMIUM")
    return next((path for name in (named, *NAMES) if name and (path := shutil.which(name))), None)


@contextmanager
def started(program: str) -> Iterator[Browser]:
    """Start the browser with an empty profile and close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def fresh_page(browser: Browser, *, scripts: bool = True) -> Iterator[tuple[Page, set[str]]]:
    """A page of a new profile, and the hosts beyond this machine that it asked: those requests are refused."""
    strangers: set[str] = set()

    def guard(route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and not is_loopback(parts.hostname or ""):
            strangers.add(parts.hostname or "")
            route.abort()
        else:
            route.continue_()

    context = browser.new_context(java_script_enabled=scripts, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(MOST_WAITED)
    context.route("**/*", guard)
    try:
        yield context.new_page(), strangers
    finally:
        context.close()
