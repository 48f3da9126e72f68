"""The pages by which people come in: register, confirm, sign in, recover, bind, and what they then see of their account."""

from __future__ import annotations

from flask import Flask, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from examples.harbour.company import acts
from examples.harbour.company.frame import COOKIE, Answered, Company, came, form, language, page
from examples.harbour.company.people import REGISTRATION


def joining(app: Flask, company: Company) -> None:
    """Add those for whoever comes."""

    @app.get("/register")
    def register_form() -> Answered:
        notices = company.house.client.notices_at(REGISTRATION, language())
        return page("register.html", notices=notices)

    @app.post("/register")
    def register() -> Answered:
        ticket = company.people.register(company.visitor(), form(), came())
        return page("code.html", to="/confirm", ticket=ticket, wants="")

    @app.post("/confirm")
    def confirm() -> Answered:
        typed = form()
        return signed(company.people.confirm(typed.get("ticket", ""), typed.get("code", ""), came()))

    @app.get("/sign-in")
    def sign_in_form() -> Answered:
        return page("sign_in.html")

    @app.post("/sign-in")
    def sign_in() -> Answered:
        typed, old = form(), request.cookies.get(COOKIE, "")
        name, password = typed.get("user_name", ""), typed.get("password", "")
        return signed(company.people.sign_in(name, password, old, came()))

    @app.post("/sign-out")
    def sign_out() -> Answered:
        company.house.client.sign_out(company.customer().session)
        answer = redirect("/")
        answer.delete_cookie(COOKIE)
        return answer


def own_account(app: Flask, company: Company) -> None:
    """Add those for whoever is known."""

    @app.get("/recover")
    def recover_form() -> Answered:
        return page("recover.html")

    @app.post("/recover")
    def recover() -> Answered:
        ticket = company.people.recover(request.form.get("user_name", ""), came())
        return page("code.html", to="/reset", ticket=ticket, wants="password")

    @app.post("/reset")
    def reset() -> Answered:
        typed = form()
        found = company.people.reset(
            typed.get("ticket", ""), typed.get("code", ""), typed.get("password", ""), came()
        )
        return signed(found)

    @app.post("/bind")
    @company.guard.use(acts.TAKE_CODE)
    def bind() -> Answered:
        ticket = company.people.bind(company.customer(), request.form.get("email", ""), language())
        return page("code.html", to="/bound", ticket=ticket, wants="")

    @app.post("/bound")
    def bound() -> Answered:
        typed = form()
        company.people.bound(company.customer(), typed.get("ticket", ""), typed.get("code", ""))
        return redirect("/account")

    @app.get("/account")
    def account() -> Answered:
        visit = company.customer()
        held = {
            table: company.house.store.rows(f"SELECT * FROM {table} WHERE customer = ?", visit.customer["id"])  # noqa: S608
            for table in ("orders", "domains", "filings", "tickets")
        }
        mine = company.house.client.my_account(visit.session)
        return page("account.html", customer=visit.customer, held=held, mine=mine)

    @app.post("/orders/<int:number>/<any(pay, end):what>")
    def see_to_order(number: int, what: str) -> Answered:
        getattr(company.services, what)(company.customer(), number)
        return redirect("/account")


def signed(session: str) -> AnyResponse:
    """Into the account, with the session in the one cookie that this needs."""
    answer = redirect("/account")
    answer.set_cookie(COOKIE, session, httponly=True, samesite="Lax")
    return answer
