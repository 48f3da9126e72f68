"""Binding: which words of the published text a clause id stands for, and whether they are still the words that were bound.

`clauses.yaml` maps each clause id to the address the cutter minted, the ordinal of the passage there, its offsets inside
the clause and a digest of its words. It is written by `troth bind`, from a text in which every passage is preceded by a mark
`<!-- id -->` (marks never reach the published file), or, without marks, from the addresses as they are.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter

from troth.kernel.canonical import digest_bytes
from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy.bundle import ClauseRef
from troth.policy.clauses import Clause, Cut
from troth.policy.clauses import Kind as ClauseKind
from troth.policy.nodes import Mapping, Node, Scalar, Sequence, parse

MARK = re.compile(r"<!-- ([^<>]+?) -->[ \t]*")
_SHORT = 16


def words_digest(words: str) -> str:
    """The digest of a passage's words: normalised (NFC), white space folded; 16 hex digits are enough to notice a change."""
    folded = " ".join(unicodedata.normalize("NFC", words).split())
    return hashlib.sha256(folded.encode()).hexdigest()[:_SHORT]


def bind(cut: Cut) -> tuple[ClauseRef, ...]:
    """A clause table without ids of its own: every address that has words stands for itself."""
    return tuple(
        ClauseRef(c.address, c.address, 1, 0, c.end - c.start, words_digest(c.text))
        for c in cut.clauses
        if c.kind is not ClauseKind.BLANK
    )


def rebind(
    refs: tuple[ClauseRef, ...], cut: Cut, findings: Findings, file: str = "clauses.yaml"
) -> tuple[ClauseRef, ...]:
    """A clause table brought up to a text that was reworded: ids stay where they were, digests follow the words.

    Where several ids share an address and one of them was reworded, no offsets can be told: that is a finding.
    """
    sharing = Counter(ref.address for ref in refs)
    clauses = cut.by_address()
    kept: list[ClauseRef] = []
    for ref in refs:
        clause = clauses.get(ref.address)
        if clause is None:
            findings.error("lost-address", Place(file), f"Clause {ref.id} was bound to {ref.address}, which the text no longer has.",
                           "Give the text that address back, or delete clauses.yaml to bind every address anew.")  # fmt: skip
        elif _same(ref, clause, cut):
            kept.append(ref)
        elif sharing[ref.address] == 1:
            words = cut.source[clause.start : clause.end]
            kept.append(ClauseRef(ref.id, ref.address, 1, 0, len(words), words_digest(clause.text)))
        else:
            findings.error("shared-address", Place(file), f"Clause {ref.id} shares {ref.address} with others and was reworded.",
                           "Keep the text as NAME.marks.md with a mark before each passage, and bind that.")  # fmt: skip
            kept.append(ref)
    return tuple(kept)


def marked_name(file: str) -> str:
    """Where the marked form of a published text is kept: `text/en.md` -> `text/en.marks.md`."""
    stem, dot, suffix = file.rpartition(".")
    return f"{stem}.marks.{suffix}" if dot else f"{file}.marks"


