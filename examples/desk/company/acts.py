"""What desk asks before it touches data: every act as the question it is, what each page asks before it runs, what is known of
recipients, and what is told of people in the policy's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from troth.client import Question

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
SWITCH = Question("use", ("admin_identity",), "function_switch")
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
SENSITIVE: Final = "consent:cn_pipl.sensitive"
"""The separate consent that the law asks for chats, places, recordings and identity cards."""
PAPERS_MAY_GO: Final[Mapping[str, bool | str]] = {
    "shown:sharing_notice": True,
    "consent:sharing": True,
    "consent:cn_pipl.share": "separate",
}
VERIFIED: Final = {"on:licence_verified": True, "on:legal_id_verified": True}
AGREED: Final[Mapping[str, Mapping[str, bool]]] = {
    "agreed_calls": {"consent:call_recording": True},
    "permitted_calls": {"shown:prompt_recording": True, "allowed:perm_recording": True},
}
"""What somebody says who agrees to recordings, or turns their permission on."""
FUNCTIONS: Final = (*WORK, "telemarketing", "order_management", "texting", "own_limits")
"""What an enterprise can turn on."""
PAGES: Final = {
    "write": (CHAT, KEEP_CHAT),
    "attach": (CHAT_FILE, FILE_IN_A),
    "back_up": (BACKUP,),
    "edit": (PROFILE,),
    "feedback": (FEEDBACK,),
    "order": (ORDER,),
    "enterprise": (OPEN_MEMBERS,),
    "switch": (SWITCH,),
    "papers": (DOSSIER,),
    "close_enterprise": (CLOSE,),
}
"""What a page asks about whoever is signed in before it runs, by the name of its function."""
