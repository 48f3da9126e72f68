"""What is written to whoever asked something: that it arrived, by when it is answered, the answer, a wish for proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from troth.app.outside import Outside
from troth.intake import Clock, Ticket

SPOKEN: Final = ("en", "zh", "ms")
_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "title.receipt": {
            "en": "We have your message: {number}", "zh": "我们已收到：{number}", "ms": "Mesej anda telah diterima: {number}",
        },
        "title.answer": {"en": "Our answer: {number}", "zh": "我们的答复：{number}", "ms": "Jawapan kami: {number}"},
        "title.identity": {
            "en": "Please show who you are: {number}", "zh": "请证明您的身份：{number}",
            "ms": "Sila buktikan identiti anda: {number}",
        },
        "title.extended": {
            "en": "We need more time: {number}", "zh": "我们需要更多时间：{number}", "ms": "Kami perlukan lebih masa: {number}",
        },
        "receipt": {
            "en": "Your message has arrived. It has the number {number}; please keep it in the subject when you write again.",
            "zh": "您的来信已收到，编号为 {number}。再次来信时请在主题中保留此编号。",
            "ms": "Mesej anda telah diterima. Nombornya {number}; sila kekalkan dalam tajuk apabila anda menulis lagi.",
        },
        "due": {
            "en": "You have an answer by {day} at the latest ({rule}).", "zh": "最迟于 {day} 答复您（{rule}）。",
            "ms": "Anda akan dijawab selewat-lewatnya pada {day} ({rule}).",
        },
        "unsorted": {
            "en": "A person reads it first. Until then the earliest date of anything it may be counts.",
            "zh": "将先由工作人员阅读；在此之前，以可能适用的最早期限为准。",
            "ms": "Seorang kakitangan akan membacanya dahulu. Sehingga itu, tarikh paling awal yang mungkin terpakai dikira.",
        },
        "provisional": {
            "en": "That day may move: not all holidays up to then are known yet.", "zh": "该日期可能变动：届时的节假日尚未全部公布。",
            "ms": "Tarikh itu mungkin berubah: cuti umum sehingga itu belum diketahui sepenuhnya.",
        },
        "no_due": {
            "en": "The policy promises no date for this.", "zh": "本政策未对此承诺期限。",
            "ms": "Dasar ini tidak menjanjikan tarikh untuk perkara ini.",
        },
        "not_begun": {
            "en": "The clock starts once you have shown who you are.", "zh": "期限自您证明身份时起算。",
            "ms": "Tempoh bermula selepas anda membuktikan identiti.",
        },
        "hedge": {
            "en": "The policy says of that date: {words}.", "zh": "政策对该期限的说明：{words}。",
            "ms": "Dasar menyatakan: {words}.",
        },
        "see": {"en": "Where it stands: {link}", "zh": "查看进度：{link}", "ms": "Lihat kedudukannya: {link}"},
        "outside": {
            "en": "You can also turn to:", "zh": "您也可以向以下机构反映：", "ms": "Anda juga boleh mengadu kepada:",
        },
        "added": {
            "en": "by law ({regime}), not named in the policy", "zh": "依法律（{regime}），政策未载明",
            "ms": "menurut undang-undang ({regime}), tidak dinamakan dalam dasar",
        },
        "prove": {
            "en": "To show that this address is yours, answer this mail and leave this sign in your answer: {phrase}",
            "zh": "为证明此邮箱属于您，请回复本邮件，并在回复中保留此代码：{phrase}",
            "ms": "Untuk membuktikan alamat ini milik anda, balas mel ini dengan kod ini: {phrase}",
        },
        "rule.promise": {"en": "promised in the policy", "zh": "政策承诺", "ms": "dijanjikan dalam dasar"},
        "rule.standard": {"en": "by the standard {cite}", "zh": "依标准 {cite}", "ms": "mengikut piawaian {cite}"},
        "rule.statute": {"en": "by law, {cite}", "zh": "依法 {cite}", "ms": "menurut undang-undang, {cite}"},
        "rule.tenant": {"en": "agreed with your organisation", "zh": "与贵单位约定", "ms": "dipersetujui dengan organisasi anda"},
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """A title and words, in one language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """All that a letter about a ticket may tell: no name, no word of what was asked."""

    ticket: Ticket
    clock: Clock
    zone: str
    language: str
    link: str = ""
    outside: Sequence[Outside] = ()

    def say(self, key: str, **values: object) -> str:
        """Words in the language of the reader."""
        return _WORDS[key][self.language if self.language in SPOKEN else "en"].format(**values)


def receipt(told: Told) -> Letter:
    """That it arrived, under which number, and by when it is answered."""
    number = told.ticket.number
    lines = [told.say("receipt", number=number), *clock_lines(told), *_outside(told)]
    if told.ticket.kind.value == "unsorted":
        lines.insert(1, told.say("unsorted"))
    return _letter(told, "title.receipt", lines)


def answer(told: Told, words: str) -> Letter:
    """What staff wrote, and the ways outside."""
    return _letter(told, "title.answer", [words.strip(), *_outside(told)])


def identity(told: Told, words: str, phrase: str) -> Letter:
    """A wish for proof, with what is to be sent back."""
    lines = [words.strip()] if words.strip() else []
    return _letter(told, "title.identity", [*lines, *([told.say("prove", phrase=phrase)] if phrase else [])])


def extended(told: Told, words: str) -> Letter:
    """That the answer comes later, until when, and why."""
    return _letter(told, "title.extended", [words.strip(), *clock_lines(told)])


def clock_lines(told: Told) -> list[str]:
    """By when it is answered, by which rule, with what softens it."""
    clock = told.clock
    if clock.due is None:
        return [told.say("not_begun" if clock.limits else "no_due")]
    first = next(one for one in clock.limits if one.statement == clock.rule)
    rule = told.say(f"rule.{first.source}", cite=first.cite)
    lines = [told.say("due", day=day_of(clock.due, told.zone), rule=rule)]
    if clock.provisional:
        lines.append(told.say("provisional"))
    if first.hedge:
        lines.append(told.say("hedge", words=first.hedge))
    return lines


def day_of(at: datetime, zone: str) -> str:
    """The day of an instant where the organisation is."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"


def _outside(told: Told) -> list[str]:
    if not told.outside:
        return []
    return [told.say("outside"), *(f"- {_named(told, one)}" for one in told.outside)]


def _named(told: Told, one: Outside) -> str:
    name = one.name.get(told.language) or one.name.get("en") or next(iter(one.name.values()), "")
    where = f", {one.address}" if one.address else ""
    added = (
        f" ({told.say('added', regime=' '.join(filter(None, (one.added, one.cite))))})" if one.added else ""
    )
    return f"{name}{where}{added}"


def _letter(told: Told, title: str, lines: Sequence[str]) -> Letter:
    link = [told.say("see", link=told.link)] if told.link else []
    return Letter(told.say(title, number=told.ticket.number), "\n\n".join([*lines, *link]) + "\n")
