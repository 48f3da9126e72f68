"""Requests that other controllers send by the OpenDSR 2.0 specification, for access, portability and erasure: who may be answered by
callback, and with which key, stands in a small file in the home, `opendsr.yaml`, or the one TROTH_OPENDSR names.

harbour:                                     # the organisation
  domain: privacy.example.com                # which the certificate was issued to
  key: /etc/troth/opendsr.key                # a private key as PEM: RSA, P-256 or Ed25519
  certificate: /etc/troth/opendsr.pem
  callbacks: [https://controller.example/]   # what the addresses of callbacks begin with
  inside: yes                                # left out: callbacks to public addresses alone, by https

Whoever sends has verified the person; a key of the API says who sends. Each is a ticket and a run like any other; beside it a run of
its own knows the id it came by, and calls back, signed, whenever its status changes, again after growing waits until that was taken.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from troth.app.choices import file_of, read_yaml
from troth.app.config import Home
from troth.app.hooks import LEASE, WAITS
from troth.app.organisation import Organisation
from troth.app.reception import Reception
from troth.app.requests import Request, Requests
from troth.hooks import Forbidden, allowed, post
from troth.intake import Contact, Kind, Opened, Proof, Received, Route, State, Ticket, What
from troth.kernel.errors import CallerError, OperatorError
from troth.rights import Stage
from troth.steps import Standing, Step, StepUnknown, Wanted

FILE: Final = "opendsr.yaml"
NAMED: Final = "TROTH_OPENDSR"
VERSION: Final = "2.0"
KIND: Final = "opendsr"
TYPES: Final[Mapping[str, str]] = {"access": "access", "portability": "export", "erasure": "delete"}
"""The rights that requests are of."""
IDENTITIES: Final[Mapping[str, str]] = {"email": "email", "controller_customer_id": "account"}
"""What people may be named by, in the clear."""
RESULTS: Final = ("data.json", "certificate.json")
LATEST: Final = timedelta(days=30)
"""By when an answer is expected where nothing is promised, as `expected_completion_time` has to say something."""
_KEYS: Final = frozenset({"domain", "key", "certificate", "callbacks", "inside"})


class DsrUnreadable(OperatorError):
    """The file about OpenDSR, or a key that it names, has to be mended."""


class DsrRefused(CallerError):
    """A request that is not as the specification says."""


class DsrUnknown(CallerError):
    """No request of this id came in."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """In whose name answers are signed, and where callbacks may lead."""

    domain: str
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    certificate: bytes
    callbacks: tuple[str, ...] = ()
    inside: bool = False

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers of everything that is said, under the name of today and that of version 1 (10.1)."""
        match self.key:
            case rsa.RSAPrivateKey():
                mark = self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())
            case ec.EllipticCurvePrivateKey():
                mark = self.key.sign(body, ec.ECDSA(hashes.SHA256()))
            case _:
                mark = self.key.sign(body)
        said = {"Processor-Domain": self.domain, "Signature": base64.b64encode(mark).decode()}
        return {f"X-Open{name}-{part}": value for name in ("DSR", "GDPR") for part, value in said.items()}


