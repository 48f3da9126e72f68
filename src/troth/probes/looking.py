"""From a declared probe to one that can look."""

from __future__ import annotations

from pathlib import Path

from troth.probes.files import FilesEye
from troth.probes.mail import MailEye
from troth.probes.model import Eye, Probe
from troth.probes.sql import SqlEye


def open_eye(probe: Probe, data: Path) -> Eye:
    """The probe, made ready; its places are relative to the folder of the company's data. Opens nothing yet."""
    if probe.what == "sql":
        return SqlEye(probe, _place(probe.store, data))
    if probe.what == "mail":
        return MailEye(probe, _place(probe.store, data), _place(probe.people, data))
    return FilesEye(probe, _place(probe.store, data))


def _place(said: str, data: Path) -> str:
    return said if "://" in said else str(data / said)
