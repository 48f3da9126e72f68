"""Looks at what left, at a site as a newcomer sees it, and for people of whom nothing should be left."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from examples.kit.egress import Log, Passed
from troth.probes import CannotLook, Eye, ProbesUnreadable, digest_of, open_eye, read_probes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "# Policy\n\nWe  ask first.\n\n## 1. Who\n\nUs & nobody else."


def known(what: str, key: str) -> frozenset[str]:
    found = {
        ("purposes_of", "recipient:lab"): frozenset({"analysis"}),
        ("items_of", "site"): frozenset({"visit", "seen_*"}),
        ("words_of", "en"): frozenset({digest_of(TEXT)}),
    }
    try:
        return found[what, key]
    except KeyError:
        raise LookupError(key) from None


def eye(text: str, data: Path, **places: str) -> Eye:
    (probe,) = read_probes(text, known)
    return open_eye(probe, data, places)


# --- what left ----------------------------------------------------------------------------------------------------------------

LEFT = "left: {what: egress, store: egress.db, hosts: {lab.example: 'recipient:lab'}, besides: ['127.0.0.1:80'], statements: [x]}"


def passed(
    log: Log, host: str, port: int = 80, method: str = "POST", path: str = "/rows", status: int = 200
) -> None:
    log.write(Passed(host, port, method, path, ("rows",), 10, 2, status))


def test_what_left_for_a_host_of_nobody_is_found_until_it_is_called_back(tmp_path: Path) -> None:
    log, look = Log(tmp_path / "egress.db"), eye(LEFT, tmp_path)
    passed(log, "lab.example")
    passed(log, "127.0.0.1")
    assert look.look(NOON).passed
    passed(log, "other.example")
    passed(log, "127.0.0.1", 81)
    found = look.look(NOON)
    assert (found.passed, found.found, found.looked_at) == (False, 2, 4)
    assert {(row["host"], row["port"]) for row in found.seen} == {("other.example", 80), ("127.0.0.1", 81)}
    passed(log, "127.0.0.1", 81, "DELETE")
    passed(log, "other.example", path="/rows/erase", status=409)
    assert look.look(NOON).found == 2, "it said no, and even the order left"
    passed(log, "other.example", path="/rows/erase")
    assert look.look(NOON).passed
    passed(log, "other.example")
    assert look.look(NOON).found == 1


def test_a_host_may_stand_for_all_below_it(tmp_path: Path) -> None:
    log, look = Log(tmp_path / "egress.db"), eye(LEFT.replace("lab.example", "'*.lab.example'"), tmp_path)
    passed(log, "one.lab.example")
    assert look.look(NOON).passed
    passed(log, "lab.example")
    assert not look.look(NOON).passed


def test_hosts_belong_to_recipients_that_are_declared(tmp_path: Path) -> None:
    with pytest.raises(ProbesUnreadable, match="nobody declared"):
        eye(LEFT.replace("recipient:lab", "recipient:nobody"), tmp_path)


def test_without_a_log_nothing_was_seen(tmp_path: Path) -> None:
    with pytest.raises(CannotLook):
        eye(LEFT, tmp_path).look(NOON)


# --- a site -------------------------------------------------------------------------------------------------------------------


class Site(BaseHTTPRequestHandler):
    cookies: tuple[str, ...] = ()
    page = ""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/" else 404)
        for cookie in self.cookies:
            self.send_header("Set-Cookie", f"{cookie}=secret; Path=/")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[tuple[str, type[Site]]]:
    handler = type("Here", (Site,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    thread.join()
    server.server_close()


COOKIES = "jar: {what: cookies, store: site, pages: [/], expects: items_of site, statements: [x]}"
SERVED = "text: {what: served, store: site, pages: [/], expects: words_of en, statements: [x]}"


def test_a_cookie_that_nobody_registered_is_found_by_its_name_alone(
    site: tuple[str, type[Site]], tmp_path: Path
) -> None:
    url, handler = site
    look = eye(COOKIES, tmp_path, site=url)
    handler.cookies = ("visit", "seen_today")
    assert look.look(NOON).looked_at == 2
    assert look.look(NOON).passed
    handler.cookies = ("visit", "follows_you")
    assert look.look(NOON).seen == ({"cookie": "follows_you", "page": "/"},)
    handler.cookies = ()
    assert look.look(NOON).passed, "each look comes as somebody new"


def test_the_words_of_a_page_are_compared_and_not_how_they_are_laid_out(
    site: tuple[str, type[Site]], tmp_path: Path
) -> None:
    url, handler = site
    look = eye(SERVED, tmp_path, site=url)
    inside = "<h2>Policy</h2><p>We ask<br>first.</p><h3>1. Who</h3>\n<pre>Us &amp; nobody\nelse.</pre>"
    handler.page = f"<p>Menu</p><article id=policy>{inside}</article><p>Foot</p>"
    assert look.look(NOON).passed
    handler.page = handler.page.replace("ask", "may ask")
    (seen,) = look.look(NOON).seen
    assert seen["served"] != seen["in_force"] == digest_of(TEXT)
    handler.page = f"<article>{inside}</article>"
    assert not look.look(NOON).passed, "no element is called policy"


def test_a_site_that_is_away_or_has_no_such_page_was_not_seen(
    site: tuple[str, type[Site]], tmp_path: Path
) -> None:
    url, _ = site
    with pytest.raises(CannotLook, match="404"):
        eye(SERVED.replace("[/]", "[/x]"), tmp_path, site=url).look(NOON)
    with pytest.raises(CannotLook, match="cannot be opened"):
        eye(COOKIES, tmp_path, site="http://127.0.0.1:9").look(NOON)
    with pytest.raises(CannotLook, match="no site"):
        eye(COOKIES, tmp_path).look(NOON)


# --- markers ------------------------------------------------------------------------------------------------------------------

MARKERS = "kept: {what: markers, store: sink.db, markers: erased.txt, statements: [x]}"


def test_whoever_said_that_nothing_is_left_is_held_to_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "sink.db")) as sink, sink:
        sink.execute("CREATE TABLE received (body TEXT)")
        sink.execute(
            """INSERT INTO received VALUES ('{"user_name": "farid-markedone"}'), ('{"user_name": "other"}')"""
        )
    look = eye(MARKERS, tmp_path)
    with pytest.raises(CannotLook, match="list of markers"):
        look.look(NOON)
    (tmp_path / "erased.txt").write_text("")
    assert look.look(NOON).looked_at == 0
    (tmp_path / "erased.txt").write_text("gonegone\nmarkedone\n")
    found = look.look(NOON)
    assert (found.passed, found.looked_at) == (False, 2)
    assert found.seen == ({"place": "sink.db#received", "marker": 2, "form": "UTF-8", "at": 1},)
    with closing(sqlite3.connect(tmp_path / "sink.db")) as sink, sink:
        sink.execute("DELETE FROM received WHERE body LIKE '%markedone%'")
    assert look.look(NOON).passed


def test_markers_are_looked_for_in_files_too(tmp_path: Path) -> None:
    (tmp_path / "erased.txt").write_text("markedone\n")
    look = eye(MARKERS.replace("sink.db", "out"), tmp_path)
    with pytest.raises(CannotLook):
        look.look(NOON)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "list.csv").write_text("name\nMARKEDONE\n")
    assert look.look(NOON).seen[0]["place"] == "list.csv"
    (tmp_path / "erased.txt").write_text("abc")
    with pytest.raises(CannotLook, match="list of markers"):
        look.look(NOON)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (COOKIES.replace("pages: [/], ", ""), "lacks pages"),
        (MARKERS.replace("markers: erased.txt, ", ""), "lacks markers"),
        (SERVED.replace("words_of en", "words_of xx"), "nobody declared"),
        ("a: {what: sql, store: x, statements: [y]}", "lacks query"),
    ],
)
def test_a_declaration_that_lacks_something_is_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ProbesUnreadable, match=said):
        eye(text, tmp_path)
