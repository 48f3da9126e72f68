"""Services over HTTP: as whom they are asked, when they are away, when they lie, and where they would lead us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.kit import LINES, PEOPLE, SERVICE, TOKEN, copies
from tests.connectors.partner import Partner
from tests.connectors.test_files import mapped
from troth.connectors import Secrets, open_connector
from troth.connectors.services import ServiceConnector
from troth.connectors.services.calling import TRIES, Clock
from troth.connectors.services.description import described
from troth.datamap import Proven, check_live, erase, plan_erasure, reach, survey
from troth.datamap.connector import Change, Condition
from troth.datamap.errors import NotAble, StoreRefused, StoreUnreachable
from troth.datamap.model import DataMap
from troth.kernel.findings import Findings

MAP = """
systems:
  partner:
    at: service:partner.yaml
    credentials: partner
    datasets:
      contacts:
        people: yes
        fields: {id: not_personal, email: {is: email, identity: email}, name: name, city: address, profile: name}
      notes:
        fields: {id: not_personal, contact_id: {is: not_personal, to: contacts.id}, body: notes}
"""


class Pauses:
    """A clock that only counts how long somebody would have waited."""

    def __init__(self) -> None:
        self.at, self.waited = 0.0, list[float]()

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.wait)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


def opened(
    folder: Path, partner: Partner, pauses: Pauses, change: str = "", to: str = ""
) -> ServiceConnector:
    partner.tables = {"contacts": copies(PEOPLE), "notes": copies(LINES)}
    (folder / "partner.yaml").write_text(SERVICE.format(base=partner.base).replace(change, to))
    return ServiceConnector("partner", folder / "partner.yaml", ("troth", TOKEN), clock=pauses.clock)


def one(map: DataMap, connector: ServiceConnector) -> Any:
    return survey(map, {"partner": connector})


def ids(connector: ServiceConnector, condition: Condition) -> list[Any]:
    contacts = one(mapped(MAP), connector).dataset("partner/contacts")
    with connector.reading() as session:
        return [row["id"] for row in session.find(contacts, condition, ("id",))]


BY_MAIL = Condition(("email",), (("ann@a.test",),))


def test_a_person_is_erased_at_a_partner(tmp_path: Path, partner: Partner) -> None:
    partner.tables = {"contacts": copies(PEOPLE), "notes": copies(LINES)}
    (tmp_path / "partner.yaml").write_text(SERVICE.format(base=partner.base))
    map = mapped(MAP)
    secrets = Secrets(None, {"TROTH_SECRET_PARTNER": f"troth:{TOKEN}"})
    connector = open_connector(map.systems[0], tmp_path, secrets, writable=True)
    found, proven = survey(map, {"partner": connector}), [Proven("email", "ann@a.test")]
    done = erase(found, plan_erasure(found, reach(found, proven)), proven, lambda: "0" * 24)
    assert done.complete
    assert [row["id"] for row in partner.tables["contacts"]] == [2, 3]
    assert [row["id"] for row in partner.tables["notes"]] == [13]
    assert {headers["authorization"] for _, _, headers, _ in partner.asked} == {f"Bearer {TOKEN}"}
    assert not [path for _, path, _, _ in partner.asked if "ann" in path], (
        "what is looked up by a body stands in no address"
    )


def test_every_page_is_read(tmp_path: Path, partner: Partner, pauses: Pauses) -> None:
    connector = opened(tmp_path, partner, pauses)
    assert ids(connector, Condition(("name",), tuple((row["name"],) for row in PEOPLE))) == [1, 2, 3]


@pytest.mark.parametrize(
    ("all", "headers"),
    [
        ("{get: /contacts, page: page}", [{}, {}, {}]),
        ("{get: /contacts, next: link}", [{"link": '</contacts?p=2>; rel="next", </x>; rel="last"'}, {}]),
    ],
)
def test_pages_by_number_and_by_link(
    tmp_path: Path, partner: Partner, pauses: Pauses, all: str, headers: list[dict[str, str]]
) -> None:
    connector = opened(
        tmp_path, partner, pauses, "{get: /contacts, rows: data, next: paging.after, cursor: after}", all
    )
    rows = [copies(PEOPLE[:2]), copies(PEOPLE[2:]), []]
    partner.first.extend(
        (200, more, json.dumps(page).encode()) for more, page in zip(headers, rows, strict=False)
    )
    with connector.reading() as session:
        assert session.count("contacts", Condition(("city",), (("Penang",), ("Ipoh",)))) == 2
    assert partner.asked[-1][1] in ("/contacts?page=3", "/contacts?p=2")


def test_a_service_that_is_away_for_a_moment_is_asked_again(
    tmp_path: Path, partner: Partner, pauses: Pauses
) -> None:
    connector = opened(tmp_path, partner, pauses)
    contacts = one(mapped(MAP), connector).dataset("partner/contacts")
    partner.first.extend([(503, {}, b""), (429, {"retry-after": "7"}, b""), (500, {}, b"oops")])
    with connector.reading() as session:
        assert len(list(session.find(contacts, BY_MAIL, ("id",)))) == 1
    assert pauses.waited[:2] == [0.5, 7.0]
    assert len(pauses.waited) == 3


def test_an_act_that_is_sent_again_carries_the_same_key(
    tmp_path: Path, partner: Partner, pauses: Pauses
) -> None:
    connector = opened(tmp_path, partner, pauses)
    notes = one(mapped(MAP), connector).dataset("partner/notes")
    with connector.writing() as session:
        assert (
            session.change(notes, [Change((11,), (("body", None),)), Change((12,), (("body", None),))]) == 2
        )
        partner.first.extend(
            [(200, {}, b'{"id": 11, "body": "one"}'), (200, {}, b'{"id": 12, "body": "two"}')]
        )
        partner.first.append((503, {}, b""))
    acts = [headers["idempotency-key"] for method, _, headers, _ in partner.asked if method == "PATCH"]
    assert len(acts) == 3
    assert len(set(acts)) == 2
    assert [row["body"] for row in partner.tables["notes"]] == [None, None, "three"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b"", "credentials do not hold"),
        (403, b"ann@a.test may not", "may not do that"),
        (400, b"", "status 400"),
        (302, b"", "status 302"),
        (404, b"", "status 404"),
        (200, b"<html>ann@a.test", "no JSON"),
        (200, b'{"data": [1]}', "no object"),
    ],
)
def test_what_a_service_says_is_one_sentence_without_its_words(
    tmp_path: Path, partner: Partner, pauses: Pauses, status: int, body: bytes, said: str
) -> None:
    connector = opened(tmp_path, partner, pauses)
    contacts = one(mapped(MAP), connector).dataset("partner/contacts")
    partner.first.append((status, {"location": "http://elsewhere.test/"}, body))
    with pytest.raises(StoreRefused, match=said) as told, connector.reading() as session:
        list(session.find(contacts, BY_MAIL, ("id",)))
    assert "ann@" not in str(told.value)


def test_a_service_that_stays_away_is_unreachable(tmp_path: Path, partner: Partner, pauses: Pauses) -> None:
    connector = opened(tmp_path, partner, pauses)
    partner.first.extend([(502, {}, b"")] * TRIES)
    with pytest.raises(StoreUnreachable, match="status 502"):
        connector.describe()
    away = opened(tmp_path, partner, pauses, partner.base, "http://127.0.0.1:9")
    with pytest.raises(StoreUnreachable, match="unreachable"):
        away.describe()


def test_a_partner_that_says_erased_and_kept_it_is_found_out(
    tmp_path: Path, partner: Partner, pauses: Pauses
) -> None:
    connector = opened(tmp_path, partner, pauses)
    found, proven = one(mapped(MAP), connector), [Proven("email", "ann@a.test")]
    partner.lies = True
    done = erase(found, plan_erasure(found, reach(found, proven)), proven, lambda: "0" * 24)
    assert not done.complete
    assert "not as they should be" in done.outcomes[0].problem


def test_no_more_calls_in_a_second_than_are_allowed(tmp_path: Path, partner: Partner, pauses: Pauses) -> None:
    connector = opened(tmp_path, partner, pauses, "auth: bearer", "auth: bearer\nrate: 2")
    connector.describe()
    connector.describe()
    connector.describe()
    assert pauses.waited == [0.5, 0.5]


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("http://127.0.0.1:1", "encrypted"),
        ("https://127.0.0.1:1", "leads inside"),
        ("https://localhost:1", "leads inside"),
        ("https://a:b@elsewhere.test", "no name, password"),
        ("file:///etc/passwd", "no web address"),
    ],
)
def test_an_address_inside_is_not_called_unless_it_is_meant(
    tmp_path: Path, partner: Partner, pauses: Pauses, base: str, said: str
) -> None:
    connector = opened(tmp_path, partner, pauses, f"base: {partner.base}\ninside: yes", f"base: {base}")
    with pytest.raises(StoreUnreachable, match=said):
        connector.describe()


def test_credentials_go_to_no_other_service(tmp_path: Path, partner: Partner, pauses: Pauses) -> None:
    connector = opened(tmp_path, partner, pauses, ", cursor: after", "")
    partner.elsewhere = "http://127.0.0.1:9/contacts"
    with pytest.raises(StoreRefused, match="lies elsewhere"):
        ids(connector, Condition(("name",), (("Cy",),)))


def test_pages_that_never_end_are_given_up(
    tmp_path: Path, partner: Partner, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troth.connectors.services.calling.MOST_PAGES", 3)
    connector = opened(tmp_path, partner, pauses, ", cursor: after", "")
    partner.elsewhere = "/contacts"
    with pytest.raises(StoreRefused, match="do not end"):
        ids(connector, Condition(("name",), (("Nobody",),)))


def test_what_a_service_holds_and_nobody_mapped_is_an_error(
    tmp_path: Path, partner: Partner, pauses: Pauses
) -> None:
    connector = opened(tmp_path, partner, pauses)
    partner.tables["contacts"][0]["shoe_size"] = 38
    map, findings = mapped(MAP), Findings()
    check_live(map, map.systems[0], connector.describe(), findings)
    assert [one.code for one in findings.errors] == ["unmapped-field"]


def test_what_cannot_be_asked_is_said_and_not_guessed(
    tmp_path: Path, partner: Partner, pauses: Pauses
) -> None:
    connector = opened(tmp_path, partner, pauses, 'remove: {delete: "/notes/{id}"}', "")
    notes = one(mapped(MAP), connector).dataset("partner/notes")
    with pytest.raises(StoreRefused, match="cannot be looked up by body"), connector.reading() as session:
        list(session.find(notes, Condition(("body",), (("x",),)), ("id",)))
    with pytest.raises(NotAble, match="nothing says how"), connector.writing() as session:
        session.remove(notes, [(11,)])


def test_a_service_that_wants_credentials_gets_some(tmp_path: Path, partner: Partner) -> None:
    (tmp_path / "partner.yaml").write_text(SERVICE.format(base=partner.base))
    with pytest.raises(StoreUnreachable, match="wants credentials"):
        ServiceConnector("partner", tmp_path / "partner.yaml")
    for how, header in (("basic", "authorization"), ("{header: X-Api-Key}", "x-api-key")):
        partner.forget()
        connector = opened(tmp_path, partner, Pauses(), "auth: bearer", f"auth: {how}")
        connector.describe()
        assert partner.asked[-1][2][header] in (TOKEN, "Basic dHJvdGg6d29yZC1vZi10aGUtcGFydG5lcg==")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (": : :", "no YAML"),
        ("[]", "no mapping"),
        ("base: https://x.test", "lacks"),
        ("{base: https://x.test, tables: {t: {}}, extra: 1}", "'extra' is not a term"),
        ("{base: https://x.test, tables: {t: {key: [id], columns: [a]}}}", "'key' among them"),
        ("{base: https://x.test, tables: {t: {key: [id], columns: [id]}}}", "neither 'find' nor 'all'"),
        ("{base: https://x.test, tables: {t: {key: [id], columns: [id], all: {get: x}}}}", "begins with /"),
        (
            "{base: https://x.test, tables: {t: {key: [id], columns: [id], find: {get: '/x/{id}'}}}}",
            "says 'by'",
        ),
        (
            "{base: https://x.test, tables: {t: {key: [id], columns: [id], all: {get: /x}, remove: {delete: '/x/{name}'}}}}",
            "not of its key",
        ),
        (
            "{base: https://x.test, auth: secret, tables: {t: {key: [id], columns: [id], all: {get: /x}}}}",
            "'auth' is",
        ),
        ("{base: https://x.test, rate: fast, tables: {t: {}}}", "'rate' is"),
    ],
)
def test_a_description_that_does_not_hold_is_one_sentence(text: str, said: str) -> None:
    with pytest.raises(StoreUnreachable, match=said):
        described(text, "partner")
