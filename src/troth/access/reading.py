"""Reading cells: decide all, put every read on disk, then open the values. Many reads share one look and one commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.access import evidence, rules, store
from troth.access.desk import Blinds, Desk, fields_of, known_field
from troth.access.errors import WriteRefused
from troth.access.model import Asked, Cell, Field, Outcome, Token, Told
from troth.access.rules import Verdict
from troth.access.writing import as_bytes
from troth.decide.model import Question
from troth.kernel.errors import CallerError, TrothError
from troth.kernel.ids import StaffId
from troth.ledger import Draft, Origin
from troth.policies import Declared
from troth.policy.model import StaffRole
from troth.staff import Member
from troth.subjects import SubjectUnknown

MOST_FOUND: Final = 100
"""How many people a search tells of: whoever finds more must look for something rarer."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """All that decides a batch of reads, as one snapshot has it."""

    at: datetime
    declared: Declared
    fields: dict[str, Field]
    tokens: dict[str, Token]
    members: dict[StaffId, Member]
    heads: dict[str, int]
    people: dict[str, tuple[str, ...]]
    cells: dict[tuple[str, str], Cell]
    roles: dict[tuple[str, str], Verdict] = field(default_factory=dict)
    """What was found about a token and a category: many reads of a batch ask the same."""

    def cell(self, subject: str, name: str) -> Cell | None:
        """A person's cell; of several that a merge brought together, the root's, else the one written last."""
        group = self.people[subject]
        found = [self.cells[who, name] for who in group if (who, name) in self.cells]
        return max(found, key=lambda cell: (cell.subject == group[0], cell.written_at), default=None)


@dataclass(slots=True)
class _Read:
    """One person's fields on their way to whoever asked."""

    asked: Asked
    token: Token | None
    told: dict[str, Told] = field(default_factory=dict)
    granted: dict[str, Cell | None] = field(default_factory=dict)


def read(desk: Desk, asked: Sequence[Asked], origin: Origin) -> list[tuple[Told, ...] | TrothError]:
    """What is told about each, in the order of its fields; on disk before this returns."""
    found: list[_Read | TrothError] = []
    with desk.ledger.database.read() as connection:
        sight = _see(desk, connection, asked)
        for one in asked:
            try:
                found.append(_decided(desk, connection, sight, one))
            except CallerError as problem:
                found.append(problem)
    reads = [one for one in found if isinstance(one, _Read)]
    _record(desk, sight, reads, origin)
    _open(desk, reads)
    return [
        tuple(one.told[name] for name in one.asked.fields) if isinstance(one, _Read) else one for one in found
    ]


def _see(desk: Desk, connection: Connection, asked: Sequence[Asked]) -> _Sight:
    """Read what decides, once for all of them."""
    at = desk.clock.now()
    declared, fields = desk.declared(connection), fields_of(desk, connection)
    ids = {rules.id_of(one.token) for one in asked} - {""}
    tokens = store.tokens_of(connection, desk.organisation, ids)
    members = desk.staff.found(connection, {token.member for token in tokens.values()}) if tokens else {}
    people = desk.people(connection, {one.subject for one in asked})
    names = {name for one in asked for name in one.fields if name in fields}
    whom = {who for group in people.values() for who in group}
    cells = store.find(connection, desk.organisation, whom, names) if names else {}
    heads = _heads(desk, connection, declared, tokens.values(), at)
    return _Sight(at, declared, fields, tokens, members, heads, people, cells)


def _heads(
    desk: Desk, connection: Connection, declared: Declared, tokens: Iterable[Token], at: datetime
) -> dict[str, int]:
    """How many hold each role, where the policy limits one of them."""
    roles = (declared.catalogue.get(StaffRole, token.role) for token in tokens)
    limited = any(role is not None and role.at_most is not None for role in roles)
    return desk.staff.heads(connection, at) if limited else {}


def _decided(desk: Desk, connection: Connection, sight: _Sight, asked: Asked) -> _Read:
    """Which fields may be read. Raises SubjectUnknown, FieldUnknown, WriteRefused for too many fields."""
    if not asked.fields or len(asked.fields) > evidence.MOST_FIELDS:
        raise WriteRefused(f"One to {evidence.MOST_FIELDS} fields are read at once.", "Split them.")
    for name in asked.fields:
        known_field(sight.fields, name)
    if asked.subject not in sight.people:
        raise SubjectUnknown("No subject of this id is known here.", "Open the subject first.")
    made = _Read(asked, rules.matching(asked.token, sight.tokens, sight.at))
    categories = dict.fromkeys(sight.fields[name].category for name in asked.fields)
    refused = dict(_refusals(desk, connection, sight, made, tuple(categories)))
    for name in asked.fields:
        found = refused.get(sight.fields[name].category)
        if found is None:
            made.granted[name] = sight.cell(asked.subject, name)
        else:
            made.told[name] = Told(name, Outcome.REFUSED, "", found.reason, found.missing)
    return made


def _refusals(
    desk: Desk, connection: Connection, sight: _Sight, read: _Read, categories: tuple[str, ...]
) -> Iterator[tuple[str, Told]]:
    """The categories of this person that may not be read, and why. The gate is asked about all that the role allows at once: an
    act on several categories is permitted when it is on each; only when it is not is each asked about."""
    allowed = []
    for category in categories:
        found = _of_role(sight, read.token, category)
        if found.reason:
            ways = tuple((course,) for course in found.missing)
            yield category, Told("", Outcome.REFUSED, "", found.reason, ways)
        else:
            allowed.append(category)
    if not allowed or read.token is None:
        return
    purpose, subject = read.token.purpose, read.asked.subject
    if desk.gate.peek_in(connection, Question("use", tuple(allowed), purpose), subject).permitted:
        return
    for category in allowed:
        answer = desk.gate.peek_in(connection, Question("use", (category,), purpose), subject).answer
        if not answer.permitted:
            yield category, Told("", Outcome.REFUSED, "", rules.NO_PURPOSE, answer.missing)


