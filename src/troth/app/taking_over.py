"""What was there before us, taken over: requests that are open elsewhere, with the day they came; opt-outs; and the versions of a policy
that were in force, each from its day. All of it bears the origin `imported`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.opening import compiled_folder
from troth.app.organisation import Organisation
from troth.imports import Deed, Import, Line, RowRefused, instant
from troth.intake import Contact, Kind, Proof, Received, Route
from troth.intake.model import TYPED
from troth.intake.receiving import Prepared
from troth.kernel.errors import CallerError, TrothError
from troth.ledger import Origin
from troth.messages.model import Why
from troth.sheets import Sheets, place_of

REQUEST, OPT_OUT = "request", "opt_out"
LISTED: Final = "SELECT folder, since FROM rows ORDER BY since"
_ROUTES: Final = frozenset(Route) - TYPED - {Route.TENANT, Route.SELF_SERVICE}


class TooLate(CallerError):
    """A version that would be in force now is activated, and not taken over."""


def prepare_request(organisation: Organisation, one: Import, line: Line, row: str, deed: Deed) -> Prepared:
    """A request that is open elsewhere, sealed before any lock is held: it came on the row's day, and its clock counts from there.

    Who asked is proven only where the row says by what. Raises RowRefused, ReceivedRefused, SubjectErased.
    """
    says = deed.says or {}
    route, proof = str(says.get("route", Route.EMAIL)), str(says.get("proof", Proof.NONE) or Proof.NONE)
    if route not in tuple(_ROUTES) or proof not in tuple(Proof):
        raise RowRefused(
            f"{one.id}: a row names a route or a proof that there is not.",
            f"Routes: {', '.join(sorted(_ROUTES))}.",
        )
    if not line.at:
        raise RowRefused(f"{one.id}: a request says not when it came.", "Its clock counts from there.")
    subject = ""
    if proof != Proof.NONE:
        opened = organisation.act(lambda acts: acts.open_subject(line.identities), origin=Origin.IMPORTED)
        subject = str(opened.subject)
    address = dict(line.identities).get("email", "")
    language = str(says.get("language", "en"))
    received = Received(
        Kind.REQUEST, Route(route), str(says.get("words") or one.title), str(says[REQUEST]), str(says.get("ground", "")),
        contact=Contact(address, name=str(says.get("name", "")), language=language), subject=subject, proof=Proof(proof),
        identities=() if subject else line.identities, at=instant(line.at),
        mail=organisation.ledger.pseudonym(f"imports:request:{one.id}:{row}"),
    )  # fmt: skip
    return organisation.intake.prepare(received)


def receive_request(organisation: Organisation, acts: Acts, prepared: Prepared) -> None:
    """Open it; a row that was taken over before has its ticket."""
    organisation.intake.receive(acts.work, prepared, at=acts.at, origin=acts.origin)


def opt_out(organisation: Organisation, acts: Acts, line: Line, says: Mapping[str, Any]) -> None:
    """An address is written to no more. Raises RowRefused, MessageRefused, NotDeclared."""
    channel = str(says[OPT_OUT])
    address = dict(line.identities).get("email" if channel == "email" else "phone", "")
    if not address:
        raise RowRefused("A row opts out and names no address for that channel.", "Name it under `person`.")
    organisation.messages.suppress(
        acts.work,
        channel,
        address,
        str(says.get("purpose", "")),
        why=Why.ASKED,
        at=acts.at,
        origin=acts.origin,
    )


@dataclass(frozen=True, slots=True)
class Took:
    """What came of one version: its folder, its digest, since when, and whether that is new or why it cannot be."""

    folder: str
    digest: str
    since: datetime | None
    new: bool = False
    trouble: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        since = self.since.isoformat() if self.since else None
        return {
            "folder": self.folder,
            "digest": self.digest,
            "since": since,
            "new": self.new,
            "trouble": self.trouble,
        }


def take_versions(
    organisation: Organisation,
    place: str,
    data: Path,
    *,
    dry: bool,
    tell: Callable[[Took], None] | None = None,
) -> list[Took]:
    """Versions that a table lists by `folder` and `since`, put in force from their days on; the one that is in force now stays so.

    Raises SheetUnreadable for a table that cannot be read; a version that cannot be taken stops no other.
    """
    found = []
    for row in Sheets({"rows": place_of(place)}, data).ask(LISTED):
        took = _take(organisation, str(row["folder"] or ""), row["since"], data, dry=dry)
        found.append(took)
        if tell is not None:
            tell(took)
    return found


def _take(organisation: Organisation, folder: str, since: Any, data: Path, *, dry: bool) -> Took:
    digest, day = "", None
    try:
        day = instant(since)
        bundle, texts = compiled_folder(data / folder)
        digest = bundle.digest
        policies = organisation.rooms.policies
        with organisation.database.read() as connection:
            versions = policies.versions(connection)
            ruling = policies.in_force(connection, organisation.clock.now())
        if any((one.digest, one.since) == (digest, day) for one in versions):
            return Took(folder, digest, day)
        if day >= ruling.since:
            raise TooLate("It would be in force now.", "Activate it as any version is.")
        if not dry:
            organisation.act(
                lambda acts: policies.activate(
                    acts.work, bundle, texts, at=acts.at, since=day, origin=acts.origin
                ),
                origin=Origin.IMPORTED,
            )
    except TrothError as problem:
        return Took(folder, digest, day, trouble=problem.message)
    return Took(folder, digest, day, new=True)
