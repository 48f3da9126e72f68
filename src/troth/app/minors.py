"""Minors: the question about age, a guardian who agrees by a code to their own address, and the end of what was taken too early."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from troth.app.activity import Activity
from troth.app.acts import Acts
from troth.app.couriers import Letter
from troth.app.folders import packs
from troth.app.organisation import Organisation
from troth.consent import Guardian, GuardianRefused, Tried, purging
from troth.decide.offers import duties_offering
from troth.kernel.findings import Findings
from troth.kernel.ids import SubjectId, parse
from troth.ledger import Origin
from troth.notices import Shown
from troth.policies import Declared
from troth.policy.model import Consent, Minor, SubjectClass
from troth.subjects import Act

LETTER: Final = "guardian"
GUARDIAN: Final = "guardian"
_ROW: Final = "minors.age_lt"


@dataclass(frozen=True, slots=True)
class AgeSource:
    """What a statute says of the age below which a person needs a guardian, and where."""

    regime: str
    years: str
    cite: str


@dataclass(frozen=True, slots=True)
class AgeGate:
    """How the question about age is put: the class of minors, the years where somebody named any, and whose choice that is.

    `years` is None where the policy names no age and nobody chose one: then people are asked whether they are of age, and no number
    is made up. `chosen` where the operator declared it because the text leaves it open; the statutes in force say `sources`.
    """

    classes: tuple[str, ...]
    years: str | None
    chosen: bool
    sources: tuple[AgeSource, ...]


def age_gate(declared: Declared) -> AgeGate:
    """How a version of the policy asks about age."""
    classes = tuple(dict.fromkeys(rule.who for rule in declared.catalogue.all(Minor)))
    found = [one for id in classes if (one := declared.catalogue.get(SubjectClass, id)) is not None]
    aged = [one for one in found if one.under is not None]
    applied, known = {overlay.regime for overlay in declared.bundle.overlays}, packs(Findings())
    sources = tuple(
        AgeSource(pack.id, row.value, row.cite)
        for pack in known.values()
        if pack.id in applied
        for row in pack.rows
        if row.path == _ROW
    )
    years = max((one.under for one in aged if one.under is not None), default=None)
    chosen = any("under" in one.chosen for one in aged)
    return AgeGate(classes, None if years is None else f"{years}", chosen, sources)


def answered_age(organisation: Organisation, acts: Acts, subject: str, *, minor: bool) -> bool:
    """Take the answer to the question about age: of a minor that they are one, of everybody else nothing at all is kept."""
    declared = acts.declared()
    classes = [f"is:{one}" for one in age_gate(declared).classes]
    if minor and classes:
        acts.set_facts(subject, set=classes)
    return minor and bool(classes)


def guardian_items(declared: Declared) -> tuple[Consent, ...]:
    """What a guardian can agree to: each is asked for by itself."""
    return tuple(one for one in declared.catalogue.all(Consent) if one.what == GUARDIAN)


def guardian_notices(declared: Declared) -> tuple[str, ...]:
    """What a guardian must read first, by the rules about minors."""
    needs = (need for rule in declared.catalogue.all(Minor) for need in rule.needs)
    shown = (one.fact.name for need in needs for one in need.literals if one.fact.family == "shown")
    return tuple(dict.fromkeys(shown))


def ask_guardian(
    organisation: Organisation, subject: str, address: str, carry: Callable[[Letter], None], *,
    language: str = "en", origin: Origin = Origin.OBSERVED,
) -> str:  # fmt: skip
    """Mark a person as a minor, send a code to their guardian, and give the ticket of the guardian's page.

    The address is kept as a keyed digest alone. Raises GuardianRefused for the minor's own address, SubjectUnknown, NotCarried:
    then the ticket stands and nobody can use it.
    """
    entropy = organisation.entropy
    ticket = base64.urlsafe_b64encode(entropy.bytes(18)).decode()
    code = f"{int.from_bytes(entropy.bytes(8)) % 100_000_000:08d}"

    def do(acts: Acts) -> None:
        answered_age(organisation, acts, subject, minor=True)
        guardian = acts.open_subject([("email", address)]).subject
        organisation.guardians.ask(acts.work, _act(acts, subject), str(guardian), ticket, code)

    organisation.act(do, origin=origin)
    names = organisation.policy().bundle.header.organisation
    name = names.get(language) or names.get("en") or organisation.id
    carry(Letter(name, address, code, language, LETTER))
    return ticket


def answer_guardian(
    organisation: Organisation, ticket: str, code: str, choices: Mapping[str, str], *, language: str = "en",
    origin: Origin = Origin.OBSERVED,
) -> tuple[Tried, tuple[int, ...]]:  # fmt: skip
    """A guardian types the code in and says yes (`given`) or no (`refused`) to each thing by itself; with the entries of each.

    Nothing is agreed to that was not named; a wrong code agrees to nothing. Raises GuardianRefused for what is no guardian's to give.
    """
    with organisation.database.read() as connection:
        found = organisation.guardians.ticket(connection, ticket)
        subject = organisation.rooms.subjects.id_of(connection, found.minor) if found else None
    if found is None or subject is None:
        return Tried.OVER, ()
    who = str(subject)

    def do(acts: Acts) -> tuple[Tried, tuple[int, ...]]:
        declared = acts.declared()
        offered = {one.id for one in guardian_items(declared)}
        if set(choices) - offered or not set(choices.values()) <= {"given", "refused"}:
            raise GuardianRefused("That is nothing a guardian is asked here.", "Answer what the page asks.")
        able = duties_offering(declared.catalogue, "guardian_view")
        tried = organisation.guardians.confirm(acts.work, _act(acts, who), ticket, code, able)
        if tried is not Tried.RIGHT:
            return tried, ()
        _shown(organisation, acts, declared, who, language)
        numbers = []
        for item, said in choices.items():
            acts.consent(who, item, said, kind=GUARDIAN if said == "given" else "", language=language)
            acts.work.settle()
            numbers.append(acts.work.sequences[-1])
        return tried, tuple(numbers)

    return organisation.act(do, origin=origin)


def _shown(organisation: Organisation, acts: Acts, declared: Declared, subject: str, language: str) -> None:
    """What stood on the guardian's page."""
    for notice in guardian_notices(declared):
        offered = declared.notice(notice).languages
        spoken = language if not offered or language in offered else offered[0]
        organisation.notices.show(
            acts.work, _act(acts, subject), declared, notice, Shown(spoken), changes=acts.changes
        )


