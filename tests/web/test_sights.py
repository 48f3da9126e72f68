"""What a look found can be opened: where it lies, in words, and what is there, without a value of anybody."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path

import pytest

from tests.web.kit import EXAMPLES, Place, place
from troth.app.config import Home
from troth.app.hosting import Site
from troth.app.probing import probes_beside
from troth.app.sights import Sights
from troth.probes import CannotLook, open_mail
from troth.web.slugs import slug

SECRETS = ("Amy Tan", "840303-14-5566", "amy@people.example", "01-02-1990", "Your order, Amy", "token-of-amy")
MAIL = """\
Delivered-To: amy@people.example
From: Harbour News <news@harbour.example>
To: Amy Tan <amy@people.example>
Subject: Your order, Amy
Date: Sun, 22 Nov 2026 10:00:00 +0800
List-Unsubscribe: <http://127.0.0.1/leave/token-of-amy>
Content-Type: text/plain

Hello Amy Tan
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What harbour's probes look into, with one finding of each sort in it."""
    folder = tmp_path_factory.mktemp("data")
    with sqlite3.connect(folder / "harbour.db") as made:
        made.execute(
            "CREATE TABLE filings (id INTEGER PRIMARY KEY, customer INTEGER, contact TEXT, dossier TEXT, left_at TEXT)"
        )
        dossier = '{"filing_id_number": "840303-14-5566", "date_of_birth": "01-02-1990"}'
        made.execute("INSERT INTO filings VALUES (17, 3, 'Amy Tan', ?, NULL)", (dossier,))
        made.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, shoe_size TEXT)")
        made.execute("INSERT INTO customers VALUES (3, 'amy@people.example', '38')")
    made.close()
    box = folder / "mail" / "0f"
    box.mkdir(parents=True)
    (box / "1.eml").write_text(MAIL)
    (folder / "outside.eml").write_text(MAIL)
    return folder


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Place:
    with place(Home.at(tmp_path_factory.mktemp("home")), "harbour") as found:
        hosted = found.hosting.organisations["harbour"]
        probes = probes_beside(EXAMPLES / "harbour", hosted.catalogue)
        found.hosting.sights["harbour"] = Sights(probes, data)
        yield found


def report(at: Place, probe: str, statement: str, *seen: object) -> int:
    now = at.hosting.clock.now().isoformat()
    sent = {"probe": probe, "passed": False, "statements": [statement], "seen": list(seen), "looked_at": now}
    return int(at.call("POST", "harbour/probes", sent).json()["sequence"])


def opened(at: Place, sequence: int, number: int = 1, **headers: str) -> str:
    page = html.unescape(at.see(f"/harbour/ledger/{sequence}/seen/{number}", **headers).text)
    assert not [secret for secret in SECRETS if secret in page]
    return page


ROW = {"store": "harbour.db", "row": 17, "column": "filings.dossier", "field": "date_of_birth"}


def test_a_row_opens_with_its_columns_named_and_its_values_masked(at: Place) -> None:
    page = opened(at, report(at, "filing_fields", "point:filing_form", ROW))
    assert "In the database harbour.db, table filings: the row whose id is 17." in page
    for name in ("id", "customer", "contact", "dossier", "left_at"):
        assert f"<code>{name}</code>" in page
    assert "text of 7 characters, masked" in page
    assert "empty" in page
    assert '<code class="hit">date_of_birth</code>' in page, (
        "which field it was stands among those of the document"
    )
    assert re.search(r"<code>dossier</code> <span[^>]*>this one was reported", page)


def test_from_the_passage_one_click_leads_to_the_row(at: Place) -> None:
    sequence = report(at, "filing_fields", "point:filing_form", ROW)
    for path in (f"/harbour/clauses/{slug('1.3(c)/1')}", f"/harbour/ledger/{sequence}", "/harbour/ledger"):
        assert f'href="/harbour/ledger/{sequence}/seen/1"' in at.see(path).text
    assert f'href="/harbour/ledger/{sequence}"' in opened(at, sequence)


def test_a_row_that_is_gone_says_so(at: Place) -> None:
    page = opened(at, report(at, "filing_fields", "point:filing_form", ROW | {"row": 99}))
    assert "It is no longer there." in page


def test_a_finding_about_a_table_opens_its_columns(at: Place) -> None:
    seen = {"store": "harbour.db", "table": "customers", "field": "shoe_size"}
    page = opened(at, report(at, "account_columns", "point:registration_form", seen))
    assert "the columns of the table customers" in page
    assert re.search(r"<code>shoe_size</code> <span[^>]*>this one was reported", page)


def test_a_mail_opens_with_its_headers_and_nothing_of_whom_it_went_to(at: Place) -> None:
    seen = {"mail": "0f/1.eml", "came": "2026-11-22T02:00:00+00:00", "holds": ["a link that is counted"]}
    page = opened(at, report(at, "mails_after_leaving", "objection:mailing_list", seen))
    assert "In the mail folder mail: the file 0f/1.eml." in page
    for name in ("Delivered-To", "From", "To", "Subject", "Date", "List-Unsubscribe", "Content-Type"):
        assert f"<code>{name}</code>" in page
    assert "Sun, 22 Nov 2026 10:00:00 +0800" in page
    assert "•••@harbour.example" in page


def test_a_path_leads_nowhere_but_into_its_folder(at: Place, data: Path) -> None:
    page = opened(at, report(at, "mails_after_leaving", "objection:mailing_list", {"mail": "../outside.eml"}))
    assert "It could not be opened just now." in page
    with pytest.raises(CannotLook):
        open_mail(str(data / "mail"), str(data / "outside.eml"))


def test_where_nothing_can_be_opened_the_page_says_where_to_look(at: Place, tmp_path: Path) -> None:
    unknown = opened(at, report(at, "filing_columns", "point:filing_form", {"table": "filings", "row": 17}))
    assert "“filing_columns” is not declared beside this policy" in unknown
    sequence = report(at, "filing_fields", "point:filing_form", ROW)
    beside = at.hosting.sights.pop("harbour")
    try:
        assert "look in the place named above" in opened(at, sequence)
        at.hosting.sights["harbour"] = Sights(
            probes_beside(EXAMPLES / "harbour", at.hosting.organisations["harbour"].catalogue), tmp_path
        )
        assert "It could not be opened just now." in opened(at, sequence)
    finally:
        at.hosting.sights["harbour"] = beside


@pytest.mark.parametrize("path", ["1/seen/1", "999999/seen/1", "1/seen/x", "x/seen/1", "1/seen/0"])
def test_what_was_not_found_is_not_there(at: Place, path: str) -> None:
    assert at.see(f"/harbour/ledger/{path}").status == 404


def test_the_board_leads_to_what_could_go_wrong(at: Place) -> None:
    assert "What could go wrong here" not in at.see("/harbour").text
    at.hosting.sites["harbour"] = Site("http://127.0.0.1:9", "http://127.0.0.1:9/what-could-go-wrong")
    page = at.see("/harbour").text
    assert '<a href="http://127.0.0.1:9/what-could-go-wrong">What could go wrong here</a>' in page
    assert '<a href="http://127.0.0.1:9/">' in page
    del at.hosting.sites["harbour"]
