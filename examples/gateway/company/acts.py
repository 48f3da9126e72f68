"""Everything gateway does with data, as the question it is."""

from __future__ import annotations

from examples.gateway.company.asking import Asked, Question

HOME = "CN"
CITATION = {"citation": "E-Commerce Law art. 31"}
AIMS = {
    "aim_lawful": "contract of carriage with the buyer and the seller",
    "aim_legitimate": "goods that were bought are brought to the buyer",
    "aim_necessary": "nothing is delivered without a consignee and an address",
    "aim_specific": "one waybill, under the number of its deal",
    "aim_clear": "said on the form of the deal and in section 3 of the policy",
}
KEPT_SAFE = {
    "aim_lawful": "contract on the keeping of backups",
    "aim_legitimate": "what is lost can be brought back",
    "aim_necessary": "one copy lies in another house",
    "aim_specific": "one dump a night, kept seven days",
    "aim_clear": "said in section 5 of the policy",
}

REGISTER = Question(
    "collect", ("mobile_number", "email", "name", "password"), "account_service",
    via="registration_form", source="member",
)  # fmt: skip
SIGN_IN_COOKIE = Question(
    "collect", ("login_state",), "site_operation", via="login_cookie", source="site_use"
)
MEMBER_COOKIE = Question(
    "collect", ("membership_status",), "membership_status", via="membership_cookie", source="site_use"
)
BROWSE = Question(
    "collect", ("behaviour_information",), "service_status", via="service_log", source="site_use"
)
CHAT = Question("collect", ("verification_state",), "account_service", via="chat_login", source="sdk_vendors")
DEVICE = Question("collect", ("device_facts",), "device_security", via="device_reader", source="site_use")
CHANNEL = Question("collect", ("risk_verdict",), "phishing_defence", via="network_proxy", source="site_use")
LIST = Question("collect", ("listing_text",), "listing", via="listing_form", source="member")
ALBUM = Question("collect", ("media",), "listing", via="album_permission", source="member")
KEEP_MEDIA = Question("store", ("media",), "listing", place=HOME)
PUBLISH = Question("publish", ("listing_text",), "listing", recipient="visitors")
PUBLISH_MEDIA = Question("publish", ("listing_text", "media"), "listing", recipient="visitors")
DEAL = Question("collect", ("transaction_information",), "commodity_deals", via="deal_form", source="member")
STATUS = Question(
    "collect", ("transaction_information",), "service_status", via="service_log", source="site_use"
)
TO_OTHER_SIDE = Question(
    "share", ("name", "mobile_number", "email", "transaction_information"), "commodity_deals",
    recipient="trade_counterparty", place=HOME,
)  # fmt: skip
TO_CARRIER = Question(
    "share", ("name", "mobile_number", "shipment_details"), "commodity_deals",
    recipient="logistics_partner", place=HOME, papers=AIMS,
)  # fmt: skip
ARCHIVE = Question(
    "store", ("identity_information", "transaction_information", "behaviour_information"), "legal_archive",
    place=HOME, papers=CITATION,
)  # fmt: skip
ENQUIRY = Question("collect", ("enquiry", "name", "email"), "answering", via="contact_form", source="member")
CHECK_RECORDS = Question(
    "collect", ("identity_records",), "identity_check", via="real_name_check", source="site_use"
)
FACE = Question("store", ("face",), "identity_verification", place=HOME)
CARD = Question("store", ("id_number", "id_card_image"), "identity_verification", place=HOME)
RESULT = Question("store", ("verification_result",), "identity_verification", source="verifiers", place=HOME)
DUMPED = (
    "account", "identity_information", "transaction_information", "behaviour_information", "listing_text", "media",
)  # fmt: skip
DUMP = Question("store", DUMPED, "backup", place=HOME)
TO_KEEPER = Question("share", DUMPED, "backup", recipient="backup_keeper", place=HOME, papers=KEPT_SAFE)


def restore(ticket: str) -> Asked:
    """Bringing somebody back from a dump is a use of the backup, under a ticket."""
    return Question("use", ("account",), "backup", papers={"ticket": ticket})


AGREED = ("confidentiality", "instructions", "policy_bound", "security_bound")
RECIPIENTS = {
    "verifier_government": ("lawful_source", *AGREED),
    "verifier_institution": ("lawful_source", *AGREED),
    "verifier_commercial": AGREED,
    "logistics_partner": AGREED,
    "backup_keeper": ("encrypted", *AGREED),
    "trade_counterparty": AGREED,
}
"""What is on record about those who receive data. One verifier could not prove that its source is lawful."""
VERIFIERS = ("verifier_government", "verifier_institution", "verifier_commercial")
