"""Inline Markdown: what a reader sees of a stretch of it, each letter with its place in the source."""

from __future__ import annotations

import html
import re

from troth.policy.clauses.blocks import Readable

_TOKEN = re.compile(
    r"(?P<comment><!--.*?(?:-->|\Z))"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|<(?P<auto>(?:https?://|mailto:)[^\s<>]{1,2000}|[^\s<>@]{1,200}@[^\s<>@]{1,200})>"
    r"|(?P<tag></?[A-Za-z][^<>]{0,2000}>)"
    r"|(?P<target>\](?:\([^()\s]{0,2000}(?:\s+\"[^\"]{0,500}\")?\)|\[[^\[\]]{0,200}\]))"
    r"|(?P<mark>!?\[(?=[^\[\]]{0,1000}\](?:\(|\[))|\*{1,3}|~~|`{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_]))",
    re.DOTALL,
)


def add_inline(gathered: Readable, source: str, start: int, end: int) -> None:
    """Add what a reader sees of `source[start:end]`: emphasis, link targets, tags, comments left out, entities read."""
    position = start
    for m in _TOKEN.finditer(source, start, end):
        gathered.add(source[position : m.start()], position)
        position = m.end()
        for name in ("escaped", "auto"):
            if m[name]:
                gathered.add(m[name], m.start(name))
        if m["entity"]:
            gathered.add(html.unescape(m["entity"]), m.start(), fixed=True)
        elif m["mark"] == "*" and _lonely(source, m.start(), m.end(), start, end):
            gathered.add("*", m.start())
    gathered.add(source[position:end], position)


def _lonely(source: str, first: int, last: int, start: int, end: int) -> bool:
    """An asterisk with white space on both sides marks nothing: it is read as it stands."""
    before, after = source[max(first - 1, start) : first], source[last : min(last + 1, end)]
    return not before.strip() and not after.strip()
