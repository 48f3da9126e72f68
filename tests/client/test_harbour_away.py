"""A whole company while the product is away and after it came back: it behaves as its contract says, and the outbox catches up."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from examples.harbour.company.__main__ import company
from examples.harbour.company.app import make_app
from examples.harbour.company.house import OUTBOX, Post
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.client import KeyFile

NUMBER = "0123456789abcdef0123456789abcdef"
CHOICE = quote(json.dumps({"i": NUMBER, "y": []}))


def handed(at: Place, path: Path) -> KeyFile:
    """What the company is handed at each start of the product: another address, another key, the same file."""
    KeyFile(at.base, "harbour", at.hosting.keys.issue("harbour", holder="company")).write(path)
    return KeyFile.read(path)


def kinds(at: Place, begins: str) -> list[str]:
    found = at.call("GET", f"harbour/evidence?kind={begins}").json()["events"]
    return [one["kind"] for one in found]


def test_pages_are_shown_people_leave_and_nothing_is_lost(tmp_path: Path) -> None:
    home, key = Home.at(tmp_path / "home"), tmp_path / "harbour.json"
    with place(home, "harbour") as at:
        opened = company(
            tmp_path / "data",
            handed(at, key),
            Post("127.0.0.1", 9, "http://127.0.0.1:9"),
            "http://127.0.0.1:9",
        )
        site, store, client = make_app(opened).test_client(), opened.house.store, opened.house.client
        site.set_cookie("troth_choice", CHOICE, domain="localhost")
        assert site.get("/").status_code == 200
        member = client.subject({"email": "amy@people.example"})
        client.accept(member, "deemed", opened.house.policy, "en")
        seen = len(store.rows("SELECT * FROM page_log"))
        store.put("list_members", customer=1, token="t1", joined_at="2026-01-01")

    assert site.get("/").status_code == 200  # the log of pages is open
    assert len(store.rows("SELECT * FROM page_log")) == seen + 1
    assert site.get("/register").status_code == 503  # the notices of a form are not there to be shown
    opened.mailing.leave(1, member)
    assert store.rows("SELECT left_at FROM list_members WHERE left_at IS NULL") == []

    def waiting() -> int:
        with store.connect() as connection:
            return OUTBOX.waiting(connection)

    assert waiting() == 2
    with place(home, "harbour") as at:
        handed(at, key)
        opened.house.relay.catch_up()
        assert waiting() == 0
        with store.connect() as connection:
            assert OUTBOX.aside(connection) == ()
        judged = kinds(at, "gate:act:")
        assert len(judged) == 1
        assert kinds(at, "consent:objection:") == ["consent:objection:raised"]
        assert site.get("/register").status_code == 200
    opened.house.relay.close()
    client.close()
