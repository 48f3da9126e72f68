"""Whatever is sent, the API answers, and never with a fault of its own: requests drawn from the shapes its document promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import databases
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.policy import vocabulary as v

SIGNS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["\x00", "\ud800", "\u202e", "'", '"', "%00", "../..", " ", "A" * 170, "9" * 30, "email", "sub_0"]
    ),
)
KNOWN = st.sampled_from(
    [*v.ACTIONS, *v.RIGHTS, "email", "account", "newsletter", "promotion", "affiliate", "registration_form", "registered",
     "shown:privacy_policy", "citation", "controlled", "confidentiality", "en", "privacy_policy", "mailing_list",
     "point:filing_form", "UNLAWFUL", "people.email", "support", "provide_service", "information security"]
)  # fmt: skip
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(), st.sampled_from([0, 1, 50, 51, 100, 1e400]))
INSTANTS = st.one_of(
    st.datetimes().map(lambda d: d.isoformat() + "Z"),
    st.sampled_from(
        [
            "2026-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "2026-02-30T00:00:00Z",
            "1",
        ]
    ),
)
# Two levels written out: a recursive strategy was seen to draw differently the second time.
LEAF = st.one_of(st.none(), st.booleans(), NUMBERS, SIGNS)
BRANCH = st.one_of(LEAF, st.lists(LEAF, max_size=3), st.dictionaries(SIGNS, LEAF, max_size=3))
ANYTHING = st.one_of(LEAF, st.lists(BRANCH, max_size=3), st.dictionaries(SIGNS, BRANCH, max_size=3))


def value_of(schema: dict[str, Any], document: dict[str, Any], subject: str) -> st.SearchStrategy[Any]:
    """Values of a shape, mostly fitting and sometimes not."""
    if "$ref" in schema:
        return value_of(
            document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, subject
        )
    if "anyOf" in schema:
        return st.one_of([value_of(one, document, subject) for one in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    fitting = {
        "object": lambda: _object(schema, document, subject),
        "array": lambda: st.lists(value_of(schema.get("items", {}), document, subject), max_size=3),
        "string": lambda: (
            INSTANTS if schema.get("format") == "date-time" else st.one_of(KNOWN, SIGNS, st.just(subject))
        ),
        "boolean": st.booleans,
        "integer": lambda: NUMBERS,
        "number": lambda: NUMBERS,
    }.get(schema.get("type", ""), lambda: ANYTHING)()
    return st.one_of(fitting, fitting, fitting, fitting, ANYTHING)


def _object(schema: dict[str, Any], document: dict[str, Any], subject: str) -> st.SearchStrategy[Any]:
    fields = {name: value_of(of, document, subject) for name, of in schema.get("properties", {}).items()}
    if not fields:
        more = schema.get("additionalProperties")
        below = value_of(more, document, subject) if isinstance(more, dict) else ANYTHING
        return st.dictionaries(st.one_of(KNOWN, SIGNS), below, max_size=3)
    required = {name: fields[name] for name in schema.get("required", ())}
    optional = {name: of for name, of in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


@dataclass(frozen=True)
class Held:
    """A server, a person on it, and for each address that writes the bodies it may be sent."""

    at: Place
    subject: str
    member: str
    writing: list[tuple[str, st.SearchStrategy[Any]]]

    @classmethod
    def of(cls, at: Place) -> Held:
        named = {"identities": [{"kind": "email", "value": "held@people.example"}]}
        subject = at.call("POST", "harbour/subjects", named).json()["subject"]
        member = at.call("POST", "harbour/staff", {}).json()["member"]
        at.call("POST", "harbour/vault/fields", {"field": "people.email", "category": "email"})
        document = at.call("GET", "openapi.json", key=at.key("harbour")).json()
        found = []
        for path, operations in document["paths"].items():
            if "post" in operations:
                said = operations["post"].get("requestBody")
                body = said["content"]["application/json"]["schema"] if said else {"type": "object"}
                found.append((path, value_of(body, document, subject)))
        return cls(at, subject, member, found)

    def send(self, data: st.DataObject) -> None:
        """Send something drawn to somewhere drawn."""
        path, bodies = data.draw(st.sampled_from(self.writing), label="path")
        recipient = data.draw(st.one_of(KNOWN, SIGNS), label="recipient")
        subject = data.draw(st.sampled_from([self.subject, "sub_x", "é"]), label="subject")
        body = data.draw(bodies, label="body")
        once = data.draw(st.sampled_from(["", "k1", "k2"]), label="key")
        filled = path.replace("{org}", "harbour").replace("{subject}", quote(subject))
        filled = filled.replace("{member}", self.member).replace("{safeguard}", "premises")
        filled = filled.replace("{recipient}", quote(recipient.encode("utf-8", "replace"), safe="") or "x")
        more = {"Idempotency_Key": once} if once else {}
        answer = self.at.call("POST", filled.lstrip("/"), json.dumps(body).encode(), **more)
        assert answer.status < 500, answer.text


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    with place(Home.at(tmp_path_factory.mktemp("held")), "harbour") as found:
        yield Held.of(found)


@pytest.fixture(scope="module")
def on_postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    with (
        databases.fresh_database(postgres_server) as url,
        place(Home.at(tmp_path_factory.mktemp("held"), url), "harbour") as found,
    ):
        yield Held.of(found)


@settings(max_examples=300)
@given(data=st.data())
def test_no_writing_is_answered_with_a_fault(on_sqlite: Held, data: st.DataObject) -> None:
    on_sqlite.send(data)


@pytest.mark.postgres
@settings(max_examples=150)
@given(data=st.data())
def test_nor_on_postgresql(on_postgres: Held, data: st.DataObject) -> None:
    on_postgres.send(data)


@settings(max_examples=120)
@given(
    where=st.sampled_from(["evidence", "promises", "subjects", "policy", "head", "promises/1.1", "nowhere"]),
    more=st.one_of(st.just(""), SIGNS),
    query=st.dictionaries(
        st.sampled_from(["after", "kind", "limit"]), st.one_of(SIGNS, KNOWN, NUMBERS.map(str)), max_size=3
    ),
)
def test_no_reading_is_answered_with_a_fault(
    town: Place, where: str, more: str, query: dict[str, str]
) -> None:
    said = {name: value.encode("utf-8", "replace") for name, value in query.items()}
    path = f"harbour/{where}/{quote(more.encode('utf-8', 'replace'))}?{urlencode(said)}"
    assert town.call("GET", path).status < 500


@settings(max_examples=150)
@given(
    where=st.sampled_from(
        "|/ask|/ask/request|/ledger|/policy|/coverage|/site|/staff|/backups|/clauses/x|/ledger/1|/clauses/1.1".split("|")
    ),
    query=st.lists(
        st.tuples(
            st.sampled_from(["state", "words", "action", "data", "purpose", "recipient", "via", "place", "fact", "reading",
                             "right", "ground", "refusal", "paper", "kind", "origin", "before"]),
            st.one_of(SIGNS, KNOWN, NUMBERS.map(str), st.sampled_from(["broken", "consent:newsletter", "as_written", "gate:"])),
        ),
        max_size=6,
    ),
)  # fmt: skip
def test_no_page_falls_over_its_address(town: Place, where: str, query: list[tuple[str, str]]) -> None:
    said = urlencode([(name, value.encode("utf-8", "replace")) for name, value in query])
    assert town.see(f"/harbour{where}?{said}").status in (200, 404)
