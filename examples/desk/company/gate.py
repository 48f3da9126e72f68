"""Asking first: every act of desk as the question it is, and a guard that lets nothing through unanswered."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from troth.client import Answer, Client, Problem, Question

IN_A, IN_B = {"recipient": "store_a", "place": "CN"}, {"recipient": "store_b", "place": "CN"}

REGISTER = Question(
    "collect",
    ("mobile_number", "login_code", "capacity_statement"),
    "create_account",
    via="registration_form",
    source="given",
)
KEEP_NUMBER = Question("store", ("mobile_number",), "create_account", **IN_A)
INVITE = Question("collect", ("mobile_number",), "create_account", source="enterprise")
STAY = Question("collect", ("login_token",), "skip_login", via="cookie_login")
LOG = Question(
    "collect",
    ("ip_address", "browser_type", "access_time", "pages_visited"),
    "keep_running",
    via="service_log",
    source="generated",
)
PROFILE = Question(
    "collect",
    ("profile_name", "profile_email", "profile_department", "profile_position"),
    "self_edit",
    via="profile_form",
    source="given",
)
CHAT = Question("collect", ("chat_text",), "messaging", source="given")
KEEP_CHAT = Question("store", ("chat_text",), "messaging", **IN_A)
CHAT_FILE = Question("collect", ("chat_file",), "messaging", source="given")
FILE_IN_A = Question("store", ("chat_file",), "messaging", **IN_A)
FILE_IN_B = Question("store", ("chat_file",), "content_check", **IN_B)
CALL = Question("collect", ("call_recording",), "telesales", via="perm_recording", source="generated")
KEEP_CALL = Question(
    "store",
    ("call_recording",),
    "telesales",
    papers={"notice_given": "both parties heard it", "term": "90 days"},
    **IN_A,
)
ORDER = Question("collect", ("transaction", "invoice"), "billing", via="order_form", source="given")
PAYER = Question("collect", ("payment_account_id",), "anti_fraud_payment", source="payment_institution")
DOSSIER = Question(
    "collect", ("business_licence", "legal_person_id"), "carrier_filing", via="dossier_upload", source="given"
)
TO_CARRIER = Question(
    "share", ("business_licence", "legal_person_id"), "carrier_filing", recipient="carrier", place="CN",
    papers={"necessity": "a carrier takes no filing without", "need": "these two papers and no other"},
)  # fmt: skip
IMPORT = Question(
    "collect", ("customer_contact",), "import_customers", via="tenant_import", source="enterprise"
)
OPEN_MEMBERS = Question(
    "use", ("tenant_profile", "tenant_assigned"), "staff_directory", recipient="employing_enterprise"
)
SWITCH = Question(
    "use", ("admin_identity",), "function_switch", papers={"identity": "administrator of the enterprise"}
)
CLOSE = Question("use", ("enterprise_account",), "cancel_enterprise")
CONTACT = Question(
    "collect",
    ("form_first_name", "form_last_name", "form_email", "form_message"),
    "answer_contact",
    via="contact_form",
    source="given",
)
FEEDBACK = Question(
    "collect", ("feedback_text", "feedback_contact"), "feedback_reply", via="feedback_form", source="given"
)
KEEP_FILE = Question("store", ("cloud_file",), "cloud_disk", **IN_A)
BACKUP = Question("store", ("cloud_file",), "backup", recipient="affiliate_backup", place="CN")

WORK: Final[Mapping[str, tuple[Question, tuple[str, ...]]]] = {
    "attendance": (
        Question("collect", ("attendance_record", "work_location"), "attendance", source="generated"),
        ("attendance", "work_location"),
    ),
    "field_track": (Question("collect", ("movement_track",), "field_track", source="generated"), ("track",)),
    "approvals": (Question("collect", ("approval_record",), "approvals", source="given"), ("approval",)),
    "work_logs": (Question("collect", ("work_log",), "work_logs", source="given"), ("work_log",)),
    "schedules": (Question("collect", ("schedule",), "schedules", source="given"), ("schedule",)),
    "cloud_disk": (Question("collect", ("cloud_file",), "cloud_disk", source="given"), ("cloud_file",)),
    "stock": (
        Question(
            "collect",
            ("supplier", "purchase_order", "warehouse", "receipt_order"),
            "stock_keeping",
            source="given",
        ),
        ("supplier", "purchase", "warehouse", "receipt"),
    ),
}
"""The functions of an enterprise that write records: what each asks, and the fields of its form."""
FUNCTIONS: Final = (*WORK, "telemarketing", "order_management", "texting")
RECIPIENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "store_a": ("assessed", "permitted_operation", "encrypted"),
    "store_b": ("assessed", "permitted_operation", "encrypted"),
    "affiliate_backup": ("contract", "encrypted"),
    "employing_enterprise": ("contract",),
    "carrier": ("policy_bound", "no_other_use", "not_feasible"),
}
SENSITIVE: Final = "cn_pipl.sensitive"
"""The separate consent that the law asks for chats, places, recordings and identity cards."""


class Refused(Exception):
    """The policy does not permit it; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("not permitted")
        self.answer = answer


class Gate:
    """The product as desk sees it. Nobody there is not a yes: `Away` goes up to the page."""

    def __init__(self, client: Client, url: str, organisation: str) -> None:
        self.client = client
        self.troth = url
        self.organisation = organisation

    @property
    def policy(self) -> str:
        """The digest of the version in force."""
        return str(self.client.policy()["digest"])

    def may(self, subject: str, question: Question, papers: Mapping[str, str] | None = None) -> bool:
        """Ask, on record."""
        return self._asked(subject, question, papers).permitted

    def must(self, subject: str, question: Question, papers: Mapping[str, str] | None = None) -> Answer:
        """Ask, on record, and go on only with a permit. Raises Refused."""
        answer = self._asked(subject, question, papers)
        if not answer.permitted:
            raise Refused(answer)
        return answer

    def _asked(self, subject: str, question: Question, papers: Mapping[str, str] | None) -> Answer:
        asked = with_papers(question, papers or {})
        return (
            self.client.release(subject, asked)
            if asked.action == "share"
            else self.client.use(subject, asked)
        )

    def shown(self, subject: str, notice: str, language: str = "en", point: str = "") -> None:
        """A notice was put before somebody, word for word."""
        self.client.show(subject, self.client.notice(notice, language), point=point)

    def switched(self, subject: str, facts: Mapping[str, bool]) -> None:
        """What holds of somebody, and what does no more."""
        self.client.set_facts(
            subject,
            [fact for fact, on in facts.items() if on],
            [fact for fact, on in facts.items() if not on],
        )

    def open_books(self) -> None:
        """Put on record what desk knows about those who receive data from it. What is refused there is printed."""
        for recipient, facts in RECIPIENTS.items():
            try:
                self.client.recipient(recipient, facts)
            except Problem as problem:
                print(f"desk: {recipient}: {problem.message}", file=sys.stderr, flush=True)


def with_papers(question: Question, papers: Mapping[str, str]) -> Question:
    """The question with what an enterprise handed in."""
    return replace(question, papers={**question.papers, **papers})
