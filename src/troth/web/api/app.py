"""The API put together: its routes, the document that describes them with the hot one, and every refusal as a problem (RFC 9457)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from troth import __version__
from troth.app.hosting import Hosting
from troth.kernel.errors import TrothError
from troth.web.api import (
    accounts,
    devices,
    intake,
    messages,
    minors,
    notices,
    reading,
    receipts,
    register,
    requests,
    vault,
    vault_models,
    writing,
)
from troth.web.api import lineage as lineage_routes
from troth.web.api import recordings as recording_routes
from troth.web.api import tenants as tenant_routes
from troth.web.api.entry import Refused
from troth.web.faults import note
from troth.web.pages import NotThere
from troth.web.problems import MEDIA, of_error, problem_response

ABOUT = (
    "Ask before touching data, record what people chose, report what was seen, read what each promise stands on. "
    "Send `Authorization: Bearer KEY`; a key opens one organisation, for some of the scopes ask, subjects, consents, accounts, "
    "notices, messages, intake, requests, observe, device, vault:write, vault:read, staff and read. Refusals are problems as RFC 9457 "
    "describes them; a denial is an answer and no refusal."
)
PEEKS = "What would be answered now, on what is on record; nothing is written."
WRITES = "Keep values of a person, sealed; on disk when this answers."
READS = "Read fields of a person: values, or why not and what is missing. The read is on disk before its value is here."


def make_api(hosting: Hosting) -> FastAPI:
    """The application behind the key."""
    api = FastAPI(
        title="troth", version=__version__, description=ABOUT, docs_url=None, redoc_url=None,
        openapi_url="/openapi.json", redirect_slashes=False,
    )  # fmt: skip
    api.state.hosting = hosting
    api.include_router(writing.router)
    api.include_router(vault.router)
    api.include_router(register.router)
    api.include_router(messages.router)
    api.include_router(intake.router)
    api.include_router(requests.router)
    api.include_router(accounts.router)
    api.include_router(notices.router)
    api.include_router(minors.router)
    api.include_router(devices.router)
    api.include_router(lineage_routes.router)
    api.include_router(recording_routes.router)
    api.include_router(tenant_routes.router)
    api.include_router(reading.router)
    api.include_router(receipts.router)
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)
    api.openapi = lambda: _openapi(api)  # type: ignore[method-assign]
    return api


def _openapi(api: FastAPI) -> dict[str, Any]:
    """The document of the API, with the hot route, its key, and the form of every refusal."""
    if api.openapi_schema is None:
        found = get_openapi(title=api.title, version=api.version, description=ABOUT, routes=api.routes)
        found["servers"] = [{"url": "/api/v1"}]
        found["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"key": []}]
        asked = found["paths"]["/{org}/use"]["post"]
        hot = asked | {"operationId": "peek", "summary": "Peek", "description": PEEKS}
        hot["parameters"] = [p for p in asked["parameters"] if p["in"] == "path"]
        found["paths"]["/{org}/peek"] = {"post": hot}
        _describe_sealed(found)
        _describe_refusals(found)
        api.openapi_schema = found
    return api.openapi_schema


def _describe_sealed(document: dict[str, Any]) -> None:
    """The two hot routes of the vault, by the shapes of those that take many at once."""
    for path, model, name, words in (
        ("write", vault_models.WriteSent, "Write", WRITES),
        ("read", vault_models.ReadSent, "Read", READS),
    ):
        many = document["paths"][f"/{{org}}/vault/{path}s"]["post"]
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"].setdefault(model.__name__, schema)
        sent = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}
        one = many | {"operationId": f"vault_{path}", "summary": name, "description": words}
        one["requestBody"] = {"content": sent, "required": True}
        document["paths"][f"/{{org}}/vault/{path}"] = {"post": one}


def _describe_refusals(document: dict[str, Any]) -> None:
    texts = {name: {"type": "string"} for name in ("type", "title", "detail", "help")}
    document["components"]["schemas"]["Problem"] = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": texts | {"status": {"type": "integer"}},
    }
    refusal = {
        "description": "A problem (RFC 9457)",
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = refusal


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem_response(error.status, "refused", error.message)


async def _not_there(request: Request, error: Exception) -> Response:
    return problem_response(404, "not-there", str(error))


async def _troth(request: Request, error: Exception) -> Response:
    assert isinstance(error, TrothError)
    answer = of_error(error)
    if answer.status_code >= 500:
        note(error)
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    """Where the request does not fit, and how; never what it held."""
    assert isinstance(error, RequestValidationError)
    problems = error.errors()
    if any(one["type"] == "json_invalid" for one in problems):
        return problem_response(400, "not-json", "The body is not JSON.")
    places = [{"place": _place(one["loc"]), "message": _sentence(one)} for one in problems[:20]]
    return problem_response(422, "not-valid", f"{len(problems)} fields do not fit.", errors=places)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kinds = {400: "unreadable", 404: "not-there", 405: "method"}
    details = {404: "Nothing is at this address.", 405: "This address takes other methods."}
    status = error.status_code
    return problem_response(
        status, kinds.get(status, "http"), details.get(status, "The request cannot be read.")
    )


async def _failed(request: Request, error: Exception) -> Response:
    note(error)
    return problem_response(
        500, "fault", "Nothing of this request was kept; the program's log says where it failed."
    )


def _place(location: tuple[Any, ...]) -> str:
    """Where in the request, by names of fields we know and positions; keys a caller made up are not repeated."""
    known = (str(part) if isinstance(part, int) or str(part).isidentifier() else "?" for part in location)
    return ".".join(known)[:200]


def _sentence(problem: Any) -> str:
    return (
        "this field is not known here" if problem["type"] == "extra_forbidden" else str(problem["msg"])[:200]
    )


_HANDLERS: dict[type[Exception], Any] = {
    Refused: _refused,
    NotThere: _not_there,
    TrothError: _troth,
    RequestValidationError: _invalid,
    HTTPException: _http,
    Exception: _failed,
}
