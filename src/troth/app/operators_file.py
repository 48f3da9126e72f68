"""What an operator chooses about staff: a small file in the home, `operators.yaml`, or the one TROTH_OPERATORS names.

policy_roles:                         # which product role a role of the policy stands for, by organisation
  gateway: {dpo: privacy_officer}
providers:                            # where staff may sign in instead (OpenID Connect), by organisation
  gateway:
    entra:
      label: Company account
      issuer: https://id.example.com
      client: troth-console
      secret: /etc/troth/entra.secret           # a file that its owner alone can read; or env:NAME
      scope: openid groups                      # may be left out: openid
      groups: {claim: groups, roles: {privacy-team: [privacy_officer], it: [operator, post]}}
      second_factor: [mfa, hwk]                 # values of `amr` (RFC 8176) that are trusted; else our own step follows

A group gives roles of the product or of the policy. Who is let in is said by invitations alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from troth.app.choices import file_of, parts_of
from troth.app.config import Home
from troth.kernel.errors import OperatorError
from troth.kernel.findings import did_you_mean
from troth.operators import role_table

FILE: Final = "operators.yaml"
NAMED: Final = "TROTH_OPERATORS"
_PARTS: Final = frozenset({"policy_roles", "providers"})


class OperatorsUnreadable(OperatorError):
    """The file about operators has to be mended."""


def product_roles_of(home: Home, organisation: str) -> dict[str, str]:
    """Which product role a role of the policy stands for, as the operator wrote it. Raises OperatorsUnreadable."""
    said = part_of(home, "policy_roles", organisation)
    for id, role in said.items():
        if role not in role_table().roles:
            raise unknown(f"The policy role {id} stands for no role", str(role), role_table().roles)
    return {str(id): str(role) for id, role in said.items()}


def read_operators(home: Home) -> dict[str, Any]:
    """The file, each of its parts known; empty where there is none. Raises OperatorsUnreadable."""
    path = file_of(home, FILE, NAMED)
    return (
        parts_of(path, OperatorsUnreadable, _PARTS, "Write `policy_roles:` or `providers:`.") if path else {}
    )


def part_of(home: Home, part: str, organisation: str) -> Mapping[str, Any]:
    """What a part says about an organisation. Raises OperatorsUnreadable."""
    said = read_operators(home).get(part, {}).get(organisation, {})
    if not isinstance(said, dict):
        raise OperatorsUnreadable(f"`{part}` of {organisation} in {FILE} is no list by id.")
    return said


def unknown(why: str, role: str, known: Collection[str]) -> OperatorsUnreadable:
    """That a role is none of these."""
    return OperatorsUnreadable(
        f"{FILE}: {why} '{role}'.", did_you_mean(role, known) or f"Known: {', '.join(sorted(known))}."
    )
