"""The seventh form of question: people are to do their part; was what the policy offers for that given, where it is due?

Sources: capabilities 32 and 33 of the five policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from troth.policy.catalogue import Catalogue
from troth.policy.model import UserDuty


class Occasion(StrEnum):
    """When something is offered."""

    PASSWORD = "password"  # noqa: S105
    RECOVERY = "recovery"
    NEW_DEVICE = "new_device"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    FORM = "form"
    FIRST_USE = "first_use"
    SETTINGS = "settings"
    GUARDIAN = "guardian"
    MINOR = "minor"
    LEAVING = "leaving"


WHEN: Final[Mapping[str, Occasion]] = MappingProxyType(
    {
        "password_rules": Occasion.PASSWORD,
        "password_reset": Occasion.RECOVERY,
        "sign_in_alert": Occasion.NEW_DEVICE,
        "lockout": Occasion.WRONG_PASSWORD,
        "accuracy_statement": Occasion.FORM,
        "version_first": Occasion.FIRST_USE,
        "settings_behind_sign_in": Occasion.SETTINGS,
        "guardian_view": Occasion.GUARDIAN,
        "minor_attestation": Occasion.MINOR,
        "leaving_privacy": Occasion.LEAVING,
    }
)
"""On which occasion each part of the product is due."""


class Given(StrEnum):
    """Whether what is offered was given."""

    GIVEN = "given"
    LACKING = "lacking"
    NONE = "none"
    """This policy offers nothing on such an occasion."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An occasion, and the parts of the product that were at hand."""

    at: Occasion
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OfferAnswer:
    """Whether all was given, because of which duties and clauses, and what lacks."""

    outcome: Given
    statements: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def answer_offer(catalogue: Catalogue, offer: Offer) -> OfferAnswer:
    """Whether everything was given that the duties of this policy offer on such an occasion."""
    duties = duties_at(catalogue, offer.at)
    if not duties:
        return OfferAnswer(Given.NONE)
    due = dict.fromkeys(one for duty in duties for one in duty.means if WHEN[one] is offer.at)
    missing = tuple(one for one in due if one not in offer.given)
    return OfferAnswer(
        Given.LACKING if missing else Given.GIVEN,
        tuple(duty.key for duty in duties),
        tuple(sorted({clause for duty in duties for clause in duty.clauses})),
        missing,
    )


def duties_at(catalogue: Catalogue, at: Occasion) -> tuple[UserDuty, ...]:
    """The duties of people for which something is offered on such an occasion."""
    return tuple(duty for duty in catalogue.all(UserDuty) if any(WHEN[one] is at for one in duty.means))


def duties_offering(catalogue: Catalogue, means: str) -> tuple[str, ...]:
    """The ids of the duties of people for which this part of the product is offered."""
    return tuple(duty.id for duty in catalogue.all(UserDuty) if means in duty.means)
