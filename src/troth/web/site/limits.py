"""How often somebody may ask: buckets in memory that fill again with time; an address is never written down."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

MOST_KEPT: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


class Limit:
    """So many at once, refilled evenly within `seconds`; for each key, and threads may share it."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._rate = most, most / seconds
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str, now: datetime) -> int:
        """0 when it may go ahead, which is then counted; else whole seconds until it may."""
        with self._lock:
            bucket = self._buckets.pop(key, None) or _Bucket(float(self._most), now)
            self._buckets[key] = bucket
            while len(self._buckets) > MOST_KEPT:
                self._buckets.popitem(last=False)
            passed = max((now - bucket.at).total_seconds(), 0.0)
            bucket.left, bucket.at = min(bucket.left + passed * self._rate, self._most), now
            if bucket.left >= 1:
                bucket.left -= 1
                return 0
            return int((1 - bucket.left) / self._rate) + 1
