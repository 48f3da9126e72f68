"""The project speaks of itself alone: no machine's paths, no registry, no address to download from."""

from __future__ import annotations

import re

import pytest

from tests.tidy.source import ROOT, name_of, project_files, text_of

# Put together from parts, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("deb", "debian", "org"),
        ("security", "debian", "org"), ("crates", "io"), ("jsdelivr", "net"), ("unpkg", "com"),
    )
]  # fmt: skip
MACHINE_PATH = re.compile(r"(?<![\w./~<-])/(?:work|root|Users|home/\w+)/[\w.]")


def found_in(text: str) -> list[str]:
    """The registries and machine paths that a text holds."""
    lowered = text.lower()
    return [host for host in REGISTRIES if host in lowered] + MACHINE_PATH.findall(text)


def test_no_file_names_a_registry_or_a_machine_path() -> None:
    found = {name_of(path): hits for path in project_files() if (hits := found_in(text_of(path)))}
    assert not found


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("see /" + "work/main", True),
        ("'/" + "root/.cache'", True),
        ("https://" + "pypi" + ".org/simple", True),
        ("route /homework/", False),
        ("src/troth/work/steps.py", False),
    ],
)
def test_what_counts_as_one(text: str, seen: bool) -> None:
    assert bool(found_in(text)) is seen


def test_ci_says_the_same_word_as_a_laptop() -> None:
    said = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line and not line.startswith("#")]
    assert said[-1] == "exec make test"
