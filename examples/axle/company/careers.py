"""The careers pages: an application with its files, and what an applicant may do with it afterwards. A trade of its own."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from examples.axle.company import questions as ask
from examples.axle.company.frame import Mistake, asks, axle, page, said, subject_of, token, typed
from examples.axle.company.gate import allowed, gate
from examples.axle.company.lapses import APPLICANTS
from examples.kit.time import now

POINT = "careers_form"
TABLES = {
    "applicants": (
        "applicant_name", "gender", "birth_year", "nationality", "address", "applicant_phone", "applicant_email",
        "self_evaluation",
    ),
    "education": ("education",),
    "work": ("occupation", "jobs", "work_experience"),
    "projects": ("project_experience",),
    "skills": ("languages", "computer_skills", "other_skills"),
    "family": ("marital_status", "family_relations"),
}  # fmt: skip
"""Which fields of the form go into which table; those of `family` are sensitive, and wait for a yes of their own."""
SUFFIXES = frozenset({".pdf", ".txt", ".docx"})
LARGEST = 2_000_000
SEEN_BY = ("all", "Beijing", "Germany", "nobody")


def _agreed(request: HttpRequest) -> dict[str, bool]:
    """What an application agrees to: each box by itself."""
    return {
        f"consent:{item}": True
        for item in ("application", "cn_pipl.sensitive")
        if request.POST.get(item) == "yes"
    }


@asks(ask.APPLY, POINT, _agreed)
def apply(request: HttpRequest) -> HttpResponse:
    """The form; and an application that came in by it, with what may be taken of the rest."""
    if request.method != "POST":
        return page(request, "careers.html", point=POINT, tables=TABLES)
    form, resume, subject = typed(request), request.FILES.get("resume"), subject_of(request)
    wanted = {"family": ask.APPLY_SENSITIVE, "file": ask.UPLOAD}
    given = {"family": form.get("cn_pipl.sensitive") == "yes", "file": isinstance(resume, UploadedFile)}
    taken = {part for part, question in wanted.items() if given[part] and allowed(subject, question)}
    secret = _keep(subject, form, with_family="family" in taken)
    if "file" in taken:
        _keep_file(secret, resume)
    if axle().lapses.on(APPLICANTS):
        axle().careless.pick_applicants()
    return redirect(f"/careers/{secret}")


def _keep(subject: str, form: dict[str, str], *, with_family: bool) -> str:
    """An application in its tables; the word by which its page is reached."""
    secret, number = token(), 0
    for table, fields in TABLES.items():
        row = {name: form.get(name, "") for name in fields}
        if table == "applicants":
            number = axle().careers.put(table, subject=subject, token=secret, at=now(), **row)
        elif any(row.values()) and (table != "family" or with_family):
            axle().careers.put(table, applicant=number, **row)
    return secret


def _keep_file(secret: str, resume: Any) -> None:
    """A résumé as a file of its own, named by a word that says nothing. Raises Mistake."""
    suffix = PurePath(resume.name or "").suffix.lower()
    if suffix not in SUFFIXES or (resume.size or 0) > LARGEST:
        raise Mistake(
            "A résumé is a PDF, a text or a DOCX file of at most 2 MB. Your application is here without it."
        )
    name = f"{secret[:12]}{suffix}"
    (axle().resumes / name).write_bytes(resume.read())
    row = axle().careers.row("SELECT id FROM applicants WHERE token = %s", secret)
    assert row is not None
    axle().careers.put("files", applicant=row["id"], file=name, bytes=resume.size)


def mine(request: HttpRequest, secret: str) -> HttpResponse:
    """One's own application: who may see it, and the end of it."""
    careers = axle().careers
    found = careers.row(
        "SELECT a.*, f.file FROM applicants a LEFT JOIN files f ON f.applicant = a.id WHERE token = %s",
        secret,
    )
    if found is None:
        return said(request, "There is no such application", "It may have been taken back.", 404)
    if request.method == "POST":
        form = typed(request)
        if form.get("take_back") == "yes":
            gate().told(found["subject"], {"consent:application": False})
            drop(found["id"])
            return said(request, "Taken back", "Your application and its file have been erased.")
        seen_by = form.get("seen_by", "")
        careers.change(
            "UPDATE applicants SET seen_by = %s WHERE id = %s",
            seen_by if seen_by in SEEN_BY else "nobody",
            found["id"],
        )
        return redirect(request.path)
    return page(request, "application.html", mine=found, choices=SEEN_BY)


def drop(applicant: int) -> None:
    """An application goes, with its file."""
    for row in axle().careers.rows("SELECT file FROM files WHERE applicant = %s", applicant):
        (axle().resumes / row["file"]).unlink(missing_ok=True)
    axle().careers.change("DELETE FROM applicants WHERE id = %s", applicant)


CAREERS: list[URLPattern] = [path("careers", apply), path("careers/<str:secret>", mine)]
