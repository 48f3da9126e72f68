"""leftovers: whether anything of somebody is still there: planted markers looked for in every file, log and database named.

Knows nothing of any map, policy or schema: what it is pointed at it reads to the last byte, so that it finds what a map forgot.
"""

from troth.leftovers.databases import search_database
from troth.leftovers.files import search_file, search_folder
from troth.leftovers.markers import Hit, Markers, MarkersUnreadable, read_markers
from troth.leftovers.search import Searched, search

__all__ = [
    "Hit",
    "Markers",
    "MarkersUnreadable",
    "Searched",
    "read_markers",
    "search",
    "search_database",
    "search_file",
    "search_folder",
]
