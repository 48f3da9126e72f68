"""What this room records. All that decides stands in the codes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from troth.consent.model import AcceptanceKind, ConsentAct
from troth.ledger import Draft, Event
from troth.subjects import Act
from troth.subjects.evidence import detail, details

ITEM: Final = "consent:item:"
ACCEPTED: Final = "consent:policy:accepted"
DECLINED: Final = "consent:policy:declined"
RAISED: Final = "consent:objection:raised"
LIFTED: Final = "consent:objection:lifted"
ONLY: Final = "#"


def item_said(
    act: Act,
    said: ConsentAct,
    item: str,
    kind: str,
    *,
    notice: str = "",
    version: str = "",
    language: str = "",
    rendered: str = "",
    expires: datetime | None = None,
    only: str = "",
) -> Draft:
    """Somebody gave, refused or withdrew a consent, or it lapsed; `only` where it was about one recipient or case alone."""
    until = expires.isoformat() if expires else ""
    more = details(
        kind=kind, notice=notice, version=version, language=language, rendered=rendered, expires=until, only=only
    )  # fmt: skip
    return act.draft(f"{ITEM}{said}", f"consent:{item}", *more)


def policy_said(act: Act, kind: AcceptanceKind, language: str) -> Draft:
    """Somebody accepted the policy version of the act, by a clear act or by using the service, or declined it."""
    code = f"accepted:{kind}"
    if kind is AcceptanceKind.DECLINED:
        return act.draft(DECLINED, "declined", *details(language=language))
    return act.draft(ACCEPTED, code, *details(language=language))


def objection(act: Act, id: str, raised: bool) -> Draft:
    """An objection was raised, or lifted."""
    return act.draft(RAISED if raised else LIFTED, f"objects:{id}")


def said_in(event: Event) -> tuple[str, str, ConsentAct]:
    """The item, the kind ('' where none was named) and the act of an event about an item."""
    act = ConsentAct(event.kind.removeprefix(ITEM))
    return event.codes[0].partition(":")[2], detail(event, "kind"), act


def key_of(item: str, only: str) -> str:
    """Under which name what was said to an item stands: apart for each recipient or case it was about alone."""
    return f"{item}{ONLY}{only}" if only else item


def split(key: str) -> tuple[str, str]:
    """The item and the recipient or case ('' = any) that a name stands for."""
    item, _, only = key.partition(ONLY)
    return item, only


def expiry(event: Event) -> datetime | None:
    """When what was given ends by itself."""
    text = detail(event, "expires")
    return datetime.fromisoformat(text) if text else None
