"""What harbour does with data, each act as the question it is; and which contracts lie in its drawer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troth.client import Question

DOMAIN = ("domain_name", "registrant_name", "registrant_address", "registrant_email", "registrant_phone")
FILING = ("filing_company", "filing_contact", "filing_id_number", "filing_site", "filing_document")
CITATION = {"citation": "PDPA 2010 s 43"}

REGISTER = Question(
    "collect", ("user_name", "password", "email"), "account", via="registration_form", source="person"
)
TAKE_CODE = Question("collect", ("email", "verification"), "activation_verification", via="binding_form")
LOG_PAGE = Question(
    "collect", ("ip", "browser", "language", "visited_at", "page"), "usage_log", via="page_log", source="own_systems"
)  # fmt: skip
LOG_SIGN_IN = Question(
    "collect", ("ip", "browser", "language", "visited_at", "log_line"), "usage_log", via="login_log", source="own_systems"
)  # fmt: skip
SESSION = Question("collect", ("cookie_id",), "site_operation", via="session_cookie")
LANGUAGE = Question("collect", ("preference",), "site_preferences", via="language_cookie")
BASKET = Question("collect", ("basket",), "shopping_basket", via="basket_cookie")
BEACON = Question(
    "collect", ("page", "visited_at"), "preference_learning", via="site_beacon", source="own_systems"
)
ORDER = Question("collect", ("order_record",), "provide_service", via="order_form", source="person")
REGISTER_DOMAIN = Question("collect", DOMAIN, "domain_registration", via="domain_form", source="person")
FILE = Question("collect", FILING, "filing", via="filing_form", source="person")
TICKET = Question("collect", ("ticket",), "provide_service", via="support_form", source="person")
PIXEL = Question("collect", ("mail_open",), "preference_learning", via="mail_pixel", source="own_systems")
LINK = Question("collect", ("mail_click",), "preference_learning", via="mail_link", source="own_systems")
REVIEW = Question("use", ("ticket",), "improve_service")
INVITE = Question("use", ("user_name", "email"), "permitted_other")

AIM = {
    "aim_lawful": "the contract of service and the rules of whoever receives it",
    "aim_legitimate": "it is done because the customer ordered it",
    "aim_necessary": "nothing less would do",
    "aim_specific": "one order, one registration or one letter, under its number",
    "aim_clear": "told on the form and in section 3 of the policy",
}
TO_REGISTRY = Question("share", DOMAIN, "domain_registration", recipient="registry", place="MY", papers=AIM)
TO_MAIL_HOUSE = Question(
    "share", ("user_name", "email"), "promotion", recipient="mail_house", place="MY", papers=AIM
)

AGREEMENTS = ("confidentiality", "protection", "instructions", "policy_bound", "security_bound")
RECIPIENTS: Mapping[str, tuple[tuple[str, ...], float | None]] = {
    "affiliate_major": (("controlled", *AGREEMENTS), 60),
    "affiliate_minor": (("controlled", *AGREEMENTS), 45),
    "registry": (("contract", "no_other_use", *AGREEMENTS), None),
    "mail_house": (("contract", "no_other_use", *AGREEMENTS), None),
}
BY_HAND = ("authority", "buyer", "other_party")
"""To whom the legal desk releases; nothing is agreed with them beforehand."""
AFFILIATES = ("affiliate_major", "affiliate_minor")
RELEASES = ("share", "transfer", "publish", "export")
PAPERS = (
    "order", "issuer", "citation", "document", "case", "incident", "approver", "necessity", "reviewer", "deal",
    "consent_unobtainable", "source", "capture", "need", "mechanism",
)  # fmt: skip
"""Papers that may lie before the legal desk when somebody asks for data."""


def to_affiliate(recipient: str) -> Question:
    """An order goes to an affiliate that helps to run it."""
    return Question(
        "share", ("user_name", "order_record"), "provide_service", recipient=recipient, place="MY"
    )


def released(act: str, purpose: str, recipient: str, place: str, papers: Mapping[str, str]) -> Question:
    """What the legal desk hands out by hand: whose account it is, and what they ordered."""
    who = "" if act == "publish" else recipient
    return Question(
        act, ("user_name", "email", "order_record"), purpose, recipient=who, place=place, papers=papers
    )


def known_of_recipients() -> Iterator[tuple[str, str, float | None]]:
    """Each fact by itself, with the stake where it is about control."""
    for recipient, (facts, stake) in RECIPIENTS.items():
        yield from ((recipient, fact, stake if fact == "controlled" else None) for fact in facts)
