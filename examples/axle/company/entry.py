"""The pages by which people come in: register (a minor by a guardian), confirm, sign in, and out again."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from examples.axle.company import questions as ask
from examples.axle.company.frame import (
    COOKIE,
    Mistake,
    axle,
    came,
    customer,
    page,
    said,
    sealed,
    token,
    typed,
    unsealed,
)
from examples.axle.company.gate import gate
from examples.axle.company.lapses import MINOR
from examples.kit.time import now
from troth.client import Entered, Problem

POINT = "registration_form"
OF_AGE = 18
"""As the policy chose it; its source names no age."""
FIELDS = ("login_id", "name", "phone", "email", "company_name", "guardian_email")
TICKED = {
    "eu": ("is:eu_person",),
    "news": ("consent:marketing",),
    "abroad": ("consent:cn_pipl.share", "consent:cn_pipl.export"),
    "cookies": ("consent:tracking_choice", "consent:eu_gdpr.storage"),
}
"""Boxes of the form, and what each of them stands for, which is recorded one by one."""
Case = dict[str, Any]


def register(request: HttpRequest) -> HttpResponse:
    """The form; and what came in by it, under the notices that it showed."""
    if request.method != "POST":
        return page(request, "register.html", point=POINT)
    form = typed(request)
    case = _case(form)
    if case["minor"] and axle().lapses.on(MINOR):
        axle().careless.let_in(form)
        return said(request, "You are on our list", "Somebody typed you in. Nobody asked your parents.")
    _introduce(case, gate().subject({"cookie": token_hex(16)}))
    return _go_on(request, case, form.get("password", ""))


def go_on(request: HttpRequest) -> HttpResponse:
    """A minor comes back, whose guardian has answered meanwhile."""
    form = typed(request)
    return _go_on(request, unsealed(form.get("case", "")), form.get("password", ""))


def _case(form: Mapping[str, str]) -> Case:
    """What was typed, but for the password. Raises Mistake."""
    age = form.get("age", "")
    if not age.isdigit() or not form.get("name") or not form.get("login_id"):
        raise Mistake("We need a name, an account name and your age.")
    minor = int(age) < OF_AGE
    if minor and not form.get("guardian_email"):
        raise Mistake("Whoever is not of age names a parent or guardian whom we can ask.")
    ticked = [box for box in (*TICKED, "accurate") if form.get(box) == "yes"]
    return {name: form.get(name, "")[:200] for name in FIELDS} | {"minor": minor, "ticked": ticked}


def _introduce(case: Case, subject: str) -> None:
    """Somebody new: what they were shown, whether they are of age, where they are, and what they ticked."""
    gate().introduce(subject, POINT)
    gate().answer_age(subject, minor=case["minor"])
    gate().told(subject, {what: True for box in case["ticked"] for what in TICKED.get(box, ())})
    case["subject"] = subject


def _go_on(request: HttpRequest, case: Case, password: str) -> HttpResponse:
    """Take it where that may be; a minor's waits until the guardian has agreed, and nothing is kept here before."""
    subject = case["subject"]
    if case["minor"] and "asked" not in case:
        case["asked"] = gate().ask_guardian(subject, case["guardian_email"]).page
        return page(request, "guardian.html", case=sealed(case), leads_to=case["asked"])
    gate().must(subject, ask.REGISTER, *([ask.KEEP_GUARDIAN] if case["minor"] else []))
    if not axle().partners.name_is_free(subject, case["login_id"]):
        raise Mistake("Somebody in our group has this account name already. Please choose another.")
    ticket = gate().register_account(
        case["login_id"], password, case["email"], shown=str(gate().policy()["digest"]),
        accurate="accurate" in case["ticked"], **came(request),
    )  # fmt: skip
    return page(request, "code.html", ticket=ticket, case=sealed(case))


def confirm(request: HttpRequest) -> HttpResponse:
    """The code from the mail opens the account; what the form brought is kept from now on."""
    form = typed(request)
    case, site = unsealed(form.get("case", "")), axle().site
    entered = _confirmed(case, form.get("ticket", ""), form.get("code", ""), came(request))
    subject = entered.subject
    if subject != case["subject"]:
        _introduce(case, subject)
    gate().must(subject, ask.ISSUE_LOGIN, ask.KEEP_ACCOUNT)
    row = {name: case[name] for name in ("login_id", "name", "phone", "email", "company_name")}
    age = "minor" if case["minor"] else "adult"
    number = site.put("accounts", account=entered.account, subject=subject, age=age, token=token(), **row)
    if case["minor"]:
        site.put("guardians", account=number, guardian_email=case["guardian_email"], agreed_at=now())
    axle().partners.name_is_taken(subject, case["login_id"])
    return _signed(entered)


def _confirmed(case: Case, ticket: str, code: str, way: dict[str, str]) -> Entered:
    """The account. A minor's address leads to whom the guardian answered for, once the code has come back. Raises Problem."""
    address = {"email": case["email"]} if case["minor"] else {}
    if address:
        gate().link(case["subject"], link=address)
    try:
        return gate().confirm_account(ticket, code, **way)
    except Problem:
        if address:
            gate().link(case["subject"], unlink=address)
        raise


def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password open a session."""
    if request.method != "POST":
        return page(request, "sign_in.html", staff=False)
    form = typed(request)
    old = request.COOKIES.get(COOKIE, "")
    return _signed(
        gate().sign_in(form.get("login_id", ""), form.get("password", ""), old=old, **came(request))
    )


def sign_out(request: HttpRequest) -> HttpResponse:
    """Out again."""
    gate().sign_out(customer(request).session)
    answer = redirect("/")
    answer.delete_cookie(COOKIE)
    return answer


def _signed(entered: Entered) -> HttpResponse:
    """Into the account, with the session in the one cookie that this needs; nobody is let in unless that is permitted."""
    gate().must(entered.subject, ask.SESSION)
    answer = redirect("/account")
    answer.set_cookie(COOKIE, entered.secret, httponly=True, samesite="Lax")
    return answer


ENTRY: list[URLPattern] = [
    path("register", register),
    path("register/go-on", go_on),
    path("confirm", confirm),
    path("sign-in", sign_in),
    path("sign-out", sign_out),
]
