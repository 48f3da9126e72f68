"""The control registry: every statement of the language finds the controls that hold it, by its kind and terms."""

from __future__ import annotations

from datetime import timedelta

from troth.policy.catalogue import Catalogue
from troth.policy.model import (
    Acceptance,
    Boundary,
    Category,
    ChangeRule,
    Claim,
    Consent,
    Definition,
    Entity,
    Export,
    Feature,
    Fee,
    Ground,
    LawfulBasis,
    Message,
    Minor,
    Notice,
    Objection,
    Point,
    Principle,
    Purpose,
    Reason,
    Recipient,
    Refusal,
    RequestGround,
    Requirement,
    Residency,
    Right,
    Safeguard,
    Source,
    StaffRole,
    Statement,
    SubjectClass,
    TenantRule,
    UserDuty,
)
from troth.promises.model import Control
from troth.promises.planned import PLANNED
from troth.rights import CYCLES

RELEASES = frozenset({"share", "transfer", "publish"})
MAILED = frozenset({"email", "sms", "push", "letter"})
"""Channels by which a message can be answered with its own way out."""

DEVICE_KINDS = frozenset({"permission", "identifier", "sensor"})
"""Collection points that belong to a device: what an app must ask for, or must not read before somebody confirmed."""

SITE_KINDS = frozenset({"cookie", "local_storage", "beacon"})
"""Collection points that stand on a site: what its banner offers, and what its pages are kept clear of."""


def _control(id: str, room: str, title: str, *kinds: type[Statement]) -> Control:
    return Control(id, room, title, lambda statement: isinstance(statement, kinds))


BUILT: tuple[Control, ...] = (
    _control("gate.declared", "gate", "what is not declared is refused", Category, Purpose, Source),
    _control("gate.points", "gate", "collection points take what they declare, while they may", Point),
    Control("gate.grounds", "gate", "collecting and using needs a ground",
            lambda s: isinstance(s, Ground) and not RELEASES & set(s.acts)),
    Control("gate.releases", "gate", "data leave only on a listed ground",
            lambda s: isinstance(s, Ground) and bool(RELEASES & set(s.acts))),
    _control("gate.recipients", "gate", "recipients get what they need, for what they may, under their agreements", Recipient),
    _control("gate.exports", "gate", "data cross a border only by a declared route", Export),
    _control("gate.residency", "gate", "data stay in their regions", Residency),
    _control("gate.requirements", "gate", "an act is refused unless its conditions are met", Requirement, Claim, TenantRule),
    _control("gate.bases", "gate", "only listed legal bases count", LawfulBasis),
    _control("gate.minors", "gate", "minors' data wait for a guardian", Minor),
    _control("gate.features", "gate", "what is switched off collects nothing", Feature),
    _control("gate.messages", "gate", "messages keep to their class and purpose", Message),
    _control("messages.sending", "messages", "a message is asked for when it is queued and again when it leaves, and sent once", Message),
    Control("messages.suppression", "messages", "who left a list is written to no more, whatever becomes of their record",
            lambda s: isinstance(s, Objection) and bool(MAILED & set(s.channels))),
    Control("cookies.choices", "cookies", "a site loads what its visitors' choices allow, and keeps out what nobody declared",
            lambda s: isinstance(s, Point) and s.what in SITE_KINDS),
    Control("directories.permissions", "directories", "a permission is asked for once, at its moment, and stops with its switch at once",
            lambda s: isinstance(s, Point) and s.what in DEVICE_KINDS),
    Control("directories.kits", "directories", "a kit of another vendor sends what is on its list; what else it sends is told of",
            lambda s: isinstance(s, Point) and s.what == "sdk"),
    Control("directories.functions", "directories", "a function that somebody turns off stops its collectors and kits at once",
            lambda s: isinstance(s, Feature) and s.switch == "subject"),
    _control("consent.items", "consent", "consents of their own kind, given, refused, withdrawn, expired", Consent),
    _control("consent.objections", "consent", "an objection stops the acts in its scope at once", Objection),
    _control("consent.acceptance", "consent", "shown and accepted before use", Acceptance),
    _control("subjects.notices", "subjects", "which notice was shown to whom, in which version", Notice),
    _control("lifecycle.changes", "notices", "change notices, publication and the archive of versions", ChangeRule),
    Control("boundary.leaving", "notices", "what is shown when a person leaves for a third party",
            lambda s: isinstance(s, Boundary) and s.leaving),
    _control("subjects.classes", "subjects", "whom a statement is about", SubjectClass),
    _control("requests.grounds", "decide", "requests are accepted on listed grounds only", RequestGround),
    _control("requests.refusals", "decide", "requests are refused on listed grounds only, may and must apart", Refusal),
    _control("requests.fees", "decide", "what a request may cost", Fee),
    Control("policy.controller", "policy", "no policy compiles without a controller",
            lambda s: isinstance(s, Entity) and s.role in ("controller", "joint_controller")),
    _control("safeguards.access", "access", "reading decided by role, purpose and training", StaffRole),
    Control("contacts.reachable", "intake", "published contacts are tried on a schedule",
            lambda s: isinstance(s, Entity) and s.role not in ("controller", "joint_controller"), fresh=timedelta(days=92)),
    Control("intake.answers", "intake", "what is asked by a published route is a dated ticket, answered by people in time",
            lambda s: isinstance(s, Right), fresh=timedelta(days=92)),
    Control("rights.cycle", "rights", "requests carried out over the stores, by their clock",
            lambda s: isinstance(s, Right) and s.what in CYCLES),
    _control("safeguards.register", "safeguards", "a register of safeguards, each shown by dated evidence", Safeguard),
    Control("accounts.duties", "accounts", "what people are offered so that they can do their part",
            lambda s: isinstance(s, UserDuty) and bool(s.means)),
    _control("promises.principles", "promises", "a principle is as true as what makes it true", Principle),
)  # fmt: skip

REGISTRY: tuple[Control, ...] = (*BUILT, *PLANNED)
BY_ID = {control.id: control for control in REGISTRY}

_DEFINED = Control(
    "policy.definitions", "policy", "a definition that no statement uses", lambda _: False, built=False
)


def controls_of(statement: Statement, catalogue: Catalogue) -> tuple[Control, ...]:
    """The controls of a statement. A definition has those of the statement it explains, or of the categories it describes."""
    if isinstance(statement, Reason):
        return ()
    if isinstance(statement, Definition):
        explained = catalogue.by_key(statement.of) if statement.of else None
        if explained is not None:
            return controls_of(explained, catalogue)
        return (BY_ID["gate.declared"],) if statement.categories else (_DEFINED,)
    return tuple(control for control in REGISTRY if control.covers(statement))
