"""What people do in desk all day: chat, records of work functions, calls on four conditions, orders."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from examples.desk.company import acts
from examples.desk.company.house import House, Upload
from examples.desk.company.joining import Mistake, Visit
from examples.desk.company.lapses import (
    ABROAD,
    BUCKET_ABROAD,
    CALL_ON_THREE,
    TEXT_IN_B,
    UNASKED_FUNCTION,
)
from examples.desk.company.objects import HOME
from examples.desk.company.store import Rows
from examples.kit.time import now
from troth.client import may, must, tell, with_papers

CHINA: Final = timezone(timedelta(hours=8))
MARGIN: Final = 15
"""Minutes before and after a shift in which one may clock in."""
SAYS: Final = {
    "agreed_calls": "UPDATE people SET agreed_calls = %s WHERE id = %s",
    "permitted_calls": "UPDATE people SET permitted_calls = %s WHERE id = %s",
}
"""Where it stands that somebody agreed to recordings, and that the permission is on."""
MET: Final = (
    "SELECT (EXISTS (SELECT 1 FROM functions WHERE function = 'telemarketing' AND until IS NULL))::int + (agreed_calls IS NOT NULL)::int "
    "+ (permitted_calls IS NOT NULL)::int + (listed_calls IS NOT NULL)::int AS met FROM people WHERE id = %s"
)
"""How many of the four conditions of a recorded call are met for somebody, as desk's own tables say."""


class NotOn(Mistake):
    """A function that nobody turned on takes nothing, whatever else is on."""


