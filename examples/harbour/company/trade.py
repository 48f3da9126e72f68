"""The pages of the trade: forms under their notices, what mails lead to, and what the staff presses."""

from __future__ import annotations

from flask import Flask, abort, redirect, request

from examples.harbour.company import gate as acts
from examples.harbour.company.frame import Answered, Company, form, language, page
from examples.harbour.company.lapses import ALL, FIELD_WITHOUT_NOTICE, NAMES, UNDECLARED
from examples.harbour.company.mailing import MEMBERS
from examples.harbour.company.services import FORMS, PRICES
from examples.harbour.company.site import gif
from examples.harbour.company.store import now

LABELS = {
    "filing_company": "Company that files", "filing_contact": "Person in charge",
    "filing_id_number": "Identity number of that person", "filing_site": "Name of the site",
    "filing_document": "Document (its reference)", "service": "What is it for?",
    "ticket_subject": "About", "ticket_body": "What happened?",
}  # fmt: skip


def forms(app: Flask, company: Company) -> None:
    """Add the forms."""

    @app.get("/<any(order, domain, filing, support):name>")
    def show_form(name: str) -> Answered:
        notices = company.services.show(company.customer(), name, language())
        asks_more = name == "filing" and company.lapses.on(FIELD_WITHOUT_NOTICE)
        fields = (*FORMS[name][1], UNDECLARED) if asks_more else FORMS[name][1]
        return page("form.html", name=name, notices=notices, fields=fields, plans=PRICES, labels=LABELS)

    @app.post("/<any(order, domain, filing, support):name>")
    def take_form(name: str) -> Answered:
        getattr(company.services, name)(company.customer(), form())
        return redirect("/account")


def mails(app: Flask, company: Company) -> None:
    """Add what mails lead to."""

    def member(token: str) -> dict[str, object]:
        return company.store.row(f"{MEMBERS} AND m.token = ?", token) or abort(404)

    @app.get("/px/<token>.gif")
    def pixel(token: str) -> Answered:
        who = member(token)
        if company.gate.may(str(who["subject"]), acts.PIXEL):
            company.store.put("mail_events", customer=who["id"], opened_at=now())
        return gif()

    @app.get("/go/<token>")
    def follow(token: str) -> Answered:
        who = member(token)
        if company.gate.may(str(who["subject"]), acts.LINK):
            company.store.put("mail_events", customer=who["id"], clicked_at=now(), clicked_url="/order")
        return redirect("/order")

    @app.post("/leave")
    def leave() -> Answered:
        visit = company.customer()
        company.mailing.leave(visit.customer["id"], visit.subject)
        said = "No more news will reach you, and nothing in our mails watches you."
        return page("said.html", title="You have left the list", said=said)


def staff(app: Flask, company: Company) -> None:
    """Add what the staff presses."""

    @app.get("/what-could-go-wrong")
    def wrong() -> Answered:
        return page(
            "wrong.html",
            board=company.gate.board,
            lapses=[(lapse, company.lapses.on(lapse.name)) for lapse in ALL],
        )

    @app.post("/what-could-go-wrong/<name>")
    def turn(name: str) -> Answered:
        if name not in NAMES:
            abort(404)
        company.lapses.turn(name, request.form.get("on") == "yes")
        return redirect("/what-could-go-wrong")

    @app.post("/staff/news")
    def news() -> Answered:
        title = request.form.get("title", "News from Harbour")
        sent = company.mailing.news(title, "New machines stand in our hall in Cyberjaya.")
        return page("said.html", title="News handed in", said=f"It goes to {sent}.")

    @app.post("/staff/maintenance")
    def maintenance() -> Answered:
        said = f"It goes to {company.mailing.maintenance()}."
        return page("said.html", title="Notice handed in", said=said)

    @app.get("/staff/mails")
    def mails_sent() -> Answered:
        return page("mails.html", counts=company.gate.client.messages()["counts"])
