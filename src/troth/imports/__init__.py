"""imports: what an office wrote down in its own files, declared beside the policy as facts and acts, and brought in row by row.

Owns no table: what was brought in stands in the ledger, by a keyed digest of its row, and nothing is brought in twice. Nouns:
import, step, deed, part. Everything that comes in this way keeps the origin `imported`.
"""

from troth.imports.declared import check_imports, read_imports
from troth.imports.draft import draft
from troth.imports.errors import ImportsUnreadable, RowRefused
from troth.imports.evidence import BROUGHT, Memory, brought
from troth.imports.model import Deed, Import, Line, Step
from troth.imports.order import Part, in_order, instant, parts_of
from troth.imports.rows import line_of, read_lines

__all__ = [
    "BROUGHT",
    "Deed",
    "Import",
    "ImportsUnreadable",
    "Line",
    "Memory",
    "Part",
    "RowRefused",
    "Step",
    "brought",
    "check_imports",
    "draft",
    "in_order",
    "instant",
    "line_of",
    "parts_of",
    "read_imports",
    "read_lines",
]
