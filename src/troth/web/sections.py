"""The pages of the console by section: what is promised, the people it was promised to, and the house that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SECTIONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "promises": {"board": "", "life": "/life", "ask": "/ask", "ledger": "/ledger", "policy": "/policy", "coverage": "/coverage"},
        "people": {"tickets": "/tickets", "requests": "/requests", "tasks": "/tasks", "accounts": "/accounts", "messages": "/messages",
                   "notices": "/notices", "site": "/site", "directories": "/directories"},
        "house": {"staff": "/staff", "approvals": "/approvals", "emergencies": "/emergencies", "backups": "/backups",
                  "lineage": "/lineage", "recordings": "/recordings"},
    }
)  # fmt: skip
"""By section, the pages one finds there in the order in which they are listed, each with its address below the company's."""


def section_of(page: str) -> str:
    """The section in which a page is found; '' for one that stands beside them all."""
    return next((name for name, pages in SECTIONS.items() if page in pages), "")
