"""Rows of an office's files become facts and acts, once each, with the origin that says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from troth.app.importing import Importer
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.imports import BROUGHT, Import, ImportsUnreadable, check_imports, read_imports, read_lines
from troth.kernel.clock import SteppedClock

LIST = """
customers:
  from: customers.csv
  key: [no]
  person: {email: email}
  at: since
  brings:
    - {accepted: explicit, language: en}
    - {shown: terms, language: en}
    - {shown: signup, language: en, when: {told: yes}}
    - {consent: newsletter, say: given, language: en, when: {news: "yes"}}
    - {consent: newsletter, say: withdrawn, when: {news: "no more"}}
    - {objection: no_mail, when: {never: filled}}
    - {act: collect, data: [email], purpose: service}
letters:
  tables: {sent: sent.csv, list: customers.csv}
  query: SELECT s.no, l.email, s.what FROM sent s JOIN list l ON l.no = s.customer
  key: [no]
  person: {email: email}
  brings:
    - {act: use, data: ["{what}"], purpose: newsletter}
partners:
  from: partners.csv
  key: [who, paper]
  brings:
    - {recipient: "{who}", facts: ["{paper}"], until: "{until}", stake: "{stake}"}
"""
FIRST = "no,email,since,told,news,never\n1,ann@a.test,2026-03-01,yes,yes,\n2,bob@b.test,2026-03-01,yes,,\n"


def write(
    folder: Path,
    *,
    customers: str = FIRST,
    sent: str = "no,customer,what\n",
    partners: str = "who,paper,until,stake\n",
) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in (("customers", customers), ("sent", sent), ("partners", partners)):
        (folder / f"{name}.csv").write_text(text)
    return folder


def imports(text: str = LIST) -> tuple[Import, ...]:
    return read_imports(text)


def facts_of(quay: Organisation, email: str) -> frozenset[str]:
    subject = quay.act(lambda acts: acts.open_subject([("email", email)])).subject
    return frozenset(str(one) for facts in quay.known(subject).values() for one in facts.holding)


def events(quay: Organisation, kind: str) -> list[tuple[str, tuple[str, ...]]]:
    with quay.database.read() as connection:
        return [(e.origin.value, e.codes) for e in quay.ledger.events(connection, kinds=(kind,))]


def test_rows_become_facts_and_acts_and_the_record_says_that_they_were_imported(
    quay: Organisation, tmp_path: Path
) -> None:
    came = Importer(quay, imports(), write(tmp_path / "office")).turn(all=True)
    assert came[0].as_json() == {
        "import": "customers", "rows": 2, "fresh": 2, "breaches": 0, "later": 0, "refused": {},
        "brought": {"accepted": 2, "act": 2, "consent": 1, "shown": 4},
    }  # fmt: skip
    assert {"accepted:explicit", "shown:signup", "consent:newsletter"} <= facts_of(quay, "ann@a.test")
    assert "consent:newsletter" not in facts_of(quay, "bob@b.test")
    acts = events(quay, "gate:act:permitted")
    assert [origin for origin, _ in acts] == ["imported", "imported"], "judged by what the same row said"
    assert {origin for kind in ("consent:", "subjects:") for origin, _ in events(quay, kind)} >= {"imported"}


def test_nothing_is_brought_in_twice_however_often_and_by_whomever_it_is_asked(
    quay: Organisation, tmp_path: Path
) -> None:
    office = write(tmp_path / "office")
    one, other = Importer(quay, imports(), office), Importer(quay, imports(), office)
    one.turn(all=True)
    with quay.database.read() as connection:
        before = quay.ledger.head(connection).size
    assert (
        sum(
            came.fresh
            for importer in (one, other, Importer(quay, imports(), office))
            for came in importer.turn(all=True)
        )
        == 0
    )
    with quay.database.read() as connection:
        assert quay.ledger.head(connection).size == before


def test_what_a_row_says_newly_is_brought_in_and_nothing_else_of_it(
    quay: Organisation, tmp_path: Path
) -> None:
    office = write(tmp_path / "office")
    importer = Importer(quay, imports(), office)
    importer.turn(all=True)
    write(office, customers=FIRST.replace("yes,yes,\n", "yes,no more,2026-04-01\n"))
    assert importer.turn(all=True)[0].as_json()["brought"] == {"consent": 1, "objection": 1}
    assert "consent:newsletter" not in facts_of(quay, "ann@a.test")
    assert "objects:no_mail" in facts_of(quay, "ann@a.test")
    write(office)
    assert importer.turn(all=True)[0].as_json()["brought"] == {"consent": 1}, (
        "said again after it was not said"
    )
    assert "consent:newsletter" in facts_of(quay, "ann@a.test")


def test_an_act_that_was_not_allowed_is_a_breach(quay: Organisation, tmp_path: Path) -> None:
    office = write(tmp_path / "office", sent="no,customer,what\nL1,1,email\nL2,2,email\n")
    came = Importer(quay, imports(), office).turn(all=True)
    assert came[1].as_json() | {"refused": {}} == {
        "import": "letters", "rows": 2, "fresh": 2, "brought": {"act": 2}, "breaches": 1, "later": 0, "refused": {},
    }  # fmt: skip
    assert len(events(quay, "gate:act:breach")) == 1


def test_a_row_that_was_written_while_files_are_read_is_not_taken_for_a_breach(
    quay_on_sqlite: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customer and a letter to her are written after the first file was read: whichever comes first, she is known before it."""
    office = write(tmp_path / "office")
    more = FIRST + "3,cat@c.test,2026-03-01,yes,yes,\n"

    def slowly(*given: object) -> object:
        found = read_lines(*given)  # type: ignore[arg-type]
        write(office, customers=more, sent="no,customer,what\nL1,3,email\n")
        return found

    monkeypatch.setattr("troth.app.importing.read_lines", slowly)
    importer = Importer(quay_on_sqlite, imports(), office)
    assert sum(came.breaches for _ in range(2) for came in importer.turn(all=True)) == 0
    assert len(events(quay_on_sqlite, "gate:act:permitted")) == 4


