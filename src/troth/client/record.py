"""Calls about the record: report what was seen, and read the policy, the promises and the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from troth.client.call import Call, Plain, got, nothing, plain, said, told
from troth.client.contract import Contract


class Record:
    """What was seen outside the gate, and what stands on record."""

    @said
    def probe(
        self, probe: str, passed: bool, statements: Iterable[str], seen: Iterable[object], looked_at: str, key: str = ""
    ) -> Call[None]:  # fmt: skip
        """Report a look into a store."""
        body = {"probe": probe, "passed": passed, "statements": list(statements), "seen": list(seen)}
        return told("probes", body | {"looked_at": looked_at}, nothing, key)

    @said
    def observed(self, acts: Iterable[Mapping[str, Any]], key: str = "") -> Call[Plain]:
        """Report acts that were seen outside the gate."""
        return told("observed", {"acts": [dict(act) for act in acts]}, plain, key)

    @said
    def unanswered(self, acts: Iterable[Mapping[str, Any]], key: str = "") -> Call[Plain]:
        """Tell of uses that were done while nobody answered; each is judged by what was known then."""
        return told("uses/unanswered", {"acts": [dict(act) for act in acts]}, plain, key)

    @said
    def contract(self) -> Call[Contract]:
        """For each purpose, what becomes of a use that nobody answers."""
        return got("policy/contract", Contract.of)

    @said
    def policy(self) -> Call[Plain]:
        """The policy in force, with its digest."""
        return got("policy", plain)

    @said
    def promises(self, clause: str = "") -> Call[Plain]:
        """The board, or one clause of it."""
        return got(f"promises/{quote(clause, safe='')}" if clause else "promises", plain)

    @said
    def evidence(self, after: int = 0, kind: str = "") -> Call[Plain]:
        """Events after a sequence number."""
        return got(f"evidence?{urlencode({'after': after, 'kind': kind})}", plain)
