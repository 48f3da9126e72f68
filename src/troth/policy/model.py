"""The statements of a policy, one frozen type a kind: the fields below ARE the language (the loader and the docs read them).

Three families. *Frames* say what exists (categories, purposes, recipients, points …) and bound every act that names them.
*Grounds* permit an act. *Bars* forbid one unless their conditions are met. All others promise something that no single act
decides (deadlines, safeguards, change rules …): they carry terms for the rooms that keep them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from troth.policy import vocabulary as v
from troth.policy.facts import Condition
from troth.policy.terms import (
    PeriodTerm,
    conditions,
    day,
    dpv_term,
    flag,
    labels,
    number,
    period,
    ref,
    refs,
    side,
    term,
    text,
    texts,
    word,
    words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What every statement carries: its id, the clauses it renders, and how the text was read."""

    kind: ClassVar[str] = ""
    plural: ClassVar[str] = ""
    promises: ClassVar[bool] = True
    """Whether it can be kept or broken (a definition cannot)."""

    id: str = ""
    clauses: tuple[str, ...] = term(texts(), "ids or addresses of the clauses it renders")
    label: dict[str, str] = term(labels(), "its name for people")
    dpv: str = term(dpv_term(), "its W3C DPV term")
    hedge: str = term(text(), "the words that soften it, in the project's own wording")
    reading: str = term(word(v.READINGS), "the reading chosen where the text is unclear")
    because: str = term(text(), "why that reading")
    note: str = term(text(), "a remark for whoever reads the policy file")
    silent: tuple[str, ...] = term(texts(), "what the text does not promise here")
    chosen: tuple[str, ...] = term(texts(), "terms the operator chose because the text leaves them open")
    cite: str = term(text(), "the statute behind it, where a regime pack adds it")
    src: str = term(text(), "how that was read: P primary, S secondary, M memory")
    conf: str = term(text(), "how sure that is: high, medium, low")

    @property
    def key(self) -> str:
        """`kind:id`, unique in a policy."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoped(Statement):
    """A statement about acts: which ones. An empty field leaves that side open; several fields must all match.

    A field may say `except:` what it is not about. Then a bar is about acts that leave this side out as well, a ground about
    none of them, nor about data that hold something excepted.
    """

    acts: tuple[str, ...] = term(side(words(v.ACTIONS)), "the actions it is about")
    data: tuple[str, ...] = term(side(refs("category")), "the categories it is about, with all below them")
    purposes: tuple[str, ...] = term(side(refs("purpose")), "the purposes it is about")
    recipients: tuple[str, ...] = term(side(refs("recipient")), "the recipients it is about")
    places: tuple[str, ...] = term(side(words(v.REGIONS)), "the places data goes to")
    points: tuple[str, ...] = term(side(refs("point")), "the collection points it is about")
    sources: tuple[str, ...] = term(side(refs("source")), "the sources it is about")
    messages: tuple[str, ...] = term(side(refs("message")), "the message classes it is about")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Scoped):
    """Forbids the acts in its scope, when its `when` holds, unless every `needs` or any `unless` is met."""

    when: tuple[Condition, ...] = term(conditions(), "the bar stands only when all of these hold")
    needs: tuple[Condition, ...] = term(conditions(), "the bar falls when all of these hold")
    unless: tuple[Condition, ...] = term(conditions(), "the bar falls when any of these holds")
    duties: tuple[str, ...] = term(words(v.DUTIES), "what the act must bring about when it goes ahead")
    must_name: tuple[str, ...] = term(
        words(v.SIDES), "sides an act of its kind must name: one that leaves them out is refused"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame(Statement):
    """Something declared. An act that names it must also meet its `needs`; what is not declared is refused."""

    needs: tuple[Condition, ...] = term(conditions(), "an act naming it is refused unless all of these hold")
    duties: tuple[str, ...] = term(words(v.DUTIES), "what an act naming it must bring about")
    must_name: tuple[str, ...] = term(words(v.SIDES), "sides an act naming it must name as well")


# --- frames ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Statement):
    """A kind of data. Fields that belong to no category are refused."""

    kind = "category"
    plural = "categories"
    part_of: tuple[str, ...] = term(refs("category"), "the wider categories it belongs to")
    nature: str = term(
        word(v.NATURES), "personal, special or non_personal (default: the nature of what it belongs to)"
    )
    fields: tuple[str, ...] = term(texts(), "the names of fields that belong here")
    joins_as: str = term(ref("category"), "what a join with personal data is treated as (taint)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Frame):
    """An aim of handling data and the data it may touch; any other use is refused."""

    kind = "purpose"
    plural = "purposes"
    data: tuple[str, ...] = term(refs("category"), "the categories it needs", required=True)
    optional: tuple[str, ...] = term(refs("category"), "categories a person may leave out")
    acts: tuple[str, ...] = term(words(v.ACTIONS), "the actions it allows (default: all)")
    refusing: dict[str, str] = term(labels(), "what declining costs the person")
    owner: str = term(ref("entity"), "who answers for it")
    unanswered: str = term(
        word(v.UNANSWERED), "what becomes of a use for it that nobody answers (default: closed)"
    )
    answer_within: Decimal | None = term(
        number(), "the seconds that an answer may take before nobody answers"
    )
    answer_good_for: Decimal | None = term(
        number(), "the seconds for which an answer holds while nobody answers (default: 0)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Frame):
    """Where data may come from and by which lawful channel."""

    kind = "source"
    plural = "sources"
    what: str = term(word(v.SOURCES), "the kind of source", required=True)
    data: tuple[str, ...] = term(refs("category"), "what may come from it (default: anything)")
    purposes: tuple[str, ...] = term(refs("purpose"), "the purposes it may serve (default: any)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point(Frame):
    """A collection point: form, cookie, pixel, device permission, SDK. Unknown ones and fields beyond its list are refused."""

    kind = "point"
    plural = "points"
    what: str = term(word(v.POINTS), "the kind of collection point", required=True)
    data: tuple[str, ...] = term(refs("category"), "the categories it may take (empty: none at all)")
    purposes: tuple[str, ...] = term(refs("purpose"), "the purposes it serves (default: any)")
    features: tuple[str, ...] = term(refs("feature"), "it works only while one of these is on")
    closable: bool = term(flag(), "it can be switched off: then every access is refused")
    prompt: str = term(text(), "when the person is asked: first_start or first_use")
    vendor: str = term(text(), "who makes it")
    function: dict[str, str] = term(labels(), "what it is for, in words")
    lifetime: str = term(text(), "how long it lasts: session, or a period")
    link: str = term(text(), "where its rules are published")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Frame):
    """Who may receive data: its class, what it needs, for which purposes; anything else is refused."""

    kind = "recipient"
    plural = "recipients"
    what: str = term(word(v.RECIPIENT_CLASSES), "its class", required=True)
    data: tuple[str, ...] = term(refs("category"), "its need list (default: anything the purpose covers)")
    purposes: tuple[str, ...] = term(refs("purpose"), "the purposes it may serve (default: any)")
    acts: tuple[str, ...] = term(words(v.ACTIONS), "the releases it may receive (default: any)")
    places: tuple[str, ...] = term(words(v.REGIONS), "where it handles the data")
    over: Decimal | None = term(number(), "control threshold in percent that makes an affiliate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Frame):
    """A class of messages: its purposes and channels; others are refused."""

    kind = "message"
    plural = "messages"
    what: str = term(word(v.MESSAGE_CLASSES), "service, important, marketing, survey or code", required=True)
    purposes: tuple[str, ...] = term(refs("purpose"), "the purposes it may serve", required=True)
    channels: tuple[str, ...] = term(words(v.CHANNELS), "the channels it may use")
    tracking: bool = term(flag(), "it may carry pixels and tracked links")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Statement):
    """Something a person can agree to: of a kind, for acts, purposes, data and recipients of its own, with a way back."""

    kind = "consent"
    plural = "consents"
    what: str = term(word(v.CONSENT_KINDS), "deemed, explicit, separate or guardian", required=True)
    acts: tuple[str, ...] = term(words(v.ACTIONS), "the actions it covers")
    data: tuple[str, ...] = term(refs("category"), "the categories it covers")
    purposes: tuple[str, ...] = term(refs("purpose"), "the purposes it covers")
    recipients: tuple[str, ...] = term(refs("recipient"), "the recipients it covers")
    notice: str = term(ref("notice"), "the notice that must be shown with it")
    expires: PeriodTerm | None = term(period(), "how long it lasts")
    withdraw: tuple[str, ...] = term(words(v.CHANNELS), "how it can be taken back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Statement):
    """Something shown to people: where, at which level, with what contents."""

    kind = "notice"
    plural = "notices"
    level: str = term(word(v.NOTICE_LEVELS), "general, enhanced or instant")
    contents: tuple[str, ...] = term(texts(), "what it must contain")
    languages: tuple[str, ...] = term(words(v.LANGUAGES), "the languages it is shown in")
    channels: tuple[str, ...] = term(words(v.CHANNELS), "where it is shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectClass(Statement):
    """A class of persons that statements can be about: minors, applicants, persons in the EU."""

    kind = "class"
    plural = "classes"
    promises = False
    who: dict[str, str] = term(labels(), "who belongs to it", required=True)
    under: Decimal | None = term(number(), "an age in years below which a person belongs to it")
    by_device: bool = term(flag(), "a device may tell it: it is about the device, not about who somebody is")


# --- grounds and bars --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Scoped):
    """Permits the acts in its scope when all its `needs` hold and no bar stands. Without a ground every act is refused."""

    kind = "ground"
    plural = "grounds"
    basis: str = term(word(v.BASES), "the legal basis it rests on", required=True)
    needs: tuple[Condition, ...] = term(conditions(), "what must hold")
    duties: tuple[str, ...] = term(words(v.DUTIES), "what the act must bring about")
    exception: bool = term(
        flag(), "it lifts a need for consent: reference, necessity note and reviewer are kept"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(Scoped):
    """A route by which data may leave its region: a ground for exports."""

    kind = "export"
    plural = "exports"
    basis: str = term(word(v.BASES), "the legal basis it rests on", required=True)
    mechanism: str = term(text(), "the legal tool of the route")
    needs: tuple[Condition, ...] = term(conditions(), "what must hold")
    duties: tuple[str, ...] = term(words(v.DUTIES), "what the act must bring about")


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulBasis(Scoped):
    """A closed list of legal bases: for the acts in its scope, and while `when` holds, grounds on any other basis do not count."""

    kind = "lawful_basis"
    plural = "lawful_bases"
    only: tuple[str, ...] = term(words(v.BASES), "the bases that count", required=True)
    when: tuple[Condition, ...] = term(conditions(), "it holds only when all of these hold")
    must_name: tuple[str, ...] = term(
        words(v.SIDES), "sides an act of its kind must name: one that leaves them out is refused"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(Bar):
    """A condition over acts: refused unless met. With no `needs` and no `unless` the acts are forbidden outright."""

    kind = "requirement"
    plural = "requirements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection(Bar):
    """An objection or opt-out a person can raise; while it stands, the acts in its scope are refused."""

    kind = "objection"
    plural = "objections"
    channels: tuple[str, ...] = term(words(v.CHANNELS), "how it is raised")
    at_once: bool = term(flag(), "it takes effect at once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Bar):
    """Shown and accepted before use: acts in its scope are refused to a person who has not accepted, or who declined."""

    kind = "acceptance"
    plural = "acceptances"
    what: str = term(
        word(v.CONSENT_KINDS), "what kind of acceptance counts: deemed or explicit", required=True
    )
    notice: str = term(ref("notice"), "what must have been shown first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature(Bar):
    """A function that can be on or off; while it is off the acts in its scope are refused."""

    kind = "feature"
    plural = "features"
    switch: str = term(word(v.SWITCH_HOLDERS), "who switches it", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Residency(Scoped):
    """Data in its scope stays in the named regions; storing it anywhere else is refused."""

    kind = "residency"
    plural = "residencies"
    regions: tuple[str, ...] = term(words(v.REGIONS), "the regions where it may be kept", required=True)
    must_name: tuple[str, ...] = term(
        words(v.SIDES), "sides an act of its kind must name: one that leaves them out is refused"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Minor(Bar):
    """A rule for minors: the acts in its scope need what it names while the person belongs to its class."""

    kind = "minor"
    plural = "minors"
    who: str = term(ref("class"), "the class of minors", required=True)
    purge: bool = term(flag(), "data taken by mistake is erased")
    within: PeriodTerm | None = term(period(), "how soon")


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRule(Bar):
    """What an enterprise must give before its people's data is handled: instruction, activation, attestation."""

    kind = "tenant"
    plural = "tenants"
    role: str = term(word(v.ENTITY_ROLES), "the tenant's role over this data")