def _of_role(sight: _Sight, token: Token | None, category: str) -> Verdict:
    if token is None:
        return Verdict(rules.NO_TOKEN)
    found = sight.roles.get((token.id, category))
    if found is None:
        member, holders = sight.members.get(token.member), sight.heads.get(token.role, 0)
        found = rules.allowed(token, member, sight.declared.catalogue, category, holders, sight.at)
        sight.roles[token.id, category] = found
    return found


def _record(desk: Desk, sight: _Sight, reads: Sequence[_Read], origin: Origin) -> None:
    """Every read as an entry of its own, and one entry that counts them, on disk when this returns."""
    drafts = [draft for one in reads for draft in _drafts(sight, one, origin)]
    counts = Counter((*_named(one.token), permitted) for one in reads for permitted in _outcomes(one))
    if counts:
        drafts.append(evidence.counted(counts, sight.declared.digest, sight.at, origin))
    if drafts:
        desk.recorder.record(*drafts)


def _outcomes(read: _Read) -> Iterator[bool]:
    """Whether something was granted, and whether something was refused."""
    if read.granted:
        yield True
    if read.told:
        yield False


def _drafts(sight: _Sight, read: _Read, origin: Origin) -> Iterator[Draft]:
    policy, at, subject = sight.declared.digest, sight.at, read.asked.subject
    if read.granted:
        yield evidence.read(evidence.READ, subject, read.token, read.granted, "", policy, at, origin)
    for reason in dict.fromkeys(one.reason for one in read.told.values()):
        names = [name for name, one in read.told.items() if one.reason == reason]
        yield evidence.read(evidence.REFUSED, subject, read.token, names, reason, policy, at, origin)


def _open(desk: Desk, reads: Sequence[_Read]) -> None:
    """Open what was granted, in one go."""
    cells = [cell for one in reads for cell in one.granted.values() if cell is not None]
    plain = iter(
        desk.keys.open_many([(cell.subject, cell.place, cell.sealed) for cell in cells]) if cells else ()
    )
    for one in reads:
        for name, cell in one.granted.items():
            if cell is None:
                one.told[name] = Told(name, Outcome.ABSENT)
                continue
            value = next(plain)
            one.told[name] = (
                Told(name, Outcome.GONE) if value is None else Told(name, Outcome.READ, value.decode())
            )


def search(desk: Desk, token: str, name: str, value: str, origin: Origin) -> tuple[str, ...] | Told:
    """The ids of the people whose field has exactly this value, of those whom the token's purpose may be used for; or why
    nobody was looked for. Each of them counts as read. Raises FieldUnknown, WriteRefused for what is no text."""
    as_bytes(value)
    with desk.ledger.database.read() as connection:
        sight = _see(desk, connection, [Asked(token, "", ())])
        one = known_field(sight.fields, name)
        held = rules.matching(token, sight.tokens, sight.at)
        verdict = _of_role(sight, held, one.category)
        if not verdict.reason:
            assert held is not None
            verdict = verdict if held.purpose in one.search else Verdict("not_searched")
        found = _found(desk, connection, held, one, value) if held and not verdict.reason else []
    policy, at = sight.declared.digest, sight.at
    if verdict.reason or held is None:
        refused = evidence.read(
            evidence.REFUSED, None, held, (name,), verdict.reason, policy, at, origin, "how=search"
        )
        desk.recorder.record(refused, *_tally(held, False, 1, policy, at, origin))
        return Told(name, Outcome.REFUSED, "", verdict.reason, tuple((course,) for course in verdict.missing))
    drafts = [evidence.searched(held, name, len(found), policy, at, origin)]
    drafts += [
        evidence.read(evidence.READ, subject, held, (name,), "", policy, at, origin, "how=search")
        for subject in found
    ]
    desk.recorder.record(*drafts, *_tally(held, True, max(len(found), 1), policy, at, origin))
    return tuple(found)


def _tally(
    token: Token | None, permitted: bool, count: int, policy: str, at: datetime, origin: Origin
) -> Iterator[Draft]:
    yield evidence.counted({(*_named(token), permitted): count}, policy, at, origin)


def _named(token: Token | None) -> tuple[str, str]:
    """Role and purpose by which a read is counted."""
    return (token.role, token.purpose) if token is not None else (evidence.NOBODY, evidence.NOBODY)


def _found(desk: Desk, connection: Connection, token: Token, field: Field, value: str) -> list[str]:
    """The ids of those who have the value and of whom the gate permits the use."""
    blind = Blinds(desk.keys).all(field.name, token.purpose, value)
    question = Question("use", (field.category,), token.purpose)
    found = []
    leads = store.leads_to(connection, desk.organisation, field.name, token.purpose, blind, MOST_FOUND)
    groups = desk.rooms.subjects.groups(connection, leads)
    for root in dict.fromkeys(group[0] for group in groups.values()):
        subject = desk.rooms.subjects.id_of(connection, root)
        if subject is not None and _is_alive(desk, connection, question, subject):
            found.append(str(subject))
    return found


def _is_alive(desk: Desk, connection: Connection, question: Question, subject: str) -> bool:
    """Whether the purpose is alive for a person; for one who is being erased, none is."""
    try:
        return desk.gate.peek_in(connection, question, subject).permitted
    except SubjectUnknown:
        return False
