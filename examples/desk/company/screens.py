"""The pages by which people come in and see to themselves, what they write to the company, and what could go wrong here."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from examples.desk.company import acts
from examples.desk.company.frame import COOKIE, At, Sent, SignedIn, came, page, said, signed, to, visit_of
from examples.desk.company.joining import Mistake
from examples.desk.company.lapses import ALL, NAMES
from examples.desk.company.store import ALONE
from examples.kit.time import now
from troth.client import may, stranger, tell

router = APIRouter()
CONTACT = {
    "first_name": "First name",
    "last_name": "Last name",
    "form_email": "E-mail",
    "form_message": "Message",
}
RIGHTS = {
    "access": ("What do you hold on me?", "request", "access"),
    "delete": ("Erase what you hold on me", "request", "delete"),
    "cancel": ("End my services", "request", "cancel"),
    "question": ("A question", "question", ""),
    "complain": ("A complaint", "complaint", ""),
}
"""What can be asked: as it reads, and what it is."""
PROFILE = {"name": "Name", "email": "Mail address", "department": "Department", "position": "Position"}


@router.get("/")
def home(request: Request, company: At) -> Response:
    """The first page; a line goes into the log of use where that may be."""
    visit = visit_of(request)
    if visit:
        may(company.client, visit.subject, acts.LOG)
    return page(request, "home.html")


@router.get("/privacy")
def privacy(request: Request, company: At) -> Response:
    """The published text."""
    return page(request, "privacy.html", text=company.policy_text)


@router.get("/join")
def join_form(request: Request, company: At) -> Response:
    """Become a user."""
    return page(request, "join.html", notice=company.client.notice("policy", "en").text)


@router.post("/join")
def join(request: Request, company: At, form: Sent) -> Response:
    """A code goes out by text message."""
    if form.get("agreed") != "yes":
        return said(request, "Not like this", "Only whoever read and accepted the text can register.", 400)
    kept = {name: form.get(name) for name in ("mobile", "capacity", "sensitive", "waiting")}
    if form.get("capacity") == "minor" and not form.get("waiting"):
        waiting, asked = company.joining.guarded(form.said)
        return page(request, "guardian.html", kept=kept | {"waiting": waiting, "agreed": "yes"}, asked=asked)
    ticket = company.joining.register(form.said, came(request))
    return page(request, "code.html", to="/join/code", kept=kept | {"ticket": ticket})


@router.post("/join/code")
def joined(request: Request, company: At, form: Sent) -> Response:
    """The code opens the account."""
    return signed(company.joining.confirm(form.said, came(request)))


@router.get("/sign-in")
def sign_in_form(request: Request) -> Response:
    """Come back."""
    return page(
        request,
        "form.html",
        title="Sign in",
        to="/sign-in",
        fields={"mobile": "Mobile number"},
        button="Send me a code",
    )


@router.post("/sign-in")
def sign_in(request: Request, company: At, form: Sent) -> Response:
    """A code goes out by text message, if anybody has this number."""
    ticket = company.joining.send_code(form.get("mobile"), came(request))
    return page(request, "code.html", to="/sign-in/code", kept={"ticket": ticket})


@router.post("/sign-in/code")
def signed_in(request: Request, company: At, form: Sent) -> Response:
    """The code opens a session."""
    return signed(company.joining.sign_in(form.said, came(request)))


@router.post("/sign-out")
def sign_out(company: At, visit: SignedIn) -> Response:
    """Out again."""
    company.joining.leave(visit)
    answer = to("/")
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/me")
def me(request: Request, company: At, visit: SignedIn) -> Response:
    """One's own page."""
    return page(
        request, "me.html", person=visit.person, enterprise=visit.enterprise, profile=PROFILE,
        invited=company.joining.invitation(visit), records=company.work.records(visit),
    )  # fmt: skip


@router.post("/me/profile")
def edit(company: At, form: Sent, visit: SignedIn) -> Response:
    """The profile, edited by oneself."""
    with company.store.within(visit.tenant) as rows:
        given = [form.get(name)[:120] for name in PROFILE]
        rows.change(
            "UPDATE people SET name = %s, email = %s, department = %s, position = %s WHERE id = %s",
            *given,
            visit.person["id"],
        )
    return to("/me")


