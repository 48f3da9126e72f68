"""Accessibility as axe-core sees it."""

from __future__ import annotations

import importlib.resources
import json
from functools import cache
from typing import Any

from playwright.sync_api import Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@cache
def _script() -> str:
    return importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page as it stands, one line a rule with the first places."""
    page.wait_for_load_state()  # a page that is there, and its style not yet, has other colours
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())  # by the browser's own tooling, so a strict content policy does not stop it
    asked = json.dumps({"runOnly": {"type": "tag", "values": STANDARDS}})
    found: dict[str, Any] = page.evaluate(f"() => axe.run(document, {asked})")
    return [
        f"{rule['id']}: {rule['help']} at {', '.join(node['target'][0] for node in rule['nodes'][:3])}"
        for rule in found["violations"]
    ]
