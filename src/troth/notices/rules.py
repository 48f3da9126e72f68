"""How a notice reads, which notices stand at a form, and which fields of it no notice names. Pure.

A notice whose contents are words of the catalogue (fields or categories) is *itemised*: it covers what it names and nothing else.
One whose contents are sentences covers what its form declares, beyond which the gate refuses anyway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from troth.notices.model import Rendered
from troth.policies import Declared
from troth.policy.catalogue import Catalogue
from troth.policy.clauses import Cut, cut
from troth.policy.compile import FORMATS
from troth.policy.facts import Condition
from troth.policy.model import Acceptance, Bar, Category, Notice, Point, Purpose

GENERAL: Final = "general"


def rendered(declared: Declared, notice: str, language: str, texts: Mapping[str, str]) -> Rendered:
    """A notice in a language: its name, what it must contain, then the published words it stands for (a general notice: all).

    `texts` are the published texts of the version by file. Labels fall back to English, published words to the authoritative
    text. Raises NotDeclared.
    """
    statement = declared.notice(notice)
    name = statement.label.get(language) or statement.label.get("en") or notice.replace("_", " ")
    says = (_named(declared.catalogue, one, language) for one in statement.contents)
    words = "\n".join(
        (name, *(f"- {one}" for one in says), *_published(declared, statement, language, texts))
    )
    return Rendered(
        notice,
        declared.notice_versions[notice],
        language,
        statement.level or GENERAL,
        words,
        digest_of(words),
    )


def digest_of(text: str) -> str:
    """What names a shown text: the SHA-256 of its UTF-8 bytes."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _named(catalogue: Catalogue, said: str, language: str) -> str:
    found = catalogue.get(Category, said)
    if found is None:
        return said
    return found.label.get(language) or found.label.get("en") or said.replace("_", " ")


def _published(
    declared: Declared, statement: Notice, language: str, texts: Mapping[str, str]
) -> tuple[str, ...]:
    """The words of the published text that the notice stands for, in the language where there is a text in it."""
    ref = next((text for text in declared.bundle.texts if text.language == language), None) or next(
        (text for text in declared.bundle.texts if text.authoritative), None
    )
    if ref is None or ref.file not in texts:
        return ()
    found = _cut(texts[ref.file], PurePath(ref.file).suffix.lower(), ref.language)
    if statement.level == GENERAL:
        return tuple(f"{one.number or ''} {one.text}".strip() for one in found.clauses if one.text)
    wanted = {clause.address for clause in declared.bundle.clauses if clause.id in statement.clauses}
    return tuple(one.text for one in found.clauses if one.address in wanted and one.text)


@lru_cache(maxsize=16)
def _cut(source: str, suffix: str, language: str) -> Cut:
    return cut(source, format=FORMATS[suffix], language=language)


def notices_at(catalogue: Catalogue, point: Point) -> tuple[str, ...]:
    """The notices that must have been shown before a point takes anything: those it names, its purposes name, and bars about it."""
    asking: list[tuple[Condition, ...]] = [point.needs]
    asking += [found.needs for id in point.purposes if (found := catalogue.get(Purpose, id)) is not None]
    asking += [
        bar.needs
        for bar in catalogue.statements
        if isinstance(bar, Bar) and not bar.when and _about(catalogue, bar, point)
    ]
    accepted = [
        one.notice
        for one in catalogue.all(Acceptance)
        if one.notice and not one.when and _about(catalogue, one, point)
    ]
    return tuple(dict.fromkeys((*(id for needs in asking for id in _shown_in(needs)), *accepted)))


def _about(catalogue: Catalogue, bar: Bar, point: Point) -> bool:
    """Whether a bar on collecting holds for everything that a point takes."""
    elsewhere = bar.recipients or bar.places or bar.sources or bar.messages
    if elsewhere or (bar.acts and "collect" not in bar.acts):
        return False
    if bar.points and point.id not in catalogue.expand("point", bar.points):
        return False
    if bar.purposes:
        meant = catalogue.expand("purpose", bar.purposes)
        if not point.purposes or not set(point.purposes) <= meant:
            return False
    return not bar.data or (bool(point.data) and all(catalogue.covers(bar.data, one) for one in point.data))


def _shown_in(needs: Iterable[Condition]) -> Iterable[str]:
    """Notices that no way around exists to."""
    for condition in needs:
        ways = [
            {one.fact.name for one in way if one.fact.family == "shown" and not one.negated}
            for way in condition.ways
        ]
        yield from sorted(set.intersection(*ways))


def itemised(catalogue: Catalogue, notice: Notice) -> bool:
    """Whether every entry of a notice's contents is a field or a category of the policy."""
    fields = {name for category in catalogue.all(Category) for name in category.fields}
    known = fields | catalogue.ids("category")
    return bool(notice.contents) and all(one in known for one in notice.contents)


def lacking(catalogue: Catalogue, point: Point, fields: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """Fields of a form that its itemised notices do not name, and how many fields belong to no category that the form may take."""
    standing = [one for id in notices_at(catalogue, point) if (one := catalogue.get(Notice, id)) is not None]
    items = [one for one in standing if itemised(catalogue, one)]
    unnamed, undeclared = [], 0
    for field in dict.fromkeys(fields):
        held = categories_of(catalogue, field)
        if not any(catalogue.covers(point.data, one) for one in held):
            undeclared += 1
        if items and not any(_names(catalogue, one, field, held) for one in items):
            unnamed.append(field)
    return tuple(unnamed), undeclared


def categories_of(catalogue: Catalogue, field: str) -> tuple[str, ...]:
    """The categories that hold a field, or the category of that id."""
    found = [one.id for one in catalogue.all(Category) if field in one.fields or field == one.id]
    return tuple(found)


def _names(catalogue: Catalogue, notice: Notice, field: str, held: tuple[str, ...]) -> bool:
    if field in notice.contents:
        return True
    said = tuple(one for one in notice.contents if catalogue.get(Category, one) is not None)
    return bool(said) and any(catalogue.covers(said, one) for one in held)


__all__ = ["GENERAL", "categories_of", "digest_of", "itemised", "lacking", "notices_at", "rendered"]
