"""What this room records. Codes name notices, versions, languages, forms and fields of the policy; never who, never what they wrote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.notices.model import Display, Rendered, Shown, Submission, Submitted
from troth.subjects import Act

KEPT: Final = "notices:text:kept"
SHOWN: Final = "notices:display:shown"
TAKEN: Final = "notices:submission:taken"
REFUSED: Final = "notices:submission:refused"
LEFT: Final = "notices:leaving:shown"
TURNED_BACK: Final = "notices:leaving:refused"


def kept(one: Rendered, policy: str, at: datetime, origin: Origin) -> Draft:
    """Words that were shown, kept once under their digest."""
    codes = (
        f"rendered={one.digest}",
        f"of={one.notice}",
        f"version={one.version}",
        f"language={one.language}",
    )
    return Draft(KEPT, at, policy=policy, codes=codes, payload={"text": one.text}, origin=origin)


def shown(act: Act, one: Rendered, how: Shown, own: bool) -> Draft:
    """A notice was shown to somebody: an occasion of what the policy says of it."""
    codes = [
        f"notice:{one.notice}", f"version={one.version}", f"language={one.language}", f"level={one.level}",
        f"interface={how.interface.value}", f"rendered={one.digest}",
    ]  # fmt: skip
    codes += [f"at={how.point}"] if how.point else []
    codes += ["own=yes"] if own else []
    return act.draft(SHOWN, *codes)


def submitted(act: Act, sent: Submission, found: Submitted) -> Draft:
    """Something came in by a form: bound to the versions of its notices, or refused and why."""
    codes = [f"point:{sent.point}"]
    codes += [f"notice:{notice}" for notice, _ in found.notices]
    codes += [f"version={notice}/{version}" for notice, version in found.notices if version]
    codes += [f"field={name}" for name in sent.fields] if found.taken else []
    codes += [f"missing={one}" for one in found.missing] + [f"lacking={one}" for one in found.lacking]
    codes += [f"undeclared={found.undeclared}"] if found.undeclared else []
    return act.draft(TAKEN if found.taken else REFUSED, *codes)


def left(
    policy: str, destination: str, shown: Iterable[str], subject: str, on: str, at: datetime, origin: Origin
) -> Draft:
    """The leaving page was shown, to somebody or to nobody in particular; `shown` are the keys of the statements that ask for it."""
    codes = (f"to={destination}", f"day={on}", *shown)
    return Draft(LEFT, at, subject=subject or None, policy=policy, codes=codes, origin=origin)


def turned_back(policy: str, borders: Iterable[str], on: str, at: datetime, origin: Origin) -> Draft:
    """Somebody asked to be led where nobody declared, and was not."""
    codes = (f"day={on}", *(f"boundary:{one}" for one in borders))
    return Draft(TURNED_BACK, at, policy=policy, codes=codes, origin=origin)


def day(at: datetime) -> str:
    """The day of an instant, by UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def display_in(event: Event) -> Display:
    """The display that an event records."""
    said = pairs(event)
    return Display(
        event.sequence, named(event, "notice")[0], said["version"], said["language"], said["interface"],
        said.get("at", ""), said["level"], said["rendered"], "own" in said, event.occurred_at,
    )  # fmt: skip


def named(event: Event, kind: str) -> tuple[str, ...]:
    """The ids of statements of a kind that an event names."""
    return tuple(code.removeprefix(f"{kind}:") for code in event.codes if code.startswith(f"{kind}:"))


def pairs(event: Event) -> dict[str, str]:
    """What an event says by name; of a name that stands there several times, the last."""
    return dict(_pairs(event.codes))


def versions_in(event: Event) -> tuple[tuple[str, str], ...]:
    """The notices of a submission with their versions."""
    said = (value.partition("/") for name, value in _pairs(event.codes) if name == "version")
    return tuple((notice, version) for notice, _, version in said)


def _pairs(codes: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, equals, value in (code.partition("=") for code in codes) if equals)
