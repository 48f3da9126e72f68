"""The pages of the trade: forms under their notices, and what mails lead to."""

from __future__ import annotations

from flask import Flask, abort, redirect, request

from examples.harbour.company import acts
from examples.harbour.company.frame import Answered, Company, form, language, page
from examples.harbour.company.lapses import FIELD_WITHOUT_NOTICE, UNDECLARED
from examples.harbour.company.mailing import MEMBERS
from examples.harbour.company.services import FORMS, PRICES
from examples.harbour.company.site import gif
from examples.harbour.company.store import now
from troth.client import Question, may

LABELS = {
    "filing_company": "Company that files", "filing_contact": "Person in charge",
    "filing_id_number": "Identity number of that person", "filing_site": "Name of the site",
    "filing_document": "Document (PDF, PNG or JPEG)", "service": "What is it for?",
    "ticket_subject": "About", "ticket_body": "What happened?",
}  # fmt: skip


def forms(app: Flask, company: Company) -> None:
    """Add the forms."""

    @app.get("/<any(order, domain, filing, support):name>")
    def show_form(name: str) -> Answered:
        notices = company.services.show(company.customer(), name, language())
        asks_more = name == "filing" and company.house.lapses.on(FIELD_WITHOUT_NOTICE)
        fields = (*FORMS[name][1], UNDECLARED) if asks_more else FORMS[name][1]
        return page("form.html", name=name, notices=notices, fields=fields, plans=PRICES, labels=LABELS)

    @app.post("/order")
    @company.guard.use(acts.ORDER)
    def order() -> Answered:
        company.services.order(company.customer(), form())
        return redirect("/account")

    @app.post("/domain")
    @company.guard.use(acts.REGISTER_DOMAIN)
    def domain() -> Answered:
        company.services.domain(company.customer(), form())
        return redirect("/account")

    @app.post("/filing")
    @company.guard.use(acts.FILE)
    def filing() -> Answered:
        sent = request.files.get("filing_document")
        company.services.filing(company.customer(), form(), sent.read() if sent else b"")
        return redirect("/account")

    @app.post("/support")
    @company.guard.use(acts.TICKET)
    def support() -> Answered:
        company.services.support(company.customer(), form())
        return redirect("/account")


def mails(app: Flask, company: Company) -> None:
    """Add what mails lead to."""

    def note(token: str, question: Question, **what: str) -> None:
        """What became of a mail, where the policy lets a mail tell."""
        who = company.house.store.row(f"{MEMBERS} AND m.token = ?", token) or abort(404)
        if may(company.house.client, who["subject"], question):
            company.house.store.put("mail_events", customer=who["id"], **what)

    @app.get("/px/<token>.gif")
    def pixel(token: str) -> Answered:
        note(token, acts.PIXEL, opened_at=now())
        return gif()

    @app.get("/go/<token>")
    def follow(token: str) -> Answered:
        note(token, acts.LINK, clicked_at=now(), clicked_url="/order")
        return redirect("/order")

    @app.post("/leave")
    def leave() -> Answered:
        visit = company.customer()
        company.mailing.leave(visit.customer["id"], visit.subject)
        said = "No more news will reach you, and nothing in our mails watches you."
        return page("said.html", title="You have left the list", said=said)
