"""OpenDSR 2.0 over HTTP, as a controller speaks it: discovery, requests of three types, status, cancellation, signed callbacks."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from tests.hooks.receiver import Receiver, receiving
from tests.rights.door import Desk, door
from tests.rights.kit import ADDRESS, WHO, later
from tests.web.kit import Heard
from troth.app.chores import Chores
from troth.app.config import Home
from troth.app.hooks import WAITS
from troth.app.opendsr import Dsr, DsrUnreadable, speaking_of
from troth.app.requests import requests_beside

DOMAIN = "privacy.quay.example"


def certified(place: Path, key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, name: str = "dsr") -> None:
    """A key with a certificate that vouches for itself, as only an inside one may."""
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    start = datetime(2026, 1, 1)  # noqa: DTZ001  a certificate counts in UTC and says no offset
    made = x509.CertificateBuilder(called, called, key.public_key(), 7, start, start.replace(year=2030))
    signed = made.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (place / f"{name}.key").write_bytes(pem)
    (place / f"{name}.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def say(home: Path, callbacks: str, *, name: str = "dsr", inside: str = "yes") -> None:
    (home / "opendsr.yaml").write_text(
        f"quay: {{domain: {DOMAIN}, key: {home / name}.key, certificate: {home / name}.pem, callbacks: ['{callbacks}'],"
        f" inside: {inside}}}\n"
    )


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("dsr") / "home"
    with door(home, approve=()) as found:
        certified(home, rsa.generate_private_key(65537, 2048))
        say(home, receiver.url)
        yield found


def call(desk: Desk, method: str, path: str, sent: Any = None, *, key: str | None = None) -> Heard:
    secret = desk.at.key("quay") if key is None else key
    body = None if sent is None else json.dumps(sent).encode()
    return desk.at.ask(
        method, f"/api/opendsr/v2/quay/{path}", body, {"authorization": f"Bearer {secret}"} if secret else {}
    )


def request(desk: Desk, type: str = "access", **more: Any) -> dict[str, Any]:
    submitted = desk.shop.quay.clock.now() - timedelta(days=1)
    return {
        "regulation": "gdpr", "subject_request_id": str(uuid.uuid4()), "subject_request_type": type,
        "submitted_time": submitted.isoformat().replace("+00:00", "Z"), "api_version": "2.0",
        "subject_identities": [{"identity_type": "email", "identity_value": ADDRESS, "identity_format": "raw"}],
    } | more  # fmt: skip


def check(desk: Desk, headers: Any, body: bytes) -> None:
    """By the certificate that discovery names, as 8.8 tells a controller to look. Raises InvalidSignature."""
    pem = call(desk, "GET", "certificate", key="").body
    key = x509.load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert headers["x-opendsr-processor-domain"] == DOMAIN
    key.verify(base64.b64decode(headers["x-opendsr-signature"]), body, padding.PKCS1v15(), hashes.SHA256())


def turn(desk: Desk) -> int:
    quay, home = desk.shop.quay, Home.at(desk.shop.folder.parent)
    speaking = speaking_of(home, "quay")
    assert speaking is not None
    dsr = Dsr(quay, speaking, requests_beside(quay, home, desk.shop.folder))
    assert any(one.name == "opendsr" for one in Chores(quay, dsr=dsr).chores)
    return dsr.turn("dsr")


def test_discovery_says_what_is_spoken(desk: Desk) -> None:
    found = call(desk, "GET", "discovery", key="")
    check(desk, found.headers, found.body)
    said = found.json()
    assert (said["api_version"], said["supported_subject_request_types"]) == (
        "2.0",
        ["access", "portability", "erasure"],
    )
    assert said["processor_certificate"] == f"https://{DOMAIN}/api/opendsr/v2/quay/certificate"


def test_access_is_received_answered_and_called_back(desk: Desk, receiver: Receiver) -> None:
    sent = request(desk, "access", status_callback_urls=[receiver.url])
    heard = call(desk, "POST", "requests", sent)
    assert heard.status == 201, heard.text
    check(desk, heard.headers, heard.body)
    with pytest.raises(InvalidSignature):
        check(desk, heard.headers, heard.body + b" ")
    said = heard.json()
    assert json.loads(base64.b64decode(said["encoded_request"])) == sent
    assert said["subject_request_id"] == sent["subject_request_id"]
    assert said["received_time"].startswith(sent["submitted_time"][:10]), (
        "the clock starts when the person asked"
    )
    again = call(desk, "POST", "requests", sent)
    assert (again.status, again.json()["received_time"]) == (201, said["received_time"])
    other = call(desk, "POST", "requests", sent | {"subject_request_type": "erasure"})
    assert (other.status, other.json()["error"]["code"]) == (400, 400)
    where = f"requests/{sent['subject_request_id']}"
    assert call(desk, "GET", where).json()["request_status"] == "pending"
    assert turn(desk) == 1
    assert desk.shop.work()
    receiver.answers = [500]
    assert turn(desk) == 1
    assert turn(desk) == 0, "later"
    later(desk.shop.quay, seconds=WAITS[0].total_seconds())
    assert turn(desk) == 1
    assert turn(desk) == 0, "told once it was taken"
    told = [json.loads(body) for _, body in receiver.heard]
    assert [one["request_status"] for one in told] == ["pending", "completed", "completed"]
    headers, body = receiver.heard[-1]
    check(desk, headers, body)
    assert told[-1]["status_callback_url"] == receiver.url
    found = call(desk, "GET", where).json()
    assert (found["request_status"], found["results_count"] > 5) == ("completed", True)
    assert found["results_url"].endswith(f"{where}/results")
    results = call(desk, "GET", f"{where}/results")
    assert desk.shop.people.markers[WHO]["name"] in results.text
    assert call(desk, "DELETE", where).status == 400, "too late"


def test_what_is_pending_is_cancelled(desk: Desk) -> None:
    sent = request(desk, "erasure")
    assert call(desk, "POST", "requests", sent).status == 201
    desk.shop.work()
    where = f"requests/{sent['subject_request_id']}"
    assert call(desk, "GET", where).json()["request_status"] == "pending"
    assert call(desk, "GET", f"{where}/results").status == 404
    heard = call(desk, "DELETE", where)
    assert heard.status == 202
    check(desk, heard.headers, heard.body)
    assert call(desk, "GET", where).json()["request_status"] == "cancelled"
    assert desk.shop.found(WHO)


@pytest.mark.parametrize(
    "changed",
    [
        {"regulation": "none"}, {"subject_request_id": "7"}, {"subject_request_id": str(uuid.UUID(int=7))},
        {"subject_request_type": "fly"}, {"submitted_time": "yesterday"}, {"submitted_time": "2026-01-01T00:00:00"},
        {"submitted_time": "2999-01-01T00:00:00Z"}, {"subject_identities": []}, {"subject_identities": "x"},
        {"subject_identities": [{"identity_type": "email", "identity_value": "MARKER", "identity_format": "md5"}]},
        {"subject_identities": [{"identity_type": "email", "identity_value": 7, "identity_format": "raw"}]},
        {"status_callback_urls": ["https://evil.example/MARKER"]}, {"status_callback_urls": "x"},
    ],
)  # fmt: skip
def test_what_is_not_as_specified_is_an_error_that_repeats_nothing(
    desk: Desk, changed: dict[str, Any]
) -> None:
    heard = call(desk, "POST", "requests", request(desk) | changed)
    assert heard.status == 400, heard.text
    assert heard.json()["error"]["message"]
    assert "MARKER" not in heard.text


def test_a_key_is_asked_for_and_nobody_else_speaks_it(desk: Desk) -> None:
    assert call(desk, "POST", "requests", request(desk), key="").status == 401
    other = desk.at.hosting.keys.issue("quay", ("read",))
    assert call(desk, "POST", "requests", request(desk), key=other).status == 403
    assert call(desk, "GET", f"requests/{uuid.uuid4()}").status == 404
    assert desk.at.ask("GET", "/api/opendsr/v2/nobody/discovery").status == 404
    assert call(desk, "POST", "requests", {"x": "y" * 1_000_001}).status == 413


def test_keys_that_cannot_sign_are_refused(tmp_path: Path) -> None:
    certified(tmp_path, ed25519.Ed25519PrivateKey.generate())
    say(tmp_path, "https://c.example/")
    speaking = speaking_of(Home.at(tmp_path), "quay")
    assert speaking is not None
    assert isinstance(speaking.key, ed25519.Ed25519PrivateKey)
    mark = base64.b64decode(speaking.headers(b"body")["X-OpenDSR-Signature"])
    speaking.key.public_key().verify(mark, b"body")
    say(tmp_path, "https://c.example/", inside="no")
    with pytest.raises(DsrUnreadable, match="vouches for itself"):
        speaking_of(Home.at(tmp_path), "quay")
    certified(tmp_path, ed25519.Ed25519PrivateKey.generate(), "other")
    (tmp_path / "dsr.pem").write_bytes((tmp_path / "other.pem").read_bytes())
    with pytest.raises(DsrUnreadable, match="another key"):
        speaking_of(Home.at(tmp_path), "quay")
    assert speaking_of(Home.at(tmp_path), "harbour") is None
