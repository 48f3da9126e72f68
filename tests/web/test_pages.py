"""What the pages say."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.web.kit import Place, live, look, place
from troth.app.config import Home
from troth.web.pages import only_tested
from troth.web.slugs import slug

ALL = ("harbour", "axle", "counter", "desk", "gateway")


def test_the_first_page_names_five_companies_and_says_simulation_of_each(town: Place) -> None:
    page = town.see("/").text
    assert page.count('class="card"') == 5
    assert page.count(">Simulation<") == 5
    for jargon in ("digest", "ledger", "ground", "YAML", "API", "Merkle"):
        assert jargon not in re.sub("<[^>]+>", " ", page)


@pytest.mark.parametrize("name", ALL)
def test_a_board_shows_every_clause_with_sign_and_word(town: Place, name: str) -> None:
    page = town.see(f"/{name}").text
    bundle = town.hosting.organisations[name].bundle
    for clause in bundle.clauses:
        assert page.count(f'id="c-{slug(clause.id)}"') == 1
    assert page.count('<span class="word">') == page.count('<span class="sign" aria-hidden="true">') - 5
    assert "Simulation" in page


def test_a_card_says_so_until_the_first_self_test_reported(town: Place) -> None:
    cards = town.see("/").text.split('<li class="card">')[1:]
    warming = {
        card.partition('<a href="/')[2].partition('"')[0]: "Still warming up" in card for card in cards
    }
    assert warming == {"harbour": False, "axle": True, "counter": True, "desk": True, "gateway": True}


def test_what_only_a_self_test_shows_says_so(town: Place) -> None:
    clauses = town.hosting.organisations["harbour"].board().clauses
    alone = [c for c in clauses if only_tested(c.verdict)]
    seen = next(c for c in clauses if c.verdict.state == "kept" and c.verdict.permitted)
    said = "kept · tested, no occasion yet"
    assert town.see("/harbour").text.count(f'<span class="word">{said}</span>') == len(alone) > 0
    assert said in town.see(f"/harbour/clauses/{slug(alone[0].clause.id)}").text
    badge = town.see(f"/harbour/clauses/{slug(seen.clause.id)}").text.partition('<p class="verdict">')[2]
    assert said not in badge.partition("</p>")[0]


def test_the_counts_are_those_of_the_board(town: Place) -> None:
    counts = town.call("GET", "harbour/promises").json()["counts"]
    page = town.see("/harbour").text
    for state in ("broken", "unproven", "kept", "reasoned"):
        assert re.search(rf'class="{state}" href="/harbour\?state={state}".*?<b>{counts[state]}</b>', page)
        assert len(re.findall(rf'class="c {state}"', page)) == counts[state]


def test_a_filter_needs_no_script_and_keeps_the_headings_above(town: Place) -> None:
    page = town.see("/harbour?state=broken").text
    shown = re.findall(r'class="c (\w+)" id="c-([^"]+)"', page)
    assert {state for state, _ in shown} == {"broken"}
    assert slug("1.3(c)/1") in {id for _, id in shown}
    assert "How we gather your details" in page
    assert "How this policy is brought up to date" not in page.partition("<article")[2]


def test_a_filter_makes_plain_what_is_context_and_counts_what_it_leaves_out(town: Place) -> None:
    counts = town.call("GET", "harbour/promises").json()["counts"]
    for state in (state for state in counts if counts[state]):
        article = town.see(f"/harbour?state={state}").text.partition("<article")[2].partition("</article>")[0]
        chosen, context = article.count(f'class="c {state}"'), article.count('<span class="context"')
        left_out = sum(map(int, re.findall(r'class="gap">(\d+) passages? left out', article)))
        assert chosen == counts[state]
        assert "The grey words around it show where it stands." in article
        assert article.count('class="sign"') == chosen, "grey words carry no sign and lead nowhere"
        assert chosen + left_out <= sum(counts.values()) <= chosen + left_out + context
    assert 'class="gap"' not in town.see("/harbour").text
    nothing = next(state for state in counts if not counts[state])
    assert "No passage is in this state." in town.see(f"/harbour?state={nothing}").text


def test_a_clause_tells_everything_behind_it(town: Place) -> None:
    page = html.unescape(town.see(f"/harbour/clauses/{slug('1.3(c)/1')}").text)
    assert "a web page shows you what has to be handed in" in page
    assert re.search(r'class="badge broken"', page)
    assert "field: id_number, row: 17, table: filings" in page, "the row that showed the breach"
    assert "statements/points.yaml:" in page, "the line of the policy file"
    assert 'class="ln">' in page
    assert "collection points take what they declare" in page, "the control"
    assert "observed" in page
    assert "filing_columns" in page


def test_the_lines_shown_are_those_of_the_file(town: Place) -> None:
    page = html.unescape(town.see(f"/harbour/clauses/{slug('1.3(c)/1')}").text)
    first = next(m for m in re.finditer(r'<span class="ln">(\d+)</span>(filing_form:)', page))
    lines = (
        (Path(__file__).parents[2] / "examples/harbour/statements/points.yaml")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    assert lines[int(first[1]) - 1].strip() == first[2]


def test_a_mended_breach_stays_in_the_history(town: Place) -> None:
    clauses = [c.id for c in town.hosting.organisations["harbour"].bundle.clauses
               if any(s.key == "point:mail_pixel" for s in town.hosting.organisations["harbour"].bundle.by_clause[c.id])]  # fmt: skip
    page = town.see(f"/harbour/clauses/{slug(clauses[0])}").text
    assert "newsletter_mail" in page
    assert "<strong>mended</strong>" in page


def test_a_clause_sums_up_all_its_statements(town: Place) -> None:
    clauses = town.hosting.organisations["harbour"].board().clauses
    plain = [c for c in clauses if not any(s.kind in ("principle", "definition") for s, _ in c.statements)]
    several = [c for c in plain if len({v.permitted + v.refused for _, v in c.statements}) > 1]
    mended = [c for c in clauses if any(v.mended for _, v in c.statements)]
    assert several
    assert mended
    for found in plain:
        for name in ("permitted", "refused", "breaches", "mended"):
            assert getattr(found.verdict, name) == sum(getattr(v, name) for _, v in found.statements)
    for found in mended:
        head = town.see(f"/harbour/clauses/{slug(found.clause.id)}").text.partition('<p class="verdict">')[2]
        assert f"{found.verdict.mended} earlier breach" in head.partition("</p>")[0]


def test_long_evidence_folds_after_three_and_instants_end_at_the_second(tmp_path: Path) -> None:
    seen = [{"mail": "inbox/42", "sent": "2026-03-01T12:00:00.123456+08:00"}]
    with place(Home.at(tmp_path), "harbour") as at:
        for _ in range(5):
            look(at, "newsletter_mail", "point:mail_pixel", seen)
            look(at, "newsletter_mail", "point:mail_pixel", [])
        bound = at.hosting.organisations["harbour"].bundle.by_clause.items()
        clause = next(id for id, statements in bound if any(s.key == "point:mail_pixel" for s in statements))
        page = at.see(f"/harbour/clauses/{slug(clause)}").text
    shown, _, folded = page.partition('<details class="rest"><summary>show more (2)')
    mended = '<li class="mended"'
    assert (shown.count(mended), folded.partition("</details>")[0].count(mended)) == (3, 2)
    assert "sent: 2026-03-01 04:00:00 UTC" in page
    words = re.sub(r"<pre.*?</pre>", "", re.sub(r'datetime="[^"]*"', "", page), flags=re.DOTALL)
    assert not re.search(r"\d\d:\d\d:\d\d\.\d", words)


def test_both_readings_stand_side_by_side(town: Place) -> None:
    hosted = town.hosting.organisations["harbour"]
    differing = next(c.clause.id for c in hosted.board().clauses if c.readings_differ)
    page = town.see(f"/harbour/clauses/{slug(differing)}").text
    assert "Two readings" in page
    assert "MY-PDPA" in page
    assert "how sure" in page


def test_planned_controls_are_said_to_be_not_built(town: Place) -> None:
    hosted = town.hosting.organisations["harbour"]
    clause = next(c.clause.id for c in hosted.board().clauses if c.verdict.reason == "not_built")
    assert "not built yet" in town.see(f"/harbour/clauses/{slug(clause)}").text


@pytest.mark.parametrize("path", ["/nobody", "/harbour/nothing", "/harbour/clauses/nothing", "/harbour/clauses/~zz", "/harbour/ledger/x",
                                  "/harbour/ledger/999999999", "/harbour/ledger/0", "/nobody/ask"])  # fmt: skip
def test_what_is_not_there_is_said_kindly(town: Place, path: str) -> None:
    answer = town.see(path)
    assert answer.status == 404
    assert "There is nothing at this address" in answer.text


ASK = "/harbour/ask?action=use&data=email&purpose=permitted_other"


def test_asking_answers_with_reasons_and_what_would_change_it(town: Place) -> None:
    size = town.call("GET", "harbour/head").json()["size"]
    page = html.unescape(town.see(ASK).text)
    assert "does not permit" in page
    way = re.search(r'<a class="try" href="([^"]+)#answer"', page)
    assert way is not None
    assert "fact=consent%3Aother_purpose" in way[1]
    then = town.see(way[1]).text
    assert "Yes, the policy permits this" in then
    assert 'value="consent:other_purpose" checked' in then
    assert town.call("GET", "harbour/head").json()["size"] == size, "a question of what if leaves no trace"


def test_a_reading_can_be_chosen(town: Place) -> None:
    for reading in ("as_written", "with_regimes"):
        assert f'value="{reading}" selected' in town.see(f"{ASK}&reading={reading}").text


def test_asking_about_a_persons_request(town: Place) -> None:
    page = town.see("/harbour/ask/request?right=delete").text
    assert "No listed ground fits" in page or "Something is still missing" in page


def test_the_record_is_newest_first_and_comes_in_pages(town: Place) -> None:
    first = town.see("/harbour/ledger").text
    numbers = [int(n) for n in re.findall(r'class="seq" href="/harbour/ledger/(\d+)"', first)]
    assert numbers == sorted(numbers, reverse=True)
    probes = town.see("/harbour/ledger?kind=promises:").text
    assert "was permitted" not in probes
    assert "A look into a store found something wrong" in probes
    assert 'class="seq"' not in town.see("/harbour/ledger?origin=attested").text


def test_an_entry_proves_that_it_stands_in_the_record(town: Place) -> None:
    page = town.see("/harbour/ledger/3").text
    root = town.call("GET", "harbour/head").json()["root"]
    assert root in page
    assert "yes, unaltered" in page


def test_the_record_speaks_plainly_first_and_technically_where_it_is_asked_to(town: Place) -> None:
    events = town.call("GET", "harbour/evidence?kind=gate:").json()["events"]
    refused = next(e["sequence"] for e in events if e["kind"] == "gate:release:refused")
    for path in (f"/harbour/ledger?before={refused + 1}", f"/harbour/ledger/{refused}"):
        page = town.see(path).text
        plain = re.sub(r'<details class="technical">.*?</details>', "", page, flags=re.DOTALL).partition(
            "<main"
        )[2]
        words = html.unescape(re.sub("<[^>]+>", " ", plain))
        assert "A release of data was refused" in words
        assert "share" in words
        for jargon in (
            "gate:",
            "sha256:",
            "hash",
            "leaf",
            "root",
            "digest",
            "pseudonym",
            "codes",
            "bytes",
            "deny",
        ):
            assert jargon not in words, (path, jargon)
        assert "gate:release:refused" in page
        assert town.call("GET", "harbour/head").json()["root"] in page


def test_what_people_are_recognised_by_stays_closed(town: Place) -> None:
    events = town.call("GET", "harbour/evidence?kind=subjects:").json()["events"]
    linked = next(e["sequence"] for e in events if e["kind"].endswith("linked"))
    page = town.see(f"/harbour/ledger/{linked}").text
    assert "is personal and is not shown" in page
    assert "people.example" not in page


def test_the_policy_page_shows_each_law_with_source_and_confidence(town: Place) -> None:
    page = town.see("/harbour/policy").text
    pack = town.hosting.organisations["harbour"].packs["MY-PDPA"]
    assert page.count("<tr") - 1 == len(pack.rows)
    assert town.hosting.organisations["harbour"].bundle.digest in page


def test_coverage_counts_every_clause(town: Place) -> None:
    page = town.see("/harbour/coverage").text
    assert page.count('scope="row"') == 133


@pytest.mark.parametrize(("language", "word"), [("zh", "损坏"), ("ms", "dimungkiri"), ("en", "broken")])
def test_the_frame_speaks_the_readers_language(town: Place, language: str, word: str) -> None:
    page = town.see("/harbour", **{"accept-language": language}).text
    assert f'<html lang="{language}">' in page
    assert f'<span class="word">{word}</span>' in page or language != "en"
    assert "Thank you for choosing Harbour" in page, "what a policy says is content"


def test_a_language_is_kept_for_the_session(town: Place) -> None:
    visitor = Place(town.base, town.hosting)
    visitor.enter()
    headers = {"cookie": visitor.cookie, "sec-fetch-site": "same-origin"}
    assert (
        visitor.ask("POST", "/language", b"language=ms&back=/harbour", headers).headers["location"]
        == "/harbour"
    )
    assert '<html lang="ms">' in visitor.see("/harbour").text


def test_the_original_words_are_laid_out_under_the_same_addresses(tmp_path: Path) -> None:
    own = (Path(__file__).parents[2] / "examples/counter/text/en.md").read_text(encoding="utf-8")
    (tmp_path / "texts").mkdir()
    marked = re.sub(r"(?m)^(?=[A-Z])", "Quoth the original: ", own)
    (tmp_path / "texts" / "any-name.md").write_text(marked, encoding="utf-8")
    (tmp_path / "texts" / "else.txt").write_text("1. Something\n\n1.1 Else.\n", encoding="utf-8")
    with place(Home.at(tmp_path / "home"), "counter", originals=tmp_path / "texts") as at:
        page = at.see("/counter").text
        assert "Quoth the original" in page
        assert "Shown in the original words" in page
        assert len(set(re.findall(r'id="(c-[^"]+)"', page))) == 70
        assert "Quoth the original" not in at.see("/counter?words=own").text


def test_a_fault_is_told_without_its_values(town: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from troth.app.hosting import Hosted

    def broken(self: Hosted) -> None:
        raise ValueError("amy-secret@people.example")

    monkeypatch.setattr(Hosted, "board", broken)
    answer = town.see("/harbour")
    assert answer.status == 500
    assert "Something went wrong on our side" in answer.text
    api = town.call("GET", "harbour/promises")
    assert (api.status, api.headers["content-type"]) == (500, "application/problem+json")
    assert "amy-secret" not in answer.text + api.text


def test_a_lapse_shows_on_the_board_and_goes_again(tmp_path: Path) -> None:
    with place(Home.at(tmp_path), "harbour") as at:
        live(at)
        assert 'class="c broken"' in at.see("/harbour").text
        look(at, "filing_columns", "point:filing_form", [])
        assert 'class="c broken"' not in at.see("/harbour").text


def test_the_backups_page_counts_who_can_still_come_back_and_names_nobody(harbour: Place) -> None:
    quay = harbour.hosting.organisations["harbour"].organisation
    who = quay.act(lambda acts: acts.open_subject([("email", "gone@people.example")])).subject
    assert "Nobody was erased here yet." in harbour.see("/harbour/backups").text
    at = quay.clock.now()
    with quay.ledger.recording() as work:
        quay.erasures.backup_taken(work, "keys", "keys-1", "sha256:" + "1" * 64, at)
        quay.erasures.backup_taken(work, "data", "data-1", "sha256:" + "2" * 64, at)
    quay.erase_keys(who)
    page = harbour.see("/harbour/backups").text
    assert "Some of the people who were erased can still be brought back." in page
    assert "ends with epoch 1 (open)" in page
    assert "data alone bring nobody back" in page
    assert who not in page
    assert quay.ledger.pseudonym(who) not in page
    quay.end_epoch()
    quay.destroy_epoch(1)
    with quay.ledger.recording() as work:
        quay.erasures.drilled(work, data="data-1", keys="keys-1", tried=1, readable=0, at=quay.clock.now())
    page = harbour.see("/harbour/backups").text
    assert "No backup on this register can bring back anybody who was erased." in page
    assert "its epochs are destroyed: nothing in it opens" in page
    assert "nobody came back" in page
    record = harbour.see("/harbour/ledger?kind=erasures:").text
    assert "Somebody was erased" in record


def test_an_entry_whose_key_was_destroyed_says_so(harbour: Place) -> None:
    quay = harbour.hosting.organisations["harbour"].organisation
    who = quay.act(lambda acts: acts.open_subject([("email", "gone@people.example")])).subject
    with quay.database.read() as connection:
        entry = quay.ledger.head(connection).size
    assert "is personal and is not shown" in harbour.see(f"/harbour/ledger/{entry}").text
    quay.erase_keys(who)
    assert "is unreadable: its key was destroyed" in harbour.see(f"/harbour/ledger/{entry}").text
