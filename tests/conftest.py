"""What every test may ask for: a fresh database of either kind, a browser, and a network that ends at this machine.

No exam is passed over in silence. Whatever could not run is named, with its reason, at the end of the run.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.support import chromium, databases, migrated
from tests.support.exams import could_not_run
from tests.support.hashes import make_light
from tests.support.loopback import only_loopback

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported: the network of the test process ends at this machine, and passwords cost little in it."""
    for way in ("connect", "connect_ex"):
        setattr(socket.socket, way, only_loopback(getattr(socket.socket, way)))
    make_light()
    _settle_hypothesis()


def _settle_hypothesis() -> None:
    """The same examples in every run, so that a red one is red again; a long storm draws new ones, and more."""
    settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
    settings.register_profile("storm", deadline=None, max_examples=2000, print_blob=True)
    settings.load_profile("storm" if os.environ.get("TROTH_STORM") == "long" else "house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test by what it asks for, so that nobody has to remember: a server is `postgres`, a page a `story`."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & {"postgres_server", "postgres_url"}:
            item.add_marker("postgres")
        if asked & {"browser", "page", "page_without_scripts"}:
            item.add_marker("story")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What storms came to; and every exam that did not run, and why: a skipped exam is not a passed one."""
    reports = [one for outcome in ("passed", "failed") for one in terminalreporter.stats.get(outcome, [])]
    storms = [said for one in reports for name, said in one.user_properties if name == "storm"]
    if storms:
        terminalreporter.section("storms")
        terminalreporter.write_line("\n".join(sorted(storms)))
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("exams that could not run")
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server: the one named by TROTH_TEST_POSTGRES, or one started for this run alone."""
    with databases.server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that exists for this test alone."""
    with databases.fresh_database(postgres_server) as url:
        yield url


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL (as SQLAlchemy reads it) of a database in which nothing is; each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'troth.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database on the server, to be copied."""
    with databases.migrated(postgres_server) as name:
        yield name


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database with nothing in it; each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield migrated.lay(tmp_path / "troth.db")
        return
    server, template = (
        request.getfixturevalue("postgres_server"),
        request.getfixturevalue("migrated_postgres"),
    )
    with databases.fresh_database(server, template) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, started once."""
    program = chromium.find()
    if program is None:
        could_not_run("no Chromium on this machine, and it could not be installed")
    with chromium.started(program) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with a clean profile; the test fails when the page asked any host but this machine for anything."""
    with chromium.fresh_page(browser) as (page, strangers):
        yield page
    assert not strangers, f"the page asked other hosts: {sorted(strangers)}"


@pytest.fixture
def page_without_scripts(browser: Browser) -> Iterator[Page]:
    """As `page`, with JavaScript switched off: what works here works without it."""
    with chromium.fresh_page(browser, scripts=False) as (page, strangers):
        yield page
    assert not strangers, f"the page asked other hosts: {sorted(strangers)}"
