"""Asking first: every act of desk as the question it is, and a guard that lets nothing through unanswered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from troth.client import Client, Question, may, must

NO_PAPERS: Final[Mapping[str, str]] = MappingProxyType({})
IN_A: Final[dict[str, Any]] = {"recipient": "store_a", "place": "CN"}
IN_B: Final[dict[str, Any]] = {"recipient": "store_b", "place": "CN"}

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
RECIPIENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "store_a": ("assessed", "permitted_operation", "encrypted"),
    "store_b": ("assessed", "permitted_operation", "encrypted"),
    "affiliate_backup": ("contract", "encrypted"),
    "employing_enterprise": ("contract",),
    "carrier": ("policy_bound", "no_other_use", "not_feasible"),
}
SENSITIVE: Final = "cn_pipl.sensitive"
"""The separate consent that the law asks for chats, places, recordings and identity cards."""


class Gate:
    """The product as desk sees it: in its own process, or over HTTP. Nobody there is not a yes: `Away` goes up to the page."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def must(self, subject: str, *questions: Question, papers: Mapping[str, str] = NO_PAPERS) -> None:
        """Ask, on record, and go on only where each is permitted. Raises Refused."""
        for question in questions:
            must(self.client, subject, with_papers(question, papers))

    def may(self, subject: str, question: Question, papers: Mapping[str, str] = NO_PAPERS) -> bool:
        """Ask, on record, where one goes on either way."""
        return may(self.client, subject, with_papers(question, papers))

    def switched(self, subject: str, facts: Mapping[str, bool]) -> None:
        """What holds of somebody, and what does no more."""
        self.client.set_facts(
            subject,
            [fact for fact, on in facts.items() if on],
            [fact for fact, on in facts.items() if not on],
        )

    def belongs(self, subject: str, tenant: str, functions: Iterable[str], role: str = "member") -> None:
        """Somebody joins an enterprise, whose functions are on for them; or leaves it (`role` is ''), and all is off."""
        on = {f"on:{one}": bool(role) for one in (*functions, "tenant_active")}
        self.client.join_tenant(subject, tenant, role) if role else self.client.leave_tenant(subject, tenant)
        self.switched(subject, on | {"is:tenant_admin": role == "administrator"})

    def agreed(self, subject: str, item: str, act: str, kind: str = "explicit", notice: str = "") -> None:
        """A consent is given or withdrawn, after its notice was shown word for word."""
        if notice:
            self.client.show(subject, self.client.notice(notice))
        self.client.consent(subject, item, act, kind=kind, notice=notice, language="en")

    def open_books(self) -> None:
        """Put on record what desk knows about those who receive data from it."""
        for recipient, facts in RECIPIENTS.items():
            self.client.recipient(recipient, facts)


def with_papers(question: Question, papers: Mapping[str, str]) -> Question:
    """The question with what an enterprise handed in."""
    return replace(question, papers={**question.papers, **papers})
