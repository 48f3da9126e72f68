"""The people in an office who answer what others ask: tickets of companies that have nobody of their own for it.

python -m examples.kit.office --keys DIR --only NAME …

A ticket is answered some days after it came, by the time of the run: a request is granted, a question is answered, and whoever did not
say who they are is told so. What a policy wants otherwise is refused there, and left to whoever looks at the console.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from examples.kit.process import ready, tied
from examples.kit.time import acting, now
from troth.client import KeyFile

ANSWERS_AFTER: Final = timedelta(days=2)
LOOKS_EVERY: Final = 1.0
MOST: Final = 200
WORDS: Final = {
    "request": ("granted", "We have done what you asked for (simulation)."),
    "question": (
        "informed",
        "What you asked is answered in our policy; write again if it is not (simulation).",
    ),
    "complaint": ("noted", "We have looked into it, and changed what was wrong (simulation)."),
    "feedback": ("noted", "Thank you, we have read it (simulation)."),
}


class Office:
    """Who answers for one company. What is refused is not tried again."""

    def __init__(self, keys: KeyFile) -> None:
        head = {"Authorization": f"Bearer {keys.key}"}
        self._http = httpx.Client(
            base_url=f"{keys.url}/api/v1/{keys.organisation}/", headers=head, timeout=30
        )
        self._left: set[str] = set()

    def turn(self) -> int:
        """Answer what has waited long enough; how many tickets were."""
        said = self._http.get("tickets", params={"limit": MOST})
        said.raise_for_status()
        waited = now() - ANSWERS_AFTER
        due = [
            one
            for one in said.json()["tickets"]
            if one["number"] not in self._left and datetime.fromisoformat(one["received_at"]) < waited
        ]
        return sum(self._see_to(one) for one in due)

    def _see_to(self, ticket: dict[str, Any]) -> bool:
        number, kind = ticket["number"], ticket["kind"]
        outcome, words = WORDS.get(kind, ("", ""))
        if outcome and self._post(f"tickets/{number}/answer", {"outcome": outcome, "words": words}):
            return True
        reason = "done_elsewhere" if kind == "unsorted" or ticket["identified"] else "no_identity"
        if self._post(f"tickets/{number}/close", {"reason": reason}):
            return True
        self._left.add(number)
        return False

    def _post(self, path: str, body: dict[str, str]) -> bool:
        return self._http.post(path, json=body).is_success


def main() -> None:
    """Answer until whoever started this is gone."""
    parser = argparse.ArgumentParser(description="People who answer tickets.")
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--only", nargs="+", required=True)
    args = parser.parse_args()
    tied()
    offices = [Office(KeyFile.read(args.keys / f"{name}.json")) for name in args.only]
    ready()
    while True:
        for office in offices:
            try:
                with acting():
                    office.turn()
            except httpx.HTTPError as problem:
                print(f"office: {type(problem).__name__}", file=sys.stderr, flush=True)
        time.sleep(LOOKS_EVERY)


if __name__ == "__main__":
    main()