class Work(House):
    """Takes in what people bring, when it may; keeps it where it may lie. Each verb raises Refused, Mistake, Away."""

    # -- chat -----------------------------------------------------------------------------------------------------------------

    def write(self, visit: Visit, text: str) -> None:
        """A text of the chat: a row, and an object in store A."""
        key = f"chat/{visit.tenant}/{secrets.token_hex(8)}.txt"
        self.a.put(key, text.encode())
        if self.lapses.on(TEXT_IN_B):
            self.b.put(key, text.encode())
        with self.store.within(visit.tenant) as rows:
            rows.put("messages", sender=visit.person["id"], text=text, file=key, at=now())

    def attach(self, visit: Visit, upload: Upload) -> None:
        """A file of the chat: in store A, and in store B where its content is tested."""
        key = f"chat/{visit.tenant}/{secrets.token_hex(8)}.file"
        self.a.put(key, upload.body)
        if may(self.client, visit.subject, acts.FILE_IN_B):
            self.b.put(key, upload.body)
        with self.store.within(visit.tenant) as rows:
            rows.put("messages", sender=visit.person["id"], text="", file=key, at=now())

    def chat(self, visit: Visit) -> list[dict[str, Any]]:
        """What was written in one's enterprise, newest first."""
        query = (
            "SELECT m.text, m.file, p.name FROM messages m JOIN people p ON p.id = m.sender "
            "WHERE m.tenant <> '-' OR m.sender = %s ORDER BY m.id DESC LIMIT 50"
        )
        with self.store.within(visit.tenant) as rows:
            return rows.rows(query, visit.person["id"])

    # -- work functions -------------------------------------------------------------------------------------------------------

    def record(self, visit: Visit, function: str, form: Mapping[str, str], upload: Upload | None) -> None:
        """A record of a function that the enterprise turned on; a place only while the window of a shift is open."""
        question, fields = acts.WORK[function]
        if function in ("attendance", "field_track"):
            tell(self.client, visit.subject, {"on:work_window": in_window(visit.enterprise or {}, now())})
        must(self.client, visit.subject, question, papers=visit.papers)
        with self.store.within(visit.tenant) as rows:
            if rows.row("SELECT 1 FROM functions WHERE function = %s AND until IS NULL", function) is None:
                raise NotOn("Your enterprise has not turned this on.")
        body = {name: form.get(name, "")[:400] for name in fields}
        with self.store.within(visit.tenant) as rows:
            file = self._kept(visit, upload) if upload else ""
            rows.put("records", person=visit.person["id"], function=function, body=body, file=file, at=now())
            if self.lapses.on(UNASKED_FUNCTION):
                off_record(rows, visit.person["id"])

    def _kept(self, visit: Visit, upload: Upload) -> str:
        must(self.client, visit.subject, acts.KEEP_FILE, papers=visit.papers)
        country = ABROAD if self.lapses.on(BUCKET_ABROAD) else HOME
        return self.a.put(f"disk/{visit.tenant}/{secrets.token_hex(8)}", upload.body, country)

    def records(self, visit: Visit) -> list[dict[str, Any]]:
        """One's own records, newest first."""
        with self.store.within(visit.tenant) as rows:
            return rows.rows(
                "SELECT * FROM records WHERE person = %s ORDER BY id DESC LIMIT 20", visit.person["id"]
            )

    # -- calls ----------------------------------------------------------------------------------------------------------------

    def allow_calls(self, visit: Visit, what: str, on: bool) -> None:
        """The person agrees to recordings, or turns the permission on; or takes either back."""
        said = {fact: on for fact in acts.AGREED[what] if on or not fact.startswith("shown:")}
        tell(self.client, visit.subject, said)
        with self.store.within(visit.tenant) as rows:
            rows.change(SAYS[what], now() if on else None, visit.person["id"])

    def call(self, visit: Visit, number: str) -> bool:
        """A call is made; whether it was recorded. The recording begins where all four conditions are met, and is then kept."""
        answer = self.client.begin_recording(visit.subject, with_papers(acts.CALL, visit.papers))
        begun, file = answer["recording"], ""
        met = self.met(visit)
        if begun and may(self.client, visit.subject, acts.KEEP_CALL, papers=visit.papers):
            file = self.a.put(f"calls/{visit.tenant}/{begun['id']}.wav", f"call to {number}".encode())
        elif self.lapses.on(CALL_ON_THREE):
            file = self.a.put(
                f"calls/{visit.tenant}/{secrets.token_hex(8)}.wav", f"call to {number}".encode()
            )
        with self.store.within(visit.tenant) as rows:
            id = begun["id"] if begun else ""
            rows.put("calls", person=visit.person["id"], recording=id, file=file, met=met, at=now())
        if begun:
            self.client.end_recording(begun["id"])
        return bool(file)

    def met(self, visit: Visit) -> int:
        """How many of the four conditions are met."""
        with self.store.within(visit.tenant) as rows:
            found = rows.row(MET, visit.person["id"])
        return int(found["met"]) if found else 0

    # -- orders ---------------------------------------------------------------------------------------------------------------

    def order(self, visit: Visit, form: Mapping[str, str]) -> None:
        """An order with its invoice; the payment body tells which payment account it came from, against fraud."""
        edition, invoice = form.get("edition", "professional")[:40], form.get("invoice", "")[:200]
        payer = paid_by(visit.subject) if may(self.client, visit.subject, acts.PAYER) else ""
        with self.store.within(visit.tenant) as rows:
            rows.put(
                "orders",
                person=visit.person["id"],
                transaction=edition,
                invoice=invoice,
                payment_user_id=payer,
                at=now(),
            )

    # -- backup ---------------------------------------------------------------------------------------------------------------

    def back_up(self, visit: Visit) -> int:
        """Copies of the enterprise's files for the affiliate that keeps backups; how many went."""
        keys = self.a.listed(f"disk/{visit.tenant}/")
        for key in keys:
            self.partners.send(
                "affiliate_backup",
                {"reference": key, "purpose": "backup", "data": {"sealed": len(self.a.get(key))}},
            )
        return len(keys)


def paid_by(subject: str) -> str:
    """The payment institution, played: the number of the payment account from which somebody really pays."""
    return f"pay-{hashlib.sha256(subject.encode()).hexdigest()[:12]}"


def off_record(rows: Rows, person: int) -> None:
    """A track that nobody asked for: it goes in where the enterprise never turned tracks on."""
    if rows.row("SELECT 1 FROM functions WHERE function = 'field_track' AND until IS NULL") is None:
        rows.put("records", person=person, function="field_track", body={"track": "30.27,120.15"}, at=now())


def in_window(enterprise: Mapping[str, Any], at: datetime) -> bool:
    """Whether a shift of the enterprise is on, by the clock of China. Raises Mistake for whoever belongs to none."""
    if not enterprise:
        raise Mistake("You belong to no enterprise, so there is nothing to clock in to.")
    local = at.astimezone(CHINA)
    minute = local.hour * 60 + local.minute
    return bool(enterprise["opens"] * 60 - MARGIN <= minute <= enterprise["closes"] * 60 + MARGIN)
