"""What no row names any more goes from the stores of objects: the database writes down which, whoever deleted the row."""

from __future__ import annotations

import sys
import threading
from typing import Final

import psycopg

from examples.desk.company.house import House
from examples.desk.company.lapses import ABROAD
from examples.desk.company.objects import HOME
from examples.desk.company.store import EVERY

LOOKS_EVERY: Final = 0.5
"""Seconds between looks at what is to go."""


class Tidying(House):
    """Lets objects go while the company is open."""

    def begin(self) -> None:
        """Start looking, in a thread that ends with the process."""
        threading.Thread(target=self._look, name="desk-tidying", daemon=True).start()

    def turn(self) -> int:
        """Let go what is to go now; how many objects. They are gone before that is written down: a crash between lets them go again."""
        with self.store.within(EVERY) as rows:
            found = rows.rows("SELECT id, file FROM gone ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED")
            for one in found:
                for country in (HOME, ABROAD):
                    key = one["file"].removeprefix(f"{country}/")
                    for objects in (self.a, self.b):
                        objects.delete(key, country)
                rows.change("DELETE FROM gone WHERE id = %s", one["id"])
        return len(found)

    def _look(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(LOOKS_EVERY):
            try:
                while self.turn():
                    pass
            except (psycopg.Error, OSError) as problem:
                print(f"desk: {type(problem).__name__} while tidying", file=sys.stderr, flush=True)