# --- requests ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Right(Statement):
    """A right a person has: how to ask, with what proof, by when it is answered."""

    kind = "right"
    plural = "rights"
    what: str = term(word(v.RIGHTS), "which right", required=True)
    routes: tuple[str, ...] = term(words(v.CHANNELS), "how to ask")
    proof: tuple[Condition, ...] = term(conditions(), "what the person must show before anything is released")
    within: PeriodTerm | None = term(period(), "by when it is answered")
    start: str = term(word(v.START_EVENTS), "what starts the clock")
    pause: tuple[str, ...] = term(texts(), "what stops the clock")
    free: bool = term(flag(), "it costs nothing")
    effects: tuple[str, ...] = term(texts(), "what follows from it")
    limited_by: str = term(ref("tenant"), "the tenant rule that comes first")
    shows: tuple[str, ...] = term(texts(), "what the answer must contain")
    purpose: str = term(ref("purpose"), "for which purpose what is asked and answered is kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestGround(Statement):
    """A ground on which a request is accepted; requests on other grounds go to review."""

    kind = "request_ground"
    plural = "request_grounds"
    rights: tuple[str, ...] = term(words(v.RIGHTS), "the rights it opens", required=True)
    code: str = term(text(), "its code", required=True)
    needs: tuple[Condition, ...] = term(conditions(), "the evidence it needs")
    duties: tuple[str, ...] = term(words(v.DUTIES), "what follows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Statement):
    """A ground to turn a request down: `may` leaves a choice, `bar` does not."""

    kind = "refusal"
    plural = "refusals"
    mode: str = term(word(v.REFUSAL_MODES), "may or bar", required=True)
    code: str = term(text(), "its code", required=True)
    rights: tuple[str, ...] = term(words(v.RIGHTS), "the rights it limits (default: all)")
    needs: tuple[Condition, ...] = term(conditions(), "the evidence it needs")
    duties: tuple[str, ...] = term(words(v.DUTIES), "what is owed to the person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Statement):
    """What a request costs."""

    kind = "fee"
    plural = "fees"
    rights: tuple[str, ...] = term(words(v.RIGHTS), "the rights it is about (default: all)")
    amount: Decimal | None = term(number(), "the price of a reasonable request")
    needs: tuple[Condition, ...] = term(conditions(), "what a charge above that needs")


# --- promises kept by rooms of their own --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(Statement):
    """A body with a role: controller, tenant, officer, contact, authority."""

    kind = "entity"
    plural = "entities"
    role: str = term(word(v.ENTITY_ROLES), "its role", required=True)
    name: dict[str, str] = term(labels(), "its name")
    address: str = term(text(), "where it can be reached")
    channels: tuple[str, ...] = term(words(v.CHANNELS), "by which channel")
    place: str = term(word(v.REGIONS), "its country or region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Statement):
    """How long data is kept and what happens then."""

    kind = "retention"
    plural = "retentions"
    data: tuple[str, ...] = term(refs("category"), "the categories it is about (default: all)")
    purposes: tuple[str, ...] = term(refs("purpose"), "the purposes it is about (default: all)")
    period: PeriodTerm | None = term(period(), "how long")
    criterion: str = term(text(), "what decides how long, where no figure is given")
    start: str = term(word(v.START_EVENTS), "what starts the period")
    then: str = term(word(v.RETENTION_END), "what happens at its end")
    hold: tuple[Condition, ...] = term(conditions(), "what a longer period needs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Statement):
    """What is owed when data leak: who is told, by when, what, and how."""

    kind = "incident"
    plural = "incidents"
    told: str = term(text(), "who is told: subjects, authority, nobody", required=True)
    who: str = term(ref("class"), "the class of persons whose data must be concerned (default: anybody's)")
    within: PeriodTerm | None = term(period(), "by when")
    promptly: bool = term(flag(), "without a figure, but promptly")
    start: str = term(word(v.START_EVENTS), "what starts the clock")
    threshold: str = term(text(), "from what risk on")
    contents: tuple[str, ...] = term(texts(), "what the notice must contain")
    channels: tuple[str, ...] = term(words(v.CHANNELS), "by which channels")
    fallback: str = term(word(v.CHANNELS), "what replaces telling people one by one")
    needs: tuple[Condition, ...] = term(conditions(), "what an exception needs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguard(Statement):
    """A protection that is promised, the threats it answers, and what shows it."""

    kind = "safeguard"
    plural = "safeguards"
    families: tuple[str, ...] = term(words(v.SAFEGUARD_FAMILIES), "physical, technical, organisational")
    threats: tuple[str, ...] = term(words(v.THREATS), "the threats it answers")
    standard: str = term(text(), "the standard it implements")
    evidence: tuple[str, ...] = term(texts(), "what shows it", required=True)
    fresh: PeriodTerm | None = term(period(), "how old that may be")
    cap: Decimal | None = term(number(), "a head count not to be exceeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRule(Statement):
    """How the policy changes: what counts as major, who is told, when, and what needs consent anew."""

    kind = "change"
    plural = "changes"
    kinds: tuple[str, ...] = term(words(v.CHANGE_KINDS), "the kinds of change it is about", required=True)
    major: bool = term(flag(), "they count as major")
    open: bool = term(flag(), "the list is open: others can be escalated by hand")
    channels: tuple[str, ...] = term(words(v.CHANNELS), "how people are told")
    before_effect: bool = term(flag(), "they are told before it takes effect")
    lead: PeriodTerm | None = term(period(), "how long before it takes effect they are told")
    who: str = term(ref("class"), "the class to which those it touches belong until they accept it")
    summary: bool = term(flag(), "the notice explains what changed")
    consent_anew: bool = term(flag(), "it binds nobody without express consent")
    publish: bool = term(flag(), "it is in force only once its public address serves it")
    archive: bool = term(flag(), "former versions stay readable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown(Statement):
    """The ordered steps when a service ends."""

    kind = "shutdown"
    plural = "shutdowns"
    steps: tuple[str, ...] = term(texts(), "the steps, in order", required=True)
    within: PeriodTerm | None = term(period(), "by when")
    channels: tuple[str, ...] = term(words(v.CHANNELS), "how people are told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle(Statement):
    """A principle: as true as the statements that make it true."""

    kind = "principle"
    plural = "principles"
    made_true_by: tuple[str, ...] = term(texts(), "statements as kind:id", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary(Scoped):
    """What lies inside or outside the policy."""

    kind = "boundary"
    plural = "boundaries"
    outside: tuple[str, ...] = term(texts(), "what lies outside")
    inside: tuple[str, ...] = term(texts(), "what lies inside")
    shows: tuple[str, ...] = term(texts(), "what is shown at the border")
    leaving: bool = term(flag(), "it is shown before a person leaves for a third party")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRole(Statement):
    """Who inside may see what, for which purposes, how many, with which training."""

    kind = "role"
    plural = "roles"
    data: tuple[str, ...] = term(refs("category"), "what the role may see")
    purposes: tuple[str, ...] = term(
        refs("purpose"), "for which purposes (default: any that the gate permits for a person)"
    )
    at_most: Decimal | None = term(number(), "how many may hold it")
    training: tuple[str, ...] = term(texts(), "what it needs to have learnt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Bar):
    """A sentence the engine reads strictly or refuses: with a scope, it is a bar against relying on it."""

    kind = "claim"
    plural = "claims"
    says: str = term(text(), "what it claims, in the project's own words", required=True)
    instead: str = term(text(), "what holds instead", required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClaim(Statement):
    """A sentence about the text itself: contents list, dates, numbering, references."""

    kind = "text_claim"
    plural = "text_claims"
    rule: str = term(text(), "the linter's rule", required=True)
    expects: tuple[str, ...] = term(texts(), "what must be found")
    released: date | None = term(day(), "date of release")
    effective: date | None = term(day(), "date of effect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Statement):
    """What a word of the text means; `checks` names the control that holds it."""

    kind = "definition"
    plural = "definitions"
    promises = False
    word: str = term(text(), "the word", required=True)
    means: str = term(text(), "its meaning, in the project's own words")
    categories: tuple[str, ...] = term(refs("category"), "the categories it describes")
    of: str = term(text(), "the statement it explains, as kind:id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclaimer(Statement):
    """What the company does not answer for; shown, and recorded where a case needs it."""

    kind = "disclaimer"
    plural = "disclaimers"
    promises = False
    records: str = term(text(), "what a case must record because of it")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDuty(Statement):
    """What the text asks of the person, and what the company offers so that it can be done."""

    kind = "user_duty"
    plural = "user_duties"
    offers: tuple[str, ...] = term(texts(), "what is offered", required=True)
    means: tuple[str, ...] = term(words(v.OFFERS), "the parts of the product that offer it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(Statement):
    """A clause without a testable control, and why."""

    kind = "reason"
    plural = "reasons"
    promises = False
    why: str = term(text(), "why nothing can be tested", required=True)


KINDS: dict[str, type[Statement]] = {
    kind.plural: kind
    for kind in (
        Entity, Category, Purpose, Source, Point, Recipient, Message, Consent, Notice, SubjectClass, Acceptance, Ground, LawfulBasis,
        Requirement, Objection, Feature, Residency, Export, Minor, TenantRule, Right, RequestGround, Refusal, Fee, Retention,
        Incident, Safeguard, ChangeRule, Shutdown, Principle, Boundary, StaffRole, Claim, TextClaim, Definition, Disclaimer,
        UserDuty, Reason,
    )
}  # fmt: skip
"""Every kind of statement by the key under which a policy file lists them."""

SINGULAR: dict[str, type[Statement]] = {kind.kind: kind for kind in KINDS.values()}
