"""What this room records: that a pack was made, before it leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from troth.ledger import Draft
from troth.packs.model import Selection

PACK_MADE: Final = "packs:pack:made"


def made(selection: Selection, policy: str, at: datetime) -> Draft:
    """A pack is about to be made: how many payloads it shows is a code, which ones and why is payload."""
    asked = {
        "clauses": list(selection.clauses),
        "statements": list(selection.statements),
        "entries": list(selection.sequences),
        "payloads": list(selection.payloads),
        "everything": selection.everything,
        "personal": selection.personal,
    }
    shown = {name: value for name, value in asked.items() if value}
    return Draft(PACK_MADE, at, policy=policy, codes=(f"payloads:{len(selection.payloads)}",), payload=shown)
