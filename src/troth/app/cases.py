"""Which cases of a law book name which clauses; the cases themselves are run by the tests."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import yaml


def cases_by_clause(policy: str, folder: Path | None) -> dict[str, list[str]]:
    """The names of a policy's cases by the clauses they exercise; empty where there is no such folder.

    Raises ValueError, naming the file, for one that is not a file of cases as tests/cases/README.md describes.
    """
    found: dict[str, list[str]] = defaultdict(list)
    if folder is None or not (folder / policy).is_dir():
        return found
    for path in sorted((folder / policy).glob("*.yaml")):
        try:
            plain = yaml.safe_load(path.read_text(encoding="utf-8"))
            for case in plain["cases"]:
                for clause in case["why"]:
                    found[str(clause)].append(str(case["name"]))
        except (yaml.YAMLError, KeyError, TypeError) as problem:
            raise ValueError(f"{path} is not a file of cases: {type(problem).__name__}.") from problem
    return found
