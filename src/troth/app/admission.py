"""Providers for staff (OpenID Connect), as the operator's file names them: which groups give which roles, which factors are trusted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from troth.accounts import Vouched
from troth.app.config import Home
from troth.app.lobby import AccountsUnreadable
from troth.app.operators_file import (
    FILE,
    OperatorsUnreadable,
    part_of,
    product_roles_of,
    read_operators,
    unknown,
)
from troth.app.providers import Begun, Provider, Providers, provider_of
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.operators import Vouch, role_table

_OURS: Final = frozenset({"scope", "groups", "second_factor"})
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class StaffProvider:
    """A provider for staff: which claim names groups, which roles each gives, which factors it is trusted to have checked."""

    provider: Provider
    claim: str = "groups"
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    trusted: frozenset[str] = frozenset()

    @property
    def governed(self) -> frozenset[str]:
        """Every role that some group gives."""
        return frozenset().union(*self.roles.values())

    def read(self, vouched: Vouched, claims: Mapping[str, Any]) -> Vouch:
        """What it says of somebody. A claim that is missing, or of another shape, names no group and no factor."""
        roles = frozenset().union(
            *(self.roles.get(group, frozenset()) for group in _words(claims.get(self.claim)))
        )
        second = bool(self.trusted & set(_words(claims.get("amr"))))
        return Vouch(vouched.provider, vouched.issuer, vouched.subject, second, roles, self.governed)


class Admission:
    """The providers for staff of one organisation. Threads may share it."""

    def __init__(self, named: Mapping[str, StaffProvider], clock: Clock, entropy: Entropy) -> None:
        self.named = dict(named)
        self._providers = Providers({id: one.provider for id, one in named.items()}, clock, entropy)

    def begin(self, id: str, redirect: str, link: str) -> Begun:
        """Where somebody goes to sign in; `link` is told again when they come back. Raises NotLetIn, ProviderFailed."""
        return self._providers.begin(id, redirect, link=link)

    def finish(self, id: str, state: str, code: str, binding: str) -> tuple[Vouch, str]:
        """Whom the provider vouches for, and what was told at the beginning. Raises NotLetIn, ProviderFailed."""
        vouched, link, claims = self._providers.told(state, code, binding, id)
        return self.named[vouched.provider].read(vouched, claims), link

    def drop(self, state: str) -> None:
        """Forget what was begun."""
        self._providers.drop(state)


def staff_providers_of(home: Home, organisation: str) -> dict[str, StaffProvider]:
    """The providers for staff of an organisation, with their secrets. Raises OperatorsUnreadable."""
    return {str(id): _provider(str(id), one) for id, one in part_of(home, "providers", organisation).items()}


def check_roles(home: Home, organisation: str, roles: Callable[[], Collection[str]]) -> None:
    """Pass when every role the operator names is one of the product or of the policy. Raises OperatorsUnreadable."""
    if not read_operators(home):
        return
    declared = roles()
    known = {*declared, *role_table().roles}
    for id in part_of(home, "policy_roles", organisation):
        if id not in declared:
            raise unknown(f"The policy of {organisation} has no role", str(id), declared)
    for id, one in part_of(home, "providers", organisation).items():
        for role in sorted(_provider(str(id), one, secret=False).governed - known):
            raise unknown(f"A group at {id} gives no role", role, known)


def described(home: Home) -> dict[str, Any]:
    """The file as plain values, by organisation, without any secret: for whoever prints it. Raises OperatorsUnreadable."""
    said = read_operators(home)
    named = sorted({str(org) for part in said.values() for org in part})
    return {org: _described(home, org) for org in named}


def _described(home: Home, organisation: str) -> dict[str, Any]:
    found = part_of(home, "providers", organisation).items()
    providers = {str(id): _provider(str(id), one, secret=False) for id, one in found}
    return {
        "policy_roles": product_roles_of(home, organisation),
        "providers": {
            id: {
                "label": one.provider.label,
                "groups": {group: sorted(roles) for group, roles in one.roles.items()},
                "second_factor": sorted(one.trusted),
            }
            for id, one in providers.items()
        },
    }


def _provider(id: str, said: Any, *, secret: bool = True) -> StaffProvider:
    """A provider as it is written; without its secret where nobody will sign in by it."""
    if not _ID.fullmatch(id):
        raise OperatorsUnreadable(
            f"The provider '{id}' has no usable id.", "Use small letters, digits, - and _."
        )
    ours = {name: said[name] for name in _OURS & set(said)} if isinstance(said, dict) else {}
    rest = (
        {name: value for name, value in said.items() if name not in _OURS} if isinstance(said, dict) else said
    )
    try:
        made = provider_of(id, rest, secret=secret)
    except AccountsUnreadable as problem:
        raise OperatorsUnreadable(f"{FILE}: {problem.message}", problem.help) from problem
    scope, trusted = ours.get("scope", "openid"), ours.get("second_factor", [])
    if not isinstance(scope, str) or "openid" not in scope.split() or not _listed(trusted):
        raise OperatorsUnreadable(
            f"`scope` or `second_factor` of {id} in {FILE} cannot be used.",
            "Write `openid …`, and a list of words.",
        )
    claim, roles = _groups(id, ours.get("groups", {"claim": "groups", "roles": {}}))
    return StaffProvider(replace(made, scope=scope), claim, roles, frozenset(trusted))


def _groups(id: str, said: Any) -> tuple[str, dict[str, frozenset[str]]]:
    claim = (
        said.get("claim", "groups") if isinstance(said, dict) and not set(said) - {"claim", "roles"} else None
    )
    roles = said.get("roles") if isinstance(said, dict) else None
    if not isinstance(claim, str) or not isinstance(roles, dict) or not all(map(_listed, roles.values())):
        raise OperatorsUnreadable(
            f"`groups` of {id} in {FILE} cannot be used.",
            "Write {claim: groups, roles: {a-group: [a_role]}}.",
        )
    return claim, {str(group): frozenset(given) for group, given in roles.items()}


def _listed(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(one, str) for one in said)


def _words(said: Any) -> Iterator[str]:
    """The words of a claim that is a list of words, or one word."""
    yield from (one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str))
