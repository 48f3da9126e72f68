"""The notice people can read: who, why, which data, on which ground, who receives it, how long, which rights. Prints well."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from starlette.responses import Response

from troth.policy.catalogue import Catalogue
from troth.policy.model import Consent, Entity, Export, Ground, Purpose, Recipient, Residency, Retention
from troth.web.centre.frame import Looking, open_page, run_in_threadpool
from troth.web.centre.outlook import narrowest, period
from troth.web.centre.rights import contacts_of, routes_of
from troth.web.plainly import Plainly
from troth.web.speech import label


@dataclass(frozen=True, slots=True)
class Aim:
    """A purpose: the data it needs and those a person may leave out, the grounds, who receives them, and what refusing costs."""

    name: str
    data: tuple[str, ...]
    optional: tuple[str, ...]
    grounds: tuple[str, ...]
    recipients: tuple[str, ...]
    refusing: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """A rule of keeping: about what, how long or by which criterion, from when, and what happens then."""

    about: str
    period: str
    criterion: str
    start: str
    then: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole notice in one language."""

    controllers: tuple[str, ...]
    aims: tuple[Aim, ...]
    recipients: tuple[tuple[str, str, tuple[str, ...]], ...]
    keeping: tuple[Keeping, ...]
    places: tuple[str, ...]
    consents: int


@open_page
async def notice(look: Looking) -> Response:
    """The notice of the version in force."""

    def made() -> Response:
        catalogue = look.hosted.catalogue
        say = Plainly(catalogue, look.language)
        return look.page(
            "my_notice.html", here="notice", packed=look.visit is None, say=say, sheet=_sheet(look, say),
            rights=routes_of(say, catalogue), contacts=contacts_of(say, catalogue, ("officer", "contact")),
            outside=contacts_of(say, catalogue, ("authority",)), header=look.hosted.bundle.header,
            digest=look.hosted.bundle.digest,
        )  # fmt: skip

    return await run_in_threadpool(made)


def _sheet(look: Looking, say: Plainly) -> Sheet:
    return sheet_of(look.hosted.bundle.digest, look.language, look.hosted.catalogue)


def sheet_of(digest: str, language: str, catalogue: Catalogue) -> Sheet:
    """The notice of a version in a language, made once."""
    return _made(_Key(digest, language, catalogue))


@dataclass(frozen=True)
class _Key:
    """A version in a language; the catalogue comes along and does not count."""

    digest: str
    language: str
    catalogue: Catalogue

    def __hash__(self) -> int:
        return hash((self.digest, self.language))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (self.digest, self.language) == (other.digest, other.language)


@lru_cache(maxsize=64)
def _made(key: _Key) -> Sheet:
    catalogue, say = key.catalogue, Plainly(key.catalogue, key.language)
    controllers = [one for one in catalogue.all(Entity) if one.role in ("controller", "joint_controller")]
    return Sheet(
        tuple(label(one.name, key.language) or say.name(one) for one in controllers),
        tuple(_aim(say, catalogue, one) for one in catalogue.all(Purpose)),
        tuple(
            (say.name(one), say.words.word("recipient_classes", one.what), tuple(say.words.word("regions", p) for p in one.places))
            for one in catalogue.all(Recipient)
        ),
        tuple(_keeping(say, one) for one in catalogue.all(Retention)),
        tuple(
            dict.fromkeys(say.words.word("regions", region) for one in catalogue.all(Residency) for region in one.regions)
        ),
        len(catalogue.all(Consent)),
    )  # fmt: skip


def _aim(say: Plainly, catalogue: Catalogue, purpose: Purpose) -> Aim:
    declared: list[Ground | Export] = [*catalogue.all(Ground), *catalogue.all(Export)]
    grounds = [
        one for one in declared if not one.purposes or purpose.id in catalogue.expand("purpose", one.purposes)
    ]
    own = [one for one in grounds if one.purposes] or grounds
    receives = [
        one
        for one in catalogue.all(Recipient)
        if one.purposes and purpose.id in catalogue.expand("purpose", one.purposes)
    ]
    return Aim(
        say.name(purpose),
        tuple(say.named("category", one) for one in narrowest(catalogue, purpose.data)),
        tuple(say.named("category", one) for one in purpose.optional),
        tuple(dict.fromkeys(say.words.meaning("bases", one.basis) for one in own)),
        tuple(say.name(one) for one in receives),
        label(purpose.refusing, say.language),
    )


def _keeping(say: Plainly, rule: Retention) -> Keeping:
    about = [say.named("category", one) for one in rule.data] + [
        say.named("purpose", one) for one in rule.purposes
    ]
    return Keeping(
        say.t.listed(about),
        period(say, rule.period) if rule.period else "",
        rule.criterion,
        say.words.word("start_events", rule.start) if rule.start else "",
        say.words.word("retention_end", rule.then) if rule.then else "",
    )
