"""The pages of the staff: campaigns and surveys, applicants, what somebody would like to do; and who works here."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from examples.axle.company import questions as ask
from examples.axle.company.careers import drop
from examples.axle.company.frame import STAFF, Mistake, axle, page, said, staff, typed
from examples.axle.company.gate import allowed, gate
from examples.axle.company.mailing import CLASSES
from examples.kit.time import now
from troth.client import Question

PEOPLE: Mapping[str, tuple[str, str]] = {
    "mei": ("Simulated-gear-1", "marketing_staff"),
    "hans": ("Simulated-gear-2", "hr"),
    "lin": ("Simulated-gear-3", "head"),
}
"""The staff of the simulation: everybody may know these passwords."""
INTERESTS = (
    "defence against loss and fraud", "better products", "direct marketing", "running the business", "another that is named",
)  # fmt: skip
"""Those that the policy speaks of."""


def hire() -> None:
    """The staff, with hashes of their passwords, where they are not there yet; and the interests that were weighed."""
    site = axle().site
    for login, (password, role) in PEOPLE.items():
        if not site.row("SELECT 1 FROM staff WHERE login = %s", login):
            member = gate().employ(login) if role == "head" else ""
            site.put("staff", login=login, password=make_password(password), role=role, member=member)
    if not site.row("SELECT 1 FROM balancing_tests"):
        for interest in INTERESTS:
            site.put(
                "balancing_tests", interest=interest, outcome="weighed; for now nothing rests on it", at=now()
            )


def sign_in(request: HttpRequest) -> HttpResponse:
    """A member of staff comes in, with a role."""
    if request.method != "POST":
        return page(request, "sign_in.html", staff=True)
    form = typed(request, 200)
    row = axle().site.row("SELECT * FROM staff WHERE login = %s", form.get("login_id", ""))
    if row is None or not check_password(form.get("password", ""), row["password"]):
        raise Mistake("Nobody here is known by that.")
    answer = redirect("/staff/applicants" if row["role"] == "hr" else "/staff/campaigns")
    answer.set_signed_cookie(STAFF, row["role"], salt=STAFF, httponly=True, samesite="Strict", max_age=28_800)
    return answer


@staff("marketing_staff")
def campaigns(request: HttpRequest) -> HttpResponse:
    """Letters to people: who writes one hears how many it goes to. The marketing unit cannot see applicants."""
    if request.method == "POST":
        form = typed(request)
        message = form.get("message", "") if form.get("message") in CLASSES else "newsletter"
        taken, refused = axle().mailing.campaign(
            message, form.get("title") or "News from Axle", form.get("words") or "Hear less."
        )
        return said(request, "Handed in", f"It goes to {taken}, and does not go to {refused}.")
    sent = axle().site.rows(
        "SELECT c.title, c.message, count(s.id) FILTER (WHERE s.state = 'queued') AS taken, count(s.id) AS asked FROM campaigns c"
        " LEFT JOIN sends s ON s.campaign = c.id GROUP BY c.id ORDER BY c.id DESC LIMIT 20"
    )
    counts = gate().messages()["counts"]
    return page(request, "campaigns.html", classes=CLASSES, sent=sent, counts=counts)


@staff("marketing_staff")
def surveys(request: HttpRequest) -> HttpResponse:
    """What people answered; and the button by which rows without names go to the laboratory."""
    rows = axle().site.rows(
        "SELECT s.id, s.survey_answers, a.subject FROM surveys s JOIN accounts a ON a.id = s.account ORDER BY s.id"
    )
    if request.method == "POST":
        handed = sum(
            axle().partners.hand(
                row["subject"], ask.TO_LAB, f"row-{row['id']}",
                {"pseudonym": _pseudonym(row["subject"]), "length": len(row["survey_answers"])},
            )
            for row in rows
        )  # fmt: skip
        return said(
            request,
            "Handed to the laboratory",
            f"{handed} of {len(rows)} rows, without a name in any of them.",
        )
    return page(request, "surveys.html", number=len(rows))


def _pseudonym(subject: str) -> str:
    """A word for a person that only this company can follow back: the key stays here."""
    return hmac.digest(settings.SECRET_KEY.encode(), subject.encode(), "sha256").hex()[:16]


@staff("marketing_staff")
def hand_out(request: HttpRequest) -> HttpResponse:
    """What somebody would like to do, and may not unless that is permitted: each button asks for each person by itself."""
    wishes = {"advertiser": ask.TO_ADVERTISER, "screen": ask.SCREEN, "join": ask.JOIN}
    question = wishes.get(typed(request).get("what", ""))
    if question is None:
        raise Mistake("There is no such button.")
    people = axle().site.rows("SELECT subject FROM accounts ORDER BY id DESC LIMIT 20")
    agreed = len(_permitted(people, question))
    return said(request, "Asked", f"It was permitted for {agreed} of {len(people)}; nothing was done.")


def _permitted(rows: list[dict[str, Any]], question: Question) -> list[dict[str, Any]]:
    """Those of whom it is permitted."""
    return [row for row in rows if allowed(row["subject"], question)]


@staff("hr")
def applicants(request: HttpRequest) -> HttpResponse:
    """Those who applied and let themselves be seen; a decision lets an application go half a year later."""
    careers = axle().careers
    if request.method == "POST":
        form = typed(request)
        careers.change(
            "UPDATE applicants SET decided_at = %s WHERE id = %s", now(), int(form.get("decided") or 0)
        )
        return redirect("/staff/applicants")
    for old in careers.rows(
        "SELECT id FROM applicants WHERE decided_at < %s::timestamptz - interval '6 months'", now()
    ):
        drop(old["id"])
    seen = careers.rows(
        "SELECT * FROM applicants WHERE seen_by <> 'nobody' AND decided_at IS NULL ORDER BY id DESC LIMIT 10"
    )
    return page(request, "applicants.html", seen=_permitted(seen, ask.RECRUIT))


OFFICE: list[URLPattern] = [
    path("staff/sign-in", sign_in),
    path("staff/campaigns", campaigns),
    path("staff/surveys", surveys),
    path("staff/hand-out", hand_out),
    path("staff/applicants", applicants),
]
