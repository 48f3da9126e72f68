"""The firm's screens: one application form with its purpose, an order page, a telephone, and the account manager's counter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Plain

from examples.counter.company.desk import DEMANDS, Desk, Mistake
from examples.counter.company.lapses import ALL, NAMES, Lapses

Answered = Response | Plain | str | tuple[str, int]
ITEMS = {"sharing": "Sharing with the insurer", "another_aim": "Use for another aim"}
PRODUCTS = ("kettle", "lamp", "pump")


def make_app(desk: Desk, lapses: Lapses, centre: str, policy: str) -> Flask:
    """The firm's site. `centre` is the link to the privacy centre, as it was pasted into the page."""
    here = Path(__file__).parent
    app = Flask(__name__, template_folder=str(here / "pages"), static_folder=str(here / "static"))
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    app.before_request(_same_site)
    app.context_processor(lambda: {"centre": centre})
    app.register_error_handler(Mistake, lambda m: (_said("Not like this", str(m)), 400))
    app.register_error_handler(HTTPException, _http)
    app.after_request(_guarded)
    _front(app, desk, policy)
    _besides(app, desk)
    _counter(app, desk)
    _switches(app, lapses)
    return app


def _front(app: Flask, desk: Desk, policy: str) -> None:
    @app.get("/")
    def home() -> Answered:
        return render_template("home.html")

    @app.get("/privacy")
    def privacy() -> Answered:
        return render_template("text.html", title="Privacy policy", text=policy)

    @app.route("/apply", methods=["GET", "POST"])
    def apply() -> Answered:
        if request.method == "GET":
            return render_template("apply.html", staff=False)
        number = desk.apply(_form(), "application_form")
        return _said("Thank you", f"You are our customer no. {number}.")

    @app.route("/order", methods=["GET", "POST"])
    def order() -> Answered:
        if request.method == "GET":
            return render_template("order.html", products=PRODUCTS)
        said = _form()
        if said.get("product") not in PRODUCTS:
            raise Mistake("We do not have that.")
        made = desk.order(
            said.get("number", ""), said["product"], said.get("configuration", ""), request.remote_addr or ""
        )
        return _said("Ordered", f"Your order has the number {made}.")

    @app.route("/ring", methods=["GET", "POST"])
    def ring() -> Answered:
        if request.method == "GET":
            return render_template("ring.html")
        desk.ring(_form().get("number", ""), _form().get("wish", "question"))
        return _said("Thank you for calling", "What you asked for was noted.")


def _besides(app: Flask, desk: Desk) -> None:
    @app.route("/deliver", methods=["GET", "POST"])
    def deliver() -> Answered:
        if request.method == "GET":
            return render_template("deliver.html")
        said = _form()
        if said.get("here") != "yes":
            raise Mistake("Then we bring it to your address, and read nothing.")
        desk.deliver(*(said.get(name, "") for name in ("number", "latitude", "longitude", "surroundings")))
        return _said("On the way", "The driver comes to where you are. Where that was is read no more.")

    @app.route("/share", methods=["GET", "POST"])
    def share() -> Answered:
        if request.method == "GET":
            return render_template("share.html")
        picture = request.files.get("shared_picture")
        made = desk.share(
            _form().get("number", ""), _form().get("shared_text", ""), picture.read() if picture else b""
        )
        return _said(
            "Thank you", f"It lies here under the number {made}; it is looked at once there is a ticket."
        )

    @app.post("/counter/look")
    def look() -> Answered:
        desk.look_at(_form().get("shared", ""), _form().get("ticket", ""))
        return _said("Looked at", "The list says when, and on which ticket.")

    @app.post("/counter/announce")
    def announce() -> Answered:
        return _said("Announced", f"{desk.announce()} customers were written to.")


def _counter(app: Flask, desk: Desk) -> None:
    @app.get("/counter")
    def counter() -> Answered:
        register = list(reversed(desk.lists.read("disclosures.xlsx")))[:20]
        return render_template("counter.html", register=register, authorities=list(DEMANDS), items=ITEMS)

    @app.route("/counter/talk", methods=["GET", "POST"])
    def talk() -> Answered:
        if request.method == "GET":
            return render_template("apply.html", staff=True)
        number = desk.apply(_form(), "counter_talk")
        return _said("Taken in", f"Customer no. {number}.")

    @app.post("/counter/slip")
    def slip() -> Answered:
        said = _form()
        if said.get("item") not in ITEMS or said.get("said") not in ("given", "withdrawn"):
            raise Mistake("Say which slip it is.")
        desk.slip(said.get("number", ""), said["item"], said["said"])
        return _said("Filed", "The slip is in the folder.")

    @app.post("/counter/demand")
    def demand() -> Answered:
        said = _form()
        file = desk.demand(
            said.get("authority", ""), said.get("number", ""), said.get("case", ""), said.get("why", "")
        )
        return _said("Answered", f"Written into the register, and mailed as {file}.")

    @app.post("/counter/mailing")
    def mailing() -> Answered:
        return _said("Mailed", f"The month's list went out as {desk.mailing()}.")

    @app.post("/counter/round")
    def make_round() -> Answered:
        desk.round()
        return _said("Done", "Locks were tried, and the binder says so.")

    @app.post("/counter/calendar")
    def calendar() -> Answered:
        return _said("Done", f"Due today: {', '.join(desk.calendar()) or 'nothing'}.")


def _switches(app: Flask, lapses: Lapses) -> None:
    @app.get("/what-could-go-wrong")
    def wrong() -> Answered:
        return render_template("wrong.html", lapses=ALL, on=lapses.on)

    @app.post("/what-could-go-wrong/<name>")
    def turn(name: str) -> Answered:
        if name not in NAMES:
            abort(404)
        lapses.turn(name, _form().get("on") == "yes")
        return redirect("/what-could-go-wrong", 303)


def _form() -> dict[str, Any]:
    return {name: str(value)[:500] for name, value in request.form.items()}


def _said(title: str, said: str) -> str:
    return render_template("said.html", title=title, said=said)


def _same_site() -> Answered | None:
    """Forms of strangers' pages are not taken."""
    stranger = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    return abort(403) if request.method == "POST" and stranger else None


def _guarded(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _http(problem: HTTPException) -> Answered:
    titles: dict[int | None, str] = {404: "There is no such page"}
    return _said(titles.get(problem.code, problem.name), ""), problem.code or 500
