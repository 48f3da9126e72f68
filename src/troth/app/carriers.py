"""Who carries requests out: put together from the map beside a policy, and from what the operator chose."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from troth.app.carrying import Carrier
from troth.app.choices import file_of, read_yaml
from troth.app.config import Home
from troth.app.folders import read_folder
from troth.app.mapping import placed, secrets_of
from troth.app.organisation import Organisation
from troth.app.posting import posting_of
from troth.app.reception import Reception
from troth.app.searching import Searching
from troth.connectors import Secrets
from troth.datamap import MAP_FILE, MapRefused, load_map
from troth.kernel.errors import OperatorError
from troth.kernel.findings import Findings
from troth.rights import CYCLES

FILE: Final = "rights.yaml"
NAMED: Final = "TROTH_RIGHTS"


def carrier_beside(
    organisation: Organisation, home: Home, folder: Path, data: Path | None = None
) -> Carrier | None:
    """Who carries requests out where a map lies beside the policy; None where none does. Raises as `carrier_of`."""
    if not (folder / MAP_FILE).is_file():
        return None
    return carrier_of(organisation, home, folder, secrets_of(None), data)


def carrier_of(
    organisation: Organisation, home: Home, folder: Path, secrets: Secrets, data: Path | None = None
) -> Carrier:
    """Who carries the requests of an organisation out, by the map beside its policy; `data` is the folder where relative
    places of stores start, where that is another one. Raises MapRefused, RightsUnreadable, StoreUnreachable."""
    findings = Findings()
    files = read_folder(folder, findings)
    if MAP_FILE not in files:
        raise MapRefused(
            f"There is no {MAP_FILE} in {folder}.", "Draft one with `troth map ADDRESS`.", findings=1
        )
    map = load_map(
        files[MAP_FILE], findings, beside={name: text for name, text in files.items() if name != MAP_FILE}
    )
    if findings.refused:
        raise MapRefused(
            f"The map is refused: {findings.errors[0].message}",
            "Run `troth map check`.",
            findings=len(findings.errors),
        )
    place = data or folder
    posting = posting_of(home, organisation.clock, of=organisation.id)
    reception = Reception(organisation, posting.site)
    return Carrier(Searching(reception, place, placed(map, place), secrets), approve=approved_of(home))


def approved_of(home: Home) -> frozenset[str]:
    """The rights whose plan a second person approves: `approve:` in the file rights.yaml of the home. Raises RightsUnreadable."""
    path = file_of(home, FILE, NAMED)
    if path is None:
        return frozenset()
    found = read_yaml(path, RightsUnreadable, "Write `approve:` and a list of rights.")
    listed = found.get("approve", []) if isinstance(found, dict) and set(found) <= {"approve"} else None
    if not isinstance(listed, list) or not set(map(str, listed)) <= set(CYCLES):
        raise RightsUnreadable(
            f"The file {path} says something else than rights to approve.",
            f"Write some of: {', '.join(CYCLES)}.",
        )
    return frozenset(map(str, listed))


class RightsUnreadable(OperatorError):
    """The file of what takes a second person cannot be used."""
