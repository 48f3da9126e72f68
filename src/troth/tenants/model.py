"""What somebody is in a tenant."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

TENANT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")
"""The id of a tenant: the organisation's own number or short name of an enterprise, never a person's name."""


class Role(StrEnum):
    """What a person is in a tenant."""

    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    """Acts for the tenant, and for its people within it."""
