"""The academy: another service of the group, with users, a role in the database and a cookie of its own. What the first service holds
comes over when its owner moves it, and in no other way."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from examples.axle.company import questions as ask
from examples.axle.company.frame import ACADEMY, SignIn, asks, axle, customer, page, said, token
from examples.axle.company.gate import allowed, gate
from examples.kit.time import now

COURSES = {
    "gears": "Gears that nobody hears",
    "batteries": "Batteries in the cold",
    "brakes": "Brakes in the rain",
}


def front(request: HttpRequest) -> HttpResponse:
    """The academy's front page, for whoever has moved there and whoever has not."""
    user = _user(request)
    suggested = _suggested(user) if user else ""
    return page(request, "academy.html", user=user, courses=COURSES.values(), suggested=suggested)


def _agreed(request: HttpRequest) -> dict[str, bool]:
    """Who agrees turns the switch, and says that the other service may use what this one holds."""
    return (
        {"on:cross_service": True, "consent:cross_service": True}
        if request.POST.get("agree") == "yes"
        else {}
    )


@asks(ask.MOVE, agreed=_agreed)
def move(request: HttpRequest) -> HttpResponse:
    """Move one's data over: the person turns the switch, agrees, and only then anything is read."""
    visit = customer(request)
    if request.method != "POST":
        return page(request, "move.html")
    mine, secret = visit.account, token()
    held = axle().site.row("SELECT interests FROM interests WHERE account = %s", mine["id"]) or {
        "interests": ""
    }
    axle().academy.change("DELETE FROM users WHERE subject = %s", visit.subject)
    checked = [aim for aim, question in ask.CHECKS.items() if allowed(visit.subject, question)]
    axle().academy.put(
        "users", subject=visit.subject, name=mine["name"], email=mine["email"], interests=held["interests"], token=secret, at=now(),
        checked=" ".join(checked),
    )  # fmt: skip
    answer = redirect("/academy/")
    answer.set_cookie(ACADEMY, secret, httponly=True, samesite="Lax", path="/academy/")
    return answer


def leave(request: HttpRequest) -> HttpResponse:
    """Out of the academy: the switch goes back, the consent ends, and what was moved is gone."""
    user = _user(request)
    if user is None:
        raise SignIn(ACADEMY)
    gate().told(user["subject"], {"on:cross_service": False, "consent:cross_service": False})
    axle().academy.change("DELETE FROM users WHERE id = %s", user["id"])
    answer = said(request, "You have left the academy", "What was moved there has been erased.")
    answer.delete_cookie(ACADEMY, path="/academy/")
    return answer


def _user(request: HttpRequest) -> dict[str, Any] | None:
    secret = request.COOKIES.get(ACADEMY, "")
    return axle().academy.row("SELECT * FROM users WHERE token = %s", secret) if secret else None


def _suggested(user: dict[str, Any]) -> str:
    """A course that fits what somebody is interested in, where that may be looked at."""
    if not allowed(user["subject"], ask.SUGGEST):
        return ""
    return next((title for word, title in COURSES.items() if word in str(user["interests"]).lower()), "")


ACADEMY_PAGES: list[URLPattern] = [
    path("academy/", front),
    path("academy/move", move),
    path("academy/leave", leave),
]
