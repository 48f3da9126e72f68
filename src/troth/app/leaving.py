"""Third parties to whom people may be led: a table in site.toml beside the policy, or in the home for this installation alone.

[leaving.portal]
name = "Trade portal"                          # who they are
to = "https://portal.example/"                 # where people go
privacy = "https://portal.example/privacy"     # where their own rules stand

Nobody is led anywhere else, and nothing about a person goes along.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth.app.acts import Acts
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.app.site import FILE
from troth.cookies import SiteUnreadable
from troth.decide.leaving import borders_of
from troth.kernel.ids import SubjectId, parse
from troth.notices import Shown, notices_at
from troth.policy.catalogue import Catalogue
from troth.policy.model import Notice, Point
from troth.subjects import Act

_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_WEB: Final = re.compile(r"https?://[a-z0-9.\-]+(:\d+)?(/[^\s\"<>\\]*)?")
TERMS: Final = ("name", "to", "privacy")


@dataclass(frozen=True, slots=True)
class Destination:
    """A third party: who they are, where people go, where their own rules stand."""

    id: str
    name: str
    to: str
    privacy: str


def destinations(home: Home, folder: Path, id: str) -> Mapping[str, Destination]:
    """Every declared destination by its id; none where nobody declared any. Raises SiteUnreadable."""
    own = home.folder / "sites" / f"{id}.toml"
    file = own if own.is_file() else folder / FILE
    if not file.is_file():
        return {}
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8")).get("leaving", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise SiteUnreadable(f"{FILE} of {id} cannot be read.", "Give a text file in UTF-8.") from None
    if not isinstance(said, dict):
        raise SiteUnreadable("`leaving` is no table.", "Write [leaving.NAME] with name, to and privacy.")
    return {name: _destination(name, one) for name, one in said.items()}


def _destination(id: str, said: object) -> Destination:
    given = said if isinstance(said, dict) else {}
    whole = set(given) == set(TERMS) and all(isinstance(value, str) and value for value in given.values())
    if (
        not whole
        or not _ID.fullmatch(id)
        or not all(_WEB.fullmatch(given[name]) for name in ("to", "privacy"))
    ):
        raise SiteUnreadable(
            "A destination is not described as it has to be.",
            "Write [leaving.NAME] with name, to and privacy; the last two are web addresses.",
        )
    return Destination(id, given["name"], given["to"], given["privacy"])


def found(known: Mapping[str, Destination], wanted: str) -> Destination | None:
    """The destination of this id, or with just this address; nothing that merely begins like it."""
    return known.get(wanted) or next((one for one in known.values() if one.to == wanted), None)


def border_notices(catalogue: Catalogue) -> tuple[str, ...]:
    """The instant notices that stand at the points of the borders; the policy itself is a page of its own."""
    points = {id for border in borders_of(catalogue) for id in catalogue.expand("point", border.points)}
    listed = [point for point in catalogue.all(Point) if point.id in points and not point.data]
    standing = dict.fromkeys(id for point in listed for id in notices_at(catalogue, point))
    return tuple(id for id in standing if (one := catalogue.get(Notice, id)) and one.level == "instant")


def pass_out(organisation: Organisation, one: Destination, subject: str, language: str) -> None:
    """Put on record that the leaving page was shown: of a person only where one is signed in, else once a day for everybody."""
    declared = organisation.policy()

    def do(acts: Acts) -> None:
        borders = [border.id for border in borders_of(declared.catalogue)]
        organisation.notices.left(acts.work, declared, one.id, borders, subject, acts.at, acts.origin)
        for notice in border_notices(declared.catalogue) if subject else ():
            offered = declared.notice(notice).languages
            spoken = language if not offered or language in offered else offered[0]
            act = Act(parse(SubjectId, subject), acts.at, acts.origin, declared.digest)
            organisation.notices.show(acts.work, act, declared, notice, Shown(spoken), changes=acts.changes)

    organisation.act(do)


def turn_back(organisation: Organisation) -> None:
    """Put on record, once a day, that somebody asked to be led where nobody declared: they were not."""
    declared = organisation.policy()
    borders = [border.id for border in borders_of(declared.catalogue)]
    organisation.act(
        lambda acts: organisation.notices.turned_back(acts.work, declared, borders, acts.at, acts.origin)
    )
