"""What few of harbour's people do, spread by their numbers: among twelve who follow each other each of it is done once. And how those
who work there see to what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from examples.kit.frontdesk import FrontDesk

TURN: Final = 12
LEAVES: Final = 0
WRITES: Final = 1
WRITES_BY_FORM: Final = 2
BINDS: Final = 3
RECOVERS: Final = 4
DECLINES: Final = 11
"""Who leaves the list at home, who writes to the desk and how, who binds a second address, who has forgotten a password, who declines
the policy again."""
ALWAYS: Final = frozenset({0, 1})
"""Who orders, registers and files whatever the others do: from the first day there is something of each."""
AGREES: Final[Mapping[int, str]] = {
    0: "sharing", 2: "other_purpose", 4: "transfer", 6: "publication", 8: "successor", 10: "affiliate_new_aim",
}  # fmt: skip
"""What somebody allows at their privacy page."""
ASKS: Final[Mapping[int, str]] = {
    1: "correct", 2: "refuse", 3: "correct", 5: "delete", 6: "correct", 7: "delete", 8: "correct", 9: "delete", 10: "access",
}  # fmt: skip
"""What somebody asks for there. Access is answered by the product itself, out of harbour's own rows."""
BY_HAND: Final = frozenset({"correct", "delete", "refuse"})
STAFF: Final = ("support", "operations_staff", "marketing_staff")
COURSES: Final = ("information security", "privacy")


@dataclass(frozen=True, slots=True)
class Found:
    """What the privacy desk found when it looked into a request: a ground to do it, or one to refuse, and the papers that show it."""

    papers: tuple[str, ...] = ("identity",)
    ground: str = ""
    refusal: str = ""


FOUND: Final[Mapping[int, Found]] = {
    3: Found(("identity", "belief", "evidence"), refusal="DECEIT"),
    5: Found(("identity", "violation"), ground="UNLAWFUL"),
    6: Found(("identity", "belief", "impracticable"), refusal="IMPRACTICABLE"),
    7: Found(("identity", "ledger_check"), ground="NO_CONSENT"),
    8: Found(("identity", "belief", "harm"), refusal="HARM_TO_OTHERS"),
    9: Found(("identity", "term", "severity"), ground="BREACH_OF_AGREEMENT"),
}


def turn_of(number: int) -> int:
    """Which of the twelve somebody is."""
    return number % TURN


def refused(number: int) -> bool:
    """Whether what somebody asks for is turned down."""
    return bool(FOUND.get(turn_of(number), Found()).refusal)


def first_day(desk: FrontDesk) -> None:
    """Those who work there learn what their roles ask for."""
    for role in STAFF:
        desk.hire(role.replace("_", " "), role, COURSES)


def see_to(desk: FrontDesk, number: int, right: str) -> None:
    """The last request for this is answered as the desk found it. Raises LookupError where nobody asked."""
    found = FOUND.get(turn_of(number), Found())
    desk.answer(desk.asked(right), found.papers, refusal=found.refusal, ground=found.ground)


def see_to_question(desk: FrontDesk, *, by_mail: bool) -> None:
    """The last question is answered; one that came by mail is waited for and sorted."""
    ticket = desk.sort(desk.mail_came(), "question") if by_mail else desk.asked("question", "question")
    desk.answer(ticket)
