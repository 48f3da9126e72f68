"""The app's way to the product: desk passes on what a phone asks and tells, as the person who is signed in on it.

What the phone tells of being stopped and started stands in desk's own tables too.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import JSONResponse, Response

from examples.desk.company.frame import At, Company, SignedIn
from examples.desk.company.joining import Visit
from examples.desk.company.lapses import RESTART
from examples.desk.company.store import EVERY
from examples.kit.time import now

router = APIRouter(prefix="/app")


@router.post("/start")
def start(company: At, visit: SignedIn, said: dict[str, Any]) -> Any:
    """A run of the app begins on the phone of whoever is signed in."""
    installation = str(said.get("installation", ""))
    company.client.link(visit.subject, {"device": installation})
    answer = company.phones.start(said)
    named = {
        "person": visit.person["id"],
        "installation": installation,
        "app_version": str(said.get("version", "")),
    }
    with company.store.within(EVERY) as rows:  # whoever joined an enterprise since brought the phone along
        rows.change(
            "UPDATE devices SET tenant = %s, person = %s WHERE installation = %s",
            visit.tenant,
            named["person"],
            installation,
        )
    with company.store.within(visit.tenant) as rows:
        known = rows.row("SELECT id FROM devices WHERE installation = %s", installation)
        device = known["id"] if known else rows.put("devices", **named)
        rows.put("device_runs", device=device, how=str(said.get("start", "person")), at=now())
    return JSONResponse(answer | {"kits": company.partners.url})


@router.get("/allowed")
def allowed(company: At, visit: SignedIn, installation: str = Header(), version: str = Header("")) -> Any:
    """What the app may do now; nothing new (304) while that is as it was."""
    _own(company, visit, installation)
    found = company.phones.allowed(installation, version)
    return JSONResponse(found) if found is not None else Response(status_code=304)


@router.post("/report")
def report(company: At, visit: SignedIn, said: dict[str, Any]) -> Any:
    """What the app did."""
    device = _own(company, visit, str(said.get("installation", "")))
    answer = company.phones.report(said)
    stopped = [
        one
        for one in said.get("entries", ())
        if one.get("point") == "force_stopped" and one.get("said") == "on"
    ]
    with company.store.within(visit.tenant) as rows:
        for _ in stopped:
            rows.put("device_runs", device=device, how="force_stopped", at=now())
            if company.lapses.on(RESTART):
                rows.put("device_runs", device=device, how="itself", at=now())
    return JSONResponse(answer)


def _own(company: Company, visit: Visit, installation: str) -> int:
    with company.store.within(visit.tenant) as rows:
        found = rows.row(
            "SELECT id FROM devices WHERE installation = %s AND person = %s", installation, visit.person["id"]
        )
    if found is None:
        raise HTTPException(404, "This phone was not started here")
    return int(found["id"])
