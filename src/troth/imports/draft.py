"""A first import for a file of an office: where it lies, its columns, and what a step may say. No value is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from troth.kernel.errors import CallerError
from troth.sheets import Sheets, place_of
from troth.sheets.places import Kind

_REST: Final = """\
  every: 300                  # seconds between looks
  brings:                     # what each row says: take away the marks in front of what fits
    # - {accepted: deemed}
    # - {shown: NOTICE}
    # - {consent: CONSENT, say: given, when: {COLUMN: yes}}
    # - {objection: OBJECTION, when: {COLUMN: filled}}
    # - {opt_out: email, when: {COLUMN: yes}}
    # - {request: delete, words: "{COLUMN}", when: {COLUMN: open}}
    # - {act: use, data: [CATEGORY], purpose: PURPOSE, papers: {request: "{COLUMN}"}}
"""


def draft(place: str, data: Path, table: str = "") -> str:
    """An import of one place, for somebody to fill in. Raises SheetUnreadable, CallerError."""
    found = place_of(place)
    if found.kind is Kind.SQLITE and not table:
        raise CallerError("A database has several tables.", "Name one with --table.")
    quoted = table.replace('"', '""')
    query = f'SELECT * FROM rows."{quoted}"' if table else "SELECT * FROM rows"  # noqa: S608  an operator's own file
    columns = Sheets({"rows": found}, data).columns(query)
    name = re.sub(r"[^a-z0-9]+", "_", (table or Path(found.path).stem).lower()).strip("_")
    person = next((one for one in columns if "mail" in one.lower()), "")
    where = f"  tables: {{rows: {place}}}\n  query: {query}\n" if table else f"  from: {place}\n"
    return (
        f"{name or 'rows'}:\n  title:\n{where}"
        f"  # columns: {', '.join(columns)}\n"
        f"  key: [{columns[0]}]                 # what names a row for good\n"
        f"  person: {{{f'email: {person}' if person else ''}}}\n"
        f"{_REST}"
    )
