"""A fault of the program, as the log is told of it: its kind and where it arose, never values, which may be personal."""

from __future__ import annotations

import logging
from typing import Final

from troth.kernel.errors import TrothError

_LOG: Final = logging.getLogger("troth.web")


def note(error: BaseException) -> None:
    """Write one line about a fault. What we refuse on purpose carries a sentence fit to be shown."""
    if isinstance(error, TrothError):
        _LOG.error("%s: %s", error.code, error)
        return
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    _LOG.error("%s at %s", type(error).__name__, where)