def wards_of(organisation: Organisation, guardian: str) -> list[Guardian]:
    """The minors for whom a person is proven to answer, the latest first. Raises SubjectUnknown."""
    with organisation.database.read() as connection:
        root = organisation.rooms.subjects.root(connection, organisation.ledger.pseudonym(guardian))
        return organisation.guardians.of_guardian(connection, root)


def ward(organisation: Organisation, guardian: str, ticket: str) -> str:
    """The minor for whom this very person is proven to answer by a ticket. Raises GuardianRefused, SubjectUnknown."""
    found = next((one for one in wards_of(organisation, guardian) if one.ticket == ticket), None)
    with organisation.database.read() as connection:
        minor = organisation.rooms.subjects.id_of(connection, found.minor) if found else None
    if minor is None:
        raise GuardianRefused(
            "You answer for no child by this address.", "Open the list of children you answer for."
        )
    return str(minor)


def act_for(
    organisation: Organisation, guardian: str, ticket: str, verb: str, item: str, *, language: str = "en"
) -> int:
    """A guardian takes back a consent, raises an objection or lifts it, for their child; the entry that says so.

    Nothing is given here: what a guardian agrees to is asked on a page of its own, by a code. Raises GuardianRefused, NotDeclared,
    MoveRefused, SubjectUnknown.
    """
    minor = ward(organisation, guardian, ticket)

    def do(acts: Acts) -> int:
        if verb == "withdraw":
            acts.consent(minor, item, "withdrawn", language=language)
        else:
            acts.object(minor, item, raised=verb == "raise")
        acts.work.settle()
        said = acts.work.sequences[-1]
        statement = f"{'consent' if verb == 'withdraw' else 'objection'}:{item}"
        organisation.guardians.acted(acts.work, _act(acts, minor), ticket, statement)
        return said

    return organisation.act(do)


