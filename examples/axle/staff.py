"""Those who work at axle, each by a browser of their own: they sign in to the staff pages, and press what their role is shown."""

from __future__ import annotations

import httpx


class Staff:
    """Those who work at axle, as their browser sees it: with a name, a password, and a role."""

    def __init__(self, site: str, login: str, password: str) -> None:
        self._http = httpx.Client(
            base_url=site, follow_redirects=True, timeout=300, headers={"Sec-Fetch-Site": "same-origin"}
        )
        self._http.post("/staff/sign-in", data={"login_id": login, "password": password})

    def press(self, path: str, **form: str) -> httpx.Response:
        """Send a form of the staff pages."""
        return self._http.post(path, data=form)

    def look(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._http.get(path)

    def close(self) -> None:
        """Home."""
        self._http.close()


def marketing(site: str) -> Staff:
    """Mei, of the marketing unit."""
    return Staff(site, "mei", "Simulated-gear-1")


def recruiter(site: str) -> Staff:
    """Hans, who reads applications."""
    return Staff(site, "hans", "Simulated-gear-2")


def head(site: str) -> Staff:
    """Lin, who answers for the house."""
    return Staff(site, "lin", "Simulated-gear-3")
