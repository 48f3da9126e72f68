"""directories: what an app may do on a device, and the two lists that say so: what is collected, and with whom it is shared.

Owns the directories of permissions and kits, the moments of prompts, switches, sessions and batches of apps, and counts of what
was done, by scene. Nouns: line, permission, kit, prompt, switch, installation, batch, deed.
Serves PIPL art. 6, 7, 16, 17, 23, 30; GDPR art. 5(1)(c), 7(3), 13, 25, 30.
"""

from troth.directories.errors import EntryUnreadable, ManifestUnreadable
from troth.directories.lists import app_points, kits, lines, permissions, uses
from troth.directories.model import (
    COLLECTED,
    DEVICE_KINDS,
    SHARED,
    Allowed,
    Entry,
    Kit,
    Line,
    Moment,
    Outcome,
    Permission,
    Trouble,
)
from troth.directories.projection import DirectoriesProjection
from troth.directories.rules import Situation, allowed, out_of_time, stopped_by
from troth.directories.service import Directories

__all__ = [
    "COLLECTED",
    "DEVICE_KINDS",
    "SHARED",
    "Allowed",
    "Directories",
    "DirectoriesProjection",
    "Entry",
    "EntryUnreadable",
    "Kit",
    "Line",
    "ManifestUnreadable",
    "Moment",
    "Outcome",
    "Permission",
    "Situation",
    "Trouble",
    "allowed",
    "app_points",
    "kits",
    "lines",
    "out_of_time",
    "permissions",
    "stopped_by",
    "uses",
]
