"""A notice people can read, as a file: made by the web door from a policy folder, for whoever has no server."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Final

from troth.app.opening import compiled_folder

PRINTER: Final = "troth.web.printed"


def printed(folder: Path) -> dict[str, str]:
    """The notice of a policy folder as HTML, for each language in which there is a published text. Raises PolicyRefused."""
    bundle, texts = compiled_folder(folder)
    printer = importlib.import_module(PRINTER)
    ranked = sorted(bundle.texts, key=lambda text: not text.authoritative)
    return {text.language: printer.document(bundle, texts, text.language) for text in ranked}