SLIPS = """
slips:
  from: slips.csv
  key: [number]
  person: {email: email}
  at: at
  brings: [{consent: newsletter, say: "{said}", language: en}]
letters:
  from: letters.csv
  key: [number]
  person: {email: email}
  at: at
  brings: [{act: use, data: [email], purpose: newsletter}]
"""


def test_an_act_is_judged_by_what_was_said_before_it_and_not_by_what_was_said_since(
    quay: Organisation, tmp_path: Path
) -> None:
    (tmp_path / "slips.csv").write_text(
        "number,email,said,at\n1,ann@a.test,given,2026-03-02T08:00:00\n2,ann@a.test,withdrawn,2026-03-02T10:00:00\n"
    )
    letters = "number,email,at\n1,ann@a.test,2026-03-02T09:00:00\n2,ann@a.test,2026-03-02T18:59:00+08:00\n"
    (tmp_path / "letters.csv").write_text(letters + "3,ann@a.test,2026-03-02T12:00:01\n")
    _, found = Importer(quay, imports(SLIPS), tmp_path).turn(all=True)
    assert (found.fresh, found.breaches, found.later) == (2, 1, 1)


def test_what_was_read_had_come_by_then_so_that_an_act_never_comes_in_before_what_it_rests_on(
    quay: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip is signed while the files are read, and its letter bears the second alone in which both happened."""
    (tmp_path / "slips.csv").write_text(
        "number,email,said,at\n1,ann@a.test,given,2026-03-02T12:00:00.500000\n"
    )
    (tmp_path / "letters.csv").write_text("number,email,at\n1,ann@a.test,2026-03-02T12:00:00\n")

    def slowly(*given: object) -> object:
        clock = quay.clock
        assert isinstance(clock, SteppedClock)
        clock.advance(timedelta(seconds=1))
        return read_lines(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("troth.app.importing.read_lines", slowly)
    slips, letters = Importer(quay, imports(SLIPS), tmp_path).turn(all=True)
    assert (slips.later, letters.fresh, letters.breaches) == (0, 1, 0)


def test_what_is_known_of_a_recipient(quay: Organisation, tmp_path: Path) -> None:
    office = write(tmp_path / "office", partners="who,paper,until,stake\nsister,controlled,2026-12-31,51\n")
    assert Importer(quay, imports(), office).turn(all=True)[2].brought == {"recipient": 1}
    share = Question("share", ("email",), "newsletter", recipient="sister")
    who = quay.act(
        lambda acts: acts.open_subject([("email", "ann@a.test")])
    ).subject  # she agreed to the newsletter
    assert quay.gate.release(share, str(who), {}).permitted


def test_a_row_that_cannot_be_taken_stops_no_other_and_none_of_its_values_is_told(
    quay: Organisation, tmp_path: Path
) -> None:
    text = FIRST + "3,,2026-03-01,yes,yes,\n,dan@d.test,2026-03-01,yes,yes,\n"
    partners = "who,paper,until,stake\nsister,controlled,soon,51\nnobody_known,controlled,,51\n"
    importer = Importer(quay, imports(), write(tmp_path / "office", customers=text, partners=partners))
    customers, _, recipients = importer.turn(all=True)
    assert (customers.fresh, sum(customers.refused.values())) == (2, 2)
    assert sum(recipients.refused.values()) == 2
    told = " ".join([*customers.refused, *recipients.refused])
    assert not [word for word in ("dan@d.test", "soon", "nobody_known", "2026-03-01") if word in told]


def test_a_file_that_is_away_is_told_and_the_others_are_brought_in(
    quay: Organisation, tmp_path: Path
) -> None:
    office = write(tmp_path / "office")
    (office / "sent.csv").unlink()
    customers, letters, _ = Importer(quay, imports(), office).turn(all=True)
    assert (customers.well, letters.well, customers.fresh) == (True, False, 2)


def test_a_dry_run_says_what_would_be_and_records_nothing(quay: Organisation, tmp_path: Path) -> None:
    office = write(tmp_path / "office")
    with quay.database.read() as connection:
        before = quay.ledger.head(connection).size
    came = Importer(quay, imports(), office).turn(all=True, dry=True)
    assert came[0].brought == {"accepted": 2, "act": 2, "consent": 1, "shown": 4}
    with quay.database.read() as connection:
        assert quay.ledger.head(connection).size == before


def test_the_record_of_what_was_brought_in_holds_nobody_and_can_be_replayed(
    quay: Organisation, tmp_path: Path
) -> None:
    Importer(quay, imports(), write(tmp_path / "office")).turn(all=True)
    said = str(events(quay, BROUGHT))
    assert "ann@a.test" not in said
    assert "2026" not in said
    assert [one for one in quay.replay() if not one.equal] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not YAML"),
        ("- a", "does not map"),
        ("A: {}", "no import"),
        ("a: {from: x.csv, key: [n], brings: [{shown: signup}]}", "names none"),
        ("a: {from: x.csv, key: [n], brings: []}", "brings nothing"),
        ("a: {from: x.csv, brings: [{act: use}]}", "no key"),
        ("a: {key: [n], brings: [{act: use}]}", "where to look"),
        ("a: {from: x.csv, query: SELECT 1, key: [n], brings: [{act: use}]}", "where to look"),
        ("a: {from: x.doc, key: [n], brings: [{act: use}]}", "cannot be read"),
        ("a: {from: x.csv, key: [n], brings: [{does: use}]}", "step of no kind"),
        ("a: {from: x.csv, key: [n], brings: [{act: use, porpose: y}]}", "unknown word 'porpose'"),
        (
            "a: {from: x.csv, key: [n], person: {email: e}, brings: [{consent: x, say: maybe}]}",
            "what cannot be",
        ),
        ("a: {from: x.csv, key: [n], person: {name: e}, brings: [{shown: x}]}", "names people"),
        ("a: {from: x.csv, key: [n], size: 3, brings: [{act: use}]}", "unknown word 'size'"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ImportsUnreadable, match=said):
        read_imports(text)


def test_what_the_policy_does_not_have_is_found_before_anything_is_brought_in(
    quay_on_sqlite: Organisation,
) -> None:
    known = quay_on_sqlite.policy().catalogue.ids
    check_imports(imports(), known)
    for wrong, said in (
        ("shown: signup", "shown: sinup"),
        ("purpose: service", "purpose: servise"),
        ("data: [email]", "data: [mail]"),
    ):
        with pytest.raises(ImportsUnreadable, match="does not have"):
            check_imports(imports(LIST.replace(wrong, said)), known)
