"""inside: the product in one's own process, for programs on the machine where its home lies; no server has to run.

The verbs and types are those of the client, so that a program goes from one to the other by changing one line. Noun: the inside door.
"""

from troth.inside.opened import Inside

__all__ = ["Inside"]
