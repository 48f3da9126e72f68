"""The desk of the head of the house: what people asked, what is decided by hand, and what the house has to show."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from examples.axle.company import questions as ask
from examples.axle.company.frame import Mistake, axle, page, said, staff, typed
from examples.axle.company.gate import allowed, gate
from examples.kit.time import now
from troth.client import Problem

ANSWER = "We have looked into it, and called you back to be sure it was you. What we hold of you you see on your privacy page."
NOT_SO = "We cannot do this as you ask, and our policy says when: {}. You may complain to an authority."
CARRIED = ("access", "delete", "export")
ACTS = ("share", "transfer", "publish", "use")
FIELDS = ("data", "purpose", "recipient", "place", "message", "source")
PAPERS = [name for name in ask.PAPERS if name not in FIELDS]
"""The source of data is one of the fields above, and a paper as well."""
SHOWN = ("done", "dropped")
UNSORTED = "unsorted"
"""What came by mail is this until somebody has read it; nearly everybody who mails wants to know what is held of them."""


@staff("head")
def tickets(request: HttpRequest) -> HttpResponse:
    """What people asked, by whatever way it came; the button answers all of them, or one, which may be refused with its papers.

    What goes through every store is carried out by `map.yaml`: here it is said only that we are sure who asks.
    """
    waiting, form = gate().tickets(), typed(request, 200)
    if request.method != "POST":
        return page(request, "tickets.html", waiting=waiting)
    refusal, papers = form.get("refusal", ""), ["identity", *form.get("papers", "").split()]
    for one in waiting:
        if form.get("number", one["number"]) == one["number"]:
            _see_to(one, refusal, papers)
    return redirect("/staff/tickets")


def _see_to(one: dict[str, Any], refusal: str, papers: list[str]) -> None:
    number, answer = one["number"], ("refused", NOT_SO.format(refusal)) if refusal else ("informed", ANSWER)
    try:
        if one["kind"] == UNSORTED:
            gate().sort_ticket(number, "request", "access")
        elif one["right"] in CARRIED and not refusal:
            gate().hand_papers(number, papers)
            return
        gate().answer_ticket(number, *answer, papers=papers, refusal=refusal)
    except Problem:  # it has not begun, or goes on already: it is looked at again
        return
    axle().site.change("UPDATE requests SET answered_at = %s WHERE ticket = %s", now(), number)


@staff("head")
def cases(request: HttpRequest) -> HttpResponse:
    """Somebody wants data: an authority, a court, a buyer, a partner, one of us. The papers at hand are typed in, and the gate decides."""
    if request.method != "POST":
        latest = axle().site.rows("SELECT * FROM cases ORDER BY id DESC LIMIT 20")
        return page(request, "cases.html", acts=ACTS, fields=FIELDS, papers=PAPERS, done=latest)
    form = typed(request, 200)
    row = axle().site.row("SELECT * FROM accounts WHERE login_id = %s", form.get("login_id", ""))
    if row is None and form.get("login_id"):
        raise Mistake("There is no such account.")
    question, subject = ask.in_a_case(form), row["subject"] if row else None
    number = axle().site.put(
        "cases", account=row["id"] if row else None, act=question.action, purpose=question.purpose,
        recipient=question.recipient, papers=" ".join(question.papers), at=now(),
    )  # fmt: skip
    held: dict[str, object] = {name: row[name] for name in question.data if name in row} if row else {}
    if question.action in ("share", "transfer"):
        done = axle().partners.hand(subject, question, f"case-{number}", held)
    else:
        done = allowed(subject, question)
    axle().site.change("UPDATE cases SET done = %s WHERE id = %s", done, number)
    title = "Handed over" if done else "Not handed over"
    return said(request, title, "The act, or the refusal, is on record.", 200 if done else 403)


@staff("head")
def tasks(request: HttpRequest) -> HttpResponse:
    """What the house has to show of itself, item by item: whoever looked writes down what they saw."""
    if request.method != "POST":
        waiting = [one for one in gate().tasks("") if one["state"] not in SHOWN]
        return page(request, "tasks.html", waiting=waiting)
    form, head = typed(request), axle().site.row("SELECT member FROM staff WHERE role = 'head'")
    assert head is not None
    gate().show_task(form.get("task", ""), head["member"], "report.txt", form.get("saw", "").encode())
    return redirect("/staff/tasks")


DESK: list[URLPattern] = [
    path("staff/tickets", tickets),
    path("staff/cases", cases),
    path("staff/tasks", tasks),
]
