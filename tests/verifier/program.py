"""The verifier, loaded from its own folder: nothing of it is installed into the product, nothing of the product into it."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tests.tidy.source import ROOT

FILE = ROOT / "verifier" / "troth_verify.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("troth_verify", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
