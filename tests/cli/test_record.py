"""The commands that read what is on record: asking about a person, replaying the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.starter import new_policy
from troth.cli.main import main
from troth.db import open_database

NEWSLETTER = ("--action", "use", "--data", "email", "--purpose", "newsletter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_policy(tmp_path / "acme")
    return tmp_path / "acme"


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Home:
    return Home.at(tmp_path / "home", database_url)


def subject_of(organisation: Organisation) -> str:
    opened = organisation.act(lambda acts: acts.open_subject([("email", "siti@example.org")]))
    organisation.act(
        lambda acts: acts.consent(opened.subject, "newsletter", "given", kind="explicit", language="en")
    )
    return opened.subject


def asked(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, object]]:
    code = main([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def options(home: Home) -> tuple[str, ...]:
    return ("--home", str(home.folder), "--database", home.database)


def test_asking_about_a_person_reads_the_record(
    folder: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_organisation(home, "acme", folder) as organisation:
        subject = subject_of(organisation)
    ask = ("ask", str(folder), *NEWSLETTER, "--subject", subject, *options(home))
    code, answer = asked(capsys, *ask)
    assert (code, answer["outcome"], answer["hypothetical"]) == (0, "permit", False)
    with open_organisation(home, "acme") as organisation:
        organisation.act(lambda acts: acts.consent(subject, "newsletter", "withdrawn"))
        before = organisation.database
        with before.read() as connection:
            size = organisation.ledger.head(connection).size
    code, answer = asked(capsys, *ask)
    assert (code, answer["outcome"]) == (1, "deny")
    with open_organisation(home, "acme") as organisation, organisation.database.read() as connection:
        assert organisation.ledger.head(connection).size == size, "advice writes nothing"


def test_a_replay_comes_out_as_it_stood_and_tells_when_not(
    folder: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_organisation(home, "acme", folder) as organisation:
        subject_of(organisation)
    code, report = asked(capsys, "replay", "acme", *options(home))
    assert (code, report["equal"]) == (0, True)
    with open_database(home.database) as database, database.write() as connection:
        connection.execute(text("DELETE FROM consent_states"))
    code, report = asked(capsys, "replay", "acme", "--compare", *options(home))
    assert (code, report["equal"]) == (1, False)
    assert asked(capsys, "replay", "acme", *options(home))[0] == 1
    assert asked(capsys, "replay", "acme", *options(home))[0] == 0


def test_nothing_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["replay", "acme", "--home", str(tmp_path / "nowhere")])
    out = capsys.readouterr().out
    assert code == 2
    assert "Traceback" not in out
    assert len(out.strip().splitlines()) == 1
