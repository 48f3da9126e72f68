"""The certificates in a timestamp, put in the order that DER has for sets (X.690, 11.6).

Authorities built on OpenSSL send them in the order of their chain, which BER allows and RFC 5652 does not forbid; the library that
reads timestamps takes DER alone. No signature covers that order, and no length changes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SEQUENCE: Final = 0x30
_ZEROTH: Final = 0xA0


@dataclass(frozen=True, slots=True)
class _Value:
    """A value in DER: its tag, where it begins, where its contents do, and where it ends."""

    tag: int
    start: int
    inside: int
    end: int


def in_order(answer: bytes) -> bytes:
    """A TimeStampResp (RFC 3161, 2.4.2) with its certificates in order; what is none comes back as it is."""
    try:
        whole = _value(answer, 0, len(answer))
        token = list(_parts(answer, whole))[1]
        content = list(_parts(answer, token))[1]
        signed = next(_parts(answer, content))
        certificates = [one for one in _parts(answer, signed) if one.tag == _ZEROTH]
        if not certificates or signed.tag != _SEQUENCE:
            return answer
        found = certificates[0]
        listed = sorted(answer[one.start : one.end] for one in _parts(answer, found))
    except (IndexError, StopIteration, ValueError):
        return answer
    return answer[: found.inside] + b"".join(listed) + answer[found.end :]


def _parts(data: bytes, value: _Value) -> Iterator[_Value]:
    at = value.inside
    while at < value.end:
        part = _value(data, at, value.end)
        yield part
        at = part.end


def _value(data: bytes, at: int, end: int) -> _Value:
    """The value that begins there. Raises IndexError, ValueError where it does not fit."""
    length, inside = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        inside, length = inside + count, int.from_bytes(data[inside : inside + count], "big")
    if inside + length > end:
        raise ValueError("a value is longer than what holds it")
    return _Value(data[at], at, inside, inside + length)
