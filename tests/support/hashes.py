"""Passwords cost a little in this process: as many passes as everywhere, over less memory. Programs that tests start pay in full."""

from __future__ import annotations

from typing import Any

import argon2

from troth.passwords import hashing

MEMORY_KIB = 256


def make_light() -> None:
    """From now on, hashers that are made take little memory."""

    def light(*, memory_cost: int, **costs: Any) -> argon2.PasswordHasher:
        return argon2.PasswordHasher(memory_cost=min(memory_cost, MEMORY_KIB), **costs)

    hashing.PasswordHasher = light  # type: ignore[misc, assignment]
