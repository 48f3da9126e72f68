"""What an administrator does for an enterprise: found it, turn functions on, bring people in, file papers, close it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from examples.desk.company import gate as acts
from examples.desk.company.gate import Gate
from examples.desk.company.joining import FUNCTIONS, Mistake, Visit
from examples.desk.company.lapses import ACROSS_TENANTS, Lapses
from examples.desk.company.objects import Objects
from examples.desk.company.store import EVERY, Store
from examples.desk.company.work import Partners, Upload
from examples.kit.time import now


class Managing:
    """The administrator's desk. Each verb raises Refused, Mistake, Away."""

    def __init__(
        self, store: Store, gate: Gate, lapses: Lapses, store_a: Objects, partners: Partners
    ) -> None:
        self._store = store
        self._gate = gate
        self._lapses = lapses
        self._a = store_a
        self._partners = partners

    def found(self, visit: Visit, form: Mapping[str, str]) -> None:
        """An enterprise: its name, how far it authorises desk, that it knows its duties; whoever founds it administers it."""
        if visit.enterprise is not None or form.get("duties") != "yes":
            raise Mistake("Whoever belongs to no enterprise yet founds one, and acknowledges its duties.")
        id, person = f"t{secrets.token_hex(5)}", visit.person
        with self._store.within(id) as rows:
            rows.put(
                "tenants", id=id, name=form.get("name", "")[:80], instruction=f"INS-{id}", scope=f"SCOPE-{id}", attestation=f"ATT-{id}",
                opens=_hour(form.get("opens", "0")), closes=_hour(form.get("closes", "24")),
            )  # fmt: skip
            rows.put(
                "people", subject=visit.subject, account=person["account"], mobile=person["mobile"], role="administrator",
                capacity=person["capacity"], name=form.get("your_name", "")[:80], joined_at=now(),
            )  # fmt: skip
        self._gate.belongs(visit.subject, id, (), role="administrator")

    def members(self, visit: Visit) -> list[dict[str, Any]]:
        """The people of the enterprise; whose record was opened by whom is on the database's own record."""
        self._gate.must(visit.subject, acts.OPEN_MEMBERS, papers=visit.papers)
        with self._store.within(EVERY if self._lapses.on(ACROSS_TENANTS) else visit.tenant) as rows:
            return rows.members(visit.person["id"], visit.tenant)

    def functions(self, visit: Visit) -> dict[str, bool]:
        """Which functions are on."""
        with self._store.within(visit.tenant) as rows:
            on = {row["function"] for row in rows.rows("SELECT function FROM functions WHERE until IS NULL")}
        return {one: one in on for one in FUNCTIONS}

    def switch(self, visit: Visit, function: str, on: bool) -> None:
        """A function goes on or off, for everybody of the enterprise, as its instruction says."""
        if function not in FUNCTIONS:
            raise Mistake("There is no such function.")
        self._gate.must(visit.subject, acts.SWITCH, papers=visit.papers)
        with self._store.within(visit.tenant) as rows:
            rows.change(
                "UPDATE functions SET until = %s WHERE function = %s AND until IS NULL", now(), function
            )
            if on:
                rows.put("functions", function=function, instruction=visit.papers["instruction"], since=now())
            people = rows.rows("SELECT subject FROM people WHERE account <> ''")
        for one in people:
            self._gate.switched(one["subject"], {f"on:{function}": on})

    def invite(self, visit: Visit, form: Mapping[str, str]) -> None:
        """A number goes into the structure of the enterprise; its owner's own word is waited for."""
        number = form.get("mobile", "").replace(" ", "")
        subject = self._gate.client.subject({"phone": number})
        self._gate.must(subject, acts.INVITE, papers=visit.papers)
        given = {name: form.get(name, "")[:80] for name in ("name", "department", "position")}
        with self._store.within(visit.tenant) as rows:
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
        with self._store.within(visit.tenant) as rows:
            found = rows.row("SELECT subject FROM people WHERE id = %s AND account <> ''", person)
            if found is None:
                raise Mistake("Nobody of your enterprise has this number.")
            rows.change("UPDATE people SET listed_calls = %s WHERE id = %s", now() if on else None, person)
        self._gate.switched(found["subject"], {"on:call_upload_list": on})

    def bring_contacts(self, visit: Visit, lines: str) -> int:
        """Customers of the enterprise, a line each (name, number): people who never signed up, and are asked about all the same."""
        brought = 0
        papers = visit.papers | {"attestation": (visit.enterprise or {}).get("attestation", "")}
        for line in lines.splitlines()[:200]:
            name, _, number = (part.strip() for part in line.partition(","))
            if not number:
                continue
            subject = self._gate.client.subject({"phone": number.replace(" ", "")})
            self._gate.switched(subject, {"on:tenant_active": True})  # of the enterprise that brings them
            if self._gate.may(subject, acts.IMPORT, papers):
                with self._store.within(visit.tenant) as rows:
                    rows.put(
                        "contacts",
                        subject=subject,
                        customer_name=name,
                        customer_phone=number,
                        attestation=papers["attestation"],
                    )
                brought += 1
        return brought

    def let_papers_go(self, visit: Visit) -> None:
        """The administrator, whose papers they are, lets them go to the carrier, after its notice; the law asks for that apart."""
        self._gate.agreed(visit.subject, "sharing", "given", notice="sharing_notice")
        self._gate.agreed(visit.subject, "cn_pipl.share", "given", "separate")

    def file_papers(self, visit: Visit, licence: Upload, legal_id: Upload) -> bool:
        """The two papers of a filing, kept, and sent to the carrier if that may be; whether they went. Texting is on once they did."""
        self._gate.must(visit.subject, acts.DOSSIER, papers=visit.papers)
        keys = {name: f"dossiers/{visit.tenant}/{name}" for name in ("licence", "legal_id")}
        for name, upload in (("licence", licence), ("legal_id", legal_id)):
            self._a.put(keys[name], upload.body)
        with self._store.within(visit.tenant) as rows:
            id = rows.put("dossiers", **keys)
        sent = self._gate.may(visit.subject, acts.TO_CARRIER)
        if sent:
            self._partners.send(
                "carrier",
                {
                    "reference": f"filing-{id}",
                    "purpose": "carrier_filing",
                    "data": {"business_licence": licence.name, "legal_person_id": legal_id.name},
                },
            )
            with self._store.within(visit.tenant) as rows:
                rows.change("UPDATE dossiers SET sent_at = %s WHERE id = %s", now(), id)
            self._gate.switched(visit.subject, {"on:licence_verified": True, "on:legal_id_verified": True})
        return sent

    def close(self, visit: Visit) -> None:
        """The enterprise is closed: what it had brought here goes, and its people are on their own again."""
        self._gate.must(visit.subject, acts.CLOSE, papers=visit.papers)
        with self._store.within(visit.tenant) as rows:
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
        for prefix in ("chat", "disk", "calls", "dossiers"):
            for key in self._a.listed(f"{prefix}/{visit.tenant}/"):
                self._a.delete(key)
        for one in people:
            self._gate.belongs(one["subject"], visit.tenant, FUNCTIONS, role="")


def _hour(said: str) -> int:
    try:
        return max(0, min(24, int(said)))
    except ValueError:
        raise Mistake("A shift begins and ends at an hour from 0 to 24.") from None
