"""Asking first: every act of harbour as the question it is, and a guard that lets nothing through unanswered."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping

from troth.client import Answer, Client, KeyFile, Problem, Question

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
TO_REGISTRY = Question(
    "share", DOMAIN, "domain_registration", recipient="registry", place="MY",
    papers={
        "aim_lawful": "the registry's rules and the contract of registration",
        "aim_legitimate": "a domain is registered because its holder ordered it",
        "aim_necessary": "the registry takes no registration without these fields",
        "aim_specific": "one registration, under its order number",
        "aim_clear": "told on the order form and in section 3 of the policy",
    },
)  # fmt: skip

AGREEMENTS = ("confidentiality", "protection", "instructions", "policy_bound", "security_bound")
RECIPIENTS: Mapping[str, tuple[tuple[str, ...], float | None]] = {
    "affiliate_major": (("controlled", *AGREEMENTS), 60),
    "affiliate_minor": (("controlled", *AGREEMENTS), 45),
    "registry": (("contract", "no_other_use", *AGREEMENTS), None),
    "mail_house": (("contract", "no_other_use", *AGREEMENTS), None),
}
AFFILIATES = ("affiliate_major", "affiliate_minor")


def to_affiliate(recipient: str) -> Question:
    """An order goes to an affiliate that helps to run it."""
    return Question(
        "share", ("user_name", "order_record"), "provide_service", recipient=recipient, place="MY"
    )


class Refused(Exception):
    """The policy does not permit it; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("not permitted")
        self.answer = answer


class Gate:
    """The product as harbour sees it. Every thread has a connection of its own."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys
        self._local = threading.local()

    @property
    def troth(self) -> str:
        """Where the product is reached."""
        return self._keys.url

    @property
    def organisation(self) -> str:
        """As whom harbour is known there."""
        return self._keys.organisation

    @property
    def board(self) -> str:
        """Where everybody can see what is said of harbour's promises."""
        return f"{self.troth}/{self.organisation}"

    @property
    def client(self) -> Client:
        """This thread's client."""
        if not hasattr(self._local, "client"):
            self._local.client = Client(self._keys)
        client: Client = self._local.client
        return client

    @property
    def policy(self) -> str:
        """The digest of the version in force."""
        return str(self.client.policy()["digest"])

    def may(self, subject: str, question: Question) -> bool:
        """Ask, on record. Nobody there is not a yes: `Away` goes up to the page."""
        ask = self.client.release if question.action in ("share", "transfer") else self.client.use
        return ask(subject, question).permitted

    def must(self, subject: str, question: Question) -> Answer:
        """Ask, on record, and go on only with a permit. Raises Refused."""
        answer = self.client.use(subject, question)
        if not answer.permitted:
            raise Refused(answer)
        return answer

    def open_books(self) -> None:
        """Put on record what harbour knows about those who receive data from it. What is refused there is printed."""
        for recipient, (facts, stake) in RECIPIENTS.items():
            for fact in facts:
                try:
                    self.client.recipient(recipient, [fact], stake=stake if fact == "controlled" else None)
                except Problem as problem:
                    print(f"harbour: {recipient}: {problem.message}", file=sys.stderr, flush=True)