def speaking_of(home: Home, organisation: str) -> Speaking | None:
    """How an organisation speaks OpenDSR; None where it does not. Raises DsrUnreadable."""
    path = file_of(home, FILE, NAMED)
    found = read_yaml(path, DsrUnreadable, "Write the organisation, and below it its domain.") if path else {}
    said = found.get(organisation) if isinstance(found, dict) else None
    if path is None or said is None:
        return None
    if not isinstance(said, dict) or set(said) - _KEYS or not {"domain", "key", "certificate"} <= set(said):
        raise DsrUnreadable(f"{organisation} in {path} says something else than {', '.join(sorted(_KEYS))}.")
    try:
        key = load_pem_private_key(Path(str(said["key"])).read_bytes(), None)
        pem = Path(str(said["certificate"])).read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError, TypeError) as error:
        raise DsrUnreadable(
            f"A key that {path} names cannot be read: {type(error).__name__}.", "Write it as PEM."
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise DsrUnreadable(f"The key that {path} names is of another kind.", "Use RSA, P-256 or Ed25519.")
    if certificate.public_key() != key.public_key():
        raise DsrUnreadable(
            f"The certificate that {path} names is of another key.", "Name the two that belong together."
        )
    inside = said.get("inside") is True
    if certificate.issuer == certificate.subject and not inside:
        raise DsrUnreadable(
            f"The certificate that {path} names vouches for itself.",
            "The specification asks for one of an authority (4.1).",
        )
    return Speaking(str(said["domain"]), key, pem, tuple(map(str, said.get("callbacks", ()))), inside)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in."""

    id: str
    type: str
    at: datetime
    identities: tuple[tuple[str, str], ...]
    callbacks: tuple[str, ...] = ()


class Dsr:
    """The requests that came to one organisation by OpenDSR. Threads and processes may each have one."""

    def __init__(self, organisation: Organisation, speaking: Speaking, requests: Requests) -> None:
        self._organisation = organisation
        self.speaking = speaking
        self._requests = requests

    def take(self, asked: Asked, controller: str, digest: str) -> dict[str, Any]:
        """Take a request in, once, however often it is sent. Raises DsrRefused, IdentitiesDiffer, NothingCarriesOut."""
        for url in asked.callbacks:
            self._check(url)
        organisation, run, now = self._organisation, f"dsr.{asked.id}", self._organisation.clock.now()
        if asked.at > now + timedelta(minutes=5):
            raise DsrRefused("submitted_time has not come yet.", "Send when the person asked.")
        with organisation.database.write() as connection:
            organisation.steps.open(connection, run, KIND, (Wanted(0, KIND),), at=now)
            step = organisation.steps.steps(connection, run)[0]
            taken = None
            if "number" not in step.said:
                taken = organisation.steps.take(
                    connection, f"take.{asked.id[:8]}", (KIND,), at=now, lease=LEASE, run=run
                )
        if taken is None:
            if step.said.get("digest") != digest:
                raise DsrRefused("This subject_request_id came before.", "Make a new one for each request.")
            return self.status(asked.id)
        number = self._requests.open(self._received(asked)).number
        said = {
            "number": number, "digest": digest, "controller": controller, "callbacks": list(asked.callbacks),
            "told": "pending" if not asked.callbacks else "",
        }  # fmt: skip
        with organisation.database.write() as connection:
            organisation.steps.again(connection, taken, said, at=now)
        return self.status(asked.id)

    def _received(self, asked: Asked) -> Received:
        organisation = self._organisation
        listed = [(IDENTITIES[kind], value) for kind, value in asked.identities]
        subject = str(organisation.act(lambda acts: acts.open_subject(listed)).subject)
        address = next((value for kind, value in listed if kind == "email"), "")
        words = f"OpenDSR {VERSION}: {asked.type}"
        return Received(
            Kind.REQUEST, Route.APP, words, TYPES[asked.type], contact=Contact(address), subject=subject, proof=Proof.ACCOUNT,
            at=min(asked.at, organisation.clock.now()),
        )  # fmt: skip

    def _check(self, url: str) -> None:
        if not any(url.startswith(one) for one in self.speaking.callbacks):
            raise DsrRefused("A callback leads where nobody agreed to.", "Agree on the address beforehand.")
        allowed(url, inside=self.speaking.inside)

    def status(self, id: str) -> dict[str, Any]:
        """Where a request stands, in the words of the specification. Raises DsrUnknown."""
        return self._status(id, self._step(id))

    def cancel(self, id: str, controller: str) -> None:
        """Whoever sent it wants it no more, while nothing was begun. Raises DsrUnknown, DsrRefused."""
        if self.status(id)["request_status"] != "pending":
            raise DsrRefused("Only what is pending can be cancelled.", "Look at its status.")
        self._requests.withdraw(str(self._step(id).said["number"]), f"opendsr:{controller}")

    def results(self, id: str, by: str) -> Opened:
        """What came of it: the rows as JSON, or the certificate. Who took it is on record. Raises DsrUnknown."""
        organisation, number = self._organisation, str(self._step(id).said["number"])
        with organisation.database.read() as connection:
            parts = [
                one for one in organisation.intake.opened(connection, number, files=True)
                if one.part.what is What.FILE and one.name in RESULTS
            ]  # fmt: skip
        if not parts:
            raise DsrUnknown("There are no results yet.", "Look at its status.")
        return Reception(organisation).file(number, parts[-1].part.number, by)

    def turn(self, worker: str) -> int:
        """Call back about whatever changed; how many callbacks were tried."""
        organisation, tried = self._organisation, 0
        with organisation.database.read() as connection:
            runs = organisation.steps.listed(connection, KIND, limit=1000)
            steps = {run.id: organisation.steps.steps(connection, run.id)[0] for run in runs}
        for run, step in steps.items():
            number = step.said.get("number")
            if number and self._status(run.removeprefix("dsr."), step)["request_status"] != step.said.get(
                "told"
            ):
                tried += self._call(run, worker)
        return tried

    def _call(self, run: str, worker: str) -> int:
        organisation, now = self._organisation, self._organisation.clock.now()
        with organisation.database.write() as connection:
            taken = organisation.steps.take(connection, worker, (KIND,), at=now, lease=LEASE, run=run)
        if taken is None:
            return 0
        status = self._status(run.removeprefix("dsr."), taken.step)
        said = dict(taken.step.said)
        over, attempt = status["request_status"] in ("completed", "cancelled"), int(said.get("attempt", 0))
        waiting = [one for one in said["callbacks"] if not self._called(one, status)]
        with organisation.database.write() as connection:
            if waiting and attempt < len(WAITS):
                organisation.steps.again(
                    connection, taken, said | {"attempt": attempt + 1}, at=now + WAITS[attempt]
                )
                return len(said["callbacks"])
            said |= {"told": status["request_status"], "attempt": 0, "failed": len(waiting)}
            if over:
                organisation.steps.done(connection, taken, said)
                organisation.steps.finish(connection, run, now)
            else:
                organisation.steps.again(connection, taken, said, at=now)
        return len(said["callbacks"])

    def _called(self, url: str, status: Mapping[str, Any]) -> bool:
        body = json.dumps({**status, "status_callback_url": url}).encode()
        try:
            return post(url, body, self.speaking.headers(body), inside=self.speaking.inside).taken
        except Forbidden:
            return False

    # --- inside ------------------------------------------------------------------------------------------------------------

    def _step(self, id: str) -> Step:
        organisation = self._organisation
        try:
            with organisation.database.read() as connection:
                organisation.steps.run(connection, f"dsr.{id}")
                step = organisation.steps.steps(connection, f"dsr.{id}")[0]
        except StepUnknown:
            raise DsrUnknown("No request of this id came in.", "Send it first.") from None
        if "number" not in step.said:
            raise DsrUnknown("This request is just coming in.", "Ask again in a moment.")
        return step

    def _status(self, id: str, step: Step) -> dict[str, Any]:
        found = self._requests.one(str(step.said["number"]))
        ticket, status = found.ticket, _status_of(found)
        expected = ticket.due_at or ticket.received_at + LATEST
        answer: dict[str, Any] = {
            "controller_id": step.said["controller"], "expected_completion_time": expected.isoformat(),
            "subject_request_id": id, "request_status": status, "api_version": VERSION, "results_url": None,
            "received_time": ticket.received_at.isoformat(),
        }  # fmt: skip
        if status == "completed":
            base = f"https://{self.speaking.domain}/api/opendsr/v2/{self._organisation.id}"
            rows = found.plan.said.get("rows", {}) if found.plan else {}
            answer |= {"results_url": f"{base}/requests/{id}/results", "results_count": sum(rows.values())}
        return answer


def _status_of(request: Request) -> str:
    """pending, in_progress, completed or cancelled. What was refused was not fulfilled."""
    ticket: Ticket = request.ticket
    if ticket.state is State.ANSWERED or (ticket.state is State.CLOSED and ticket.outcome):
        return "cancelled" if ticket.outcome == "refused" else "completed"
    if not ticket.live:
        return "cancelled"
    begun = any(
        one.name == Stage.ACT and (one.standing in (Standing.DONE, Standing.DOING) or one.intended_at)
        for one in request.steps
    )
    return "in_progress" if begun else "pending"
