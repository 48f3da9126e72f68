"""What an administrator does for an enterprise: found it, turn functions on, bring people in, file papers, close it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from examples.desk.company import acts
from examples.desk.company.house import House, Upload
from examples.desk.company.joining import Mistake, Visit
from examples.desk.company.lapses import ACROSS_TENANTS
from examples.desk.company.store import EVERY
from examples.kit.time import now
from troth.client import Refused, may, stranger, tell


class Managing(House):
    """The administrator's desk. Each verb raises Refused, Mistake, Away."""

    def found(self, visit: Visit, form: Mapping[str, str]) -> None:
        """An enterprise: its name, how far it authorises desk, that it knows its duties; whoever founds it administers it."""
        if visit.enterprise is not None or form.get("duties") != "yes":
            raise Mistake("Whoever belongs to no enterprise yet founds one, and acknowledges its duties.")
        id, person = f"t{secrets.token_hex(5)}", visit.person
        with self.store.within(id) as rows:
            rows.put(
                "tenants", id=id, name=form.get("name", "")[:80], instruction=f"INS-{id}", scope=f"SCOPE-{id}", attestation=f"ATT-{id}",
                opens=_hour(form.get("opens", "0")), closes=_hour(form.get("closes", "24")),
            )  # fmt: skip
            rows.put(
                "people", subject=visit.subject, account=person["account"], mobile=person["mobile"], role="administrator",
                capacity=person["capacity"], name=form.get("your_name", "")[:80], joined_at=now(),
            )  # fmt: skip
        self.client.join_tenant(visit.subject, id, "administrator", on=["tenant_active"])

    def members(self, visit: Visit) -> list[dict[str, Any]]:
        """The people of the enterprise; whose record was opened by whom is on the database's own record."""
        with self.store.within(EVERY if self.lapses.on(ACROSS_TENANTS) else visit.tenant) as rows:
            return rows.members(visit.person["id"], visit.tenant)

    def functions(self, visit: Visit) -> dict[str, bool]:
        """Which functions are on."""
        with self.store.within(visit.tenant) as rows:
            on = {row["function"] for row in rows.rows("SELECT function FROM functions WHERE until IS NULL")}
        return {one: one in on for one in acts.FUNCTIONS}

    def switch(self, visit: Visit, function: str, on: bool) -> None:
        """A function goes on or off, for everybody of the enterprise, as its instruction says."""
        if function not in acts.FUNCTIONS:
            raise Mistake("There is no such function.")
        with self.store.within(visit.tenant) as rows:
            rows.change(
                "UPDATE functions SET until = %s WHERE function = %s AND until IS NULL", now(), function
            )
            if on:
                rows.put("functions", function=function, instruction=visit.papers["instruction"], since=now())
            people = rows.rows("SELECT subject FROM people WHERE account <> ''")
        for one in people:
            tell(self.client, one["subject"], {f"on:{function}": on})

    def invite(self, visit: Visit, form: Mapping[str, str]) -> None:
        """A number goes into the structure of the enterprise; its owner's own word is waited for."""
        number = form.get("mobile", "").replace(" ", "")
        subject = stranger(self.client, {"phone": number}, acts.INVITE, papers=visit.papers)
        given = {name: form.get(name, "")[:80] for name in ("name", "department", "position")}
        with self.store.within(visit.tenant) as rows:
            rows.put(
                "people",
                subject=subject,
                account="",
                mobile=number,
                role="member",
                capacity="",
                joined_at=now(),
                **given,
            )

    def list_for_calls(self, visit: Visit, person: int, on: bool) -> None:
        """Somebody is put on the list for the upload of calls, or taken off it."""
        with self.store.within(visit.tenant) as rows:
            found = rows.row("SELECT subject FROM people WHERE id = %s AND account <> ''", person)
            if found is None:
                raise Mistake("Nobody of your enterprise has this number.")
            rows.change("UPDATE people SET listed_calls = %s WHERE id = %s", now() if on else None, person)
        tell(self.client, found["subject"], {"on:call_upload_list": on})

    def bring_contacts(self, visit: Visit, lines: str) -> int:
        """Customers of the enterprise, a line each (name, number): people who never signed up, and are asked about all the same."""
        brought = 0
        papers = visit.papers | {"attestation": (visit.enterprise or {}).get("attestation", "")}
        for line in lines.splitlines()[:200]:
            name, _, number = (part.strip() for part in line.partition(","))
            if not number:
                continue
            active = {"on:tenant_active": True}  # the enterprise that brings them
            try:
                who = {"phone": number.replace(" ", "")}
                subject = stranger(self.client, who, acts.IMPORT, facts=active, papers=papers)
            except Refused:
                continue
            given = {"customer_name": name, "customer_phone": number, "attestation": papers["attestation"]}
            with self.store.within(visit.tenant) as rows:
                rows.put("contacts", subject=subject, **given)
            brought += 1
        return brought

    def let_papers_go(self, visit: Visit) -> None:
        """The administrator, whose papers they are, lets them go to the carrier, after its notice; the law asks for that apart."""
        tell(self.client, visit.subject, acts.PAPERS_MAY_GO)

    def file_papers(self, visit: Visit, licence: Upload, legal_id: Upload) -> bool:
        """The two papers of a filing, kept, and sent to the carrier if that may be; whether they went. Texting is on once they did."""
        keys = {name: f"dossiers/{visit.tenant}/{name}" for name in ("licence", "legal_id")}
        for name, upload in (("licence", licence), ("legal_id", legal_id)):
            self.a.put(keys[name], upload.body)
        with self.store.within(visit.tenant) as rows:
            id = rows.put("dossiers", **keys)
        sent = may(self.client, visit.subject, acts.TO_CARRIER)
        if sent:
            self.partners.send(
                "carrier",
                {
                    "reference": f"filing-{id}",
                    "purpose": "carrier_filing",
                    "data": {"business_licence": licence.name, "legal_person_id": legal_id.name},
                },
            )
            with self.store.within(visit.tenant) as rows:
                rows.change("UPDATE dossiers SET sent_at = %s WHERE id = %s", now(), id)
            tell(self.client, visit.subject, acts.VERIFIED)
        return sent

    def close(self, visit: Visit) -> None:
        """The enterprise is closed: what it had brought here goes, and its people are on their own again."""
        with self.store.within(visit.tenant) as rows:
            people = rows.rows("SELECT subject FROM people WHERE account <> ''")
            for table in (
                "messages",
                "records",
                "calls",
                "contacts",
                "dossiers",
                "functions",
                "people",
                "reads",
            ):
                rows.change(f"DELETE FROM {table}")  # noqa: S608 - names from this code; the database keeps to this tenant
            rows.change("UPDATE tenants SET closed_at = %s", now())
        for one in people:
            self.client.leave_tenant(one["subject"], visit.tenant, off=["tenant_active"])


def _hour(said: str) -> int:
    try:
        return max(0, min(24, int(said)))
    except ValueError:
        raise Mistake("A shift begins and ends at an hour from 0 to 24.") from None
