"""sheets: what lies in an office as files, seen as tables: spreadsheets, CSV, mail folders, recordings, small databases.

Owns no table. Nouns: sheets, place. Everything is opened to be read alone, and asked in SQL over whatever was named together.
"""

from troth.sheets.errors import SheetUnreadable
from troth.sheets.looking import Sheets
from troth.sheets.places import Place, place_of

__all__ = ["Place", "SheetUnreadable", "Sheets", "place_of"]
