"""A life by script, for companies that have no process of their own yet: acts through the public API, origin *example*.

    python -m examples.kit.scripted --policies DIR --keys DIR --state DIR [--only NAME …] [--stories NAME …]
        [--seed N] [--speed N] [--steps N]

Who plays it asks what a company of that policy would ask. When the answer is no, it names what is missing; now and then
that is then done as people would do it (a notice shown, a consent given, a paper found), and it is asked again. So there are
permits, refusals, consents and withdrawals of every kind the policy speaks of. Acts written by hand stand in `life.yaml`;
of whoever is named by `--stories` they are all that is played.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from examples.kit.process import ready, tied
from examples.kit.progress import Progress
from examples.kit.script import Script
from examples.kit.stage import Stage
from examples.kit.stories import read_stories
from troth.client import Away, Client, KeyFile

PAUSE = 1.5


def open_stage(name: str, policies: Path, keys: Path, state: Path, seed: int) -> tuple[Stage, Script]:
    """The stage and the script of one company."""
    script = Script.read(policies / name, seed)
    client = Client(KeyFile.read(keys / f"{name}.json"))
    return Stage(client, script.kinds, seed, Progress(state / f"{name}.json", seed)), script


def main() -> None:
    """Let the companies live."""
    parser = argparse.ArgumentParser(
        description="Scripted lives of companies without a process of their own."
    )
    parser.add_argument("--policies", type=Path, required=True)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--stories", nargs="+", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--steps", type=int, default=0)
    args = parser.parse_args()
    tied()
    names = [*args.only, *args.stories]
    opened = {name: open_stage(name, args.policies, args.keys, args.state, args.seed) for name in names}
    stages = {name: opened[name] for name in args.only}
    ready()
    for name, (stage, _) in opened.items():
        stage.play(read_stories(args.policies / name / "life.yaml"))
    step = 0
    while stages and (not args.steps or step < args.steps):
        for stage, script in stages.values():
            try:
                stage.live(script.act(step))
            except Away as problem:
                print(f"scripted: {problem}", file=sys.stderr, flush=True)
        step += 1
        if not args.steps:
            time.sleep(PAUSE / max(args.speed, 0.01))
    done = {name: dict(sorted(stage.done.items())) for name, (stage, _) in opened.items()}
    print(
        json.dumps({"done": done, "surprises": [s for stage, _ in opened.values() for s in stage.surprises]}),
        flush=True,
    )


if __name__ == "__main__":
    main()
