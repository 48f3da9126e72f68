"""The pages of the trade, of what members allow, and of what could go wrong."""

from __future__ import annotations

import io

from flask import Flask, abort, jsonify, redirect, request, send_file

from examples.gateway.company import acts
from examples.gateway.company.frame import Answered, Company, browser, form, page, said, sent, ticked
from examples.gateway.company.lapses import ALL, NAMES
from examples.gateway.company.market import DEAL_ITEMS, LISTING_ITEMS
from examples.gateway.company.permissions import BINDING, CHANNEL, CLEARED, COOKIES, PERMISSIONS, SCOPE, SHUT
from examples.gateway.company.store import Document

VERSION = "1"
"""Each version of the policy stays under its own number; there is one so far."""
COMES_AS = {"question": "question", "complain": "complaint"}


def site(app: Flask, company: Company) -> None:
    """Add what anybody may open."""

    @app.get("/")
    def home() -> Answered:
        return page("home.html", listings=company.market.public())

    @app.get("/privacy")
    def privacy() -> Answered:
        return page("privacy.html", text=company.policy_text)

    @app.get(f"/privacy/{VERSION}")
    def version() -> Answered:
        return page("privacy.html", text=company.policy_text)

    @app.get("/about/contact")
    def contact_form() -> Answered:
        return page("contact.html")

    @app.post("/about/contact")
    def contact() -> Answered:
        typed, visit = form(), company.visit()
        subject = visit.subject if visit else company.members.stranger()
        company.members.welcome(subject, "contact_form")
        company.house.troth.must(subject, acts.ENQUIRY)
        who = {"subject": subject} if visit else {"address": typed.get("email", "")}
        right = "complain" if typed.get("kind") == "complaint" else "question"
        asked = {"kind": COMES_AS[right], "right": right, "route": "form", "words": typed.get("words", "")}
        ticket = company.desk.ticket(**asked, **who)
        company.desk.answer(ticket["number"], right)
        due = f" by {ticket['due_at'][:10]}" if ticket.get("due_at") else ""
        return said(
            "We have it", f"Your question has the number {ticket['number']}; as a rule you hear from us{due}."
        )

    @app.get("/image/<int:id>")
    def image(id: int) -> Answered:
        found = company.market.image(id) or abort(404)
        return send_file(io.BytesIO(found), mimetype="image/png")

    @app.get("/interface/<service>")
    def interface(service: str) -> Answered:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not company.interfaces.called(service, key):
            abort(401)
        return jsonify(on_its_way=company.interfaces.on_its_way())


def deals(app: Flask, company: Company) -> None:
    """Add listings and deals."""

    @app.get("/publish")
    def publish_form() -> Answered:
        company.member()
        return page("publish.html", items=LISTING_ITEMS)

    @app.post("/publish")
    def publish() -> Answered:
        public = company.market.publish(company.member(), form(), ticked(), sent("picture"))
        words = (
            "Everybody can see it." if public else "You alone can see it: making it public was not agreed to."
        )
        return said("Your listing is here", words)

    @app.get("/listing/<int:id>")
    def listing(id: int) -> Answered:
        found = visible(company, id)
        return page(
            "listing.html", listing=found, picture=company.market.image(id) is not None, items=DEAL_ITEMS
        )

    @app.post("/listing/<int:id>")
    def deal(id: int) -> Answered:
        company.market.deal(company.member(), visible(company, id), form(), ticked())
        return redirect("/deals")

    @app.get("/deals")
    def my_deals() -> Answered:
        return page("deals.html", deals=company.house.store.mine("deals", company.member().number))


def visible(company: Company, id: int) -> Document:
    """A listing that is public; nobody is told of any other."""
    found = company.house.store.get("listings", id)
    return found if found and found["public"] else abort(404)


def choices(app: Flask, company: Company) -> None:
    """Add what members allow and take back."""

    @app.get("/permissions")
    def permissions() -> Answered:
        visit = company.member()
        own = visit.number in company.permissions.tokens().values()
        return page(
            "permissions.html", facts=company.permissions.facts(visit.subject), permissions=PERMISSIONS, shut=SHUT,
            cookies=COOKIES, cleared=CLEARED, scope=SCOPE, channel=own, proxy=company.proxy_port, token="",
        )  # fmt: skip

    @app.post("/permissions/<name>")
    def permit(name: str) -> Answered:
        visit, on, held = company.member(), request.form.get("on") == "yes", company.permissions
        if name == CHANNEL:
            token = held.channel(visit, on)
            return page("channel.html", token=token, proxy=company.proxy_port)
        if name == BINDING:
            seen = {"device_model": browser(), "operating_system": request.user_agent.platform or "unknown"}
            held.bind(visit, on, seen | {"login_ip": request.remote_addr or ""})
        elif name in PERMISSIONS:
            held.permit(visit, name, on)
        elif name in COOKIES:
            held.cookie(visit, name, not on)
        else:
            abort(404)
        return redirect("/permissions")

    @app.post("/scope/<item>")
    def scope(item: str) -> Answered:
        if item not in SCOPE:
            abort(404)
        company.permissions.say(
            company.member(), item, "given" if request.form.get("on") == "yes" else "withdrawn"
        )
        return redirect("/permissions")


def switches(app: Flask, company: Company) -> None:
    """Add the switches of what goes wrong."""

    @app.get("/what-could-go-wrong")
    def wrong() -> Answered:
        return page("wrong.html", lapses=[(lapse, company.lapses.on(lapse.name)) for lapse in ALL])

    @app.post("/what-could-go-wrong/<name>")
    def turn(name: str) -> Answered:
        if name not in NAMES:
            abort(404)
        company.lapses.turn(name, request.form.get("on") == "yes")
        return redirect("/what-could-go-wrong")
