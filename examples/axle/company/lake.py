"""The lake of visits: Parquet files with counts of pages and days, in which nobody can be found. Small groups go into one.

What a file holds is said in its own head (`nature`, `group`), where whoever opens it reads it first.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from examples.axle.company import questions as ask
from examples.axle.company.gate import allowed
from examples.kit.time import now

GROUP = 20
"""The least number of visits that stand in a line of their own."""
OTHERS = "(other pages)"


class Lake:
    """A folder of Parquet files, one a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counted: Counter[str] = Counter()
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def count(self, path: str) -> None:
        """One more visit of a page; nothing is known of whose it was."""
        with self._lock:
            self._counted[path] += 1
            full = self._counted.total() >= GROUP
        if full:
            self.pour()

    def pour(self) -> None:
        """Write what was counted, where it may be kept."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        if counted and allowed(None, ask.COUNT_VISITS):
            today = now().date()
            self.write("visits", today, self._grouped(self._of(today) + counted))

    def _of(self, day: date) -> Counter[str]:
        path = self._folder / f"visits-{day.isoformat()}.parquet"
        if not path.is_file():
            return Counter()
        lines = pq.read_table(path).to_pylist()
        return Counter({str(line["page"]): int(line["visits"]) for line in lines})

    def write(self, name: str, day: date, visits: Counter[str]) -> None:
        """One day's file, put in the place of the one before at once."""
        table = pa.table({"page": list(visits), "visits": list(visits.values())})
        self.put(f"{name}-{day.isoformat()}.parquet", table, "non_personal")

    def put(self, name: str, table: pa.Table, nature: str) -> None:
        """A file, with what it is in its head."""
        said = table.replace_schema_metadata({"nature": nature, "group": str(GROUP)})
        waiting = self._folder / f".{name}"
        pq.write_table(said, waiting)
        waiting.replace(self._folder / name)

    def drop(self, pattern: str) -> None:
        """Files that fit are gone."""
        for path in self._folder.glob(pattern):
            path.unlink()

    @staticmethod
    def _grouped(visits: Counter[str]) -> Counter[str]:
        small = sum(number for page, number in visits.items() if number < GROUP)
        large = Counter({page: number for page, number in visits.items() if number >= GROUP})
        return large + Counter({OTHERS: small})
