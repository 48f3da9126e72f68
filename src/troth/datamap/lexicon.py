"""What a column probably holds, by its name and, where somebody lets values be looked at, by what they check as.

Names in English, Malay and Chinese. A proposal is a proposal: it says how sure it is and why, and whoever drafts a map
confirms it. Numbers with check digits (CN resident id GB 11643, MY NRIC, IBAN, payment cards) are told by `python-stdnum`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum import iban, luhn
from stdnum.cn import ric
from stdnum.my import nric

ENOUGH: Final = 5
"""So few values say nothing."""
MOST: Final = 0.8
FEW: Final = 0.2


@dataclass(frozen=True, slots=True)
class Proposal:
    """A category for a column, how sure (`high`, `medium`, `low`), and why. An empty category: it is not personal."""

    category: str
    sure: str
    why: str


_NAMES: Final[tuple[tuple[str, str], ...]] = (
    ("password", r"passw(or)?d|pwd|passcode|kata_laluan|密码|password_hash|pin_hash|otp|totp_secret"),
    (
        "token",
        r"""(api|access|refresh|session|auth|csrf|reset|remember|verification)_(key|token|code|id)|token|
        secret|cookie(_id)?""",
    ),
    (
        "national_id",
        r"""(national|identity|resident)_(id|card|no|number)|id_?card(_no|_number)?|nric|ic_?(no|number)|
        mykad|ssn|(tax|fiscal)_(id|no)|nik|kad_pengenalan|no_kp|身份证.*|证件号.*""",
    ),
    ("passport", r"passport(_no|_number)?|pasport|护照.*"),
    ("email", r"(.*_)?(e_?mail|mail|mail_address|emel|e_mel)(_?addr(ess)?|_1|_2)?|.*邮箱.*|电子邮件"),
    (
        "phone",
        r"""(.*_)?(phone|mobile|cell|tel|telephone|fax|msisdn|whatsapp|telefon|no_tel|hp)(_?(no|number|num|
        1|2))?|手机.*|电话.*|联系方式""",
    ),
    (
        "bank_account",
        r"""iban|(bank|account)_(account|no|number)|acct_(no|num)|swift|bic|card_?(no|number|holder|pan)|
        pan|cvv|cvc|credit_card.*|银行.*|卡号""",
    ),
    (
        "birth",
        r"""(.*_)?(dob|birth(_?(date|day|year))?|date_of_birth|born(_on|_at)?|age|tarikh_lahir|umur|出生.*|生日|
        年龄)""",
    ),
    (
        "name",
        r"""(full|first|last|middle|given|family|sur|sir|maiden|display|nick|real|contact|customer|person|
        holder|recipient|sender|author|employee|legal|billing|shipping)_?name(_\w+)?|name|fname|lname|
        fullname|firstname|lastname|surname|nickname|nama(_penuh)?|姓名|名字|称呼|昵称|billed_to|salutation|
        initials""",
    ),
    ("username", r"user_?name|login(_name|_id)?|screen_name|handle|账号|用户名|nama_pengguna"),
    (
        "address",
        r"""(.*_)?(address(_?(line)?_?\d)?|addr\d?|street(_.*)?|city|town|zip(_?code)?|post_?code|
        postal_code|house_no|district|alamat|poskod|bandar|地址|住址|邮编|城市)""",
    ),
    (
        "country",
        r"""(.*_)?(country(_code)?|nationality|citizenship|state|province|region|negara|negeri|国籍|国家|省份)""",
    ),
    (
        "location",
        r"""(.*_)?(lat(itude)?|lng|lon(gitude)?|geo(_?point|_?hash)?|location|coordinates|gps.*|lokasi|位置|
        经度|纬度)""",
    ),
    ("ip_address", r"(.*_)?(ip|ip_?addr(ess)?|remote_addr|client_ip|last_login_ip|ipv4|ipv6)"),
    (
        "device",
        r"""(.*_)?(user_?agent|device_?(id|name|model|type)|imei|imsi|idfa|aaid|gaid|oaid|android_id|
        mac_?addr(ess)?|browser|os_version|fingerprint|设备.*)""",
    ),
    ("gender", r"gender|sex|jantina|性别"),
    (
        "health",
        r"""(.*_)?(health|disease|diagnosis|blood_(type|group)|allerg(y|ies)|disabilit(y|ies)|medical.*|
        kesihatan|健康.*|病历.*)""",
    ),
    ("belief", r"religion|faith|agama|ethnic(ity)?|race|bangsa|party_membership|宗教|民族|政治面貌"),
    ("biometric", r"face(_.*)?|finger_?print(_template)?|iris|voice_?print|biometric.*|人脸.*|指纹.*"),
    ("image", r"(.*_)?(photo|avatar|picture|portrait|selfie|image(_url)?|gambar|头像|照片)"),
    (
        "family",
        r"""(.*_)?(spouse|father|mother|parent|guardian|child(ren)?|kin|emergency_contact|marital(_status)?|
        waris|家属|配偶|监护人)(_name|_id)?""",
    ),
    (
        "employment",
        r"""(.*_)?(employer|company|occupation|job(_?title)?|position|department|salary|income|profession|
        pekerjaan|gaji|职位|单位|工资)""",
    ),
    ("education", r"(.*_)?(education|school|university|degree|diploma|gpa|major|pendidikan|学历|学校)"),
    (
        "notes",
        r"""(.*_)?(note|notes|comment|comments|remark|remarks|message|body|description|feedback|catatan|备注|
        留言)(_text)?""",
    ),
)  # fmt: skip
"""Read as verbose patterns over the whole name, words joined by `_`; the first that fits is taken."""
_PLAIN: Final = r"""id|uuid|guid|pk|seq|no|version|revision|(.*_)?(status|state|kind|type|count|quantity|qty|amount|
    price|total|cents|currency|rate|tax|discount|weight|sort|position|rank|order|flag|enabled|
    active|locale|lang|language|timezone|sku|slug|level|score|size|length|width|height|checksum|
    digest)|(is|has|was|can)_.*|(created|updated|deleted|modified|placed|sent|paid|shipped|expires|
    started|ended|inserted|changed|last_update)(_?(at|on|date|time|ts))?|last_update|.*_count"""
_PATTERNS: Final = tuple((category, re.compile(pattern, re.VERBOSE)) for category, pattern in _NAMES)
_TECHNICAL: Final = re.compile(_PLAIN, re.VERBOSE)
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE: Final = re.compile(r"\+?[\d][\d\s().-]{6,18}\d")


def words_of(name: str) -> str:
    """A name as words joined by `_`: `billingEMail` and `Billing-Email` read alike."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name))
    return re.sub(r"[^\w]+|__+", "_", parted).strip("_").lower()


