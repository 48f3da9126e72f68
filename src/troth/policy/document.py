"""The language as a page: every kind of statement with its terms, made from the types themselves, so that it cannot lag."""

from __future__ import annotations

from troth.policy.facts import FAMILIES
from troth.policy.header import Header
from troth.policy.load import term_fields
from troth.policy.model import KINDS, Bar, Export, Frame, Ground, Statement
from troth.policy.vocabulary import Vocabulary

COMMON = frozenset(term_fields(Statement))

INTRODUCTION = """\
# The policy language

A policy is a folder: `policy.yaml` (the header, and statements if there are few), `statements/*.yaml`, the published texts,
and `clauses.yaml`, which `troth bind` writes. Every key below is a kind of statement; under it stand statements by id.
Scalars are strings until a term types them, every value keeps its file and line, and `troth check FOLDER` tells every problem
at once. This page is generated from the types that the loader uses.

An act is permitted when everything it names is declared and reaches so far (*frames*), no *bar* stands, and at least one
*ground* holds. Nothing undeclared is permitted; a bar outweighs every ground.

A list with one entry may stand without brackets. Where a list of ids is wanted, several may be selected at once:
`class:affiliate`, `what:cookie` (by their `what`), `nature:special`, `dpv:Marketing`. The scope of a statement about acts may
be turned round: `purposes: {except: [survey]}`. Then a bar is also about acts that name nothing on that side; a ground is about
none of them, nor about data of which a part is excepted.

An act that leaves a side out (no source, no message …) is outside every statement that names that side. A statement of which
this must not be so says `must_name: [source]`: the act is then refused until it names its source.

"""


def language_markdown() -> str:
    """The whole page, as Markdown."""
    parts = [INTRODUCTION, _facts(), "## The header\n\n", _table(Header, frozenset())]
    parts += ["## Terms every statement can have\n\n", _table(Statement, frozenset())]
    for title, kinds in _families().items():
        parts.append(f"## {title}\n\n")
        for kind in kinds:
            parts.append(f"### `{kind.plural}`\n\n{_first_line(kind)}\n\n{_table(kind, COMMON)}")
    return "".join(parts).rstrip() + "\n"


def _families() -> dict[str, list[type[Statement]]]:
    kinds = list(KINDS.values())
    frames = [
        k for k in kinds if issubclass(k, Frame) or k.kind in ("category", "consent", "notice", "class")
    ]
    grounds: list[type[Statement]] = [k for k in kinds if k in (Ground, Export)]
    bars: list[type[Statement]] = [
        k for k in kinds if issubclass(k, Bar) or k.kind in ("residency", "lawful_basis")
    ]
    requests = [k for k in kinds if k.kind in ("right", "request_ground", "refusal", "fee")]
    named = {k.kind for k in (*frames, *grounds, *bars, *requests)}
    return {
        "Frames: what exists": frames,
        "Grounds: what permits": grounds,
        "Bars: what forbids": bars,
        "Requests": requests,
        "Promises kept by rooms of their own": [k for k in kinds if k.kind not in named],
    }


def _facts() -> str:
    lines = [
        "## Facts and conditions",
        "",
        "A condition is a fact, `not` a fact, or several joined by `and` and `or`, of which `and` binds closer.",
        "",
    ]
    lines += ["| fact | about | names |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {family.holder.value} | {family.refers_to or '–'} |"
        for name, family in FAMILIES.items()
    ]
    return "\n".join(lines) + "\n\n"


def _first_line(kind: type[Statement]) -> str:
    return " ".join((kind.__doc__ or "").split())


def _table(of: type[Statement] | type[Header], without: frozenset[str]) -> str:
    rows = ["| term | takes | meaning |", "|---|---|---|"]
    for name, field in term_fields(of).items():
        if name in without:
            continue
        term = field.metadata["term"]
        required = " (required)" if field.metadata["required"] else ""
        rows.append(
            f"| `{name}` | {_takes(term.name, term.vocabulary)} | {field.metadata['doc']}{required} |"
        )
    return "\n".join(rows) + "\n\n"


def _takes(name: str, vocabulary: Vocabulary | None) -> str:
    if vocabulary is None:
        return name
    words = ", ".join(f"`{word}`" for word in vocabulary)
    return f"{name} of: {words}"
