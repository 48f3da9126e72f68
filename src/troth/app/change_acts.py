"""A change of the policy told to people: the message that says what changed, the gate it passes, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.kernel.ids import SubjectId, parse
from troth.ledger import Origin
from troth.messages import Enqueued, Link, State, Wanted
from troth.notices import Revision
from troth.policies import Declared, NotDeclared
from troth.policy.clauses import Cut, cut
from troth.policy.clauses.compare import compare
from troth.policy.compile import FORMATS
from troth.policy.model import Category, Message
from troth.subjects import Act, SubjectErased, SubjectUnknown

TAKEN: Final = frozenset({State.ACCEPTED, State.CONFIRMED})
GONE: Final = frozenset({State.BOUNCED, State.EXPIRED, State.STOPPED, State.DROPPED, State.REFUSED})
CARRIES: Final = ("important", "service")
"""Classes of messages by which a change is told, the better one first."""
_MOST: Final = 40
_WORDS: Final = {
    "en": ("Our privacy policy changes", "Version {version} is in force from {since}. What changes:", "reworded",
           "new", "gone", "All of it, clause by clause: {{link:change}}", "… and {more} more"),
    "zh": ("我们的隐私政策有变更", "{version} 版自 {since} 起生效。变更内容：", "改写", "新增", "删除",
           "逐条查看全部变更：{{link:change}}", "……另有 {more} 处"),
    "ms": ("Dasar privasi kami berubah", "Versi {version} berkuat kuasa mulai {since}. Perubahannya:", "diubah",
           "baharu", "dibuang", "Semuanya, klausa demi klausa: {{link:change}}", "… dan {more} lagi"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause that a version changed: its address, how, the digests and the words before and after."""

    address: str
    how: str
    before: str
    after: str
    digest_before: str
    digest_after: str


def clause_changes(organisation: Organisation, connection: Connection, before: str, after: str) -> tuple[ClauseChange, ...]:  # fmt: skip
    """What changed from one version's authoritative text to another's, clause by clause. Raises PolicyUnknown."""
    old, new = (_cut(organisation, connection, digest) for digest in (before, after))
    return tuple(_changes(old, new))


def _changes(old: Cut, new: Cut) -> Iterator[ClauseChange]:
    found, left, right = compare(old, new), old.by_address(), new.by_address()
    for how, addresses in (("reworded", found.reworded), ("added", found.added), ("removed", found.removed)):
        for address in addresses:
            was, now = left.get(address), right.get(address)
            yield ClauseChange(
                address, how, was.text if was else "", now.text if now else "", was.digest if was else "",
                now.digest if now else "",
            )  # fmt: skip
    for one, other in found.moved:
        words = right[other]
        yield ClauseChange(f"{one} → {other}", "moved", words.text, words.text, words.digest, words.digest)


def _cut(organisation: Organisation, connection: Connection, digest: str) -> Cut:
    policies = organisation.rooms.policies
    text = next(text for text in policies.declared(connection, digest).bundle.texts if text.authoritative)
    source = policies.texts(connection, digest)[text.file]
    return cut(source, format=FORMATS["." + text.file.rsplit(".", 1)[-1].lower()], language=text.language)


def tell(
    organisation: Organisation, number: int, subject: str, address: str, *, site: str, channel: str = "email",
    language: str = "en", origin: Origin = Origin.OBSERVED,
) -> Enqueued:  # fmt: skip
    """Queue the message that tells somebody of a change, by the class of messages that the policy has for it.

    It passes the send gate as every message does; told is who it was for once the other side took it on (`settle_told`). `site` is
    the address under which the privacy centre is reached. Raises ChangeUnknown, NotDeclared, SubjectUnknown, MessageRefused.
    """
    with organisation.database.read() as connection:
        made = organisation.revisions.get(connection, number)
        wanted = _wanted(organisation, connection, made, subject, address, site, channel, language)
    prepared = organisation.messages.prepare(wanted)

    def do(acts: Acts) -> Enqueued:
        work = acts.work
        found = organisation.messages.enqueue_in(work, prepared, origin=origin)
        if found.state is State.QUEUED:
            act = Act(parse(SubjectId, subject), organisation.clock.now(), origin, made.before)
            organisation.revisions.queued(work, act, number, channel, found.id)
        return found

    return organisation.act(do, origin=origin)


