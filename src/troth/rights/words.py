"""The few words of an answer, in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

HEADINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {"language": "en", "purposes": "Why it is held", "recipients": "Who receives it", "retention": "How long",
               "sources": "Where it is from", "nothing": "Nothing is held here.", "given": "To whom it was given"},
        "zh": {"language": "zh", "purposes": "为何持有", "recipients": "接收方", "retention": "保存期限", "sources": "来源",
               "nothing": "此处未持有任何数据。", "given": "提供给了谁"},
        "ms": {"language": "ms", "purposes": "Sebab ia disimpan", "recipients": "Siapa yang menerimanya", "retention": "Berapa lama",
               "sources": "Dari mana", "nothing": "Tiada apa-apa disimpan di sini.", "given": "Kepada siapa ia diberikan"},
    }
)  # fmt: skip
_SAID: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "held": {
            "en": "We searched every system of ours. {rows} rows are held on you. The page is for reading; the other files are for "
                  "programs.",
            "zh": "我们检索了全部系统，共持有与您有关的 {rows} 行数据。网页供阅读，其余文件供程序使用。",
            "ms": "Kami mencari dalam semua sistem kami. {rows} baris disimpan tentang anda. Halaman itu untuk dibaca; fail lain untuk "
                  "program.",
        },
        "erased": {
            "en": "{rows} rows were erased or made anonymous, and read again afterwards. In {left} places something stays; the "
                  "certificate says what, and why.",
            "zh": "已删除或匿名化 {rows} 行数据，并在之后重新读取核实。有 {left} 处保留了部分内容，证明文件载明保留什么及其理由。",
            "ms": "{rows} baris telah dipadam atau dijadikan tanpa nama, dan dibaca semula selepas itu. Di {left} tempat sesuatu kekal; "
                  "sijil menyatakan apa dan sebabnya.",
        },
        "given": {
            "en": "This is the list of whom your data were given to: {rows} times, each with what, when and why.",
            "zh": "这是您的数据提供情况清单：共 {rows} 次，每次均列明内容、时间和理由。",
            "ms": "Inilah senarai kepada siapa data anda diberikan: {rows} kali, setiap satu dengan apa, bila dan sebabnya.",
        },
        "corrected": {
            "en": "The value was set right in {rows} rows, which were read again afterwards. In {left} places it stays as it was; the file "
                  "says where, and why.",
            "zh": "已在 {rows} 行数据中更正该值，并在之后重新读取核实。有 {left} 处保持原样，文件载明位置及理由。",
            "ms": "Nilai itu dibetulkan dalam {rows} baris, yang dibaca semula selepas itu. Di {left} tempat ia kekal; fail menyatakan di "
                  "mana dan sebabnya.",
        },
        "stopped": {
            "en": "From now on every use is asked about and refused where this stands against it; {rows} rows are marked. For {left} "
                  "purposes your data may still be used, on another basis; the file names them.",
            "zh": "自即日起，每次使用均须查询，凡与此相抵触者一律拒绝；已标记 {rows} 行数据。"
                  "仍有 {left} 项目的可依其他依据使用您的数据，文件逐一列明。",
            "ms": "Mulai sekarang setiap penggunaan ditanya dan ditolak jika bercanggah dengan ini; {rows} baris ditandakan. Untuk {left} "
                  "tujuan data anda masih boleh digunakan atas asas lain; fail menamakannya.",
        },
    }
)  # fmt: skip


def said_of(what: str, language: str, **figures: int) -> str:
    """The words of an answer."""
    return _SAID[what][language].format(**figures)
