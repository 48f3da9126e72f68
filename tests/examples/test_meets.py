"""What `meets.yaml` names is there: every column in the tables that the company's own program makes, every screen among its routes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from examples.harbour.company.__main__ import company
from examples.harbour.company.app import make_app
from examples.harbour.company.careless import Post
from examples.harbour.company.gate import RECIPIENTS
from tests.tidy.source import ROOT
from troth.app.folders import compile_folder
from troth.app.meeting import PAGES, company_beside
from troth.app.meets import FILE, Premises, absent, read_premises
from troth.client import KeyFile
from troth.kernel.findings import Findings
from troth.policy.catalogue import Catalogue
from troth.probes import open_table
from troth.web.centre import ROUTES

FOLDERS = sorted(path.parent for path in (ROOT / "examples").glob(f"*/{FILE}"))


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_what_is_named_is_known_to_the_policy(folder: Path) -> None:
    compiled = compile_folder(folder, Findings())
    assert compiled is not None
    assert company_beside(folder, Catalogue.of(compiled.bundle)).premises.spots


def screens(premises: Premises) -> set[str]:
    return {spot.where for spot in premises.spots if spot.what == "screen"}


def test_harbours_tables_screens_and_partners_are_there(tmp_path: Path) -> None:
    keys = KeyFile("http://127.0.0.1:9", "harbour", "nothing")
    opened = company(tmp_path, keys, Post("127.0.0.1", 9, "http://127.0.0.1:9"), "http://127.0.0.1:9")
    premises = read_premises(ROOT / "examples" / "harbour")
    assert absent(premises, lambda store, table: open_table(str(tmp_path / store), table)) == []
    routes = {re.sub(r"<[^>]*>", "…", rule.rule) for rule in make_app(opened).url_map.iter_rules()}
    forms = {"/order", "/domain", "/filing", "/support"} if "/…" in routes else set()
    assert screens(premises) - routes - forms == set()
    assert set(premises.partners) <= set(RECIPIENTS)


def test_the_pages_of_the_privacy_centre_are_there() -> None:
    held = {getattr(route, "path", "").removeprefix("/my/{org}") for route in ROUTES}
    assert {page for _, page, _ in PAGES} <= held
