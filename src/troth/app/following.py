"""Policy folders and the versions in force.

What a folder held when it was last compiled is remembered in the home by a digest of its files, so an unchanged folder is not
compiled again: the version itself lies in the database. A folder that changes while the program runs is compiled once it has
come to rest, and its version put in force; one that is refused leaves the version in force as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.config import Home
from troth.app.folders import READ, read_folder
from troth.app.notes import digest_of_texts, recall, remember
from troth.app.opening import PolicyRefused, compiled_folder, open_organisation
from troth.app.organisation import Organisation
from troth.kernel.findings import Findings
from troth.policies import NoPolicyInForce
from troth.policy.bundle import Bundle

_COMPILER: Final = ("troth.kernel", "troth.policy")
"""The packages on whose files it depends what a folder compiles to; the regime packs are among them."""
Stamp = frozenset[tuple[str, int, int]]


def open_from_folder(home: Home, id: str, folder: Path, **more: Any) -> Organisation:
    """As `open_organisation` with a folder, which is compiled only when it is not as it was when it was last compiled."""
    made_from = digest_of_folder(folder)
    known = recall(home, f"version-{id}", made_from)
    found = _open_as_it_was(home, id, **more) if known else None
    if found is None:
        found = open_organisation(home, id, folder, **more)
    elif found.policy().digest != known and not _takes_two(found):
        _put_in_force(found, *compiled_folder(folder))
    if known != found.policy().digest and digest_of_folder(folder) == made_from:
        remember(home, f"version-{id}", made_from, found.policy().digest)
    return found


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a folder that changed: whether another version is in force now, and a sentence for the operator."""

    activated: bool
    sentence: str


class Follower:
    """Watches the policy folder of one organisation; acts once two looks in a row find the same."""

    def __init__(self, home: Home, organisation: Organisation, folder: Path) -> None:
        self._home = home
        self._organisation = organisation
        self._folder = folder
        self._settled = self._last = stamp(folder)

    def look(self) -> Followed | None:
        """What came of a change; None where there was none, or it may not be over yet."""
        found, before = stamp(self._folder), self._last
        self._last = found
        if found == self._settled or found != before:
            return None
        self._settled = found
        return self._follow()

    def _follow(self) -> Followed:
        id, made_from = self._organisation.id, digest_of_folder(self._folder)
        try:
            bundle, texts = compiled_folder(self._folder)
        except PolicyRefused as refused:
            return Followed(False, f"{id}: the version in force stays. {refused}")
        if _takes_two(self._organisation) and self._organisation.policy().digest != bundle.digest:
            return Followed(
                False,
                f"{id}: the version in force stays. The folder holds another, which takes two persons to activate.",
            )
        activated = _put_in_force(self._organisation, bundle, texts)
        remember(self._home, f"version-{id}", made_from, bundle.digest)
        said = "its new version is in force" if activated else "the version in force is the same"
        return Followed(activated, f"{id}: the folder changed and {said}.")


def stamp(folder: Path) -> Stamp:
    """The files of a policy folder with size and time of change: cheap to take, and another after every edit."""
    found = set()
    for path in folder.rglob("*"):
        if path.suffix.lower() in READ:
            try:
                seen = path.stat()
            except OSError:
                continue  # gone since it was listed
            found.add((str(path), seen.st_mtime_ns, seen.st_size))
    return frozenset(found)


def digest_of_folder(folder: Path) -> str:
    """A digest of a folder's files and of the compiler that reads them."""
    return digest_of_texts(read_folder(folder, Findings()), *_COMPILER)


def _open_as_it_was(home: Home, id: str, **more: Any) -> Organisation | None:
    """The organisation with whatever is in force; None where nothing ever was."""
    try:
        return open_organisation(home, id, **more)
    except NoPolicyInForce:
        return None


def _takes_two(organisation: Organisation) -> bool:
    """Whether operators are enrolled, of whom one asks for a version to be activated and another approves it."""
    with organisation.database.read() as connection:
        return organisation.operators.staffed(connection)


def _put_in_force(organisation: Organisation, bundle: Bundle, texts: Mapping[str, str]) -> bool:
    """Activate a version unless it is in force already; whether that was needed."""

    def activate(acts: Acts) -> bool:
        acts.work.lock()
        needed = acts.declared().digest != bundle.digest
        if needed:
            acts.activate(bundle, texts)
        return needed

    return organisation.act(activate)
