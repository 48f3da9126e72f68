"""The role x action table: data of the product, read once. Routes and commands name actions; roles are granted them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

ADMINISTRATOR: Final = "administrator"
BOOTSTRAP: Final = "bootstrap"
"""Whoever holds the one-time link of the program that runs: as long as nobody is enrolled who may manage staff, all rights."""


@dataclass(frozen=True, slots=True)
class RoleTable:
    """Actions with a sentence each, what each role may do, and which actions need a second person."""

    actions: Mapping[str, str]
    roles: Mapping[str, frozenset[str]]
    second: frozenset[str]

    def may(self, role: str, action: str) -> bool:
        """Whether a role is granted an action."""
        return action in self.roles.get(role, frozenset())


@cache
def role_table() -> RoleTable:
    """The table that ships with the program."""
    said = yaml.safe_load(
        resources.files("troth.operators").joinpath("roles.yaml").read_text(encoding="utf-8")
    )
    roles = {role: _expanded(said["roles"], role) for role in said["roles"]}
    named = frozenset().union(*roles.values())
    unknown = (named | set(said["second_person"])) - set(said["actions"])
    assert not unknown, f"roles.yaml grants what it does not explain: {sorted(unknown)}"
    return RoleTable(said["actions"], roles, frozenset(said["second_person"]))


def _expanded(said: Mapping[str, list[Any]], role: str) -> frozenset[str]:
    """What a role may do; a list inside its list names roles whose rights it has as well."""
    found: set[str] = set()
    for one in said[role]:
        if isinstance(one, list):
            found |= {action for below in one for action in _expanded(said, below)}
        else:
            found.add(one)
    return frozenset(found)
