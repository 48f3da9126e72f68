"""A policy as JSON-LD: expanded by an independent processor without any fetch, in words that W3C DPV really has."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from pyld import jsonld

from tests.support.linked import named, nobody
from troth.app.folders import compile_folder
from troth.cli.main import main
from troth.kernel.findings import Findings
from troth.policy.bundle import Bundle
from troth.policy.dpv import NAMESPACES, TERMS
from troth.policy.linked import linked
from troth.policy.model import Purpose, Right, Safeguard

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("axle", "counter", "desk", "gateway", "harbour")
KNOWN = {NAMESPACES[term.partition(":")[0]] + term.partition(":")[2] for term in TERMS}


@cache
def bundle(name: str) -> Bundle:
    compiled = compile_folder(EXAMPLES / name, Findings())
    assert compiled is not None
    return compiled.bundle


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reading", ["as_written", "with_regimes"])
def test_every_word_of_dpv_is_one_it_has(name: str, reading: str) -> None:
    expanded = jsonld.expand(linked(bundle(name), reading), {"documentLoader": nobody})
    used = {one for one in named(expanded) if one.startswith("https://w3id.org/dpv") and "/loc#" not in one}
    assert used <= KNOWN, sorted(used - KNOWN)
    assert "https://w3id.org/dpv#hasLegalBasis" in used


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_its_kind_is_left_out(name: str) -> None:
    said = linked(bundle(name))
    statements = bundle(name).in_force()
    for kind, part in (
        (Purpose, "dpv:hasProcess"),
        (Right, "dpv:hasRight"),
        (Safeguard, "dpv:hasTechnicalOrganisationalMeasure"),
    ):
        wanted = [one.key for one in statements if isinstance(one, kind)]
        assert [one["dct:identifier"] for one in said[part]] == wanted
    assert said["dct:identifier"] == bundle(name).digest


def test_silence_is_said() -> None:
    """A policy that promises no time of keeping says so, purpose by purpose."""
    [first, *_] = linked(bundle("counter"))["dpv:hasProcess"]
    assert first["dpv:hasStorageCondition"] == [{"@type": "dpv:StorageCondition", "troth:notPromised": True}]


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["export", str(EXAMPLES / "harbour")]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(linked(bundle("harbour"))))
    assert main(["export", str(tmp_path)]) == 2
    assert "troth check" in capsys.readouterr().err


def test_whoever_reads_may_stop() -> None:
    """A reader that has seen enough closes the pipe: that is no error, and nothing is printed about it."""
    command = [sys.executable, "-m", "troth.cli", "export", str(EXAMPLES / "harbour")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        assert writing.stderr is not None
        writing.stdout.read(1)
        writing.stdout.close()
        assert (writing.wait(), writing.stderr.read()) == (0, b"")
