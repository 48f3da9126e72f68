"""The few words of an answer, in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

HEADINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {"language": "en", "purposes": "Why it is held", "recipients": "Who receives it", "retention": "How long",
               "sources": "Where it is from", "nothing": "Nothing is held here."},
        "zh": {"language": "zh", "purposes": "为何持有", "recipients": "接收方", "retention": "保存期限", "sources": "来源",
               "nothing": "此处未持有任何数据。"},
        "ms": {"language": "ms", "purposes": "Sebab ia disimpan", "recipients": "Siapa yang menerimanya", "retention": "Berapa lama",
               "sources": "Dari mana", "nothing": "Tiada apa-apa disimpan di sini."},
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
    }
)  # fmt: skip


def said_of(what: str, language: str, **figures: int) -> str:
    """The words of an answer."""
    return _SAID[what][language].format(**figures)
