"""The pages anybody may open, what a mail leads to, and the switches of what could go wrong here."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from examples.axle.company import questions as ask
from examples.axle.company.frame import asks, axle, page, said, typed, visit_of
from examples.axle.company.gate import allowed
from examples.axle.company.lapses import ALL, NAMES
from examples.kit.time import now
from troth.client import Question

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PAGES = ("/", "/survey", "/settings")
"""Where a letter may lead."""


def home(request: HttpRequest) -> HttpResponse:
    """What axle builds, with a space for an advertiser, who is handed nothing."""
    axle().lake.count("/")
    return page(request, "home.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """The policy, as it is published."""
    axle().lake.count("/privacy")
    return page(request, "privacy.html", text=axle().policy_text)


def beacon(request: HttpRequest) -> HttpResponse:
    """A picture one can see through: it counts for whoever is signed in, and lets it."""
    visit = visit_of(request)
    _count(visit.account if visit else None, ask.BEACON, request.GET.get("page", "")[:80])
    return _gif()


def pixel(request: HttpRequest, token: str) -> HttpResponse:
    """A mail says that it was opened, where it was let carry this."""
    _count(_reader(token), ask.OPENED, "(mail opened)")
    return _gif()


def follow(request: HttpRequest, token: str) -> HttpResponse:
    """A link of a mail, followed."""
    wanted = request.GET.get("to", "/")
    leads_to = wanted if wanted in PAGES else "/"
    _count(_reader(token), ask.CLICK, f"(mail) {leads_to}")
    return redirect(leads_to)


@asks(ask.EMBED, "embedded_content", lambda _: {"on:third_party_content": True})
def film(request: HttpRequest) -> HttpResponse:
    """A film of somebody else's: its box stays empty until whoever wants to see it has read whose it is and turned it on."""
    return page(request, "film.html", point="embedded_content", shown=request.method == "POST")


def _count(reader: dict[str, Any] | None, question: Question, seen: str) -> None:
    """Keep what somebody looked at, where that is permitted."""
    if reader and allowed(reader["subject"], question):
        axle().site.put("page_views", account=reader["id"], page_views=seen, at=now())


def wrong(request: HttpRequest) -> HttpResponse:
    """The switches."""
    return page(request, "wrong.html", lapses=[(lapse, axle().lapses.on(lapse.name)) for lapse in ALL])


def turn(request: HttpRequest, name: str) -> HttpResponse:
    """Turn one of them."""
    if name not in NAMES or request.method != "POST":
        return nothing(request)
    axle().lapses.turn(name, typed(request).get("on") == "yes")
    return redirect("/what-could-go-wrong")


def nothing(request: HttpRequest, *_: object) -> HttpResponse:
    """There is no such page."""
    return said(request, "There is no such page", "", 404)


def _reader(token: str) -> dict[str, Any] | None:
    return axle().site.row("SELECT * FROM accounts WHERE token = %s", token)


def _gif() -> HttpResponse:
    return HttpResponse(GIF, content_type="image/gif", headers={"Cache-Control": "no-store"})


PUBLIC: list[URLPattern] = [
    path("", home),
    path("privacy", privacy),
    path("film", film),
    path("beacon.gif", beacon),
    path("px/<str:token>.gif", pixel),
    path("go/<str:token>", follow),
    path("what-could-go-wrong", wrong),
    path("what-could-go-wrong/<str:name>", turn),
]
