"""Routes of OpenDSR 2.0: what is supported, the certificate, requests for access, portability and erasure, their status, their
cancellation. Everything that is said is signed; errors are as section 7.6 of the specification has them, and repeat nothing that was sent.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from troth.app.hosting import Hosted, Hosting
from troth.app.keys import ApiKey
from troth.app.opendsr import IDENTITIES, TYPES, VERSION, Asked, Dsr, DsrRefused, DsrUnknown, speaking_of
from troth.app.requests import requests_beside
from troth.kernel.errors import CallerError, TrothError
from troth.web.api.entry import LARGEST, Refused, opened
from troth.web.downloads import as_file
from troth.web.faults import note

BASE: Final = "/api/opendsr/v2"
MOST: Final = 20
"""Identities and callbacks that one request may name."""
Act = Callable[[Request, Dsr, ApiKey | None, bytes], Response]


def _discovery(request: Request, dsr: Dsr, key: ApiKey | None, body: bytes) -> Response:
    host = dsr.speaking.domain
    return _said(dsr, 200, {
        "api_version": VERSION,
        "supported_identities": [{"identity_type": one, "identity_format": "raw"} for one in IDENTITIES],
        "supported_subject_request_types": list(TYPES),
        "processor_certificate": f"https://{host}{request.url.path.removesuffix('/discovery')}/certificate",
    })  # fmt: skip


def _certificate(request: Request, dsr: Dsr, key: ApiKey | None, body: bytes) -> Response:
    return Response(dsr.speaking.certificate, media_type="application/x-pem-file")


def _take(request: Request, dsr: Dsr, key: ApiKey | None, body: bytes) -> Response:
    assert key is not None
    asked = _asked(body)
    found = dsr.take(asked, key.whose, hashlib.sha256(body).hexdigest())
    named = (
        "controller_id",
        "expected_completion_time",
        "received_time",
        "subject_request_id",
        "api_version",
    )
    answer = {name: found[name] for name in named}
    return _said(dsr, 201, answer | {"encoded_request": base64.b64encode(body).decode()})


def _status(request: Request, dsr: Dsr, key: ApiKey | None, body: bytes) -> Response:
    return _said(dsr, 200, dsr.status(_id(request.path_params["id"])))


def _cancel(request: Request, dsr: Dsr, key: ApiKey | None, body: bytes) -> Response:
    assert key is not None
    id = _id(request.path_params["id"])
    dsr.cancel(id, key.whose)
    found = dsr.status(id)
    named = ("controller_id", "subject_request_id", "received_time", "api_version")
    return _said(dsr, 202, {name: found[name] for name in named})


def _results(request: Request, dsr: Dsr, key: ApiKey | None, body: bytes) -> Response:
    assert key is not None
    found = dsr.results(_id(request.path_params["id"]), f"key:{key.id}")
    return as_file(found.name, found.data)


def _asked(body: bytes) -> Asked:
    """A request as section 7.1 describes it. Raises DsrRefused."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise DsrRefused("The body is not JSON.") from None
    if not isinstance(said, dict):
        raise DsrRefused("The body is no object.")
    if said.get("regulation") not in ("gdpr", "ccpa"):
        raise DsrRefused("regulation is neither gdpr nor ccpa.")
    if said.get("subject_request_type") not in TYPES:
        raise DsrRefused(f"subject_request_type is none of {', '.join(TYPES)}.")
    return Asked(
        _id(said.get("subject_request_id")), said["subject_request_type"], _instant(said.get("submitted_time")),
        _identities(said.get("subject_identities")), _callbacks(said.get("status_callback_urls", [])),
    )  # fmt: skip


def _id(said: Any) -> str:
    try:
        found = uuid.UUID(said) if isinstance(said, str) else None
    except ValueError:
        found = None
    if found is None or found.version != 4:
        raise DsrRefused("subject_request_id is no UUID of version 4.")
    return str(found)


def _instant(said: Any) -> datetime:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise DsrRefused("submitted_time is no instant with an offset (RFC 3339).")
    return found


