"""Policy folders on disk: read their files, load the regime packs that ship with the package, compile."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from troth.kernel.findings import Finding, Findings, Place
from troth.policy.binding import (
    bind,
    bind_marks,
    is_as_bound,
    marked_name,
    read_bindings,
    rebind,
    render_bindings,
    unmark,
)
from troth.policy.bundle import ClauseRef
from troth.policy.clauses import cut
from troth.policy.compile import CLAUSES_FILE, FORMATS, Compiled, compile_policy
from troth.policy.load import HEADER_FILE, load
from troth.policy.regimes import Pack, load_pack

MAX_FILE = 20_000_000
"""No file of a policy folder is larger; a larger one is refused before it is read."""
READ = (".yaml", ".yml", *FORMATS)


def read_folder(folder: Path, findings: Findings) -> dict[str, str]:
    """The readable files of a policy folder by their path inside it; what cannot be read is a finding."""
    files: dict[str, str] = {}
    if not folder.is_dir():
        findings.error(
            "no-folder",
            Place(str(folder)),
            "This is not a folder.",
            "Name the folder that holds policy.yaml.",
        )
        return files
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in READ or not path.is_file() or name.split("/")[0] in ("cases", "var"):
            continue
        text = read_text(path, name, findings)
        if text is not None:
            files[name] = text
    return files


def read_text(path: Path, name: str, findings: Findings) -> str | None:
    """One UTF-8 file; size, encoding and access problems are findings."""
    try:
        if path.stat().st_size > MAX_FILE:
            findings.error(
                "too-large", Place(name), f"This file is larger than {MAX_FILE // 1_000_000} MB.", "Split it."
            )
            return None
        data = path.read_bytes()
    except OSError as problem:
        findings.error("unreadable", Place(name), f"This file cannot be read: {problem.strerror}.", "")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        findings.error("not-utf8", Place(name, line), "This file is not UTF-8.", _encoding_help(data))
        return None


def packs(findings: Findings) -> dict[str, Pack]:
    """The regime packs that ship with the package, by id."""
    found, problems = _shipped()
    findings.extend(problems)
    return dict(found)


@cache
def _shipped() -> tuple[dict[str, Pack], tuple[Finding, ...]]:
    """Read once a process: they change with the package alone."""
    findings = Findings()
    found: dict[str, Pack] = {}
    for entry in sorted(resources.files("troth.policy").joinpath("packs").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            pack = load_pack(entry.read_text(encoding="utf-8"), f"regime pack {entry.name}", findings)
            if pack is not None:
                found[pack.id] = pack
    return found, findings.sorted


def compile_folder(folder: Path, findings: Findings) -> Compiled | None:
    """Compile the policy in a folder; None when a finding refuses it."""
    files = read_folder(folder, findings)
    return None if findings.refused else compile_policy(files, packs(findings), findings)


def _encoding_help(data: bytes) -> str:
    """What a file that is not UTF-8 may be."""
    if b"\x00" in data[:4096] or data.startswith(b"%PDF"):
        return "This is not a text file."
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "Save it as UTF-8 (it may be Latin-1)."
    return "Save it as UTF-8 (it may be GB18030 or Latin-1)."


def bind_folder(folder: Path, findings: Findings) -> int:
    """Write `clauses.yaml` (and, where the text is kept with marks, the published text); the number of clauses bound."""
    files = read_folder(folder, findings)
    header = load({HEADER_FILE: files.get(HEADER_FILE, "")}, Findings()).header
    if header is None:
        findings.error("no-policy-file", Place(HEADER_FILE), "This folder has no readable policy.yaml.", "")
        return 0
    file = header.texts[0]
    language = header.languages[0] if header.languages else "en"
    marked = marked_name(file)
    clean = files.get(file, "")
    refs: tuple[ClauseRef, ...] = ()
    if marked in files:
        clean, marks = unmark(files[marked])
        _refuse_lost_edits(file, marked, files, clean, findings)
        _refuse_doubled(marked, [id for id, _ in marks], findings)
        refs = bind_marks(cut(clean, format="markdown", language=language), marks)
    elif not clean.strip():
        findings.error("no-text", Place(file), "There is no text to bind.", "Put the published words there.")
    else:
        found = cut(clean, format=FORMATS.get(Path(file).suffix, "text"), language=language)
        table = files.get(CLAUSES_FILE, "")
        refs = rebind(read_bindings(table, found, Findings()), found, findings) if table else bind(found)
    if findings.refused:
        return 0
    if marked in files:
        (folder / file).write_text(clean, encoding="utf-8")
    (folder / CLAUSES_FILE).write_text(render_bindings(refs, clean), encoding="utf-8")
    return len(refs)


def _refuse_lost_edits(file: str, marked: str, files: dict[str, str], clean: str, findings: Findings) -> None:
    """The published text is written from the marked one; an edit made in the published one would be lost, so it refuses."""
    standing = files.get(file, clean)
    if standing != clean and not is_as_bound(standing, files.get(CLAUSES_FILE, "")):
        findings.error("edited-text", Place(file), f"{file} was edited since it was bound, and {marked} says something else.",
                       f"Make the edit in {marked} too, or delete {marked} to bind {file} as it is.")  # fmt: skip


def _refuse_doubled(marked: str, ids: list[str], findings: Findings) -> None:
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        findings.error(
            "doubled-mark",
            Place(marked),
            f"The mark '{id}' stands here more than once.",
            "Give each passage its own.",
        )
