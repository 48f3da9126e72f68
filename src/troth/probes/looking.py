"""From a declared probe to one that can look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from troth.probes.egress import EgressEye
from troth.probes.files import FilesEye
from troth.probes.lines import LinesEye
from troth.probes.mail import MailEye
from troth.probes.model import Eye, Probe
from troth.probes.pages import CookiesEye, ServedEye
from troth.probes.parquet import ParquetEye
from troth.probes.planted import MarkersEye
from troth.probes.sheets import SheetsEye
from troth.probes.sql import SqlEye

EYES: Final[Mapping[str, Callable[[Probe, str], Eye]]] = MappingProxyType(
    {
        "sql": SqlEye,
        "lines": LinesEye,
        "egress": EgressEye,
        "cookies": CookiesEye,
        "served": ServedEye,
        "parquet": ParquetEye,
    }
)
"""Those that need a place and nothing else."""
NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})


def open_eye(probe: Probe, data: Path, places: Mapping[str, str] = NOWHERE) -> Eye:
    """The probe, made ready; its places are relative to the folder of the company's data, unless `places` says where one of that
    name is. Opens nothing yet."""
    if probe.what == "sheets":
        return SheetsEye(probe, data)
    store = place_of(probe.store, data, places)
    if probe.what == "files":
        return FilesEye(probe, store, place_of(probe.people, data, places) if probe.people else "")
    if probe.what == "mail":
        return MailEye(probe, store, place_of(probe.people, data, places))
    if probe.what == "markers":
        return MarkersEye(probe, store, place_of(probe.people, data, places))
    return EYES[probe.what](probe, store)


def place_of(said: str, data: Path, places: Mapping[str, str] = NOWHERE) -> str:
    """Where something is that a probe names: an address, a place that has a name of its own, or a path in the folder of the data."""
    return places.get(said) or (said if "://" in said else str(data / said))
