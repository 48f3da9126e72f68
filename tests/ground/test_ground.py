"""The ground that other tests stand on: databases, the browser, the closed network, the naming of what did not run."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from playwright.sync_api import Browser, Error, Page
from sqlalchemy import create_engine, text

from tests.conftest import pytest_collection_modifyitems
from tests.support import chromium
from tests.support.axe import violations
from tests.support.loopback import BeyondThisMachine, is_loopback

pytest_plugins = ["pytester"]

PAGE = """<!doctype html><html lang="en"><head><title>Ground</title></head>
<body><main><h1>Ground</h1><p id="word">without</p></main>
<script>document.getElementById("word").textContent = "with"</script></body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "bad.html").write_text("<html><body><img src='x.png'><input></body></html>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database_of_its_own(database_url: str, turn: int) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (turn INTEGER)"))
        connection.execute(text("INSERT INTO only_here VALUES (:turn)"), {"turn": turn})
        assert connection.execute(text("SELECT turn FROM only_here")).scalars().all() == [turn]
    engine.dispose()


@pytest.mark.parametrize(
    ("asks", "mark"),
    [("postgres_url", "postgres"), ("page", "story"), ("page_without_scripts", "story"), ("site", None)],
)
def test_a_test_is_marked_by_what_it_asks_for(asks: str, mark: str | None) -> None:
    item = mock.Mock(fixturenames=["tmp_path", asks])
    pytest_collection_modifyitems([item])
    assert [call.args[0] for call in item.add_marker.call_args_list] == ([mark] if mark else [])


def test_another_machine_is_out_of_reach() -> None:
    with socket.socket() as s, pytest.raises(BeyondThisMachine, match=r"192\.0\.2\.1"):
        s.connect(("192.0.2.1", 80))
    with socket.socket() as s, pytest.raises(BeyondThisMachine):
        s.connect_ex(("192.0.2.1", 80))


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("192.0.2.1", False),
        ("example.org", False),
        ("localhost.example.org", False),
    ],
)
def test_what_counts_as_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


def test_an_exam_that_could_not_run_is_named(pytester: pytest.Pytester) -> None:
    root = Path(__file__).parents[2]
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\npythonpath = ['{root}']")
    pytester.makeconftest("from tests.conftest import pytest_terminal_summary  # noqa")
    pytester.makepyfile(
        "from tests.support.exams import could_not_run\ndef test_moon(): could_not_run('the moon is down')"
    )
    result = pytester.runpytest_subprocess("--import-mode=importlib")
    result.stdout.fnmatch_lines(["*exams that could not run*", "*::test_moon: the moon is down"])


def test_a_page_is_read_with_and_without_scripts(page: Page, page_without_scripts: Page, site: str) -> None:
    for looked_at, word in ((page, "with"), (page_without_scripts, "without")):
        looked_at.goto(site)
        assert looked_at.locator("#word").inner_text() == word


def test_a_page_that_asks_another_host_is_told_on(browser: Browser) -> None:
    with chromium.fresh_page(browser) as (page, strangers):
        with pytest.raises(Error):
            page.goto("http://elsewhere.example/")
        assert strangers == {"elsewhere.example"}


def test_accessibility_is_looked_at(page: Page, site: str) -> None:
    page.goto(site)
    assert violations(page) == []
    page.goto(f"{site}/bad.html")
    assert {"image-alt", "label"} <= {line.split(":")[0] for line in violations(page)}
