"""A time-stamping authority (RFC 3161): it signs that the text of a checkpoint was there at an instant.

What is checked of its answer: it was granted; it is over this very text; it bears the number that was sent along; its
signature holds; the certificate leads to the named CA, was valid at that instant and is for time-stamping alone (2.3).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from troth.ledger.errors import WitnessProblem
from troth.witnesses.der import in_order

PATIENCE: Final = 10.0
"""Seconds that an authority has for its answer."""
QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
_LARGEST: Final = 64_000


class NotStamped(Exception):
    """A timestamp does not hold, and why."""


class TrustProblem(WitnessProblem):
    """The file with the certificates of an authority has to be mended."""


class TimestampAuthority:
    """Asks one authority, over HTTP (RFC 3161, 3.4), and takes no answer that does not hold under its CA."""

    def __init__(self, scheme: str, host: str, port: int | None, path: str, ca: Path) -> None:
        self._scheme, self._host, self._port, self._path, self._ca = scheme, host, port, path or "/", ca

    @property
    def name(self) -> str:
        """Its host."""
        return self._host

    @property
    def trust(self) -> tuple[x509.Certificate, ...]:
        """The certificates of its CA. Raises TrustProblem."""
        return read_certificates(self._ca)

    def stamp(self, text: str) -> tuple[datetime, bytes]:
        """Its answer on a text, verified, and the instant in it. Raises WitnessProblem, TrustProblem."""
        trust = self.trust
        builder = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256)
        request = builder.cert_request(cert_request=True).nonce(nonce=True).build()
        answer = self._ask(request.as_bytes())
        try:
            return check_timestamp(answer, text, trust, request.nonce), answer
        except NotStamped as problem:
            raise WitnessProblem(
                f"The answer of the authority {self.name} does not hold: {problem}."
            ) from None

    def _ask(self, body: bytes) -> bytes:
        kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
        connection = kind(self._host, self._port, timeout=PATIENCE)
        try:
            connection.request("POST", self._path, body, {"Content-Type": QUERY, "Accept": REPLY})
            answer = connection.getresponse()
            status, found = answer.status, answer.read(_LARGEST)
        except (OSError, HTTPException) as error:
            raise WitnessProblem(
                f"The authority {self.name} cannot be reached: {type(error).__name__}."
            ) from error
        finally:
            connection.close()
        if status != 200:
            raise WitnessProblem(
                f"The authority {self.name} did not stamp the checkpoint: it answered {status}."
            )
        return found


def check_timestamp(
    answer: bytes, text: str, trust: tuple[x509.Certificate, ...], nonce: int | None = None
) -> datetime:
    """The instant of a timestamp over a text, once all of it holds under these certificates. Raises NotStamped."""
    read, at = _read(answer, text)
    builder = VerifierBuilder() if nonce is None else VerifierBuilder().nonce(nonce)
    for one in dict.fromkeys(trust):
        builder = builder.add_root_certificate(one)
    try:
        builder.build().verify_message(read, text.encode())
    except (VerificationError, ValueError) as problem:
        raise NotStamped(f"{problem}".rstrip(".")) from None
    return at


def imprinted(answer: bytes, text: str) -> datetime:
    """The instant of a timestamp that is over a text; its signature is not checked. Raises NotStamped."""
    return _read(answer, text)[1]


def read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file. Raises TrustProblem."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise TrustProblem(f"The certificates in {path} cannot be read: {error.strerror}.") from error
    except ValueError:
        raise TrustProblem(
            f"The file {path} holds no certificate.", "Name the authority's CA as PEM."
        ) from None


def _read(answer: bytes, text: str) -> tuple[TimeStampResponse, datetime]:
    try:
        found = decode_timestamp_response(in_order(answer))
        if found.status != PKIStatus.GRANTED:
            raise NotStamped("it was not granted")
        told = found.tst_info
        imprint = told.message_imprint.message
        at = told.gen_time
    except ValueError:
        raise NotStamped("it was not granted, or cannot be read") from None
    if imprint != hashlib.sha256(text.encode()).digest():
        raise NotStamped("it is over something else")
    return found, at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
