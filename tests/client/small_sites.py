"""Three small sites that do the same, each in its own framework: what a middleware has to do, each has to do alike.

`who` of the session says about whom a request is. `/news` uses an address, `/ship` lets it leave, `/both` asks twice, `/inside` asks
within its view, and `/plain` has no decorator and asks within as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support import loops
from troth.client import Answer, Question
from troth.client.guarding import Asker

NEWS = Question("use", ("email",), "newsletter")
LOG = Question("collect", ("visits",), "page_log")
PAPERS = {"contract": "order 7"}
SHIP = Question("share", ("email",), "deliver", recipient="carrier", papers=PAPERS)


@dataclass(frozen=True)
class Shown:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


Site = Callable[..., Shown]
"""Asks a page: path, about whom, and further headers."""


def duties(answer: Answer) -> dict[str, Any]:
    return {"duties": list(answer.duties)}


def flask_site(asker: Asker, **own: Any) -> Site:
    from flask import Flask, Response, request

    from troth.client.flask import Troth

    app = Flask("shop")
    guard = Troth(asker, lambda request: request.headers.get("Who"), **pages(own, Response))
    guard.install(app)

    @app.get("/news/<int:number>")
    @guard.use(NEWS)
    def news(number: int, answer: Answer) -> Any:
        return duties(answer) | {"number": number}

    @app.get("/ship")
    @guard.release(lambda request: SHIP if request.args["to"] == "carrier" else NEWS)
    def ship() -> Any:
        return {"asked": [list(one.duties) for one in guard.answers(request)]}

    @app.get("/both")
    @guard.use(LOG)
    @guard.use(NEWS)
    async def both(answer: Answer) -> Any:
        return duties(answer) | {"asked": len(guard.answers(request))}

    @app.get("/plain")
    def plain() -> Any:
        return {"may": guard.may(request, NEWS)} | duties(guard.must(request, SHIP))

    def ask(path: str, who: str | None = None, **headers: str) -> Shown:
        got = loops.apart(lambda: app.test_client().get(path, headers=named(who, headers)))
        return Shown(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.text)

    return ask


def settle_django() -> None:
    """Django wants its settings before anything of it is used."""
    import django
    from django.conf import settings

    # A browser in this process keeps a loop running in the main thread, which Django takes for an asynchronous program.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    if not settings.configured:
        settings.configure(
            SECRET_KEY="for a test", ALLOWED_HOSTS=["testserver"], ROOT_URLCONF="", USE_TZ=True,
            MIDDLEWARE=["troth.client.django.Refusals"],
        )  # fmt: skip
        django.setup()


def django_site(asker: Asker, **own: Any) -> Site:
    settle_django()

    from django.http import HttpRequest, HttpResponse, JsonResponse
    from django.test import Client, override_settings
    from django.urls import path as at
    from django.utils.decorators import method_decorator
    from django.views import View

    from troth.client.django import Troth

    guard = Troth(asker, lambda request: request.headers.get("Who"), **pages(own, HttpResponse))

    @guard.use(NEWS)
    def news(request: HttpRequest, number: int, answer: Answer) -> HttpResponse:
        return JsonResponse(duties(answer) | {"number": number})

    class Ship(View):
        @method_decorator(guard.release(lambda request: SHIP if request.GET["to"] == "carrier" else NEWS))
        def get(self, request: HttpRequest) -> HttpResponse:
            return JsonResponse({"asked": [list(one.duties) for one in guard.answers(request)]})

    @guard.use(LOG)
    @guard.use(NEWS)
    async def both(request: HttpRequest, answer: Answer) -> HttpResponse:
        return JsonResponse(duties(answer) | {"asked": len(guard.answers(request))})

    def plain(request: HttpRequest) -> HttpResponse:
        return JsonResponse({"may": guard.may(request, NEWS)} | duties(guard.must(request, SHIP)))

    class Urls:
        urlpatterns = (
            at("news/<int:number>", news),
            at("ship", Ship.as_view()),
            at("both", both),
            at("plain", plain),
        )

    def ask(path: str, who: str | None = None, **headers: str) -> Shown:
        with override_settings(ROOT_URLCONF=Urls):
            got = loops.apart(lambda: Client().get(path, headers=named(who, headers)))
        return Shown(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.content.decode())

    return ask


def fastapi_site(asker: Asker, **own: Any) -> Site:
    import httpx
    from fastapi import FastAPI, Request, Response

    from troth.client.fastapi import Troth

    app = FastAPI()

    async def subject(request: Request) -> str | None:
        return request.headers.get("who")

    def plain_response(text: str, status: int) -> Response:
        return Response(text, status)

    guard = Troth(asker, subject, **pages(own, plain_response))
    guard.install(app)

    @app.get("/news/{number}")
    @guard.use(NEWS)
    def news(number: int, answer: Answer) -> dict[str, Any]:
        return duties(answer) | {"number": number}

    # Not evaluated where this is read: the names are this function's own, and the framework looks for them in the module.
    async def ship(request: Any) -> dict[str, Any]:
        return {"asked": [list(one.duties) for one in guard.answers(request)]}

    ship.__annotations__["request"] = Request
    app.get("/ship")(guard.release(lambda r: SHIP if r.query_params["to"] == "carrier" else NEWS)(ship))

    async def plain(request: Any) -> dict[str, Any]:
        return {"may": await guard.may(request, NEWS)} | duties(await guard.must(request, SHIP))

    plain.__annotations__["request"] = Request
    app.get("/plain")(plain)

    async def both(request: Any, answer: Answer) -> dict[str, Any]:
        return duties(answer) | {"asked": len(guard.answers(request))}

    both.__annotations__["request"] = Request
    app.get("/both")(guard.use(LOG)(guard.use(NEWS)(both)))

    async def asked(path: str, headers: Mapping[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://shop.example"
        ) as browser:
            return await browser.get(path, headers=headers)

    def ask(path: str, who: str | None = None, **headers: str) -> Shown:
        got = loops.run(asked(path, named(who, headers)))
        return Shown(got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.text)

    return ask


def named(who: str | None, headers: Mapping[str, str]) -> dict[str, str]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"Accept": "application/json"} | sent | ({"Who": who} if who else {})


def pages(own: Mapping[str, Any], response: Callable[..., Any]) -> dict[str, Any]:
    """The company's own pages, made by the framework's own kind of answer."""
    if not own:
        return {}
    return {
        "refused": lambda request, answer: response(f"no: {answer.missing}", status=418),
        "away": lambda request: response("nobody there", status=419),
    }


SITES = {"flask": flask_site, "django": django_site, "fastapi": fastapi_site}
