"""The SDK as it is served: its program and its style without what only its authors read, and the interface it shows."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Final

from troth.cookies.interface import Interface

_LINE: Final = re.compile(r"^\s*//.*$\n?", re.MULTILINE)
_REMARK: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE: Final = re.compile(r"^[ \t]+|[ \t]+$|\n(?=\n)", re.MULTILINE)


@cache
def program() -> str:
    """The program, without remarks and indents."""
    return _SPACE.sub("", _LINE.sub("", _source("troth.js"))).strip()


@cache
def style() -> str:
    """The style sheet, without remarks and indents."""
    return re.sub(r"\s+", " ", _REMARK.sub("", _source("troth.css"))).strip()


def script(shown: Interface, *, signal: bool, base: str) -> str:
    """What a site loads: program, style and interface in one answer. `base` is the address under which this server is asked."""
    told = {"css": style(), "digest": shown.digest, "signal": signal, "base": base, **shown.shown}
    plain = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f"{program()}({plain});\n"


def _source(name: str) -> str:
    return resources.files("troth.cookies").joinpath("sdk", name).read_text(encoding="utf-8")
