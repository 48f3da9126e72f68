"""What an operator chooses about people's accounts: a small file in the home, `accounts.yaml`, or the one TROTH_ACCOUNTS names.

password: {least_score: 3, memory_kib: 65536, passes: 3, lanes: 4}
limits:                               # at a door, for an address, an account, a place or all: so many within so many minutes
  register:whence: [20, 15]
purposes: {register: registration_code, bind: binding_code, recover: recovery_code}   # under which codes travel
providers:                            # where people may sign in instead, by organisation
  gateway:
    liaotong:
      label: Liaotong
      issuer: https://id.example.com
      client: troth-gateway
      secret: /etc/troth/liaotong.secret     # a file that its owner alone can read; or env:NAME
centre:                               # what the privacy centre offers, by organisation: register (no), recover, bind (yes)
  gateway: {register: yes}
verifiers:                            # who compares a document and a face, by recipient: at an address, or a fake
  gateway:
    verifier_government: {by: http, at: https://verifier.example.com/verify, place: CN}
    verifier_institution: {by: fake, place: CN}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from troth.accounts import (
    Accounts,
    Bag,
    CodeFor,
    Desk,
    Errands,
    FakeVerifier,
    Limit,
    Passwords,
    Settings,
    Verifier,
)  # fmt: skip
from troth.app.choices import file_of, parts_of
from troth.app.config import Home
from troth.app.verifying import HttpVerifier, safe_address
from troth.kernel.errors import OperatorError
from troth.kernel.findings import did_you_mean

if TYPE_CHECKING:
    from troth.app.house import House

FILE: Final = "accounts.yaml"
NAMED: Final = "TROTH_ACCOUNTS"
_PARTS: Final = frozenset({"password", "limits", "purposes", "providers", "verifiers", "centre"})
_PASSWORD: Final = {
    "least_score": (0, 4),
    "memory_kib": (8, 4_194_304),
    "passes": (1, 100),
    "lanes": (1, 64),
}
"""What may be chosen, and between which bounds."""


class AccountsUnreadable(OperatorError):
    """The file about accounts has to be mended."""


def accounts_of(organisation: House, settings: Settings) -> Accounts:
    """The accounts of an organisation that is being put together; their codes stay in a bag until somebody names a courier."""
    rooms, entropy = organisation.rooms, organisation.entropy
    desk = Desk(
        organisation.id, organisation.ledger, rooms.policies, rooms.subjects, organisation.vault,
        Passwords(settings, entropy), Errands(Bag()), organisation.changing, organisation.clock, entropy,
    )  # fmt: skip
    accounts = Accounts(desk)
    accounts.checking.ask = lambda work, question, subject, origin: (
        organisation.gate.release_in(work, question, subject, {}, origin=origin).answer
    )
    return accounts


def verifiers_of(home: Home, organisation: str) -> dict[str, Verifier]:
    """Who compares documents and faces for an organisation, by recipient. Raises AccountsUnreadable."""
    said = read_choices(home).get("verifiers", {}).get(organisation, {})
    if not isinstance(said, dict):
        raise AccountsUnreadable(f"`verifiers` of {organisation} is no list by recipient.")
    return {str(id): _verifier(str(id), one) for id, one in said.items()}


def _verifier(id: str, said: Any) -> Verifier:
    by, place = (said.get("by"), str(said.get("place", ""))) if isinstance(said, dict) else ("", "")
    if by == "fake":
        return FakeVerifier(id, place)
    if by == "http" and isinstance(said.get("at"), str) and safe_address(said["at"]):
        return HttpVerifier(id, place, said["at"])
    raise AccountsUnreadable(
        f"The verifier {id} cannot be asked.",
        "Write {by: http, at: https://…, place: CN}, or {by: fake, place: CN} for one that compares nothing.",
    )


@dataclass(frozen=True, slots=True)
class Doors:
    """What people can do about an account at the privacy centre itself; whoever opens accounts elsewhere leaves `register` shut."""

    register: bool = False
    recover: bool = True
    bind: bool = True


def doors_of(home: Home, organisation: str) -> Doors:
    """What the privacy centre of an organisation offers. Raises AccountsUnreadable."""
    said = read_choices(home).get("centre", {}).get(organisation, {})
    for name, value in said.items() if isinstance(said, dict) else [("?", None)]:
        if name not in Doors.__slots__ or not isinstance(value, bool):
            raise _wrong("centre", str(name), f"Write {', '.join(Doors.__slots__)}, each with yes or no.")
    return Doors(**said)


def settings_of(home: Home, environment: Mapping[str, str] | None = None) -> Settings:
    """What the file says; the defaults where there is none. Raises AccountsUnreadable."""
    found = read_choices(home, environment)
    settings = _chosen(Settings(), found.get("password", {}))
    limits = dict(settings.limits) | _limits(found.get("limits", {}), settings.limits)
    purposes = dict(settings.purposes) | _purposes(found.get("purposes", {}))
    return replace(settings, limits=MappingProxyType(limits), purposes=MappingProxyType(purposes))


def read_choices(home: Home, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file as plain values, each of its parts known. Raises AccountsUnreadable."""
    path = file_of(home, FILE, NAMED, environment)
    return parts_of(path, AccountsUnreadable, _PARTS, "Write `limits:` or `providers:`.") if path else {}


def _chosen(settings: Settings, said: Mapping[str, Any]) -> Settings:
    for name, value in said.items():
        if name not in _PASSWORD:
            raise _wrong("password", str(name), did_you_mean(str(name), _PASSWORD))
        least, most = _PASSWORD[name]
        if type(value) is not int or not least <= value <= most:
            raise _wrong("password", name, f"Write a number from {least} to {most}.")
    numbers: dict[str, Any] = dict(said)
    return replace(settings, **numbers)


def _limits(said: Mapping[str, Any], known: Mapping[str, Limit]) -> dict[str, Limit]:
    found = {}
    for name, value in said.items():
        if name not in known:
            raise _wrong("limits", str(name), did_you_mean(str(name), known))
        numbers = value if isinstance(value, list) else []
        if len(numbers) != 2 or any(type(one) is not int or one < 1 for one in numbers):
            raise _wrong("limits", name, "Write [how many, within how many minutes].")
        found[name] = Limit(numbers[0], timedelta(minutes=numbers[1]))
    return found


def _purposes(said: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for name, value in said.items():
        if name not in tuple(CodeFor) or not isinstance(value, str):
            raise _wrong("purposes", str(name), f"Write {', '.join(CodeFor)}, each with a purpose.")
    return {name: (value,) for name, value in said.items()}


def _wrong(part: str, name: str, help: str) -> AccountsUnreadable:
    return AccountsUnreadable(f"`{name}` under `{part}` in {FILE} cannot be used.", help)
