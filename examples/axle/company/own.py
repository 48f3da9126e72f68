"""The pages of whoever is signed in: account, profile, switches, questions, surveys, requests, and the end of the account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from examples.axle.company import questions as ask
from examples.axle.company.frame import COOKIE, LETTERS, Mistake, asks, axle, customer, page, said, typed
from examples.axle.company.gate import allowed, gate
from examples.axle.company.lapses import SURVEY
from examples.kit.time import now

SWITCHES = {
    "consent:marketing": "Send me news, invitations, surveys and promotion",
    "consent:third_party_offers": "Send me offers of others, whom you choose",
    "consent:better_service": "Use my interests to serve me better",
    "consent:contact_email": "Write to me by email",
    "consent:contact_phone": "Call me",
    "consent:longer_keeping": "Keep what I told you, whatever else I withdraw",
    "consent:share_event_partner": "Share my name with the partner of an event",
    "consent:hand_over_event_partner": "Hand my registration over to the partner of an event",
    "consent:share_research": "Share my answers with universities we research with",
    "consent:reveal_participation": "Name me among those who took part",
    "consent:successor_approval": "Go on with whoever takes your business over",
    "consent:cn_pipl.publish": "Publish my name where I agreed to be named",
    "consent:eu_export": "Send my data out of the Union, as the notice says",
    "consent:participation": "Take my answers to surveys",
    "consent:cn_pipl.share": "Share with your offices and with research",
    "consent:cn_pipl.export": "Send my data abroad, where an office or a desk is",
    "objects:opt_out": "No more news, invitations, surveys and promotion",
    "objects:marketing": "No marketing of any kind",
    "objects:interests": "No use that rests on your interest alone",
    "objects:direct_email": "No direct marketing by email",
    "objects:direct_in_service": "No direct marketing inside the services",
    "objects:direct_other": "No direct marketing by other means",
}
"""Each switch as it is called on record, and how it reads."""
ASKED = {
    "interests": ("Your interests", "Fields you are interested in"),
    "enquiry": ("Ask us", "Your question"),
    "survey_answers": ("Five questions in one", "How do you like our gears?"),
}
"""Forms with one field: how its page is called, and what stands beside it."""
AT_ONCE = {"object": "objects:interests", "restrict": "restricted"}
"""What asking for a right brings about at once, before anybody answers."""
RIGHTS = ("access", "correct", "object", "restrict", "delete", "export", "withdraw", "visibility")


def account(request: HttpRequest) -> HttpResponse:
    """What somebody sees of their account."""
    visit = customer(request)
    told = {
        "interests": "SELECT interests FROM interests WHERE account = %s",
        "questions": "SELECT enquiry FROM enquiries WHERE account = %s",
        "answers": "SELECT survey_answers FROM surveys WHERE account = %s",
    }
    held = {what: axle().site.rows(query, visit.account["id"]) for what, query in told.items()}
    return page(request, "account.html", held=held)


@asks(ask.KEEP_PROFILE)
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is, and whether other members see it. Changed by oneself, and in force at once."""
    visit = customer(request)
    if request.method != "POST":
        return page(request, "profile.html", mine=visit.account)
    form = typed(request, 400)
    axle().site.change(
        "UPDATE accounts SET name = %s, phone = %s, company_name = %s, shared_content = %s, visible = %s WHERE id = %s",
        form.get("name", ""), form.get("phone", ""), form.get("company_name", ""), form.get("shared_content", ""),
        form.get("visible") == "yes", visit.account["id"],
    )  # fmt: skip
    return redirect("/members")


def members(request: HttpRequest) -> HttpResponse:
    """Those who let others see them."""
    seen = axle().site.rows(
        "SELECT name, shared_content FROM accounts WHERE visible ORDER BY id DESC LIMIT 50"
    )
    return page(request, "members.html", seen=seen, mine=customer(request).account)


def settings(request: HttpRequest) -> HttpResponse:
    """Every switch, as it stands on record; each is turned by itself."""
    visit = customer(request)
    if request.method != "POST":
        facts = gate().facts_of(visit.subject)["facts"]
        lines = [(what, words, what in facts) for what, words in SWITCHES.items()]
        return page(request, "settings.html", switches=lines)
    form = typed(request)
    what = form.get("turn", "")
    if what not in SWITCHES:
        raise Mistake("There is no such switch.")
    gate().told(visit.subject, {what: form.get("on") == "yes"})
    axle().mailing.heed(visit.account)
    if axle().lapses.on(SURVEY):
        axle().careless.survey_everybody()
    return redirect("/settings")


