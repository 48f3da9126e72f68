"""What company.yaml says of a company that stands; what cannot be is said in one sentence, with how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.source import ROOT
from troth.app.companies import SCOPES, SWITCHES, CompanyUnreadable, companies_in, read_company
from troth.app.town import Settings, check_settings

LEAST = "company: examples.axle.company\npeople: examples.axle.people\nsender: desk@axle.example\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "company.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_least_that_can_be_said(tmp_path: Path) -> None:
    found = read_company(written(tmp_path, LEAST), "axle")
    assert found is not None
    assert (found.id, found.company, found.people) == (
        "axle",
        "examples.axle.company",
        "examples.axle.people",
    )
    assert (found.scopes, found.switches, found.mailboxes) == (SCOPES, SWITCHES, ())
    assert not any(
        found.takes(need) for need in ("mail", "partners", "postgres", "provider", "home", "trays")
    )


def test_all_that_can_be_said(tmp_path: Path) -> None:
    more = "scopes: [ask, read, ask]\nneeds: [mail, postgres]\nswitches: /lapses\nmailboxes: [orders@axle.example]\n"
    found = read_company(written(tmp_path, LEAST + more), "axle")
    assert found is not None
    assert (found.scopes, found.switches) == (("ask", "read"), "/lapses")
    assert found.takes("mail")
    assert not found.takes("partners")
    assert found.mailboxes == ("orders@axle.example",)


def test_without_a_file_it_lives_by_script(tmp_path: Path) -> None:
    assert read_company(tmp_path / "company.yaml", "axle") is None
    assert companies_in({"axle": tmp_path}) == {}


def test_every_example_says_what_can_be(tmp_path: Path) -> None:
    folders = {path.name: path for path in (ROOT / "examples").iterdir() if (path / "policy.yaml").is_file()}
    assert "harbour" in companies_in(folders)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list", "says nothing"),
        ("{", "is no YAML"),
        (LEAST + "nedes: [mail]\n", "unknown word 'nedes'. Did you mean 'needs'?"),
        (LEAST + "needs: [mails]\n", "'mails'"),
        (LEAST + "needs: mail\n", "`needs`"),
        (LEAST + "scopes: [everything]\n", "'everything'"),
        (LEAST + "scopes: [[ask]]\n", "`scopes`"),
        (LEAST.replace("desk@axle.example", "the desk"), "`sender`"),
        (LEAST.replace("people: examples.axle.people\n", ""), "lacks `people`"),
        (LEAST.replace("examples.axle.company", "rm -rf /"), "`company`"),
        (LEAST.replace("examples.axle.company", "5"), "`company`"),
        (LEAST + "switches: https://elsewhere.example/\n", "`switches`"),
        (LEAST + "mailboxes: [nobody]\n", "mailbox"),
        ("\x00", "company.yaml"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CompanyUnreadable) as refused:
        read_company(written(tmp_path, text), "axle")
    assert said in str(refused.value)
    assert "company.yaml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_run_refuses_it_before_anything_is_made(tmp_path: Path) -> None:
    company = tmp_path / "examples" / "axle"
    company.mkdir(parents=True)
    (company / "policy.yaml").write_text("organisation: x\n")
    written(company, LEAST + "needs: [gold]\n")
    with pytest.raises(CompanyUnreadable):
        check_settings(Settings(tmp_path / "examples", tmp_path / "data"))
    assert not (tmp_path / "data").exists()
