"""The pages of the staff, who sign in; and the switches of what could go wrong, which stand open so that anybody can try them."""

from __future__ import annotations

from flask import Flask, abort, redirect, request

from examples.harbour.company import acts
from examples.harbour.company.frame import STAFF, Answered, Company, form, page
from examples.harbour.company.lapses import ALL, NAMES

DESK = "/staff"
INCIDENT = (
    "A laptop of our machine hall was lost; its disk is encrypted, and was erased from afar. It may have held names of services. "
    "Change the password of your account, and write to us if a stranger speaks to you of your order."
)
CHANGE = (
    "From July on, another company of our group would run our support desk, and see what you write to it. Nothing has changed yet; "
    "tell us if you do not want this."
)


def staff(app: Flask, company: Company) -> None:
    """Add signing in, and what the sales desk and the machine hall press."""

    @app.get("/staff/sign-in")
    def staff_sign_in_form() -> Answered:
        return page("staff_sign_in.html")

    @app.post("/staff/sign-in")
    def staff_sign_in() -> Answered:
        typed = form()
        token = company.admins.enter(typed.get("admin_name", ""), typed.get("admin_secret", ""))
        if not token:
            return page(
                "said.html", title="Not like this", said="Nobody here has this name and password."
            ), 400
        answer = redirect(DESK)
        answer.set_cookie(STAFF, token, httponly=True, samesite="Strict", path=DESK)
        return answer

    @app.post("/staff/sign-out")
    def staff_sign_out() -> Answered:
        company.admins.leave(request.cookies.get(STAFF, ""))
        answer = redirect("/")
        answer.delete_cookie(STAFF, path=DESK)
        return answer

    @app.get("/staff")
    def desk() -> Answered:
        name = company.admin()
        last = "SELECT act, recipient, purpose, asked_at, done FROM releases ORDER BY id DESC LIMIT 20"
        rows = company.house.store.rows(last)
        return page("staff.html", name=name, releases=rows, acts=acts.RELEASES, papers=acts.PAPERS)

    @app.post("/staff/<any(news, maintenance, important, incident, announce, print_list):letter>")
    def write(letter: str) -> Answered:
        company.admin()
        words = {
            "news": (
                form().get("title", "News from Harbour"),
                "New machines stand in our hall in Cyberjaya.",
            ),
            "important": ("From January on, prices are shown with the service tax.",),
            "incident": (INCIDENT,),
            "announce": (CHANGE,),
        }
        sent = getattr(company.mailing, letter)(*words.get(letter, ()))
        return page("said.html", title="Handed in", said=f"It goes to {sent}.")

    @app.get("/staff/mails")
    def mails_sent() -> Answered:
        company.admin()
        return page("mails.html", counts=company.house.client.messages()["counts"])


def legal(app: Flask, company: Company) -> None:
    """Add the legal desk, and what is done by hand."""

    @app.post("/staff/release")
    def release() -> Answered:
        company.admin()
        typed = form()
        if typed.get("act") not in acts.RELEASES:
            abort(400)
        done = company.legal.release(typed.get("user_name", ""), typed)
        said = f"It was permitted and done for {done}. What was not permitted stayed here."
        return page("said.html", title="Released" if done else "Nothing was released", said=said)

    @app.post("/staff/contract")
    def contract() -> Answered:
        company.admin()
        company.legal.signs(form().get("recipient", ""))
        return page("said.html", title="On record", said="The contract is on record.")

    @app.post("/staff/<any(erase, correct):what>")
    def as_asked(what: str) -> Answered:
        company.admin()
        typed = form()
        more = (typed.get("phone", ""),) if what == "correct" else ()
        done = getattr(company.legal, what)(typed.get("user_name", ""), *more)
        return page("said.html", title="Done as asked" if done else "There was nothing", said=f"{done} rows.")

    @app.post("/staff/<any(review, invite):what>")
    def by_hand(what: str) -> Answered:
        company.admin()
        done = company.legal.use(acts.REVIEW if what == "review" else acts.INVITE)
        return page("said.html", title="Done", said=f"With the data of {done}; of nobody else.")


def switches(app: Flask, company: Company) -> None:
    """Add the page of what could go wrong."""

    @app.get("/what-could-go-wrong")
    def wrong() -> Answered:
        lapses = [(lapse, company.house.lapses.on(lapse.name)) for lapse in ALL]
        return page(
            "wrong.html", board=f"{company.house.keys.url}/{company.house.keys.organisation}", lapses=lapses
        )

    @app.post("/what-could-go-wrong/<name>")
    def turn(name: str) -> Answered:
        if name not in NAMES:
            abort(404)
        company.house.lapses.turn(name, request.form.get("on") == "yes")
        return redirect("/what-could-go-wrong")
