"""The pages of the suite: chat, work functions, calls, orders; and the enterprise for whoever administers it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from examples.desk.company import acts
from examples.desk.company.frame import Administrator, At, Sent, SignedIn, page, said, to
from examples.desk.company.joining import Mistake
from examples.desk.company.work import SAYS

router = APIRouter()
TITLES = {
    "attendance": "Clock in", "field_track": "Track in the field", "approvals": "Approvals", "work_logs": "Work log",
    "schedules": "Schedule", "cloud_disk": "Cloud disk", "stock": "Stock",
}  # fmt: skip


@router.get("/chat")
def chat(request: Request, company: At, visit: SignedIn) -> Response:
    """The chat."""
    return page(request, "chat.html", messages=company.work.chat(visit))


@router.post("/chat")
def write(company: At, form: Sent, visit: SignedIn) -> Response:
    """A text."""
    company.work.write(visit, form.get("text")[:4000])
    return to("/chat")


@router.post("/chat/file")
def attach(company: At, form: Sent, visit: SignedIn) -> Response:
    """A file."""
    if "file" not in form.files:
        raise Mistake("There was no file.")
    company.work.attach(visit, form.files["file"])
    return to("/chat")


@router.get("/record/{function}")
def work_form(request: Request, visit: SignedIn, function: str) -> Response:
    """The form of a work function."""
    if function not in acts.WORK:
        raise HTTPException(404)
    fields = {name: name.replace("_", " ").capitalize() for name in acts.WORK[function][1]}
    file = function == "cloud_disk"
    return page(
        request,
        "form.html",
        title=TITLES[function],
        to=f"/record/{function}",
        fields=fields,
        button="Hand in",
        file=file,
    )


@router.post("/record/{function}")
def work(company: At, form: Sent, visit: SignedIn, function: str) -> Response:
    """A record of a work function."""
    if function not in acts.WORK:
        raise HTTPException(404)
    company.work.record(visit, function, form.said, form.files.get("file"))
    return to("/me")


@router.get("/calls")
def calls(request: Request, company: At, visit: SignedIn) -> Response:
    """The four conditions of a recorded call, and the call."""
    return page(request, "calls.html", person=visit.person, met=company.work.met(visit))


@router.post("/calls/{what}")
def allow(company: At, form: Sent, visit: SignedIn, what: str) -> Response:
    """Agree, or turn the permission on; or take it back."""
    if what not in SAYS:
        raise HTTPException(404)
    company.work.allow_calls(visit, what, form.get("do") == "on")
    return to("/calls")


@router.post("/calls")
def call(request: Request, company: At, form: Sent, visit: SignedIn) -> Response:
    """A call is made."""
    recorded = company.work.call(visit, form.get("number")[:40])
    return said(
        request,
        "The call is over",
        "It was recorded, and both of you heard so." if recorded else "It was not recorded.",
    )


@router.get("/order")
def order_form(request: Request, visit: SignedIn) -> Response:
    """The order form."""
    fields = {"edition": "Edition", "invoice": "Invoice made out to"}
    return page(request, "form.html", title="Order", to="/order", fields=fields, button="Order")


@router.post("/order")
def order(company: At, form: Sent, visit: SignedIn) -> Response:
    """An order."""
    company.work.order(visit, form.said)
    return to("/me")


@router.post("/enterprise")
def found(company: At, form: Sent, visit: SignedIn) -> Response:
    """An enterprise is founded."""
    company.managing.found(visit, form.said)
    return to("/company")


@router.get("/company")
def enterprise(request: Request, company: At, visit: Administrator) -> Response:
    """What an administrator sees of their enterprise."""
    members = company.managing.members(visit)
    return page(
        request,
        "company.html",
        enterprise=visit.enterprise,
        members=members,
        functions=company.managing.functions(visit),
    )


@router.post("/company/functions")
def switch(company: At, form: Sent, visit: Administrator) -> Response:
    """A function goes on or off."""
    company.managing.switch(visit, form.get("function"), form.get("do") == "on")
    return to("/company")


@router.post("/company/invite")
def invite(company: At, form: Sent, visit: Administrator) -> Response:
    """A number is entered."""
    company.managing.invite(visit, form.said)
    return to("/company")


@router.post("/company/list")
def list_for_calls(company: At, form: Sent, visit: Administrator) -> Response:
    """Somebody is put on the list for the upload of calls, or taken off it."""
    person = form.get("person")
    company.managing.list_for_calls(visit, int(person) if person.isdigit() else 0, form.get("do") == "on")
    return to("/company")


@router.post("/company/contacts")
def contacts(request: Request, company: At, form: Sent, visit: Administrator) -> Response:
    """Customers are brought in."""
    return said(
        request, "Customers", f"{company.managing.bring_contacts(visit, form.get('lines'))} were taken over."
    )


@router.post("/company/sharing")
def sharing(company: At, form: Sent, visit: Administrator) -> Response:
    """The administrator, whose papers they are, lets them go to the carrier; after its notice."""
    company.managing.let_papers_go(visit)
    return to("/company")


@router.post("/company/papers")
def papers(request: Request, company: At, form: Sent, visit: Administrator) -> Response:
    """The two papers for the carrier."""
    if not {"licence", "legal_id"} <= form.files.keys():
        raise Mistake("Both papers are needed: the licence, and the identity card.")
    sent = company.managing.file_papers(visit, form.files["licence"], form.files["legal_id"])
    return said(
        request,
        "Papers for the carrier",
        "The carrier has them." if sent else "They are kept, and were not sent.",
    )


@router.post("/company/backup")
def back_up(request: Request, company: At, visit: Administrator) -> Response:
    """Copies for the affiliate that keeps backups."""
    return said(request, "Backup", f"{company.work.back_up(visit)} files were copied.")


@router.post("/company/close")
def close_enterprise(company: At, visit: Administrator) -> Response:
    """The enterprise is closed."""
    company.managing.close(visit)
    return to("/me")