@router.post("/me/sensitive")
def sensitive(company: At, form: Sent, visit: SignedIn) -> Response:
    """The separate consent, given or taken back."""
    tell(company.client, visit.subject, {acts.SENSITIVE: form.get("do") == "give" and "separate"})
    return to("/me")


@router.post("/me/join")
def join_enterprise(company: At, visit: SignedIn) -> Response:
    """Join the enterprise that invited."""
    company.joining.join(visit)
    return to("/me")


@router.post("/me/unbind")
def unbind(company: At, visit: SignedIn) -> Response:
    """Leave the enterprise."""
    company.joining.unbind(visit)
    return to("/me")


@router.post("/me/close")
def ask_to_close(request: Request, company: At, visit: SignedIn) -> Response:
    """A code goes out, so that nobody else closes the account."""
    if visit.enterprise is not None:
        raise Mistake("Unbind the company first; whoever administers one closes it.")
    ticket = company.joining.send_code(visit.person["mobile"], came(request))
    return page(request, "code.html", to="/me/close/code", kept={"ticket": ticket})


@router.post("/me/close/code")
def close(request: Request, company: At, form: Sent, visit: SignedIn) -> Response:
    """The account is closed."""
    company.joining.close(visit, form.said, came(request))
    answer = to("/")
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/me/decline")
def decline(company: At, visit: SignedIn) -> Response:
    """Accept the text no more."""
    tell(company.client, visit.subject, {"declined": True})
    return to("/me")


@router.get("/me/ask")
def ask_form(request: Request, company: At, visit: SignedIn) -> Response:
    """What somebody can ask about their own data; what goes with an account is said before."""
    (notice,) = tell(company.client, visit.subject, {"shown:function_loss": True})
    return page(request, "ask.html", notice=notice.text, rights=RIGHTS)


@router.post("/me/ask")
def ask(request: Request, company: At, form: Sent, visit: SignedIn) -> Response:
    """It is numbered and dated, and answered by people."""
    kind, right = RIGHTS.get(form.get("what"), RIGHTS["question"])[1:]
    words, written = form.get("words")[:4000] or "Please.", {"kind": kind, "right": right, "route": "app"}
    asked = company.client.open_ticket(visit.subject, words, **written)
    return said(request, "We have it", f"Its number is {asked['number']}.")


@router.get("/contact")
def contact_form(request: Request, company: At) -> Response:
    """The web form, for anybody, beneath its notice."""
    notices = [one.text for one in company.client.notices_at("contact_form", "en")]
    return page(
        request,
        "form.html",
        title="Write to us",
        to="/contact",
        fields=CONTACT,
        button="Send",
        notices=notices,
    )


@router.post("/contact")
def contact(request: Request, company: At, form: Sent) -> Response:
    """What somebody wrote, whoever they are."""
    stranger(company.client, {"email": form.get("form_email")}, acts.CONTACT, point="contact_form")
    with company.store.within(ALONE) as rows:
        rows.put("feedback", kind="contact", body={name: form.get(name)[:2000] for name in CONTACT}, at=now())
    return said(request, "Thank you", "We read it and answer.")


@router.post("/feedback")
def feedback(request: Request, company: At, form: Sent, visit: SignedIn) -> Response:
    """How desk works for somebody who uses it."""
    with company.store.within(visit.tenant) as rows:
        body = {"feedback": form.get("feedback")[:2000], "feedback_contact": visit.person["mobile"]}
        rows.put("feedback", kind="feedback", body=body, at=now())
    return said(request, "Thank you", "We read it and answer.")


@router.get("/what-could-go-wrong")
def wrong(request: Request, company: At) -> Response:
    """The switches."""
    return page(request, "wrong.html", lapses=[(one, company.lapses.on(one.name)) for one in ALL])


@router.post("/what-could-go-wrong/{name}")
def turn(company: At, form: Sent, name: str) -> Response:
    """A switch is turned."""
    if name not in NAMES:
        raise HTTPException(404)
    company.lapses.turn(name, form.get("on") == "yes")
    return to("/what-could-go-wrong")
