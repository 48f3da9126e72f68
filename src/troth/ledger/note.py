"""Signed notes and verifier keys as C2SP signed-note v1 writes them, with Ed25519 (RFC 8032) alone.

A note is a text that ends in a newline, an empty line, and signature lines `— NAME BASE64(key id ‖ signature)`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from troth.ledger.errors import NoteRefused

ED25519: Final = 1
COSIGNATURE: Final = 4
"""Key types of signed-note: a signature over the text, and a witness's over the text with an instant (tlog-cosignature)."""
MOST_SIGNATURES: Final = 100
KEY_BYTES: Final = 32
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_MARK: Final = "— "
_SECRET: Final = "PRIVATE+KEY+"  # noqa: S105  the prefix that tells a signing key from a verifier key


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who may have signed: a name and an Ed25519 public key. Written `NAME+ID+BASE64(type ‖ key)`."""

    name: str
    public: bytes
    type: int = ED25519

    @property
    def id(self) -> bytes:
        """The four bytes that stand for this key in a signature line."""
        return _key_id(self.name, self.type, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.type]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key as written. Raises NoteRefused."""
        name, _, rest = text.partition("+")
        id, _, encoded = rest.partition("+")
        material = _unbase64(encoded)
        if not _NAME.fullmatch(name) or material is None or len(material) != KEY_BYTES + 1:
            raise NoteRefused("This is no verifier key; it reads NAME+ID+KEY.")
        key = cls(name, material[1:], material[0])
        if key.type not in (ED25519, COSIGNATURE) or key.id.hex() != id:
            raise NoteRefused("The id of this verifier key does not fit its name, type and key.")
        return key

    def signed(self, signature: Signature, text: str) -> bool:
        """Whether a signature line is this key's, and holds for the text."""
        return (signature.name, signature.id) == (self.name, self.id) and self.holds(text, signature.blob)

    def holds(self, text: str, blob: bytes) -> bool:
        """Whether these bytes of a signature line are this key's over the text."""
        message, signature = text.encode(), blob
        if self.type == COSIGNATURE:
            if len(blob) < 8:
                return False
            instant, signature = int.from_bytes(blob[:8], "big"), blob[8:]
            message = b"cosignature/v1\ntime %d\n" % instant + message
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A named Ed25519 secret; never shown. Written `PRIVATE+KEY+NAME+ID+BASE64(type ‖ seed)`."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> VerifierKey:
        """Its public side."""
        return VerifierKey(self.name, self._secret().public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """A signature over the text of a note."""
        return Signature(self.name, self.verifier.id, self._secret().sign(text.encode()))

    def written(self) -> str:
        """The key as its file holds it."""
        return f"{_SECRET}{self.name}+{self.verifier.id.hex()}+{_base64(bytes([ED25519]) + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """The key as written. Raises NoteRefused, which never repeats it."""
        name, _, rest = text.removeprefix(_SECRET).partition("+")
        id, _, encoded = rest.partition("+")
        material = _unbase64(encoded)
        if not text.startswith(_SECRET) or material is None or len(material) != KEY_BYTES + 1:
            raise NoteRefused("This is no signing key.")
        key = cls(check_name(name), material[1:])
        if material[0] != ED25519 or key.verifier.id.hex() != id:
            raise NoteRefused("The id of this signing key does not fit its name and key.")
        return key

    def _secret(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: whose it claims to be, and the bytes."""

    name: str
    id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {_base64(self.id + self.blob)}"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """The line as written. Raises NoteRefused."""
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        material = _unbase64(encoded)
        if not line.startswith(_MARK) or not _NAME.fullmatch(name) or material is None or len(material) < 5:
            raise NoteRefused("A signature line of this note cannot be read.")
        return cls(name, material[:4], material[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{one}\n" for one in self.signatures)

    @classmethod
    def parse(cls, written: str) -> Note:
        """The note as written; nothing is verified yet. Raises NoteRefused."""
        at = written.rfind("\n\n")
        lines = written[at + 2 :].split("\n")
        if at < 0 or lines.pop() or not 1 <= len(lines) <= MOST_SIGNATURES:
            raise NoteRefused("This is no signed note: a text, an empty line, and signature lines.")
        return cls(check_text(written[: at + 1]), tuple(map(Signature.parse, lines)))

    @classmethod
    def signed(cls, text: str, keys: Iterable[SigningKey]) -> Note:
        """The text with a signature of each key. Raises NoteRefused when the text cannot be a note's."""
        check_text(text)
        return cls(text, tuple(key.sign(text) for key in keys))

    def signers(self, known: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Which of the known keys signed it; signatures of others are ignored.

        Raises NoteRefused when a line claims to be a known key's and is not, or when no known key signed.
        """
        by_name = {(key.name, key.id): key for key in known}
        found: dict[VerifierKey, None] = {}
        for one in self.signatures:
            key = by_name.get((one.name, one.id))
            if key is not None and not key.holds(self.text, one.blob):
                raise NoteRefused(f"The signature of {key.name} under this note does not hold.")
            if key is not None:
                found[key] = None
        if not found:
            raise NoteRefused("No known key signed this note.")
        return tuple(found)

    def is_signed(self, known: Iterable[VerifierKey]) -> bool:
        """Whether one of these keys signed it, and none of them falsely."""
        try:
            return bool(self.signers(known))
        except NoteRefused:
            return False

    def joined(self, more: Iterable[Signature]) -> Note:
        """The note with further signatures, each once."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


def check_name(name: str) -> str:
    """The name of a key, when it is one word without a plus. Raises NoteRefused."""
    if not _NAME.fullmatch(name):
        raise NoteRefused("The name of a key is one word without blanks or plus signs.")
    return name


def check_text(text: str) -> str:
    """The text of a note, when it ends in a newline and holds no other control character. Raises NoteRefused."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteRefused("The text of a note ends in a newline and holds no other control character.")
    return text


def _key_id(name: str, type: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([type]) + public).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes | None:
    """The bytes, None where the text is not their one base64 form (RFC 4648, 4)."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _base64(data) == text else None