def leave_ward(organisation: Organisation, guardian: str, ticket: str, *, language: str = "en") -> None:
    """A guardian answers for a child no more; what rested on a guardian is taken back where no other is left.

    Raises GuardianRefused, SubjectUnknown.
    """
    minor = ward(organisation, guardian, ticket)

    def do(acts: Acts) -> None:
        rooms, declared, connection = organisation.rooms, acts.declared(), acts.work.connection
        root = rooms.subjects.root(connection, acts.work.pseudonym(minor))
        organisation.guardians.end(acts.work, _act(acts, minor), ticket)
        acts.work.settle()
        if organisation.guardians.stands(connection, root) or organisation.guardians.attested(
            connection, root, acts.at
        ):
            return
        for item in guardian_items(declared):
            if rooms.consents.standing(connection, root, declared, item.id, acts.at).holds:
                acts.consent(minor, item.id, "withdrawn", language=language)

    organisation.act(do)


def must_be_guarded(organisation: Organisation, acts: Acts, subject: str) -> None:
    """Pass where a proven guardian, or a tenant's attestation, stands behind a guardian's consent. Raises GuardianRefused."""
    connection, guardians = acts.work.connection, organisation.guardians
    root = organisation.rooms.subjects.root(connection, acts.work.pseudonym(subject))
    if not guardians.stands(connection, root) and not guardians.attested(connection, root, acts.at):
        raise GuardianRefused(
            "No guardian of this person was proven, so nobody can agree in a guardian's place.",
            "Ask the guardian by their own address first, or record the tenant's attestation.",
        )


@dataclass(frozen=True, slots=True)
class Purged:
    """What came of purging a minor: how many keys died, and who else was given some of the data and is to be told."""

    keys: int
    elsewhere: tuple[str, ...]
    rules: tuple[str, ...]


def purge(organisation: Organisation, subject: str, *, origin: Origin = Origin.OBSERVED) -> Purged:
    """End what was taken from a minor without a guardian's consent: say so, destroy their keys, and list what is due elsewhere.

    Refused where a proven guardian agreed to something: then nothing was taken by mistake. Raises GuardianRefused, SubjectUnknown,
    ErasureUnfinished.
    """
    declared = organisation.policy()
    with organisation.database.read() as connection:
        root = organisation.rooms.subjects.root(connection, organisation.ledger.pseudonym(subject))
        names = organisation.rooms.subjects.group(connection, root)
        agreed = organisation.guardians.stands(connection, root) and any(
            organisation.rooms.consents.standing(
                connection, root, declared, one.id, organisation.clock.now()
            ).holds
            for one in guardian_items(declared)
        )
    if agreed:
        raise GuardianRefused(
            "A guardian agreed for this person, so this is no mistake.", "Erase on request instead."
        )
    received = sorted({deed.recipient for deed in Activity(organisation).of(names) if deed.recipient})
    found = organisation.act(
        lambda acts: organisation.guardians.found(acts.work, _act(acts, subject), declared), origin=origin
    )
    erased = organisation.erase_keys(subject, origin=origin)
    organisation.act(
        lambda acts: organisation.guardians.purged(
            acts.work, found, len(received), declared.digest, acts.at, origin
        )
    )
    return Purged(erased.keys, tuple(received), tuple(rule.id for rule in purging(declared)))


def finish_purges(organisation: Organisation) -> int:
    """Finish what was cut off between finding a minor and saying that their data are gone; how many that were."""
    with organisation.database.read() as connection:
        waiting = organisation.guardians.all_found(connection, open_only=True)
        gone = [one for one in waiting if organisation.is_erased(connection, one.minor)]
    declared = organisation.policy()
    for one in gone:
        organisation.act(
            lambda acts, found=one: organisation.guardians.purged(  # type: ignore[misc]
                acts.work, found, 0, declared.digest, acts.at, acts.origin
            )
        )
    return len(gone)


def _act(acts: Acts, subject: str) -> Act:
    return Act(parse(SubjectId, subject), acts.at, acts.origin, acts.declared().digest)