def unmark(marked: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Take the marks out of a text: the clean text, and each id with the position where its passage starts."""
    clean: list[str] = []
    marks: list[tuple[str, int]] = []
    length = last = 0
    for match in MARK.finditer(marked):
        clean.append(marked[last : match.start()])
        length += match.start() - last
        marks.append((match[1], length))
        last = match.end()
    return "".join([*clean, marked[last:]]), tuple(marks)


def bind_marks(cut: Cut, marks: tuple[tuple[str, int], ...]) -> tuple[ClauseRef, ...]:
    """The clause table of a marked text: a passage runs from its mark to the next one in the same clause, or to its end."""
    refs: list[ClauseRef] = []
    ordinals: Counter[str] = Counter()
    for index, (id, position) in enumerate(marks):
        clause = _at(cut, position)
        following = marks[index + 1][1] if index + 1 < len(marks) else clause.end
        end = min(following, clause.end) if following > position else clause.end
        ordinals[clause.address] += 1
        words = cut.source[position:end]
        refs.append(ClauseRef(id, clause.address, ordinals[clause.address], position - clause.start, end - clause.start,
                              words_digest(words)))  # fmt: skip
    return tuple(refs)


def render_bindings(refs: tuple[ClauseRef, ...], text: str) -> str:
    """The `clauses.yaml` of a clause table, one clause a line, with the digest of the text that was bound."""
    lines = [
        "# Written by `troth bind`: id -> address, ordinal, offsets inside the clause, digest of the words.",
        f"# text: {digest_bytes(text.encode())}",
    ]
    lines += [
        f'"{r.id}": {{address: "{r.address}", ordinal: {r.ordinal}, at: [{r.start}, {r.end}], digest: "{r.digest}"}}'
        for r in refs
    ]
    return "\n".join(lines) + "\n"


def is_as_bound(text: str, table: str) -> bool:
    """Whether a text is, to the letter, the one that a clause table was written for."""
    return f"# text: {digest_bytes(text.encode())}\n" in table


def read_bindings(
    text: str, cut: Cut, findings: Findings, file: str = "clauses.yaml"
) -> tuple[ClauseRef, ...]:
    """Read a clause table and hold it against the text as it is now: lost addresses and reworded passages are findings."""
    root = parse(text, file, findings)
    clauses = cut.by_address()
    refs: list[ClauseRef] = []
    for key, node in root.entries if root else ():
        ref = _ref(key.text, node, findings)
        if ref is None:
            continue
        clause = clauses.get(ref.address)
        if clause is None:
            findings.error("lost-address", node.place, f"Clause {ref.id} was bound to {ref.address}, which the text no longer has.",
                           did_you_mean(ref.address, clauses) or "Run `troth bind` after the text has settled.")  # fmt: skip
        elif not _same(ref, clause, cut):
            findings.warning("reworded", node.place, f"Clause {ref.id} was reworded since it was bound.",
                             "Read its statements again, then run `troth bind`.")  # fmt: skip
        refs.append(ref)
    return tuple(refs)


def passage(ref: ClauseRef, cut: Cut) -> str:
    """The words a clause id stands for; the whole clause when its passage cannot be found any more."""
    clause = cut.by_address().get(ref.address)
    return (
        cut.source[clause.start + ref.start : min(clause.start + ref.end, clause.end)].strip()
        if clause
        else ""
    )


def _same(ref: ClauseRef, clause: Clause, cut: Cut) -> bool:
    there = cut.source[clause.start + ref.start : clause.start + ref.end]
    return ref.digest in (words_digest(there), words_digest(clause.text))


def _at(cut: Cut, position: int) -> Clause:
    holding = [c for c in cut.clauses if c.start <= position < max(c.end, c.start + 1)]
    return holding[-1] if holding else cut.clauses[-1]


def _ref(id: str, node: Node, findings: Findings) -> ClauseRef | None:
    if isinstance(node, Mapping):
        address, ordinal, digest, at = (node.get(key) for key in ("address", "ordinal", "digest", "at"))
        if (
            isinstance(address, Scalar)
            and isinstance(digest, Scalar)
            and isinstance(at, Sequence)
            and len(at.items) == 2
        ):
            numbers = [_number(n) for n in (*at.items, ordinal)]
            if all(n is not None for n in numbers):
                start, end, place = (n or 0 for n in numbers)
                return ClauseRef(id, address.text, place, start, end, digest.text)
    findings.error("bad-binding", node.place, f"The binding of clause {id} cannot be read.",
                   "Each takes address, ordinal, at: [from, to] and digest; `troth bind` writes them.")  # fmt: skip
    return None


def _number(node: Node | None) -> int | None:
    return int(node.text) if isinstance(node, Scalar) and node.text.isdigit() else None
