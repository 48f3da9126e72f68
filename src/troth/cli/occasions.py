"""`troth coverage FOLDER… --life DATA`: which clauses had an occasion in the life of a run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from troth.app.meets import read_premises
from troth.app.occasions import Life, absent_in, life_in
from troth.app.opening import compiled_folder

FIGURES: Final = ("built", "with_occasion", "observed", "without")


def tell_occasions(folders: list[Path], data: Path, *, as_json: bool) -> int:
    """Print them. Exit code 0, or 1 where a company lacks what is said to stand there. Raises TrothError."""
    lives: list[Life] = []
    wrong: list[str] = []
    for folder in folders:
        if not (folder / "policy.yaml").is_file():
            print(f"{folder}: no policy.yaml here, passed over.", file=sys.stderr)
            continue
        bundle, _ = compiled_folder(folder)
        lives.append(life_in(data, folder.resolve().name, bundle))
        wrong += [f"{folder}: {one}" for one in absent_in(data, folder.resolve().name, read_premises(folder))]
    everything = {name: sum(life.totals[name] for life in lives) for name in FIGURES}
    if as_json:
        report = {"lives": [life.as_json() for life in lives], "all": everything, "absent": wrong}
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print(lives, everything)
        print(*wrong, sep="\n" if wrong else "", end="\n" if wrong else "")
    return int(bool(wrong))


def _print(lives: list[Life], everything: dict[str, int]) -> None:
    print(f"{'occasions':<12}" + "".join(f"{name.replace('_', ' '):>16}" for name in FIGURES))
    for life in lives:
        print(f"{life.policy:<12}" + "".join(f"{life.totals[name]:>16}" for name in FIGURES))
    print(f"{'all':<12}" + "".join(f"{everything[name]:>16}" for name in FIGURES))
    for life in lives:
        for one in life.without:
            print(f"  {life.policy} {one.clause}: none for {', '.join(one.statements)}")
