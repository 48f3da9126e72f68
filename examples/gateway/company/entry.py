"""The pages by which people come in, by themselves or by the messenger, and what they then see and do with their account."""

from __future__ import annotations

from flask import Flask, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from examples.gateway.company import acts
from examples.gateway.company.frame import (
    BINDING,
    COOKIE,
    MEMBER,
    Answered,
    Company,
    came,
    form,
    page,
    said,
    sent,
    ticked,
)
from examples.gateway.company.identity import ITEMS, POINT
from examples.gateway.company.lapses import TEMPLATE_KEPT
from examples.gateway.company.members import CHAT_POINT, FORM
from examples.gateway.company.rights import KEEPS, gone

ACTIVE = "active"


def joining(app: Flask, company: Company) -> None:
    """Add those for whoever comes."""

    @app.get("/register")
    def register_form() -> Answered:
        return page("register.html", notices=company.members.notices(FORM))

    @app.post("/register")
    def register() -> Answered:
        typed = form()
        kept = {name: typed.get(name, "") for name in ("name", "mobile_number")}
        return page("code.html", ticket=company.members.register(typed, came()), kept=kept)

    @app.post("/confirm")
    def confirm() -> Answered:
        return let_in(company, company.members.confirm(form(), came()))

    @app.get("/sign-in")
    def sign_in_form() -> Answered:
        return page("sign_in.html")

    @app.post("/sign-in")
    def sign_in() -> Answered:
        return let_in(company, company.members.sign_in(form(), came()))

    @app.post("/sign-out")
    def sign_out() -> Answered:
        company.members.sign_out(company.member().session)
        return let_out("/")


def messenger(app: Flask, company: Company) -> None:
    """Add the sign-in by the messenger. Whoever presses Disallow or Cancel leaves nothing: nobody was asked, nothing was said."""

    @app.get("/liaotong")
    def messenger_screen() -> Answered:
        return page("liaotong.html", notices=company.members.notices(CHAT_POINT))

    @app.post("/liaotong")
    def to_messenger() -> Answered:
        if request.form.get("do") != "allow":
            return said("Not by Liaotong", "Nothing was asked there, and nothing about you was taken.")
        if company.visit() and "sdk_clause" not in ticked():
            return said(
                "Not signed",
                "The clause on kits takes effect with your signature; without it nothing was taken.",
                400,
            )
        begun = company.members.to_messenger(company.visit(), f"{request.host_url}liaotong/back")
        answer = redirect(begun["url"])
        answer.set_cookie(BINDING, begun["binding"], max_age=600, httponly=True, samesite="Lax")
        return answer

    @app.get("/liaotong/back")
    def from_messenger() -> Answered:
        code, state = request.args.get("code", ""), request.args.get("state", "")
        if not code:
            return said("Not by Liaotong", "You turned back there, and nothing about you was taken.")
        session = company.members.from_messenger(state, code, request.cookies.get(BINDING, ""), came())
        if not session:
            company.members.linked(company.member())
        answer = let_in(company, session) if session else redirect("/my")
        answer.delete_cookie(BINDING)
        return answer


def own_account(app: Flask, company: Company) -> None:
    """Add those for members."""

    @app.get("/my")
    def my() -> Answered:
        visit = company.member()
        return page("my.html", member=visit.member, level=visit.level, held=company.members.held(visit))

    @app.post("/my")
    def correct() -> Answered:
        company.members.correct(company.member(), form())
        return redirect("/my")

    @app.get("/verify")
    def verify_form() -> Answered:
        company.member()
        notices = company.members.notices(POINT)
        return page("verify.html", notices=notices, items=ITEMS, verifiers=acts.VERIFIERS)

    @app.post("/verify")
    def verify() -> Answered:
        files, keep = {"card": sent("card"), "face": sent("face")}, company.lapses.on(TEMPLATE_KEPT)
        result = company.identity.check(company.member(), form(), ticked(), files, keep=keep)
        return said(
            "Identity checked", f"The body that was asked said: {result}. Nothing else came back from it."
        )

    @app.get("/cancel")
    def cancel_form() -> Answered:
        company.member()
        return page("cancel.html")

    @app.post("/cancel")
    def cancel() -> Answered:
        anew = request.form.get("then") == "anew"
        visit, typed = company.member(), form()
        kept = KEEPS in company.permissions.facts(visit.subject)
        number, how = company.members.cancel(visit, typed, "correct" if anew else "cancel")
        gone(company, visit.number, how, kept=kept)
        if anew:
            return let_out("/register")
        words = f"Your account is cancelled; your request has the number {number}. What law makes us keep lies in the archive alone."
        answer = app.make_response(said("Cancelled", words))
        for name in (COOKIE, MEMBER):
            answer.delete_cookie(name)
        return answer


def let_in(company: Company, session: str) -> AnyResponse:
    """Into the account: the session in one cookie, and in another, where that is permitted, that there is a member."""
    answer = redirect("/my")
    answer.set_cookie(COOKIE, session, httponly=True, samesite="Lax")
    visit = company.members.visit(session)
    if visit and company.house.troth.may(visit.subject, acts.MEMBER_COOKIE):
        answer.set_cookie(MEMBER, ACTIVE, max_age=30 * 86_400, samesite="Lax")
    return answer


def let_out(to: str) -> AnyResponse:
    """Out, and every cookie with them."""
    answer = redirect(to)
    for name in (COOKIE, MEMBER):
        answer.delete_cookie(name)
    return answer
