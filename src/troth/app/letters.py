"""What letters to the owners of accounts say: a code, or something that happened, in the languages people read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Words = Mapping[str, tuple[str, str]]
"""By language: the subject line, and the text. `{code}` and `{organisation}` stand where they belong."""
_ONCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": " It works once, within ten minutes.\n\nIf you did not ask for it, do nothing: without it nothing happens.\n",
        "zh": "仅可使用一次，十分钟内有效。\n\n如非本人操作，请忽略：没有验证码，什么都不会发生。\n",
        "ms": " Ia boleh digunakan sekali, dalam masa sepuluh minit.\n\n"
        "Jika bukan anda yang meminta, abaikan: tanpa kod tiada apa-apa berlaku.\n",
    }
)
_YOU: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "\n\nIf this was not you, recover your account: that sets another password and ends every session.\n",
        "zh": "\n\n如非本人操作，请找回账户：这将重设密码并结束所有会话。\n",
        "ms": "\n\nJika ini bukan anda, pulihkan akaun anda: kata laluan ditukar dan semua sesi ditamatkan.\n",
    }
)


def _coded(en: str, zh: str, ms: str) -> Words:
    titles = {"en": "Your code: {code}", "zh": "您的验证码：{code}", "ms": "Kod anda: {code}"}
    texts = {"en": en, "zh": zh, "ms": ms}
    return {language: (titles[language], texts[language] + _ONCE[language]) for language in texts}


def _told(en: tuple[str, str], zh: tuple[str, str], ms: tuple[str, str]) -> Words:
    said = {"en": en, "zh": zh, "ms": ms}
    return {language: (title, text + _YOU[language]) for language, (title, text) in said.items()}


LETTERS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "register": _coded(
            "{code} is the code that opens your account at {organisation}.",
            "{code} 是在{organisation}开立账户的验证码。",
            "{code} ialah kod untuk membuka akaun anda di {organisation}.",
        ),
        "bind": _coded(
            "{code} is the code that binds this address to your account at {organisation}.",
            "{code} 是将此地址绑定到您在{organisation}的账户的验证码。",
            "{code} ialah kod untuk memautkan alamat ini pada akaun anda di {organisation}.",
        ),
        "recover": _coded(
            "{code} is the code that recovers your account at {organisation}.",
            "{code} 是找回您在{organisation}的账户的验证码。",
            "{code} ialah kod untuk memulihkan akaun anda di {organisation}.",
        ),
        "guardian": {
            "en": (
                "Your code: {code}",
                ("Somebody named you as their guardian at {organisation}. {code} is the code by which you answer, on the page that "
                "they were given. Nothing happens without your answer. It counts for seven days.\n"),
            ),
            "zh": (
                "您的验证码：{code}",
                "有人在{organisation}将您列为监护人。{code} 是您作答所用的验证码。没有您的答复，什么都不会发生。七天内有效。\n",
            ),
            "ms": (
                "Kod anda: {code}",
                ("Seseorang menamakan anda sebagai penjaganya di {organisation}. {code} ialah kod untuk anda menjawab, pada halaman "
                "yang diberikan kepadanya. Tiada apa-apa berlaku tanpa jawapan anda. Ia sah selama tujuh hari.\n"),
            ),
        },
        "known": _told(
            ("You have an account already", "Somebody asked {organisation} for an account at this address. Nothing was changed."),
            ("您已有账户", "有人以此地址在{organisation}申请账户，而此地址已有账户。未作任何更改。"),
            ("Anda sudah mempunyai akaun", "Seseorang meminta akaun {organisation} di alamat ini. Tiada apa-apa diubah."),
        ),
        "new_sign_in": _told(
            ("Somebody signed in to your account", "Your account at {organisation} was signed in to by a device that was not seen before."),
            ("您的账户有新的登录", "有新设备登录了您在{organisation}的账户。"),
            ("Log masuk baharu ke akaun anda", "Akaun anda di {organisation} telah dibuka daripada peranti yang belum pernah dilihat."),
        ),
        "password_set": _told(
            ("Your password was changed", "The password of your account at {organisation} was changed. Other sessions have ended."),
            ("您的密码已更改", "您在{organisation}的账户密码已更改，其他会话均已结束。"),
            ("Kata laluan anda telah ditukar", "Kata laluan akaun anda di {organisation} telah ditukar. Sesi lain telah ditamatkan."),
        ),
        "closed": _told(
            ("Your account is closed", "Your account at {organisation} is closed, and nobody can sign in to it any more."),
            ("您的账户已注销", "您在{organisation}的账户已注销，任何人都不能再登录。"),
            ("Akaun anda telah ditutup", "Akaun anda di {organisation} telah ditutup dan tiada sesiapa boleh log masuk lagi."),
        ),
    }
)  # fmt: skip
"""By what they are about."""


def words_of(what: str, language: str) -> tuple[str, str]:
    """Subject line and text of a letter, in English where nobody wrote it in that language."""
    said = LETTERS[what]
    return said.get(language) or said["en"]