@asks(ask.LETTERS)
def letters(request: HttpRequest) -> HttpResponse:
    """The size of the letters, which the browser keeps where it may."""
    answer = redirect("/settings")
    if typed(request).get("large") == "yes":
        answer.set_cookie(LETTERS, "large", max_age=31_536_000, samesite="Lax")
    else:
        answer.delete_cookie(LETTERS)
    return answer


def _one(request: HttpRequest, field: str) -> HttpResponse:
    """A page that asks one thing."""
    title, label = ASKED[field]
    return page(request, "one.html", title=title, field=field, label=label)


@asks(ask.INTERESTS, "interest_form")
def interests(request: HttpRequest) -> HttpResponse:
    """The fields somebody is interested in, for whoever wants to be served better."""
    visit = customer(request)
    if request.method != "POST":
        return _one(request, "interests")
    axle().site.change("DELETE FROM interests WHERE account = %s", visit.account["id"])
    axle().site.put(
        "interests", account=visit.account["id"], interests=typed(request, 300).get("interests", "")
    )
    return redirect("/account")


@asks(ask.ENQUIRE, "service_form")
def enquire(request: HttpRequest) -> HttpResponse:
    """A question about a product: those who support it abroad are sent it where that may be, else the hotline at home is."""
    visit = customer(request)
    if request.method != "POST":
        return _one(request, "enquiry")
    mine, words, partners = visit.account, typed(request).get("enquiry", ""), axle().partners
    number = axle().site.put("enquiries", account=mine["id"], enquiry=words, at=now())
    at_support: dict[str, object] = {name: mine[name] for name in ("name", "email", "login_id")}
    at_home: dict[str, object] = {name: mine[name] for name in ("name", "phone")}
    if not partners.hand(
        visit.subject, ask.to_support(), f"enquiry-{number}", at_support | {"enquiry": words}
    ):
        partners.hand(visit.subject, ask.TO_HOTLINE, f"enquiry-{number}", at_home | {"enquiry": words})
    return redirect("/account")


@asks(ask.SURVEY, "survey_form", lambda _: {"consent:participation": True})
def survey(request: HttpRequest) -> HttpResponse:
    """A survey: who sends it in takes part, for this once and for that purpose."""
    visit = customer(request)
    if request.method != "POST":
        return _one(request, "survey_answers")
    words = typed(request).get("survey_answers", "")
    axle().site.put("surveys", account=visit.account["id"], survey_answers=words, at=now())
    return redirect("/account")


def requests(request: HttpRequest) -> HttpResponse:
    """Object, restrict, and whatever else the policy lets one ask; each becomes a ticket with its clock."""
    visit, site = customer(request), axle().site
    if request.method == "POST":
        form = typed(request)
        right = form.get("right", "") if form.get("right") in RIGHTS else "access"
        ticket = gate().open_ticket(
            visit.subject, form.get("words") or right, right=right, address=visit.account["email"]
        )
        gate().told(visit.subject, {AT_ONCE[one]: True for one in {right} & set(AT_ONCE)})
        site.put(
            "requests", ticket=ticket["number"], right=right, received_at=now(), account=visit.account["id"]
        )
        due = str(ticket.get("due_at") or "as soon as we can")[:10]
        return said(
            request, "We have your request", f"It is number {ticket['number']}. You hear from us by {due}."
        )
    return page(request, "requests.html", rights=RIGHTS)


def deregister(request: HttpRequest) -> HttpResponse:
    """The end of the account: nobody is served by it any more, what belongs to it goes, and what others were sent is listed."""
    visit = customer(request)
    if request.method != "POST":
        return page(request, "deregister.html")
    gate().close_account(visit.session, request.POST.get("password", ""))
    sent = axle().site.rows("SELECT enquiry FROM enquiries WHERE account = %s", visit.account["id"])
    if not allowed(visit.subject, ask.KEEP_AFTERWARDS):
        axle().academy.change("DELETE FROM users WHERE subject = %s", visit.subject)
        axle().site.change("DELETE FROM accounts WHERE id = %s", visit.account["id"])
    axle().site.put("closings", subject=visit.subject, sent=len(sent), at=now())
    request.axle_visit = None
    answer = page(request, "closed.html", sent=len(sent), shown=visit.account["visible"])
    answer.delete_cookie(COOKIE)
    return answer


OWN: list[URLPattern] = [
    path("account", account),
    path("profile", profile),
    path("members", members),
    path("settings", settings),
    path("letters", letters),
    path("interests", interests),
    path("ask-us", enquire),
    path("survey", survey),
    path("requests", requests),
    path("deregister", deregister),
]
