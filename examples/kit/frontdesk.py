"""Those who work for a company with the product itself: the register of people and papers, and what customers ask about their data.

What they do leaves by the public API, under the key that the company was handed, which its `company.yaml` opens for `intake` and `staff`.
The file with that key is named in `office.txt` beside the company's data: it was handed over in person.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

import httpx

from examples.kit.time import now
from examples.kit.waiting import until

NAMED: Final = "office.txt"
PATIENCE: Final = 60.0
LASTS: Final = timedelta(days=365)
"""How long a course counts."""
MOST: Final = 200
WORDS: Final = {
    "granted": "We have done what you asked for (simulation).",
    "refused": "We cannot do this; the reason is named with this answer (simulation).",
    "informed": "What you asked is answered in our policy; write again if it is not (simulation).",
    "noted": "Thank you. We have read it, and changed what was wrong (simulation).",
}
ANSWERS: Final = {"question": "informed", "feedback": "noted", "complaint": "noted"}
Ticket = Mapping[str, Any]


class FrontDesk:
    """Somebody who works there. `done` counts what they did."""

    def __init__(self, data: Path) -> None:
        handed = json.loads(Path((data / NAMED).read_text(encoding="utf-8")).read_text(encoding="utf-8"))
        self._http = httpx.Client(
            base_url=f"{handed['url']}/api/v1/{handed['organisation']}/",
            headers={"Authorization": f"Bearer {handed['key']}"},
            timeout=60,
        )
        self.done: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # -- people and papers ----------------------------------------------------------------------------------------

    def hire(self, name: str, role: str = "", courses: Iterable[str] = ()) -> str:
        """Somebody comes to work here, learns what their role asks for, and is given it; their id."""
        member = str(self._send("staff", {"name": name})["member"])
        for course in courses:
            said = {"course": course, "taken": now().isoformat(), "expires": (now() + LASTS).isoformat()}
            self._send(f"staff/{member}/trainings", said)
        if role:
            self._send(f"staff/{member}/roles", {"role": role})
        self.done["came to work"] += 1
        return member

    def bring_papers(self, about: str = "") -> int:
        """Whoever a task belongs to brings the paper that it asks for, where none lies there or the last one ran out; how many were.
        `about` leaves those out whose statement does not begin like this."""
        until(lambda: bool(self._tasks()), PATIENCE)
        open_tasks = [
            one
            for one in self._tasks()
            if one["state"] in ("open", "overdue", "expired") and one["statement"].startswith(about)
        ]
        for one in open_tasks:
            said = f"{one['words'] or one['statement']}: seen, and as it should be (simulation)."
            paper = {
                "name": "paper.txt",
                "media": "text/plain",
                "data": base64.b64encode(said.encode()).decode(),
            }
            self._send(f"tasks/{one['task']}/done", {"by": self._somebody(), "document": paper})
        self.done["papers brought"] += bool(open_tasks)
        return len(open_tasks)

    def _tasks(self) -> list[dict[str, Any]]:
        return list(self._got("tasks")["tasks"])

    def _somebody(self) -> str:
        return next(str(one["member"]) for one in self._got("staff")["staff"])

    # -- what customers ask ----------------------------------------------------------------------------------------

    def waiting(self) -> list[Ticket]:
        """What is not answered, that which is due first before the rest."""
        return list(self._got("tickets", limit=MOST)["tickets"])

    def asked(self, right: str, kind: str = "request") -> Ticket:
        """What came last of this and is not answered. Raises LookupError where nothing is."""
        found = [one for one in self.waiting() if one["kind"] == kind and one["right"] == right]
        if not found:
            raise LookupError(f"Nobody waits for an answer about {right or kind}.")
        return max(found, key=lambda one: str(one["received_at"]))

    def carried_out(self, right: str) -> None:
        """Wait until the product has answered by itself whoever asked for this and showed who they are. Raises TimeoutError."""

        def so() -> bool:
            return not any(one["right"] == right and one["identified"] for one in self.waiting())

        until(so, 2 * PATIENCE, 0.2)

    def mail_came(self) -> Ticket:
        """The mail that somebody wrote, once it lies here as a ticket that nobody has sorted. Raises TimeoutError."""
        found: list[Ticket] = []

        def came() -> bool:
            found[:] = [one for one in self.waiting() if one["kind"] == "unsorted"]
            return bool(found)

        until(came, PATIENCE)
        return found[0]

    def type_in(self, right: str, words: str, address: str) -> Ticket:
        """Write down what somebody asks who stands here, with the slip that lets whoever writes act for them."""
        slip = base64.b64encode(b"I ask for this. Signed (simulation).").decode()
        said: dict[str, object] = {"kind": "request", "right": right, "route": "manager", "words": words}
        said |= {"agent": self._somebody(), "identities": {"email": address}, "address": address}
        paper = {"authority": {"name": "slip.txt", "media": "text/plain", "data": slip}}
        self.done[f"typed in: {right}"] += 1
        return self._send("tickets", said | paper)

    def sort(self, ticket: Ticket, kind: str, right: str = "") -> Ticket:
        """Say what a mail is; the ticket as it is then."""
        sorted_as = self._send(f"tickets/{ticket['number']}/sort", {"kind": kind, "right": right})
        self.done[f"sorted: {right or kind}"] += 1
        return sorted_as

    def answer(
        self, ticket: Ticket, papers: Iterable[str] = (), *, refusal: str = "", ground: str = ""
    ) -> None:
        """Answer it: granted on a ground, refused on one that is listed, or told."""
        outcome = "refused" if refusal else ANSWERS.get(ticket["kind"], "granted")
        said = {"outcome": outcome, "words": WORDS[outcome], "papers": list(papers)}
        self._send(f"tickets/{ticket['number']}/answer", said | {"refusal": refusal, "ground": ground})
        why = refusal or ground
        self.done[f"answered: {ticket['right'] or ticket['kind']}{f' ({why})' if why else ''}"] += 1

    # -- the way there --------------------------------------------------------------------------------------------

    def _got(self, path: str, **asked: object) -> dict[str, Any]:
        return self._heard(self._http.get(path, params={name: str(value) for name, value in asked.items()}))

    def _send(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return self._heard(self._http.post(path, json=body))

    @staticmethod
    def _heard(answer: httpx.Response) -> dict[str, Any]:
        answer.raise_for_status()
        return dict(answer.json())
