"""Every act of axle as the question it is: its policy, written down once more as what the company asks before it does something."""

from __future__ import annotations

from collections.abc import Mapping

from troth.client import Question

REQUEST = {"request": "what the person asked for on the form"}
AGREED = {"tests": "lawfulness checked by the legal unit, file L-12"}
CLAUSES = AGREED | {"mechanism": "standard contractual clauses 2021/914, module 2, signed"}
BASICS = (
    "applicant_name", "applicant_gender", "applicant_birth", "applicant_nationality", "applicant_address", "applicant_phone",
    "applicant_email",
)  # fmt: skip
HISTORY = (
    "applicant_occupation",
    "applicant_jobs",
    "applicant_education",
    "applicant_work",
    "applicant_projects",
)
SENSITIVE = ("applicant_marital", "applicant_family")

# --- accounts
REGISTER = Question(
    "collect", ("name", "phone", "email", "company_name", "age_declaration"), "account_registration", via="registration_form",
    source="from_person", papers=REQUEST,
)  # fmt: skip
KEEP_GUARDIAN = Question(
    "collect", ("guardian_contact",), "account_registration", via="registration_form", source="from_person", papers=REQUEST
)  # fmt: skip
ISSUE_LOGIN = Question("use", ("login_id",), "login_id_issue", papers=REQUEST)
KEEP_ACCOUNT = Question(
    "store", ("name", "phone", "email", "company_name", "login_id"), "account_management", papers=REQUEST
)
KEEP_PROFILE = Question(
    "store", ("name", "phone", "company_name", "shared_content"), "account_management", papers=REQUEST
)
KEEP_AFTERWARDS = Question("store", ("login_id",), "account_management", papers=REQUEST)
"""After the end of an account: no rule of law is on file that would let axle keep even its name."""
SESSION = Question("collect", ("cookie_id", "cookie_characters"), "site_operation", via="session_cookie")
LETTERS = Question("collect", ("font_size",), "ux", via="preference_cookie")
BEACON = Question("collect", ("page_views",), "preference_learning", via="web_beacon", source="from_use")
CLICK = Question("collect", ("link_clicks",), "preference_learning", via="click_link", source="from_use")
EMBED = Question("collect", ("page_views",), "ux", via="embedded_content")
OPENED = Question("collect", ("mail_opens",), "preference_learning", via="mail_pixel", source="from_use")

# --- service, interests, surveys
ENQUIRE = Question(
    "collect", ("name", "email", "phone", "enquiry"), "customer_service", via="service_form", source="from_person", papers=REQUEST
)  # fmt: skip
INTERESTS = Question(
    "collect", ("name", "email", "interests"), "better_service", via="interest_form", source="from_person"
)
SURVEY = Question(
    "collect", ("survey_answers",), "survey_participation", via="survey_form", source="from_person"
)
SCREEN = Question(
    "use", ("login_id", "transaction_records"), "loss_prevention", papers={"balancing": "test 1, on file"}
)

# --- applicants
APPLY = Question(
    "collect", (*BASICS, "applicant_self", *HISTORY, "applicant_skills"), "recruitment", via="careers_form", source="from_person"
)  # fmt: skip
APPLY_SENSITIVE = Question("collect", SENSITIVE, "recruitment", via="careers_form", source="from_person")
UPLOAD = Question("collect", HISTORY, "recruitment", via="resume_upload", source="from_person")
RECRUIT = Question("use", (*BASICS, "applicant_self", *HISTORY, "applicant_skills"), "recruitment")
CAMPAIGN_TO_APPLICANT = Question("use", ("applicant_email",), "news", message="newsletter")

# --- the academy, another service of the group
MOVE = Question("use", ("name", "email", "interests"), "better_service", source="other_service_agreed")
SUGGEST = Question("use", ("interests",), "cross_recommendation", source="other_service_agreed")
CHECKS = {
    aim: Question("use", ("login_id",), aim, source="other_service_agreed")
    for aim in ("security_fraud", "security", "loss_prevention")
}
"""What an account that moves is looked at for: by the same consent, since an interest of axle's own carries nothing."""

# --- the lake
COUNT_VISITS = Question(
    "store", ("visitor_statistics",), "usage_statistics", papers={"aggregate": "groups of 20 and more", "evidence": "test T-3"}
)  # fmt: skip
JOIN = Question(
    "use", ("combined_usage",), "rnd_improvement", papers={"approver": "head of data", "balancing": "test 2"}
)

# --- to others
NAME_FREE = {"need": "an account name is told apart across the group"} | CLAUSES
TO_LAB = Question(
    "share", ("survey_answers",), "rnd_improvement", recipient="research_lab",
    papers={"evidence": "nobody could be found again, report R-7"},
)  # fmt: skip
TO_ADVERTISER = Question("share", ("page_views",), "ad_measurement", recipient="advertiser", papers=AGREED)
TO_HOTLINE = Question(
    "share", ("name", "phone", "enquiry"), "customer_service", recipient="hotline", place="CN", papers=AGREED
)

# --- by hand
PAPERS = (
    "order", "issuer", "authenticity", "citation", "approver", "dispute", "counsel", "deal", "tests", "evidence", "mechanism", "term",
    "source", "capture", "necessity", "reviewer", "ticket",
)  # fmt: skip
"""What may lie on the desk when something is decided by hand."""

# --- who they are
BOUND = ("policy_bound", "protection", "confidentiality", "impact_record", "clauses")
VENDOR = ("contract", "no_other_use", *BOUND)
RECIPIENTS: Mapping[str, tuple[tuple[str, ...], float | None]] = {
    "axle_germany": (("controlled", *BOUND), 100),
    "axle_japan": (("controlled", "adequate", *BOUND), 80),
    "hotline": (VENDOR, None),
    "mail_house": (VENDOR, None),
    "support_desk": (VENDOR, None),
    "research_lab": (("no_other_use", "pseudonymised", *BOUND), None),
    "event_partner": (BOUND, None),
    "university": (("anonymised", *BOUND), None),
    "law_firm": (BOUND, None),
}
"""What is on record of those who receive data, and which share of an office the house holds. The advertiser signed nothing: it is
handed nothing. Of Japan the Commission of the EU has found that it protects data well enough."""


def across(share: Question) -> Question:
    """The same data on their way over the border."""
    return Question(
        "export", share.data, share.purpose, recipient=share.recipient, place=share.place, papers=share.papers
    )


def name_free(office: str, place: str) -> Question:
    """Whether an account name is free is asked of an office of the group, by its digest."""
    return Question(
        "share", ("account_digest",), "account_uniqueness", recipient=office, place=place, papers=NAME_FREE
    )


def to_support() -> Question:
    """A question goes to those who support the products."""
    return Question(
        "share", ("name", "email", "login_id", "enquiry"), "customer_service", recipient="support_desk", place="IN", papers=CLAUSES
    )  # fmt: skip


def to_mail_house(purpose: str) -> Question:
    """An address goes to those who hand out mails."""
    return Question("share", ("name", "email"), purpose, recipient="mail_house", place="IE", papers=CLAUSES)


def in_a_case(form: Mapping[str, str]) -> Question:
    """What lies on the desk of the head of the house, as the form there puts it: an act, some data, an aim, and the papers at hand."""
    papers = {name: form[name] for name in PAPERS if form.get(name)}
    named = {name: form.get(name, "") for name in ("recipient", "place", "source", "message")}
    return Question(
        form.get("act", ""),
        tuple(form.get("data", "").split()),
        form.get("purpose", ""),
        **named,
        papers=papers,
    )
