"""What an app says of its own build: permissions, kits with versions and data types, as YAML or JSON; and the manifest of Android.

app: qingtable
version: "5.2"
policy: "1"                                   # the version (or digest) of the policy it was built for
permissions:
  - name: android.permission.CAMERA           # what the platform calls it
    point: perm_camera                        # what the policy calls it
    prompt: first_use
    features: [photo, meeting]
    reads: [{purpose: take_photo, data: [photo]}]
kits:
  - name: com.huawei.hms:push
    version: "6.11"
    point: sdk_huawei_hms
    link: https://kits.example/privacy.html
    sends: [{purpose: push_chat, data: [imei, android_id]}]
alone: [{purpose: self_restart, data: [app_state]}]   # what it does without reading anything
android: [AndroidManifest.xml]                # files beside this one, whose permissions must all stand above
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policy.nodes import Mapping, Node, Scalar, Sequence, parse

KEYS: Final = ("app", "version", "policy", "permissions", "kits", "alone", "android")
_PERMISSION: Final = ("name", "point", "prompt", "features", "reads")
_KIT: Final = ("name", "version", "point", "link", "sends")
_USE: Final = ("purpose", "data")
_ASKING: Final = ("uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m")
_NAME: Final = "http://schemas.android.com/apk/res/android name"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Using:
    """Data that are taken for a purpose."""

    purpose: Word
    data: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A permission that a build asks for."""

    name: Word
    point: Word
    prompt: Word
    features: tuple[Word, ...]
    reads: tuple[Using, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """A kit in a build."""

    name: Word
    version: Word
    point: Word
    link: Word
    sends: tuple[Using, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A build; `place` is where it says what it is."""

    place: Place
    app: str
    version: str
    policy: Word
    permissions: tuple[Asked, ...] = ()
    kits: tuple[Built, ...] = ()
    alone: tuple[Using, ...] = ()
    android: tuple[Word, ...] = ()


def read_manifest(text: str, file: str, findings: Findings) -> Manifest | None:
    """Read a manifest; every slip is a finding, and None where nothing can be made of it."""
    root = parse(text, file, findings)
    if root is None:
        return None
    _known(root, KEYS, findings)
    return Manifest(
        root.place,
        _word(root, "app", findings).text,
        _word(root, "version", findings).text,
        _word(root, "policy", findings),
        tuple(_asked(one, findings) for one in _rows(root, "permissions", _PERMISSION, findings)),
        tuple(_built(one, findings) for one in _rows(root, "kits", _KIT, findings)),
        tuple(_using(one, findings) for one in _rows(root, "alone", _USE, findings)),
        _words(root, "android", findings),
    )


def read_android(text: bytes, file: str, findings: Findings) -> tuple[Word, ...] | None:
    """The permissions that a manifest of Android asks for, each with its line; None where it is no such file.

    A document type is refused: none is needed, and entities could be made to swell.
    """
    found: list[Word] = []
    reader = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in _ASKING and _NAME in attributes:
            found.append(Word(attributes[_NAME], Place(file, reader.CurrentLineNumber)))

    def doctype(*_: object) -> None:
        raise ValueError

    reader.StartElementHandler = start
    reader.StartDoctypeDeclHandler = doctype
    try:
        reader.Parse(text, True)
    except (expat.ExpatError, ValueError):
        place = Place(file, reader.CurrentLineNumber)
        findings.error(
            "manifest-broken", place, "This is no manifest of Android.", "Give the file as it is built."
        )
        return None
    return tuple(found)


def _asked(row: Mapping, findings: Findings) -> Asked:
    return Asked(
        _word(row, "name", findings, needed=True),
        _word(row, "point", findings),
        _word(row, "prompt", findings),
        _words(row, "features", findings),
        tuple(_using(one, findings) for one in _rows(row, "reads", _USE, findings)),
    )


def _built(row: Mapping, findings: Findings) -> Built:
    return Built(
        _word(row, "name", findings, needed=True),
        _word(row, "version", findings, needed=True),
        _word(row, "point", findings),
        _word(row, "link", findings),
        tuple(_using(one, findings) for one in _rows(row, "sends", _USE, findings)),
    )


def _using(row: Mapping, findings: Findings) -> Using:
    return Using(_word(row, "purpose", findings, needed=True), _words(row, "data", findings))


def _word(row: Mapping, key: str, findings: Findings, *, needed: bool = False) -> Word:
    node = row.get(key)
    if isinstance(node, Scalar):
        return Word(node.text, node.place)
    if node is not None:
        _wrong(node, f"`{key}` is one word", findings)
    elif needed:
        findings.error("manifest-lacks", row.place, f"`{key}` is missing here.", f"Add `{key}: …`.")
    return Word("", row.place)


def _words(row: Mapping, key: str, findings: Findings) -> tuple[Word, ...]:
    node = row.get(key)
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        _wrong(node, f"`{key}` is a list of words", findings)
        return ()
    for one in node.items:
        if not isinstance(one, Scalar):
            _wrong(one, f"`{key}` is a list of words", findings)
    return tuple(Word(one.text, one.place) for one in node.items if isinstance(one, Scalar))


def _rows(row: Mapping, key: str, known: tuple[str, ...], findings: Findings) -> Iterator[Mapping]:
    node = row.get(key)
    if node is None:
        return
    if not isinstance(node, Sequence):
        _wrong(node, f"`{key}` is a list", findings)
        return
    for one in node.items:
        if isinstance(one, Mapping):
            _known(one, known, findings)
            yield one
        else:
            _wrong(one, f"each of `{key}` is a mapping", findings)


def _known(row: Mapping, known: tuple[str, ...], findings: Findings) -> None:
    for name, _ in row.entries:
        if name.text not in known:
            findings.error(
                "manifest-unknown",
                name.place,
                f"`{name.text}` is nothing that a manifest says.",
                did_you_mean(name.text, known),
            )


def _wrong(node: Node, words: str, findings: Findings) -> None:
    findings.error(
        "manifest-form", node.place, f"{words}, and here is something else.", "See docs/devices.md."
    )
