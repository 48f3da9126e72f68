"""A recording that goes on and one that ended, for walks over all pages."""

from __future__ import annotations

from tests.web.kit import Place
from tests.web.test_api import accepted


def live(at: Place) -> list[str]:
    """Record what harbour may collect."""
    asked = {"subject": accepted(at), "data": ["email"], "purpose": "account", "via": "registration_form"}
    ids = [at.call("POST", "harbour/recordings", asked).json()["recording"]["id"] for _ in range(2)]
    assert at.call("POST", f"harbour/recordings/{ids[0]}/end", {}).status == 200
    return []
