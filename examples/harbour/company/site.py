"""The pages anybody may open: the plans, the policy, a language, a basket, and an image that counts."""

from __future__ import annotations

import secrets
from base64 import b64decode

from flask import Flask, Response, abort, redirect, request

from examples.harbour.company import acts
from examples.harbour.company.frame import BASKET, LANGUAGE, LANGUAGES, Answered, Company, language, page
from examples.harbour.company.lapses import OTHER_WORDS
from examples.harbour.company.services import PRICES
from examples.harbour.company.store import now

ALLOWED = {LANGUAGE: "allowed:language_cookie", BASKET: "allowed:basket_cookie"}
WORDS = {"en": "Welcome aboard", "ms": "Selamat datang", "zh": "欢迎光临"}
GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def site(app: Flask, company: Company) -> None:
    """Add them."""

    @app.get("/")
    def home() -> Answered:
        basket = request.cookies.get(BASKET, "")
        items = company.house.store.rows("SELECT basket_item FROM baskets WHERE basket_id = ?", basket)
        hello = WORDS[language()]
        return page("home.html", hello=hello, items=items, plans=PRICES, languages=LANGUAGES)

    @app.get("/privacy")
    def privacy() -> Answered:
        known, text = company.visit() or company.choice(), company.words.text
        shown = text.replace("we ask for", "we may ask for") if company.house.lapses.on(OTHER_WORDS) else text
        return page("privacy.html", text=shown, known=known, former=company.words.history())

    @app.get("/privacy/<digest>")
    def former(digest: str) -> Answered:
        text = company.words.former(digest) or abort(404)
        return page("privacy.html", text=text, known=False, former=company.words.history())

    @app.post("/decline")
    def decline() -> Answered:
        visit = company.visit()
        subject = visit.subject if visit else company.visitor() or abort(401)
        company.house.client.accept(subject, "declined", company.house.policy, "en")
        if visit:
            company.mailing.declined(visit.customer["id"])
        return page("said.html", title="Declined", said="Nothing more is collected from you.")


def storing(app: Flask, company: Company) -> None:
    """Add what stores something, for those who let it."""

    @app.post("/language")
    def choose_language() -> Answered:
        chosen = request.form.get("language", "en")
        chosen = chosen if chosen in WORDS else "en"
        if not company.lets(ALLOWED[LANGUAGE], acts.LANGUAGE):
            return redirect(f"/?lang={chosen}")
        answer = redirect("/")
        answer.set_cookie(LANGUAGE, chosen, max_age=31_536_000, samesite="Lax")
        return answer

    @app.post("/basket")
    def fill_basket() -> Answered:
        if not company.lets(ALLOWED[BASKET], acts.BASKET):
            said = (
                "You have not let us remember a basket. Privacy choices, below, is where that can be changed."
            )
            return page("said.html", title="Nothing was put into a basket", said=said), 403
        number = request.cookies.get(BASKET) or secrets.token_hex(12)
        company.house.store.put("baskets", basket_id=number, basket_item=request.form.get("item", "")[:80])
        answer = redirect("/")
        answer.set_cookie(BASKET, number, max_age=14 * 86_400, httponly=True, samesite="Lax")
        return answer

    @app.get("/beacon.gif")
    def beacon() -> Answered:
        if company.lets("point:site_beacon", acts.BEACON):
            seen = request.args.get("page", "")[:80]
            company.house.store.put("page_views", subject=company.visitor(), visited_at=now(), page=seen)
        return gif()


def gif() -> Response:
    """One pixel that nobody sees."""
    return Response(GIF, mimetype="image/gif", headers={"Cache-Control": "no-store"})
