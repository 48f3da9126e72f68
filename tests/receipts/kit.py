"""A company whose people say things: consents of each kind, acceptance, objection; and the receipts of what they said."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.proofs import checkpoints_of, receipts_of, signing_keys
from troth.kernel.canonical import canonical
from troth.kernel.clock import SteppedClock
from troth.receipts import Receipts
from troth.receipts.jws import sign

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = (
    "1. We are Wharf.\n\n2. We write to you when you agreed.\n\n3. You can object.\n\n4. You accept this.\n"
)
POLICY = """\
policy: wharf
organisation: {en: Wharf, zh: 码头}
version: "3"
texts: [text.txt]
enforced: as_written
simulation: yes
home: [MY]
entities: {wharf: {role: controller, name: {en: Wharf Sdn Bhd}, address: privacy@wharf.example, channels: [email], clauses: ["1"]}}
categories: {email: {fields: [email], dpv: "dpv:PersonalData"}, face: {fields: [face], nature: special}}
purposes:
  newsletter: {data: [email], clauses: ["2"], dpv: "dpv:Marketing", label: {en: Newsletter, zh: 通讯}}
  entry: {data: [face], clauses: ["2"]}
recipients: {printer: {what: processor, clauses: ["2"]}}
notices: {letter: {level: enhanced, languages: [en, zh], clauses: ["2"]}}
consents:
  newsletter:
    {what: explicit, acts: [use], purposes: [newsletter], recipients: [printer], notice: letter, withdraw: [email, form],
     expires: 12 months, clauses: ["2"]}
  face: {what: separate, clauses: ["2"]}
  child: {what: guardian, purposes: [newsletter], clauses: ["2"]}
grounds:
  mail: {acts: [use], purposes: [newsletter], basis: consent, needs: ["consent:newsletter"], clauses: ["2"]}
  door: {acts: [collect], purposes: [entry], data: [face], basis: explicit_consent, needs: ["consent:face"], clauses: ["2"]}
objections: {mailing: {purposes: [newsletter], channels: [email], clauses: ["3"]}}
acceptances: {terms: {what: explicit, clauses: ["4"]}}
retentions: {mails: {data: [email], period: 24 months, start: withdrawal, then: delete, clauses: ["2"]}}
"""
RENDERED = "sha256:" + "0" * 64


@contextmanager
def wharf(tmp_path: Path, database: str = "") -> Iterator[Wharf]:
    folder = tmp_path / "wharf"
    folder.mkdir()
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "text.txt").write_text(TEXT)
    home, clock = Home.at(tmp_path / "home", database), SteppedClock(NOON)
    with open_organisation(home, "wharf", folder, clock=clock) as organisation:
        yield Wharf(organisation, home, clock)


class Wharf:
    """The company, and two people: amy and ben."""

    def __init__(self, organisation: Organisation, home: Home, clock: SteppedClock) -> None:
        self.organisation, self.home, self.clock = organisation, home, clock
        self.receipts: Receipts = receipts_of(organisation, home)
        self.checkpoints = checkpoints_of(organisation, home)
        self.amy, self.ben = (self.person(name) for name in ("amy", "ben"))

    def person(self, name: str) -> str:
        opened = self.organisation.act(lambda acts: acts.open_subject([("email", f"{name}@people.example")]))
        return str(opened.subject)

    def did(self, verb: str, *said: Any, **more: Any) -> int:
        """The number of the first entry that an act wrote."""
        self.clock.advance(timedelta(minutes=1))
        with self.organisation.database.read() as connection:
            before = self.organisation.ledger.head(connection).size
        self.organisation.act(lambda acts: getattr(acts, verb)(*said, **more))
        return before + 1

    def gave(self, subject: str = "", item: str = "newsletter", **more: Any) -> int:
        shown = {"language": "zh", "rendered": RENDERED} if item == "newsletter" else {}
        return self.did("consent", subject or self.amy, item, "given", **(shown | more))

    def signed(self, claims: dict[str, Any]) -> str:
        """Claims under the true key: what a thief of the key, or an organisation that lies, would hand out."""
        return sign(signing_keys(self.home, "wharf").all()[0], canonical(claims))


def unpacked(jws: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, payload, signature = (part.encode() for part in jws.split("."))
    plain = [json.loads(base64.urlsafe_b64decode(part + b"==")) for part in (header, payload)]
    return plain[0], plain[1], base64.urlsafe_b64decode(signature + b"==")


def record_of(claims: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = claims["dpv:hasRecordOfActivity"]
    return found
