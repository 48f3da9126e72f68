"""The documents say what is so: help texts equal the real ones, links lead somewhere, every noun has a meaning."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.source import ROOT, name_of, project_files, rooms, text_of

pytestmark = pytest.mark.docs

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
SHOWN = re.compile(r"<!-- output of: (troth [^\n]*?) -->\n```\w*\n(.*?)```", re.DOTALL)

NOUNS = {
    *"policy clause statement promise control evidence grade verdict question answer reading finding".split(),
    *"organisation tenant subject controller processor recipient agreement regime".split(),
    *"purpose ground notice consent disclosure incident safeguard duty".split(),
    *("data category", "rights request", "retention rule", "legal hold"),
    *("checkpoint", "witness", "evidence pack", "receipt", "timestamp"),
}


def shown_outputs() -> list[tuple[Path, str, str]]:
    """Each output that a document shows, with the command that printed it."""
    return [(path, *match.groups()) for path in DOCUMENTS for match in SHOWN.finditer(text_of(path))]


def glossary() -> set[str]:
    """The nouns that the glossary explains."""
    return {
        noun.lower() for noun in re.findall(r"^\*\*(.+?)\*\* –", text_of(ROOT / "docs/glossary.md"), re.M)
    }


def test_the_outputs_in_the_documents_are_the_real_ones() -> None:
    plain = {**os.environ, "COLUMNS": "88", "NO_COLOR": "1"}
    program = Path(sys.executable).with_name("troth")
    for path, command, shown in shown_outputs():
        call = [program, *shlex.split(command)[1:]]
        real = subprocess.run(call, capture_output=True, text=True, env=plain, cwd=ROOT, check=False).stdout
        assert shown == real, f"{name_of(path)}: {command}"


def test_the_readme_has_two_commands() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", text_of(ROOT / "README.md"), re.DOTALL)
    assert [line.split("#")[0].strip() for block in blocks for line in block.splitlines()] == [
        "make run",
        "make test",
    ]


def test_every_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^(\w+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = {word for path in DOCUMENTS for word in re.findall(r"`make (\w+)", text_of(path))}
    assert named <= targets


def test_links_between_documents_lead_somewhere() -> None:
    dead = [
        f"{name_of(path)} → {target}"
        for path in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text_of(path))
        if not (path.parent / target).exists()
    ]
    assert not dead


def test_the_glossary_explains_every_public_noun() -> None:
    assert not {*NOUNS, *rooms()} - glossary()


def test_the_architecture_page_walks_through_every_room() -> None:
    page = text_of(ROOT / "docs/architecture.md")
    assert not [room for room in rooms() if f"`{room}`" not in page]


def test_decisions_are_numbered_without_gaps_and_say_why() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        for heading in ("## Question", "## Decision", "## Why", "## What it costs"):
            assert heading in text_of(page), f"{name_of(page)} lacks '{heading}'"
