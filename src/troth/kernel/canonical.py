"""The canonical form of a JSON value (RFC 8785, JCS) and digests over it.

Equal values have equal bytes on every machine and in every language, so a digest is the name of a value.
Only JSON comes through: no dates, sets or bytes, no number that another reader could not hold exactly.
"""

from __future__ import annotations

import hashlib
import math
import re

import rfc8785

from troth.kernel.errors import CallerError

SAFE_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader holds exactly (RFC 7493 section 2.2)."""

_TOO_DEEP = 200
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_:-]{0,39}")


class NotJson(CallerError):
    """A value has no canonical form; `data['place']` says where in it, as a path from `$`."""


def canonical(value: object) -> bytes:
    """The canonical UTF-8 bytes of a JSON value (RFC 8785).

    Lists and tuples are arrays, dictionaries with string keys are objects; a float is written as ECMAScript writes
    it, so that from 2^53 up to 1e21 its digits have no point and must be read back as a double.
    Raises `NotJson`, naming the place, for anything else: other types, keys that are no strings, NaN and infinities,
    integers beyond 2^53 - 1, lone surrogates, a value that contains itself or is nested too deeply to be written.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        _explain(value, "$", 0)
        raise NotJson("The value at $ cannot be written as JSON.", place="$") from None


def digest(value: object) -> str:
    """The digest of a JSON value: `sha256:` and the hex SHA-256 of its canonical bytes. Raises `NotJson`."""
    return digest_bytes(canonical(value))


def digest_bytes(data: bytes) -> str:
    """The digest of bytes as they are: `sha256:` and their hex SHA-256."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _explain(value: object, place: str, depth: int) -> None:
    """Raise `NotJson` at the first spot that has no canonical form; walked only after the fast way has failed."""
    if depth > _TOO_DEEP:
        raise NotJson(
            "The value contains itself, or is nested too deeply to be written.",
            "Flatten it.",
            place=place[:80],
        )
    if isinstance(value, dict):
        _explain_object(value, place, depth)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _explain(item, f"{place}[{index}]", depth + 1)
    else:
        _explain_scalar(value, place)


def _explain_object(value: dict[object, object], place: str, depth: int) -> None:
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotJson(
                f"The object at {place} has a key that is a {type(key).__name__}.",
                "Keys of a JSON object are strings.",
                place=place,
            )
        _explain_scalar(key, place)
        _explain(item, f"{place}.{_shown(key)}", depth + 1)


def _shown(key: str) -> str:
    """A key as it may appear in an error: names of fields, never free text, which might speak of a person."""
    return key if _FIELD.fullmatch(key) else "*"


def _explain_scalar(value: object, place: str) -> None:
    """Raise `NotJson` if a value that is neither array nor object is no JSON; the value itself is never quoted."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        problem, mend = _integer_problem(value)
    elif isinstance(value, float):
        problem = "" if math.isfinite(value) else "is not a finite number"
        mend = "JSON has no NaN and no infinity."
    elif isinstance(value, str):
        problem = "holds half of a surrogate pair" if _has_surrogate(value) else ""
        mend = "Decode the text as UTF-8 before it is used."
    else:
        problem = f"is a {type(value).__name__}, which JSON does not have"
        mend = (
            "Use null, true, false, numbers, strings, lists and dictionaries; write an instant as a string."
        )
    if problem:
        raise NotJson(f"The value at {place} {problem}.", mend, place=place)


def _integer_problem(value: int) -> tuple[str, str]:
    inside = -SAFE_INTEGER <= value <= SAFE_INTEGER
    problem = "" if inside else "is an integer beyond 2^53 - 1, which other JSON readers would round"
    return problem, "Write it as a string."


def _has_surrogate(text: str) -> bool:
    return any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
