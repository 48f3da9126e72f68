"""Numbers inside a line: an enumeration in running text, and a number glued to the text before it."""

from __future__ import annotations

import re

from troth.policy.clauses.numerals import CHINESE, readings

_OPENER = re.compile(
    rf"(?:(?<=[\s:：,，;；。.、])|^)(?:[(（](?P<both>\d{{1,2}}|[a-z]|[ivx]{{1,5}}|[{CHINESE}]{{1,3}})[)）]"
    rf"|(?P<half>\d{{1,2}}|[a-z])[)）](?=\s|[^\W\d_])"
    rf"|(?P<comma>(?<=[：:；;。])(?:\d{{1,2}}|[{CHINESE}]{{1,3}})、))"
)
_REFERENCE = re.compile(
    r"(?i)(?:\b(?:paragraphs?|sections?|clauses?|articles?|items?|points?|under|see|perenggan|seksyen)|第)\s*$"
)
_JOINING = re.compile(r"(?i)[\s,，、;；]*\b(?:and|or|dan|atau)?\W*$")
_STOP = "[.。;；!?？”]"
_GLUED = re.compile(
    r"(?P<letter>(?<=[^\W\d_])\d{1,3}(?:\.\d{1,3}){2,}(?=\s?[^\W\d_]))"
    rf"|(?P<stop>(?:(?<={_STOP})|(?<={_STOP}\s))\d{{1,3}}(?:\.\d{{1,3}})+(?=\s?[A-Z\u4e00-\u9fff]))"
    r"|(?P<section>(?<=[.。!?？])\d{1,2}(?=[.、]\s?[A-Z\u4e00-\u9fff]))"
    rf"|(?:(?<=[。；！？])|(?<=[。；！？]\s))第(?P<article>[{CHINESE}]{{1,7}}|\d{{1,4}})[条條]"
)
_LEAST_ITEM = 4


def enumeration(text: str, begin: int, own: tuple[str, int] | None = None) -> list[int]:
    """Where the items of an enumeration in running text start, the first at its first value; empty when there is none.

    `own` is the style and place of the number that opens the line itself: an enumeration may go on from it.
    """
    by_style: dict[str, list[tuple[int, int]]] = {}
    for m in _OPENER.finditer(text, begin):
        style, numeral = _styled(m)
        if _REFERENCE.search(text[max(0, m.start() - 14) : m.start()]):
            continue
        for family, place in readings(numeral):
            _extend(by_style.setdefault(f"{style}{family}", []), m.start(), place, own, f"{style}{family}")
    runs = [
        [at for at, _ in run]
        for run in by_style.values()
        if len(run) > 1 or (own and run and run[0][1] == own[1] + 1)
    ]
    runs = [run for run in runs if _wordy(text, run)]
    return min(runs, key=lambda run: (-len(run), run[0]), default=[])


def _styled(m: re.Match[str]) -> tuple[str, str]:
    if m["both"]:
        return "(#)", m["both"]
    return ("#)", m["half"]) if m["half"] else ("#、", m["comma"][:-1])


def _extend(run: list[tuple[int, int]], at: int, place: int, own: tuple[str, int] | None, style: str) -> None:
    expected = run[-1][1] + 1 if run else own[1] + 1 if own and own[0] == style else 1
    if place == expected:
        run.append((at, place))


def _wordy(text: str, run: list[int]) -> bool:
    """Whether every item says something: `(a) and (b) above` only refers."""
    ends = [*run[1:], len(text)]
    return all(_words_in(text[at:end]) >= _LEAST_ITEM for at, end in zip(run, ends, strict=True))


def _words_in(item: str) -> int:
    return len(_JOINING.sub("", re.sub(r"^\W*\w{1,5}[)）、]\s*", "", item)))


def glued(text: str, begin: int, path: tuple[int, ...], article: int | None) -> int | None:
    """Where a clause number stands inside a line, or None; it must be one that may follow `path` or `article`.

    Numbers that follow are the next one on any level and the first one beneath; anything else (a version, a
    reference) is running text.
    """
    wanted = _next_numbers(path)
    for m in _GLUED.finditer(text, begin):
        if m["article"]:
            if article and (
                ("chinese", article + 1) in readings(m["article"]) or m["article"] == str(article + 1)
            ):
                return m.start()
        elif m[0] in wanted and not _named(text, m.start()):
            return m.start()
    return None


def _next_numbers(path: tuple[int, ...]) -> frozenset[str]:
    following = [(*path[:i], path[i] + 1) for i in range(len(path))]
    return frozenset(".".join(map(str, p)) for p in [*following, (*path, 1)])


def _named(text: str, at: int) -> bool:
    """Whether the word right before is a reference or too short to be the end of a sentence (`v`, `No`)."""
    word = re.search(r"[^\W\d_]+$", text[max(0, at - 40) : at])
    return word is not None and ((len(word[0]) < 3 and word[0].isascii()) or bool(_REFERENCE.search(word[0])))
