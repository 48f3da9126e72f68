"""The pages by which members ask for a right, and by which somebody of the staff decides and keeps house."""

from __future__ import annotations

from flask import Flask, abort, redirect, request

from examples.gateway.company.desk import GROUNDS, REFUSALS
from examples.gateway.company.frame import Answered, Company, form, page, said
from examples.gateway.company.members import Mistake, Visit
from examples.gateway.company.store import Document

RIGHTS = {"delete": "Erase what is held of me", "withdraw": "Take back all I agreed to"}
KEEPS = "consent:recipient_own"


def asking(app: Flask, company: Company) -> None:
    """Add what members ask for."""

    @app.get("/my/ask")
    def ask_form() -> Answered:
        company.member()
        return page("ask.html", rights=RIGHTS)

    @app.post("/my/ask")
    def ask() -> Answered:
        typed = form()
        right = typed.get("right", "")
        if right not in RIGHTS:
            raise Mistake("Say what you ask for.")
        number = company.desk.ask(company.member().member, right, typed.get("words", ""))
        return said("We have it", f"Your request has the number {number}; somebody reads it and decides.")


def staff(app: Flask, company: Company) -> None:
    """Add what the staff presses; a real company would ask its staff to sign in."""

    @app.get("/staff")
    def desk() -> Answered:
        services = company.house.store.find("services")
        return page(
            "staff.html", last=company.dumps.last(), services=services, waiting=company.desk.waiting(), rights=RIGHTS,
            grounds=GROUNDS, refusals=REFUSALS,
        )  # fmt: skip

    @app.post("/staff/dump")
    def dump() -> Answered:
        return said("Dumped", f"{company.dumps.night()} members lie in the dump of today.")

    @app.post("/staff/answers")
    def answers() -> Answered:
        return said("Answered", f"{company.desk.answer_all()} people have their answer.")

    @app.post("/staff/requests/<number>")
    def decide(number: str) -> Answered:
        asked = next(iter(company.desk.waiting(number)), None) or abort(404)
        code = request.form.get("code", "")
        if code in REFUSALS:
            company.desk.refuse(number, code)
        elif (asked["right"] == "delete") == (code in GROUNDS):
            granted(company, asked, code)
        else:
            raise Mistake("That is no ground for this right.")
        return redirect("/staff")

    @app.post("/staff/restore")
    def restore() -> Answered:
        back = company.dumps.restore(request.form.get("ticket", ""))
        return said("Restored", f"{back} members came back. Whoever cancelled stays gone.")


def granted(company: Company, asked: Document, code: str) -> None:
    """Do what was asked for, and say so."""
    member, subject, right = (str(asked[word]) for word in ("member", "subject", "right"))
    if right == "delete":
        kept = KEEPS in company.permissions.facts(subject)
        company.members.fact(subject, ["closed"], True)
        gone(company, member, "erase", kept=kept)
    elif found := company.members.by_number(member):
        company.permissions.take_all_back(Visit("", subject, "", found))
    company.desk.grant(asked["number"], right, code)


def gone(company: Company, member: str, how: str, *, kept: bool) -> None:
    """Let go of whatever is held of somebody; `kept` says that the carrier keeps what it was sent, by their own word to it."""
    company.market.forget(member, how, kept=kept)
    company.identity.forget(member)
    company.permissions.shut(member)
