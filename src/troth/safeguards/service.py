"""The register in use: a proof is put on record, heads are counted, the map of threats is drawn and shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from troth.decide.register import threat_map
from troth.kernel.canonical import digest
from troth.kernel.clock import utc
from troth.kernel.findings import did_you_mean
from troth.ledger import Origin, Work
from troth.policies import Declared, NotDeclared
from troth.policy.model import Safeguard, StaffRole
from troth.safeguards import evidence
from troth.safeguards.errors import ItemRefused, ItemUnknown
from troth.safeguards.model import Proof
from troth.staff import Member, Staff, StaffUnknown

GRADES: Final = ("probe", "read_back", "signed", "log", "attestation")
OURSELVES: Final = "probe:troth"
"""By whom what this program counts itself is shown."""
_PROBE: Final = re.compile(r"probe:[A-Za-z0-9._-]{1,100}")
_DIGEST: Final = re.compile(r"[A-Za-z0-9-]{1,16}:[0-9a-f]{16,128}")


class Safeguards:
    """The register of one organisation. Every verb takes the work it is part of."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    def show(
        self, work: Work, declared: Declared, one: Proof, *, now: datetime, origin: Origin = Origin.OBSERVED
    ) -> Proof:
        """Put a proof on record. More heads than the policy allows are no proof: the look counts as failed.

        Raises NotDeclared, ItemUnknown, StaffUnknown, ItemRefused.
        """
        work.lock()
        statement = _safeguard(declared, one.safeguard)
        self._check(work, statement, one, now)
        crowded = statement.cap is not None and one.heads is not None and one.heads > statement.cap
        found = replace(
            one,
            at=utc(one.at),
            until=utc(one.until) if one.until else None,
            passed=one.passed and not crowded,
        )
        work.record(evidence.proof(found, declared.digest, origin))
        return found

    def count(
        self, work: Work, declared: Declared, *, now: datetime, origin: Origin = Origin.OBSERVED
    ) -> tuple[Proof, ...]:
        """Count the heads that the policy caps, where roles of the same clauses say whose: from our own record of staff."""
        work.lock()
        members = self._staff.members(work.connection)
        return tuple(
            self.show(work, declared, one, now=now, origin=origin) for one in _counted(declared, members, now)
        )

    def show_map(
        self, work: Work, declared: Declared, safeguard: str, item: int, live: Iterable[str], *, now: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> Proof:  # fmt: skip
        """Draw the map of threats from the safeguards that are live, and put on record whether it leaves a gap in what this
        safeguard names. Raises as `show`."""
        statement = _safeguard(declared, safeguard)
        drawn = threat_map(declared.catalogue, live, apart=safeguard)
        whole = all(drawn.get(threat) for threat in statement.threats)
        document = digest([[threat, list(answers)] for threat, answers in drawn.items()])
        one = Proof(safeguard, item, now, OURSELVES, passed=whole, document=document, grade="log")
        return self.show(work, declared, one, now=now, origin=origin)

    def _check(self, work: Work, statement: Safeguard, one: Proof, now: datetime) -> None:
        if not 1 <= one.item <= len(statement.evidence):
            raise ItemUnknown(
                f"'{statement.id}' names {len(statement.evidence)} items of evidence, counted from 1.",
                "; ".join(f"{number}: {text}" for number, text in enumerate(statement.evidence, 1)),
            )
        if one.grade not in GRADES:
            raise ItemRefused("Evidence does not say how it was seen.", did_you_mean(one.grade, GRADES))
        if utc(one.at) > now or (one.until is not None and utc(one.until) <= utc(one.at)):
            raise ItemRefused("Evidence was seen in the past and runs out later.", "Give both instants.")
        if statement.cap is not None and one.passed and one.heads is None:
            raise ItemRefused(
                f"'{statement.id}' is capped at {statement.cap}.", "Say how many heads were counted."
            )
        if one.document and not _DIGEST.fullmatch(one.document):
            raise ItemRefused("A document is named by its digest.", "Write it as sha256:HEX.")
        if not _PROBE.fullmatch(one.by) and one.by not in self._staff.found(work.connection, (one.by,)):
            raise StaffUnknown("Nobody of this id works here.", "Name a member of staff, or probe:NAME.")


def _safeguard(declared: Declared, id: str) -> Safeguard:
    found = declared.catalogue.get(Safeguard, id)
    if found is None:
        raise NotDeclared(
            "This policy declares no such safeguard.",
            did_you_mean(id, declared.catalogue.ids(Safeguard.kind)),
        )
    return found


def _counted(declared: Declared, members: Iterable[Member], now: datetime) -> Iterator[Proof]:
    """A count for each capped safeguard whose one item is told by roles of the same clauses."""
    listed = tuple(members)
    for statement in declared.catalogue.all(Safeguard):
        roles = [
            role.id
            for role in declared.catalogue.all(StaffRole)
            if set(role.clauses) & set(statement.clauses)
        ]
        if statement.cap is None or not roles or len(statement.evidence) != 1:
            continue
        heads = sum(any(one.holds(role, now) for role in roles) for one in listed)
        yield Proof(statement.id, 1, now, OURSELVES, heads=heads, grade="log")
