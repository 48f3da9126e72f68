"""The compiler, in visible stages: load → texts → regimes → link and check → bundle. Findings are collected through all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

from troth.kernel.canonical import digest_bytes
from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy.binding import bind, marked_name, read_bindings, unmark
from troth.policy.bundle import Bundle, ClauseRef, Overlay, TextRef, ordered
from troth.policy.catalogue import Catalogue
from troth.policy.check import check
from troth.policy.clauses import Cut, cut
from troth.policy.header import Header
from troth.policy.load import Loaded, load
from troth.policy.regimes import Pack, applied

CLAUSES_FILE = "clauses.yaml"
FORMATS = {".md": "markdown", ".txt": "text", ".html": "html", ".htm": "html"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A bundle with what belongs beside it: the cut of each of its texts, by file."""

    bundle: Bundle
    cuts: dict[str, Cut]


def compile_policy(files: Map[str, str], packs: Map[str, Pack], findings: Findings) -> Compiled | None:
    """Compile a policy folder (file names and their texts). None when a finding refuses it; nothing is half compiled."""
    loaded = load(files, findings)
    if loaded.header is None:
        check(None, Catalogue(ordered(loaded.statements)), loaded.places, findings)
        return None
    cuts = _texts(loaded.header, files, loaded, findings)
    clauses = _clauses(loaded.header, files, cuts, findings)
    overlays = _overlays(loaded.header, packs, loaded, findings)
    bundle = Bundle(
        header=_settled(loaded.header),
        statements=ordered(loaded.statements),
        overlays=overlays,
        clauses=clauses,
        texts=tuple(
            TextRef(file, language, digest_bytes(files[file].encode()), index == 0)
            for index, (file, language) in enumerate(
                zip(loaded.header.texts, _languages(loaded.header), strict=False)
            )
            if file in files
        ),
        places=loaded.places | {key: place for pack in packs.values() for key, place in pack.places.items()},
    )
    check(loaded.header, Catalogue(bundle.statements), loaded.places, findings)
    if overlays:
        _check_overlays(bundle, findings)
    _check_clauses(bundle, findings)
    return None if findings.refused else Compiled(bundle, cuts)


def _settled(header: Header) -> Header:
    """The header with its defaults written out, so that the digest covers them."""
    return replace(header, enforced=header.enforced or ("with_regimes" if header.regimes else "as_written"),
                   languages=_languages(header), calendar=header.calendar)  # fmt: skip


def _languages(header: Header) -> tuple[str, ...]:
    return header.languages or ("en",) * len(header.texts)


# --- texts and clauses ---------------------------------------------------------------------------------------------------


def _texts(header: Header, files: Map[str, str], loaded: Loaded, findings: Findings) -> dict[str, Cut]:
    at = loaded.places.get("policy.texts", Place("policy.yaml"))
    cuts: dict[str, Cut] = {}
    for file, language in zip(header.texts, _languages(header), strict=False):
        suffix = file[file.rfind(".") :].lower()
        if file not in files:
            findings.error(
                "no-text", at, f"The text '{file}' is not in this folder.", did_you_mean(file, files)
            )
        elif suffix not in FORMATS:
            findings.error(
                "text-format",
                at,
                f"'{file}' is none of {', '.join(FORMATS)}.",
                "Publish it as Markdown, text or HTML.",
            )
        elif not files[file].strip():
            findings.error(
                "empty-text", Place(file, 1), "This text is empty.", "Put the published words in it."
            )
        else:
            _check_marks(file, files, findings)
            cuts[file] = cut(files[file], format=FORMATS[suffix], language=language)
    return cuts


def _check_marks(file: str, files: Map[str, str], findings: Findings) -> None:
    marked = marked_name(file)
    if marked in files and unmark(files[marked])[0] != files[file]:
        findings.warning("marks-differ", Place(marked), f"{marked} without its marks is not what {file} says.",
                         "Run `troth bind`, or make the same edit in both.")  # fmt: skip


def _clauses(
    header: Header, files: Map[str, str], cuts: dict[str, Cut], findings: Findings
) -> tuple[ClauseRef, ...]:
    """The clause table of the authoritative text: from clauses.yaml where there is one, else every address as it is."""
    authoritative = cuts.get(header.texts[0]) if header.texts else None
    if authoritative is None:
        return ()
    table = files.get(CLAUSES_FILE)
    clauses = bind(authoritative) if table is None else read_bindings(table, authoritative, findings)
    _check_languages(header, cuts, clauses, findings)
    return clauses


def _check_languages(
    header: Header, cuts: dict[str, Cut], clauses: tuple[ClauseRef, ...], findings: Findings
) -> None:
    """Every other language must have every address that a clause stands under."""
    wanted = {clause.address for clause in clauses}
    for file in header.texts[1:]:
        if file in cuts:
            there = {clause.address for clause in cuts[file].clauses}
            for address in sorted(wanted - there):
                findings.warning("missing-in-language", Place(file), f"Clause {address} is missing in {file}.",
                                 f"It stands in the authoritative text {header.texts[0]}.")  # fmt: skip


def _check_clauses(bundle: Bundle, findings: Findings) -> None:
    known = {clause.id for clause in bundle.clauses}
    bound = set()
    for statement in bundle.statements:
        at = bundle.places.get(f"{statement.key}.clauses") or bundle.places.get(
            statement.key, Place("policy.yaml")
        )
        for id in statement.clauses:
            bound.add(id)
            if id not in known:
                findings.error("no-such-clause", at, f"{statement.key} renders clause '{id}', which the text does not have.",
                               did_you_mean(id, known))  # fmt: skip
    for clause in bundle.clauses:
        if clause.id not in bound:
            findings.warning("unbound-clause", Place(bundle.texts[0].file if bundle.texts else "policy.yaml"),
                             f"Clause {clause.id} is bound to no statement.", "Bind a statement to it, or give a reason.")  # fmt: skip


# --- regimes -------------------------------------------------------------------------------------------------------------


def _overlays(
    header: Header, packs: Map[str, Pack], loaded: Loaded, findings: Findings
) -> tuple[Overlay, ...]:
    at = loaded.places.get("policy.regimes", Place("policy.yaml"))
    found = []
    for line in header.regimes:
        match = re.fullmatch(r"(\S+)(?: for ([a-z][a-z0-9_]*))?", line)
        pack = packs.get(match[1]) if match else None
        if match is None or pack is None:
            findings.error(
                "unknown-regime",
                at,
                f"'{line}' names no regime pack.",
                did_you_mean(line.split(" ")[0], packs),
            )
        else:
            subject_class = match[2] or ""
            found.append(Overlay(pack.id, subject_class, pack.as_of, ordered(applied(pack, subject_class))))
    return tuple(found)


def _check_overlays(bundle: Bundle, findings: Findings) -> None:
    """The reading with regimes must be whole too; what the text alone already shows is not said twice."""
    more = Findings()
    check(None, Catalogue(bundle.in_force("with_regimes")), bundle.places, more)
    said = {(f.code, f.place, f.message) for f in findings.sorted}
    findings.extend(f for f in more.sorted if (f.code, f.place, f.message) not in said)
