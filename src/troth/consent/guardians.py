"""Guardians in use: asked by a code to their own address, confirmed by it, ended; minors found, and purged; attestations.

Serves GDPR art. 8, PIPL art. 31: a guardian's consent counts while a guardian stands who was proven. One guardian is enough; when
none is left, what rested on them is for the caller to withdraw.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.consent import guarding, wards
from troth.consent.errors import ActUnreadable, GuardianRefused
from troth.consent.guarding import LASTS, MOST_TRIES, Found, Guardian, Standing, Tried
from troth.decide.offers import duties_offering
from troth.kernel.calendars import Period, Unit, due
from troth.ledger import Origin, Work
from troth.policies import Declared
from troth.policy.model import Minor
from troth.subjects import Act, root_of

_DIGEST: Final = re.compile(r"[A-Za-z0-9-]{1,16}:[0-9a-f]{16,128}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Guardians:
    """Who answers for the minors of one organisation. Verbs that record take the work they are part of."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation

    def ask(self, work: Work, act: Act, guardian: str, ticket: str, code: str) -> Guardian:
        """Put on record that somebody was named as a minor's guardian and sent a code. Raises GuardianRefused, SubjectUnknown."""
        work.lock()
        minor = root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        other = root_of(work.connection, self._organisation, work.pseudonym(guardian))
        if minor == other:
            raise GuardianRefused("Nobody is their own guardian.", "Give the guardian's own address.")
        until = act.at + LASTS
        work.record(guarding.asked(act, other, ticket, _digest(work, ticket, code), until))
        work.settle()
        found = wards.by_ticket(work.connection, self._organisation, ticket)
        assert found is not None
        return found

    def ticket(self, connection: Connection, ticket: str) -> Guardian | None:
        """Who was asked by a ticket."""
        return wards.by_ticket(connection, self._organisation, ticket)

    def confirm(self, work: Work, act: Act, ticket: str, code: str, duties: Iterable[str] = ()) -> Tried:
        """Try a code: right, it proves that the guardian has the address it went to; each wrong one counts, and five are enough.

        `duties` are those of the policy that guardians can do from then on.
        """
        work.lock()
        found = wards.by_ticket(work.connection, self._organisation, ticket)
        over = found is None or found.state is not Standing.ASKED or found.tries >= MOST_TRIES
        if found is None or over or act.at >= found.until:
            return Tried.OVER
        if not hmac.compare_digest(found.code, _digest(work, ticket, code)):
            work.record(guarding.moved(guarding.FAILED, act, ticket))
            return Tried.WRONG
        able = (f"user_duty:{one}" for one in duties)
        work.record(guarding.moved(guarding.CONFIRMED, act, ticket, "proof=code", *able))
        return Tried.RIGHT

    def end(self, work: Work, act: Act, ticket: str) -> None:
        """Somebody answers for a minor no more; harmless when they did not."""
        work.lock()
        found = wards.by_ticket(work.connection, self._organisation, ticket)
        if found is not None and found.state is not Standing.ENDED:
            work.record(guarding.moved(guarding.ENDED, act, ticket))

    def stands(self, connection: Connection, root: str) -> bool:
        """Whether a proven guardian answers for a person."""
        return any(one.state is Standing.CONFIRMED for one in self.of_minor(connection, root))

    def of_minor(self, connection: Connection, root: str) -> list[Guardian]:
        """Everybody who was asked to answer for a person, the latest first."""
        return wards.of_minor(connection, self._organisation, root)

    def of_guardian(self, connection: Connection, root: str) -> list[Guardian]:
        """The minors for whom a person is proven to answer, the latest first."""
        return wards.of_guardian(connection, self._organisation, root)

    def acted(self, work: Work, act: Act, ticket: str, statement: str) -> None:
        """Put on record that what was just said for the minor was said by the guardian of this ticket."""
        work.record(guarding.moved(guarding.ACTED, act, ticket, f"said={statement}"))

    def open_cases(self, connection: Connection, most: int = 200) -> list[Guardian]:
        """Guardians who were asked and have not answered, the oldest first."""
        return wards.open_cases(connection, self._organisation, most)

    def counts(self, connection: Connection) -> dict[str, int]:
        """How many guardians stand where."""
        return wards.guardian_counts(connection, self._organisation)

    # --- minors who were found -----------------------------------------------------------------------------------------------------

    def found(self, work: Work, act: Act, declared: Declared) -> Found:
        """Put on record that a minor's data were taken without a guardian's consent, and by when the policy says they go."""
        work.lock()
        rules = purging(declared)
        ends = [
            due(act.at, Period(rule.within.value, Unit(rule.within.unit)), declared.calendar).at
            for rule in rules
            if rule.within is not None and rule.within.unit != "years"
        ]
        work.record(guarding.found(act, [rule.id for rule in rules], min(ends, default=None)))
        work.settle()
        return self.all_found(work.connection, open_only=True)[-1]

    def purged(
        self, work: Work, of: Found, elsewhere: int, policy: str, at: datetime, origin: Origin
    ) -> None:
        """Put on record that a minor's data are gone here, and how many others are still to be told."""
        work.record(guarding.purged(of.sequence, of.rule.split(), elsewhere, policy, at, origin))

    def all_found(self, connection: Connection, *, open_only: bool = False) -> list[Found]:
        """Minors found without a guardian's consent, the oldest first."""
        return wards.found_minors(connection, self._organisation, open_only=open_only)

    # --- tenants ------------------------------------------------------------------------------------------------------------------------

    def attest(
        self, work: Work, act: Act, declared: Declared, tenant: str, document: str, until: datetime
    ) -> None:
        """Put on record that a tenant states that its minor's guardian agreed; it counts until it ends.

        Raises ActUnreadable for a statement without a digest, SubjectUnknown.
        """
        work.lock()
        root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        if not _DIGEST.fullmatch(document) or not _NAME.fullmatch(tenant) or until <= act.at:
            raise ActUnreadable(
                "An attestation names its tenant, the digest of the statement, and an end to come.",
                "Write the digest as sha256:HEX.",
            )
        rules = [
            rule.id
            for rule in declared.catalogue.all(Minor)
            if any(literal.fact.name == "attestation" for need in rule.needs for literal in need.literals)
        ]
        duties = duties_offering(declared.catalogue, "minor_attestation")
        work.record(guarding.attested(act, tenant, document, until, rules, duties))

    def attested(self, connection: Connection, root: str, at: datetime) -> bool:
        """Whether some tenant's attestation for a person counts at an instant."""
        return wards.attested(connection, self._organisation, root, at)

    def attestations(self, connection: Connection, at: datetime) -> int:
        """How many attestations count at an instant."""
        return wards.attestation_count(connection, self._organisation, at)


def purging(declared: Declared) -> tuple[Minor, ...]:
    """The rules by which a minor's data go that were taken by mistake."""
    return tuple(rule for rule in declared.catalogue.all(Minor) if rule.purge)


def _digest(work: Work, ticket: str, code: str) -> str:
    """A code as it is kept: under the organisation's key, for this ticket alone."""
    return work.pseudonym(f"guardian:{ticket}:{''.join(code.split())}")
