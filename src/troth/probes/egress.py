"""A look into the log of an egress guard: did anything leave for a host that no declared recipient has?

The log is a table `passed` (id, at, host, port, method, path_class, fields, sent_bytes, received_bytes, status), as the guard of
the kit keeps it; it holds no value of anybody. What left counts until it was called back: by a later DELETE, or a request whose
path ends in /erase, that the same host answered with yes. Whether a host that said yes also did it, other probes look after.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from troth.probes.model import MOST_SHOWN, Look, Probe
from troth.probes.sql import read_only

_HOSTS: Final = text(
    "SELECT host, port, count(*) AS passed FROM passed GROUP BY host, port ORDER BY host, port"
)
_CALLED_BACK: Final = text(
    "SELECT coalesce(max(id), 0) FROM passed WHERE host = :host AND port = :port AND status BETWEEN 200 AND 299 "
    "AND (method = 'DELETE' OR path_class LIKE '%/erase')"
)
_COUNT: Final = text("SELECT count(*) FROM passed WHERE host = :host AND port = :port AND id > :since")
_ROWS: Final = text(
    "SELECT id AS row, at, host, port, method, path_class, fields, sent_bytes, status FROM passed "
    "WHERE host = :host AND port = :port AND id > :since ORDER BY id LIMIT :most"
)


class EgressEye:
    """Holds every host of the log against those that are declared."""

    def __init__(self, probe: Probe, place: str) -> None:
        self._probe = probe
        self._place = place

    def look(self, now: datetime) -> Look:
        """Passed when whatever left went to declared hosts, or was called back."""
        found, looked, seen = 0, 0, list[dict[str, Any]]()
        with read_only(self._place) as log:
            for one in map(dict, log.execute(_HOSTS).mappings().all()):
                looked += one["passed"]
                if not self._declared(str(one["host"]), int(one["port"])):
                    more, rows = _left(log, one, MOST_SHOWN - len(seen))
                    found += more
                    seen += rows
        return Look(self._probe.id, not found, now, tuple(seen), found, looked)

    def _declared(self, host: str, port: int) -> bool:
        allowed = self._probe.allowed or frozenset()
        _, _, above = host.partition(".")
        return bool({host, f"{host}:{port}", f"*.{above}"} & allowed)


def _left(log: Connection, to: dict[str, Any], most: int) -> tuple[int, list[dict[str, Any]]]:
    where = {"host": to["host"], "port": to["port"]}
    where["since"] = log.execute(_CALLED_BACK, where).scalar_one()
    count = log.execute(_COUNT, where).scalar_one()
    rows = log.execute(_ROWS, where | {"most": most}).mappings() if most else ()
    return count, [dict(row) for row in rows]
