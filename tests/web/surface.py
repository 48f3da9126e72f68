"""The API as its own document describes it: requests that fit and requests that don't, drawn from the document, and what may come back."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import jsonschema_rs
import schemathesis
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from tests.web.kit import Heard, Place
from troth.policy.catalogue import Catalogue
from troth.web.problems import MEDIA, TITLES

Case = schemathesis.Case
PROBLEM: Final = {"type", "title", "status", "detail"}
METHODS: Final = ("get", "post", "put", "patch", "delete")
REAL: Final = 0.7
"""How often a field whose name is known from answers gets a value that was once answered, so that requests come past the door."""


CALLED: Final[Mapping[str, str]] = {
    "data": "category", "fields": "category", "purpose": "purpose", "message": "message", "item": "consent", "via": "point",
    "recipient": "recipient", "to": "recipient", "safeguard": "safeguard", "right": "right",
}  # fmt: skip
"""What requests call an id, and the kind of statement it is of."""


@dataclass
class Surface:
    """One organisation's API on a running server, and the values it has named so far, by the name of their field."""

    at: Place
    org: str
    document: dict[str, Any]
    pool: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def operations(self) -> Iterator[Any]:
        """Every operation of the document."""
        for found in schemathesis.openapi.from_dict(self.document).get_all_operations():
            yield found.ok()

    def learn(self, value: Any, name: str = "") -> None:
        """Remember what an answer held."""
        if isinstance(value, Mapping):
            for key, part in value.items():
                self.learn(part, str(key))
        elif isinstance(value, list):
            for part in value[:20]:
                self.learn(part, name)
        elif isinstance(value, str | int) and value not in self.pool[name] and len(self.pool[name]) < 40:
            self.pool[name].append(value)

    def learn_names(self) -> None:
        """Remember the names of what the policy declares, each under the kind it is of."""
        for kind, ids in declared_ids(self.at.hosting.organisations[self.org].catalogue).items():
            self.pool[kind] = [*ids, *self.pool[kind]]

    def real(self, value: Any, chance: random.Random, name: str = "") -> Any:
        """A request's value with some of its fields made such as this server has answered before."""
        if isinstance(value, dict):
            return {key: self.real(part, chance, str(key)) for key, part in value.items()}
        if isinstance(value, list):
            return [self.real(part, chance, name) for part in value]
        known = self.pool.get(name, ())
        return chance.choice(known) if known and chance.random() < REAL else value

    def send(self, case: Any, chance: random.Random) -> Heard:
        """Send a drawn request over HTTP, with the key of the organisation."""
        parts = {**self.real(dict(case.path_parameters or {}), chance), "org": self.org}
        path = case.path
        for name, value in parts.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        query = urlencode(
            {
                k: v if isinstance(v, str) else json.dumps(v)
                for k, v in self.real(dict(case.query or {}), chance).items()
            }
        )
        body = (
            None
            if _empty(case.body)
            else json.dumps(self.real(case.body, chance), ensure_ascii=False, default=str)
        )
        headers = {
            "authorization": f"Bearer {self.at.key(self.org)}",
            "content-type": "application/json",
            **_headers(case),
        }
        sent = body.encode("utf-8", "surrogatepass") if body is not None else None
        return self.at.ask(
            case.method.upper(), f"/api/v1{path.lstrip('.')}{'?' if query else ''}{query}", sent, headers
        )

    def wrong(self, case: Any, heard: Heard) -> str:
        """What the document does not declare about this answer; '' where all is as it says."""
        if heard.status >= 500:
            return f"{heard.status}: {heard.text[:200]}"
        responses = self.document["paths"][case.path][case.method.lower()]["responses"]
        declared = responses.get(str(heard.status))
        if declared is None and (heard.status < 400 or heard.status not in TITLES):
            return f"{heard.status} is declared nowhere"
        if heard.status >= 400:
            return _no_problem(heard)
        return self._unlike(declared, heard)

    def _unlike(self, declared: dict[str, Any], heard: Heard) -> str:
        content = declared.get("content", {})
        media = heard.headers.get("content-type", "").partition(";")[0]
        if not content:
            return "" if not heard.body else f"{media} where nothing is declared"
        if media not in content:
            return f"{media} where {sorted(content)} is declared"
        schema = content[media].get("schema") or {}
        if media != "application/json":
            return ""
        found = heard.json()
        self.learn(found)
        whole = {**schema, "components": self.document["components"]}
        said = jsonschema_rs.validator_for(whole).iter_errors(found)
        return "; ".join(f"{list(one.instance_path)}: {one.message[:120]}" for one in list(said)[:3])


def declared_ids(catalogue: Catalogue) -> dict[str, list[str]]:
    """Ids of the policy by what requests call them."""
    return {name: sorted(catalogue.ids(kind))[:40] for name, kind in CALLED.items()}


def _empty(body: Any) -> bool:
    return type(body).__name__ == "NotSet"


def _headers(case: Any) -> dict[str, str]:
    """Headers that a client can put on a line of HTTP: what the document names, and nothing that breaks the line."""
    own = dict(case.headers or {})
    return {
        name.lower(): value.encode("latin-1", "ignore").decode("latin-1").replace("\r", "").replace("\n", "").replace("\0", "")
        for name, value in own.items()
        if isinstance(value, str) and name.lower() not in ("authorization", "content-type", "content-length", "host")
    }  # fmt: skip


def _no_problem(heard: Heard) -> str:
    if heard.headers.get("content-type") != MEDIA:
        return f"{heard.status} as {heard.headers.get('content-type')}"
    found = heard.json()
    if not found.keys() >= PROBLEM or found["status"] != heard.status:
        return f"no problem as RFC 9457 has it: {sorted(found)}"
    return ""


def drawn(operation: Any) -> st.SearchStrategy[Any]:
    """Requests for an operation: as its document wants them, and as it does not."""
    kinds = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if operation.body or operation.query or operation.path_parameters:
        kinds.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    return st.one_of(*kinds)
