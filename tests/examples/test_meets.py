"""What `meets.yaml` names is there: every column in the tables that the company's own program makes, every screen among its routes,
every partner among those that the program sends to."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg
import pytest

from tests.tidy.source import ROOT
from troth.app.folders import compile_folder
from troth.app.meeting import PAGES, company_beside
from troth.app.meets import FILE, Premises, absent, read_premises
from troth.client import KeyFile
from troth.kernel.findings import Findings
from troth.policy.catalogue import Catalogue
from troth.probes import open_table
from troth.web.centre import ROUTES

EXAMPLES = ROOT / "examples"
FOLDERS = sorted(path.parent for path in EXAMPLES.glob(f"*/{FILE}"))


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_what_is_named_is_known_to_the_policy(folder: Path) -> None:
    compiled = compile_folder(folder, Findings())
    assert compiled is not None
    assert company_beside(folder, Catalogue.of(compiled.bundle)).premises.spots


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_partners_documents_and_folders_stand_in_the_words_of_the_program(folder: Path) -> None:
    premises = read_premises(folder)
    words = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (*folder.glob("company/**/*.py"), folder / "probes.yaml", folder / "company.yaml")
    )
    inside = {spot.column.rpartition(".")[2] for spot in premises.spots if "." in spot.column}
    beside = {
        Path(spot.where).name for spot in premises.spots if spot.what == "file" and "@" not in spot.where
    }
    named = {*premises.partners, *inside, *beside}
    assert {one for one in named if not re.search(rf"\b{re.escape(one)}\b", words)} == set()


def screens(premises: Premises) -> set[str]:
    return {spot.where for spot in premises.spots if spot.what == "screen"}


def unfolded(routes: Iterable[str]) -> set[str]:
    """Addresses as `meets.yaml` writes them: whatever stands for something is `…`."""
    return {re.sub(r"<[^>]*>|\{[^}]*\}", "…", one) for one in routes}


def in_postgres(url: str) -> Callable[[str, str], list[str]]:
    """The columns of a table, with its schema before a dot where it has one."""

    def columns(_: str, table: str) -> list[str]:
        schema, _, name = table.rpartition(".")
        query = (
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        )
        with psycopg.connect(url) as connection:
            return [row[0] for row in connection.execute(query, [schema or "public", name])]

    return columns


def test_harbour_has_what_is_named(tmp_path: Path) -> None:
    from examples.harbour.company.__main__ import company
    from examples.harbour.company.app import make_app
    from examples.harbour.company.careless import Post

    keys = KeyFile("http://127.0.0.1:9", "harbour", "nothing")
    opened = company(tmp_path, keys, Post("127.0.0.1", 9, "http://127.0.0.1:9"), "http://127.0.0.1:9")
    premises = read_premises(EXAMPLES / "harbour")
    assert absent(premises, lambda store, table: open_table(str(tmp_path / store), table)) == []
    routes = unfolded(rule.rule for rule in make_app(opened).url_map.iter_rules())
    forms = {"/order", "/domain", "/filing", "/support"} if "/…" in routes else set()
    assert screens(premises) - routes - forms == set()


def test_counter_has_what_is_named(tmp_path: Path) -> None:
    from examples.counter.company.crm import Crm

    Crm(tmp_path / "crm.db")
    premises = read_premises(EXAMPLES / "counter")
    assert absent(premises, lambda store, table: open_table(str(tmp_path / store), table)) == []
    assert screens(premises) - declared("counter") == set()


def test_axle_has_what_is_named(postgres_url: str) -> None:
    from examples.axle.company.store import found

    url = plain(postgres_url)
    found(url)
    premises = read_premises(EXAMPLES / "axle")
    assert absent(premises, in_postgres(url)) == []
    assert {one.lstrip("/") for one in screens(premises)} - declared(
        "axle", r"path\(\s*\"([^\"]*)\""
    ) == set()


def test_desk_has_what_is_named(postgres_url: str) -> None:
    from examples.desk.company.store import Store

    url = plain(postgres_url)
    held = Store(url)
    hang_up(url)
    del held
    premises = read_premises(EXAMPLES / "desk")
    assert absent(premises, in_postgres(url)) == []
    pages = declared("desk")
    assert screens(premises) - pages - {f"/app{one}" for one in pages} == set()


def test_gateway_has_what_is_named(postgres_url: str) -> None:
    from examples.gateway.company.store import Store

    url = plain(postgres_url)
    held = Store(url)
    hang_up(url)
    del held
    premises = read_premises(EXAMPLES / "gateway")
    assert absent(premises, in_postgres(url)) == []
    assert screens(premises) - declared("gateway") == set()


def declared(name: str, pattern: str = r"\.(?:get|post|route)\(\s*\"(/[^\"]*)\"") -> set[str]:
    """The addresses that a company's own program declares pages for."""
    files = (EXAMPLES / name / "company").glob("*.py")
    return unfolded(one for file in files for one in re.findall(pattern, file.read_text(encoding="utf-8")))


def hang_up(url: str) -> None:
    """Close what a store keeps open to a database: each keeps it in a way of its own."""
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    for one in gc.get_objects():
        # by its type alone: a lazy thing of somebody else's, asked what it is, would wake up
        if issubclass(type(one), psycopg.Connection) and not one.closed and one.info.dbname == name:
            one.close()


def plain(url: str) -> str:
    """An address as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def test_the_pages_of_the_privacy_centre_are_there() -> None:
    held = {getattr(route, "path", "").removeprefix("/my/{org}") for route in ROUTES}
    assert {page for _, page, _ in PAGES} <= held