def _wanted(
    organisation: Organisation, connection: Connection, made: Revision, subject: str, address: str, site: str,
    channel: str, language: str,
) -> Wanted:  # fmt: skip
    declared = organisation.rooms.policies.declared(connection, made.before)
    message, purpose, data = _carrier(declared, channel)
    title, lead, *words, link, rest = _WORDS.get(language, _WORDS["en"])
    version = organisation.rooms.policies.declared(connection, made.policy).bundle.header.version
    lines = [lead.format(version=version, since=f"{made.since:%Y-%m-%d}")]
    changes = clause_changes(organisation, connection, made.before, made.policy)
    names = dict(zip(("reworded", "added", "removed"), words, strict=True))
    told = [one for one in changes if one.how in names]
    lines += [
        f"- {one.address} ({names[one.how]}): {(one.after or one.before)[:160]}" for one in told[:_MOST]
    ]
    lines += [rest.format(more=len(told) - _MOST)] if len(told) > _MOST else []
    numbered = {digest: n for n, digest in enumerate(version_digests(organisation, connection), 1)}
    there = f"{site}/my/{organisation.id}/notice/versions/{numbered[made.policy]}"
    return Wanted(
        subject, message.id, purpose, address, title, "\n".join((*lines, "", link)), data, channel=channel,
        links={"change": Link(there)}, language=language if language in _WORDS else "en",
    )  # fmt: skip


def version_digests(organisation: Organisation, connection: Connection) -> tuple[str, ...]:
    """Every version in the order of its first activation: its place there is its number for ever."""
    return tuple(dict.fromkeys(one.digest for one in organisation.rooms.policies.versions(connection)))


def _carrier(declared: Declared, channel: str) -> tuple[Message, str, tuple[str, ...]]:
    """The class of messages that tells of changes by a channel, a purpose of it, and the data of an address that serves it."""
    found = [one for one in declared.catalogue.all(Message) if not one.channels or channel in one.channels]
    ranked = sorted(
        (one for one in found if one.what in CARRIES),
        key=lambda m: (CARRIES.index(m.what), "change" not in m.id),
    )
    if not ranked:
        raise NotDeclared("This policy has no class of messages that tells of changes by this channel.", "")
    purpose = sorted(declared.catalogue.expand("purpose", ranked[0].purposes))[0]
    wanted = declared.catalogue.by_key(f"purpose:{purpose}")
    needed = getattr(wanted, "data", ())
    named = ("email", "mobile_number", "phone", "address")
    data = [
        one.id
        for one in declared.catalogue.all(Category)
        if one.id in named and declared.catalogue.covers(needed, one.id)
    ]
    return ranked[0], purpose, tuple(data[:1]) or tuple(needed[:1])


def settle_told(organisation: Organisation, *, origin: Origin = Origin.OBSERVED) -> int:
    """Look what became of the messages about changes, and judge every change; how many people were told since the last look."""
    count = 0
    with organisation.database.read() as connection:
        waiting = organisation.revisions.waiting(connection)
    for number, root, channel, message in waiting:
        count += organisation.act(partial(_settle_one, organisation, number, root, channel, message))
    organisation.act(lambda acts: organisation.revisions.judge(acts.work, acts.at, origin))
    return count


def _settle_one(
    organisation: Organisation, number: int, root: str, channel: str, message: str, acts: Acts
) -> int:
    work = acts.work
    subject = organisation.rooms.subjects.id_of(work.connection, root)
    state = organisation.messages.status(work.connection, message).state
    if subject is None or state not in TAKEN | GONE:
        return 0
    act = Act(subject, organisation.clock.now())
    try:
        if state in TAKEN:
            organisation.revisions.told(work, act, number, channel, message)
            return 1
        organisation.revisions.failed(work, act, number, channel, message)
    except (SubjectErased, SubjectUnknown):
        return 0
    return 0
