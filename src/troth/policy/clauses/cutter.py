"""The cutter: bytes into a text, a text into addressed clauses that tile it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from troth.kernel.findings import Finding, Findings, Place, Severity
from troth.policy.clauses.blocks import Block, text_blocks
from troth.policy.clauses.drafts import Draft
from troth.policy.clauses.markdown import markdown_blocks
from troth.policy.clauses.markers import Form, Marker, marker_of
from troth.policy.clauses.markup import html_blocks
from troth.policy.clauses.model import MAX_CHARACTERS, MAX_LINE, Clause, Cut, Format, Kind, digest_of
from troth.policy.clauses.nesting import Nester
from troth.policy.clauses.shape import contents_of, titled

_READERS = {Format.TEXT: text_blocks, Format.MARKDOWN: markdown_blocks, Format.HTML: html_blocks}
_MOST_BYTES_PER_CHARACTER = 4
_TURNED = re.compile("[\u202d\u202e]")


def decode(data: bytes, *, name: str = "text") -> str | Finding:
    """The text in `data`, UTF-8 or UTF-16 with its mark, or the one finding that refuses it."""
    if len(data) > MAX_CHARACTERS * _MOST_BYTES_PER_CHARACTER:
        return _too_long(name, len(data), "bytes")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError as problem:
        return _unreadable(data, problem, name)


def cut(
    text: str, *, format: Format | str = Format.TEXT, language: str | None = None, name: str = "text"
) -> Cut:
    """Cut a published text into addressed clauses; `name` is the file its findings speak of.

    The clauses tile the text. A text that is too long, or an unknown format, is refused: no clauses, one error. A text
    without words keeps its white space in one blank clause.
    """
    if format not in list(Format):
        return Cut(text, (), (_unknown_format(str(format), name),), language)
    if len(text) > MAX_CHARACTERS:
        return Cut(text, (), (_too_long(name, len(text), "characters"),), language)
    findings = _oddities(text, name)
    blocks = _READERS[Format(format)](text)
    if not blocks:
        findings.error(
            "text-empty",
            Place(name),
            f"'{name}' holds no words.",
            "Publish the text of the policy in this file.",
        )
        return Cut(text, _blank(text), findings.sorted, language)
    findings.extend(_long_lines(blocks, text, name))
    return Cut(text, _tiled(_drafted(blocks, Format(format), language), len(text)), findings.sorted, language)


def _drafted(blocks: list[Block], format: Format, language: str | None) -> list[Draft]:
    markers = [_opening(b) for b in blocks]
    listed = contents_of(blocks, markers)
    reserved = frozenset(m.label for m in markers if m and m.form in (Form.DOTTED, Form.COMPOUND))
    nester = Nester(language, plain=format is Format.TEXT, reserved=reserved)
    for i, (block, marker) in enumerate(zip(blocks, markers, strict=True)):
        if i == 0 and marker is None and _is_title(blocks, format):
            nester.title(block)
        elif i in listed and marker:
            nester.contents(block, marker)
        else:
            free = not nester.amid_numbers
            if format is Format.TEXT and free and marker is None and _unnumbered_heading(blocks, markers, i):
                block.heading = 1
            nester.take(block, marker)
    return nester.drafts


def _opening(block: Block) -> Marker | None:
    if block.marker or block.kind in (Kind.ROW, Kind.CODE):
        return block.marker
    return marker_of(block.text, bare=True)


def _is_title(blocks: list[Block], format: Format) -> bool:
    first = blocks[0]
    if format is Format.TEXT or not first.heading:
        return len(blocks) > 1 and first.kind is Kind.PARAGRAPH and titled(first.text)
    return first.heading == 1 or not any(0 < b.heading <= first.heading for b in blocks[1:])


def _unnumbered_heading(blocks: list[Block], markers: list[Marker | None], i: int) -> bool:
    """In plain text without numbers so far: a title above something that is none."""
    if not titled(blocks[i].text) or i + 1 == len(blocks):
        return False
    return markers[i + 1] is not None or not titled(blocks[i + 1].text)


def _tiled(drafts: list[Draft], length: int) -> tuple[Clause, ...]:
    """Each clause reaches from its first character to the next clause; what stands before the first belongs to it."""
    starts = [0, *(d.block.start for d in drafts[1:])]
    spans = zip(starts, [*starts[1:], length], strict=True)
    return tuple(_clause(d, *span) for d, span in zip(drafts, spans, strict=True))


def _clause(d: Draft, start: int, end: int) -> Clause:
    text = d.text.strip()
    title = text if d.kind in (Kind.TITLE, Kind.HEADING, Kind.CONTENTS) else ""
    return Clause(
        d.address,
        d.number,
        d.kind,
        d.itself.level,
        d.holder.address,
        title,
        text,
        start,
        end,
        digest_of(text),
    )


def _blank(text: str) -> tuple[Clause, ...]:
    return (Clause("Intro", None, Kind.BLANK, 1, None, "", "", 0, len(text), digest_of("")),) if text else ()


def _oddities(text: str, name: str) -> Findings:
    findings = Findings()
    if "\0" in text:
        place = Place(name, text.count("\n", 0, text.index("\0")) + 1)
        findings.warning(
            "text-nul", place, "The text holds a NUL character; readers do not see it.", "Remove it."
        )
    if turned := _TURNED.search(text):
        place = Place(name, text.count("\n", 0, turned.start()) + 1)
        findings.warning(
            "text-turned",
            place,
            "A character here reverses the order in which letters are shown, so what is read differs from what is stored.",
            "Remove the override (U+202D or U+202E); right-to-left writing needs none.",
        )
    return findings


def _long_lines(blocks: list[Block], text: str, name: str) -> Iterator[Finding]:
    for block in blocks:
        if len(block.text) > MAX_LINE:
            place = Place(name, text.count("\n", 0, block.start) + 1)
            message = f"This line has {len(block.text):,} characters; numbers inside it were not looked for."
            help_ = f"Break it at its clauses; lines of up to {MAX_LINE:,} characters are looked through."
            yield Finding("text-long-line", Severity.WARNING, place, message, help_)


def _too_long(name: str, length: int, unit: str) -> Finding:
    message = f"'{name}' has {length:,} {unit}; a published text may have {MAX_CHARACTERS:,} characters."
    return _refusal("text-too-long", Place(name), message, "Give the policy's own text, one document a file.")


def _unreadable(data: bytes, problem: UnicodeDecodeError, name: str) -> Finding:
    place = Place(name, data.count(b"\n", 0, problem.start) + 1)
    message = f"'{name}' is not UTF-8: byte {problem.start} (0x{data[problem.start]:02x}) is no part of a character."
    help_ = "It looks like Latin-1 or Windows-1252: convert it, for example `iconv -f WINDOWS-1252 -t UTF-8`."
    return _refusal("text-not-utf8", place, message, help_)


def _unknown_format(format: str, name: str) -> Finding:
    known = ", ".join(Format)
    return _refusal(
        "text-format", Place(name), f"'{format}' is no format of a text.", f"Known here: {known}."
    )


def _refusal(code: str, place: Place, message: str, help: str) -> Finding:
    return Finding(code, Severity.ERROR, place, message, help)