def propose(name: str, values: Sequence[object] = ()) -> Proposal | None:
    """What a column of this name, holding these values, probably is; None when nothing says."""
    told = _by_values([str(value) for value in values if value not in (None, "")])
    named = _by_name(words_of(name))
    if told is not None and (named is None or named.category in ("", told) or told in STRONG):
        return Proposal(told, "high", "its values check as such")
    checks = _CHECKS.get(named.category) if named else None
    known = [str(value) for value in values if value not in (None, "")]
    if named and checks and len(known) >= ENOUGH and _share(known, checks) < FEW:
        return Proposal(named.category, "low", f"{named.why}, though its values do not look like it")
    return named


def _by_name(words: str) -> Proposal | None:
    for category, pattern in _PATTERNS:
        if pattern.fullmatch(words):
            return Proposal(category, "medium", "by its name")
    return Proposal("", "medium", "by its name") if _TECHNICAL.fullmatch(words) else None


def _by_values(values: Sequence[str]) -> str | None:
    if len(values) < ENOUGH:
        return None
    return next((category for category in STRONG if _share(values, _CHECKS[category]) >= MOST), None)


def _share(values: Sequence[str], checks: Callable[[str], bool]) -> float:
    return sum(map(checks, values)) / len(values)


def _is_card(value: str) -> bool:
    digits = re.sub(r"[ -]", "", value)
    return digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19 and bool(luhn.is_valid(digits))


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return not value.isdigit()


def _is_date(value: str) -> bool:
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        return False
    return found.year >= 1900


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "email": lambda value: bool(_EMAIL.fullmatch(value)),
    "national_id": lambda value: (
        bool(ric.is_valid(value))
        or ((not value.isdigit() or len(value) == 12) and bool(nric.is_valid(value)))
    ),
    "bank_account": lambda value: bool(iban.is_valid(value)) or _is_card(value),
    "ip_address": _is_ip,
    "phone": lambda value: bool(_PHONE.fullmatch(value)),
    "birth": lambda value: _is_date(value) or value.isdigit(),
}
STRONG: Final = ("email", "national_id", "bank_account", "ip_address")
"""Categories whose values tell by themselves."""