def _identities(said: Any) -> tuple[tuple[str, str], ...]:
    if (
        not isinstance(said, list)
        or not 0 < len(said) <= MOST
        or not all(isinstance(one, dict) for one in said)
    ):
        raise DsrRefused(f"subject_identities lists nobody, or more than {MOST}.")
    found = []
    for one in said:
        kind, value = one.get("identity_type"), one.get("identity_value")
        if kind not in IDENTITIES or one.get("identity_format") != "raw":
            raise DsrRefused("An identity is of another type or format than discovery lists.")
        if not isinstance(value, str) or not 0 < len(value) <= 320 or not value.isprintable():
            raise DsrRefused("An identity_value is no text.")
        found.append((kind, value))
    return tuple(found)


def _callbacks(said: Any) -> tuple[str, ...]:
    if (
        not isinstance(said, list)
        or len(said) > MOST
        or not all(isinstance(one, str) and len(one) < 2000 for one in said)
    ):
        raise DsrRefused("status_callback_urls is no list of addresses.")
    return tuple(dict.fromkeys(said))


# --- who enters ---------------------------------------------------------------------------------------------------------------


def _endpoint(act: Act, *, open: bool = False) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = b""
        if request.method == "POST":
            async for piece in request.stream():
                body += piece
                if len(body) > LARGEST:
                    return _error(413, "The request is too large.")
        return await run_in_threadpool(_answered, request, act, open, body)

    return endpoint


def _answered(request: Request, act: Act, open: bool, body: bytes) -> Response:
    hosting: Hosting = request.app.state.hosting
    try:
        hosted, key = _entered(request, hosting, open)
        speaking = speaking_of(hosted.home, hosted.id) if hosted is not None else None
        if hosted is None or speaking is None:
            return _error(404, "Nobody speaks OpenDSR here.")
        data = hosting.stores.get(hosted.id)
        requests = requests_beside(hosted.organisation, hosted.home, hosted.folder, data)
        return act(request, Dsr(hosted.organisation, speaking, requests), key, body)
    except Refused as refused:
        return _error(refused.status, refused.message)
    except DsrUnknown as unknown:
        return _error(404, unknown.message)
    except CallerError as problem:
        return _error(400, problem.message)
    except TrothError as problem:
        note(problem)
        return _error(503, "The operator of this server has to act.")


def _entered(request: Request, hosting: Hosting, open: bool) -> tuple[Hosted | None, ApiKey | None]:
    """The organisation and the key that opens it; what discovery says, anybody may read. Raises Refused."""
    org = request.path_params["org"]
    if open:
        return hosting.current(org), None
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    key = hosting.keys.find(secret.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        raise Refused(401, "Send `Authorization: Bearer KEY`.")
    opened(hosting, key, org, "requests")
    return hosting.current(org), key


def _said(dsr: Dsr, status: int, answer: dict[str, Any]) -> Response:
    body = json.dumps(answer).encode()
    return Response(body, status, dsr.speaking.headers(body), "application/json")


def _error(status: int, message: str) -> Response:
    said = {"domain": "Validation" if status == 400 else "Request", "reason": "Refused", "message": message}
    body = json.dumps({"error": {"code": status, "message": message, "errors": [said]}})
    return Response(body, status, {"cache-control": "no-store"}, "application/json")


ROUTES: Final[list[BaseRoute]] = [
    Mount(BASE, routes=[
        Route("/{org}/discovery", _endpoint(_discovery, open=True), methods=["GET"]),
        Route("/{org}/certificate", _endpoint(_certificate, open=True), methods=["GET"]),
        Route("/{org}/requests", _endpoint(_take), methods=["POST"]),
        Route("/{org}/requests/{id}", _endpoint(_status), methods=["GET"]),
        Route("/{org}/requests/{id}", _endpoint(_cancel), methods=["DELETE"]),
        Route("/{org}/requests/{id}/results", _endpoint(_results), methods=["GET"]),
    ])
]  # fmt: skip
