"""Every page in Chinese and Malay: no sentence is still English. Names, codes and what the policy says are content, and stay.

What is content is told from the policies themselves (their words, labels, ids) and from the markup of codes, never from a mark
that a template could put on an English sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import pytest

from tests.web.kit import Place
from troth.app.hosting import Hosted
from troth.promises.model import State
from troth.web.layout import lay_out
from troth.web.slugs import slug

ORGANISATIONS = ("harbour", "axle", "counter", "desk", "gateway")
SKIPPED = frozenset({"code", "pre", "style", "script"})
VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "rect"})
ENGLISH = re.compile(
    r"\b(the|is|are|was|were|and|of|not|that|this|with|from|for|has|have|been|by|which|when|what|who|to|it|its|on|or|an|be|"
    r"must|may|needs|yes|no|ago|day|days|hour|hours|minute|minutes|second|seconds|open|show|more|none)\b",
    re.IGNORECASE,
)
"""Words that English sentences are made of, and neither Malay ones nor Chinese ones."""
ASKED = (
    "/ask",
    "/ask?action=use",
    "/ask?action=user&data=email&purpose=account",
    "/ask?action=use&data=email&purpose=permitted_other",
    "/ask?action=share&data=email&purpose=account&recipient=affiliate_minor&place=CN",
    "/ask?action=export&data=email&purpose=account",
    "/ask?action=collect&data=email&purpose=account&via=registration_form&fact=accepted",
    "/ask/request?right=delete",
    "/ask/request?right=access&fact=registered&paper=identity",
)


FRAME = ("troth", "English", "Bahasa Melayu", "UTC")


class _Reader(HTMLParser):
    """The texts of a page as a reader meets them: in its nodes, and in the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append(tag)
        self.texts += [
            value or "" for name, value in attrs if name in ("title", "aria-label", "alt", "placeholder")
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not SKIPPED & set(self._open):
            self.texts.append(data)


def content_of(hosted: Hosted) -> Iterator[str]:
    """Everything the policy and its probes say, word for word, and its ids as pages write them."""
    yield from strings(json.loads(hosted.bundle.encoded))
    yield from (clause.text for clause in hosted.cut.clauses)
    yield from (p.words for block in lay_out(hosted.cut, hosted.bundle.clauses) for p in block.passages)
    for pack in hosted.packs.values():
        yield from (pack.name, pack.id)
        for row in pack.rows:
            yield from (
                row.path.replace("_", " ").replace(".", " › "),
                row.value,
                row.cite,
                row.status,
                row.src,
            )


def strings(value: object) -> Iterator[str]:
    """Every text in a plain value, and every id as words."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from (key, key.replace("_", " "), key.rpartition(".")[2].replace("_", " "))
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield from (value, value.replace("_", " "), value.partition(":")[2].replace("_", " "))


def squeezed(text: str) -> str:
    return " ".join(text.split())


RUN = re.compile(r"[A-Za-z]{2,}(?:[ ,;:]+[a-z]{2,}){2,}")
"""Three words of Latin letters in a row: in Chinese nothing else is needed to know English by."""


class Content:
    """What may stand in its own language: long texts wherever they stand, short ones as whole words alone."""

    def __init__(self, texts: Iterable[str]) -> None:
        known = {squeezed(text) for text in texts if text.strip()}
        self._whole = known
        self._long = sorted((text for text in known if len(text) > 60), key=len, reverse=True)
        self._short = {text for text in known if len(text) <= 60 and not ENGLISH.fullmatch(text)}
        self._most = max((len(text.split()) for text in self._short), default=0)

    def out_of(self, text: str) -> str:
        """A text without it."""
        if text in self._whole:
            return ""
        for one in self._long:
            if one in text:
                text = text.replace(one, "\n")
        return "\n".join(map(self._without_short, text.split("\n")))

    def _without_short(self, text: str) -> str:
        words, at, kept = re.findall(r"\w+(?:['’.-]\w+)*|[^\w]+", text), 0, list[str]()
        while at < len(words):
            ends = range(min(len(words), at + 2 * self._most), at, -1)
            end = next((end for end in ends if "".join(words[at:end]) in self._short), 0)
            kept.append("\n" if end else words[at])
            at = end or at + 1
        return "".join(kept)


def english_in(page: str, content: Content, language: str) -> list[str]:
    """The texts of a page that have English in them once all content is taken out."""
    reader = _Reader()
    reader.feed(page)
    found = []
    for text in dict.fromkeys(map(squeezed, reader.texts)):
        rest = content.out_of(text)
        if ENGLISH.search(rest) or (language == "zh" and RUN.search(rest)):
            found.append(text)
    return found


@pytest.fixture(scope="module")
def content(town: Place) -> dict[str, Content]:
    return {id: Content((*content_of(hosted), *FRAME)) for id, hosted in town.hosting.organisations.items()}


@pytest.mark.parametrize("language", ["zh", "ms"])
@pytest.mark.parametrize("name", ORGANISATIONS)
def test_no_page_of_an_organisation_has_an_english_sentence(
    town: Place, content: dict[str, Content], name: str, language: str
) -> None:
    paths = ["", "/ask", "/ask/request", "/ledger", "/policy", "/coverage", "/backups"]
    paths += [f"?state={state}" for state in State]
    assert [text for path in paths for text in seen(town, f"/{name}{path}", language, content[name])] == []


@pytest.mark.parametrize("language", ["zh", "ms"])
def test_no_passage_entry_or_answer_has_an_english_sentence(
    town: Place, content: dict[str, Content], language: str
) -> None:
    clauses = [
        f"/clauses/{slug(clause.id)}" for clause in town.hosting.organisations["harbour"].bundle.clauses
    ]
    events = town.call("GET", "harbour/evidence?kind=").json()["events"]
    kinds = {event["kind"]: event["sequence"] for event in events}
    assert {"promises:probe:failed", "gate:release:refused", "policies:version:activated"} <= kinds.keys()
    entries = [f"/ledger/{sequence}" for sequence in kinds.values()]
    sights = [f"/ledger/{kinds['promises:probe:failed']}/seen/1"]
    paths = [*clauses, *entries, *sights, *ASKED, "/ledger?kind=nosuch", "?state=brokken"]
    assert [
        text for path in paths for text in seen(town, f"/harbour{path}", language, content["harbour"])
    ] == []


@pytest.mark.parametrize("language", ["zh", "ms"])
def test_no_page_before_or_beside_an_organisation_has_an_english_sentence(
    town: Place, content: dict[str, Content], language: str
) -> None:
    everything = Content(
        text for hosted in town.hosting.organisations.values() for text in content_of(hosted)
    )
    for path in ("/", "/nowhere", "/sign-in/used-up"):
        assert seen(town, path, language, everything, there=path == "/") == [], path


def seen(town: Place, path: str, language: str, content: Content, *, there: bool = True) -> list[str]:
    answer = town.see(path, **{"accept-language": language})
    assert (answer.status == 200) is there, path
    assert f'<html lang="{language}">' in answer.text
    return [f"{path}: {text}" for text in english_in(answer.text, content, language)]


def test_the_walk_would_see_an_english_sentence() -> None:
    page = '<p lang="en">Kept: 3 decisions, the last 2 minutes ago.</p><code>the kind of it</code><p title="open it">政策</p>'
    assert english_in(page, Content(["Our own words"]), "ms") == [
        "Kept: 3 decisions, the last 2 minutes ago.",
        "open it",
    ]
    assert english_in("<p>Dilihat: Our own words of it.</p>", Content(["Our own words of it"]), "ms") == []
    assert english_in("<p>发现 three plain words 之后</p>", Content([]), "zh") == [
        "发现 three plain words 之后"
    ]
    assert english_in("<p>minit-minit melaporkan</p>", Content(["kan", "melap"]), "ms") == []
