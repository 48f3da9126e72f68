"""Three data sets, for walks over all pages: one tested, one personal, and what was made of both."""

from __future__ import annotations

from tests.web.kit import Place


def live(at: Place) -> list[str]:
    """Declare, test and join; every address is linked from the page itself."""
    test = {
        "method": "k-anonymity",
        "group": 20,
        "by": "probe:lab",
        "document": "sha256:" + "ab" * 32,
        "passed": True,
    }
    visits = {
        "name": "visits",
        "columns": {"visits": "visitor_statistics"},
        "purposes": ["usage_statistics"],
        "source": "from_use",
    }
    people = {
        "name": "customers",
        "columns": {"email": "email"},
        "purposes": ["account_management"],
        "source": "from_person",
    }
    join = {
        "name": "both",
        "inputs": ["visits", "customers"],
        "purposes": ["usage_statistics"],
        "happened": True,
    }
    for path, sent in (("", visits), ("", people), ("/visits/tests", test), ("/derived", join)):
        assert at.call("POST", f"axle/datasets{path}", sent).status in (200, 201)
    return []
