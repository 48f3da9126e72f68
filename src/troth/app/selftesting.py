"""Self-tests in a process of their own: finding what to ask is a search, and pages should not wait for it, nor for which cases
count for which clause.

python -m troth.app.selftesting --home DIR [--cases DIR] ID …
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from troth.app.config import Home
from troth.app.coverage import cover_at
from troth.app.hosting import Engines
from troth.app.opening import open_organisation
from troth.app.safeguarding import count
from troth.app.tied import say, tied
from troth.kernel.errors import TrothError


def selftest(home: Home, id: str, cases: Path | None = None) -> dict[str, bool]:
    """Ask the engine of one organisation what each statement in force must decide, and record what came out; note its coverage."""
    with open_organisation(home, id, compile=Engines(), bring_up=False) as organisation:
        promises = organisation.promises
        promises.trials  # noqa: B018 - the search comes before the transaction, which holds the ledger
        count(organisation)
        now = organisation.clock.now()
        outcome = organisation.act(lambda acts: promises.selftest(acts.work, now))
        cover_at(home, id, promises.bundle, cases)
        return outcome


def main() -> int:
    """Test every organisation once, and say how many statements passed."""
    parser = argparse.ArgumentParser(description="Self-tests of organisations that are in use.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("organisations", nargs="+", metavar="ID")
    args = parser.parse_args()
    tied()
    say(ready=True)
    passed: dict[str, int] = {}
    failed: dict[str, list[str]] = {}
    try:
        for id in args.organisations:
            outcome = selftest(Home.at(args.home), id, args.cases)
            passed[id] = sum(outcome.values())
            failed[id] = sorted(key for key, came_out in outcome.items() if not came_out)
    except TrothError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    say(passed=passed, failed=failed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
