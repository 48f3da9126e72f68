"""What harbour sells: orders, domain names, filings, help. Each form shows its own notice first and keeps which one."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from examples.harbour.company import gate as acts
from examples.harbour.company.gate import Gate
from examples.harbour.company.lapses import FIELD_WITHOUT_NOTICE, NEW_AIM, UNDECLARED, Lapses
from examples.harbour.company.people import Visit
from examples.harbour.company.store import Store, now
from troth.client import NoticeText, Problem

FORMS = {
    "order": ("order_form", ("service", "plan")),
    "domain": ("domain_form", acts.DOMAIN),
    "filing": ("filing_form", acts.FILING),
    "support": ("support_form", ("ticket_subject", "ticket_body")),
}
"""The point of each form, and the fields it asks for."""
UNDER = "under:"
"""What the hidden fields begin with that say under which words of a notice, by digest, a form was shown."""
PRICES = {"small": "MYR 20.00", "medium": "MYR 45.00", "large": "MYR 120.00"}


class Partners:
    """Where those who receive data from harbour are reached."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)

    def send(self, path: str, body: dict[str, object]) -> int:
        """Post to a partner; the status of its answer."""
        connection = http.client.HTTPConnection(
            self._address.hostname or "", self._address.port or 80, timeout=10
        )
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"/{path}", json.dumps(body), headers)
            return connection.getresponse().status
        finally:
            connection.close()


class Unshown(Exception):
    """What came in was not asked for under the notice that is in force; it says what is missing."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("not under its notice")
        self.missing = missing


class Services:
    """Takes in what the forms bring, when it may, and passes on what must be passed on, when that may be."""

    def __init__(self, store: Store, gate: Gate, lapses: Lapses, partners: Partners) -> None:
        self._store = store
        self._gate = gate
        self._lapses = lapses
        self._partners = partners

    def show(self, visit: Visit, form: str, language: str) -> tuple[NoticeText, ...]:
        """The notices of a form, recorded as shown before anything is asked."""
        point, client = FORMS[form][0], self._gate.client
        notices = client.notices_at(point, language)
        for notice in notices:
            client.show(visit.subject, notice, point=point)
        return notices

    def taken(self, visit: Visit, form: str, sent: dict[str, str]) -> str:
        """Bind what came in to the notices it came in under; the digests of their words. Raises Unshown."""
        point, asked = FORMS[form]
        client = self._gate.client
        try:
            shown = [client.shown_text(said) for name, said in sent.items() if name.startswith(UNDER)]
        except Problem:
            shown = []  # words that nobody was ever shown
        versions = {one.notice: one.version for one in shown}
        found = client.submit(visit.subject, point, [one for one in asked if sent.get(one)], versions)
        unnamed = tuple(f"shown:{id}" for id in found.notices if id not in versions)
        if not found.taken or unnamed:
            raise Unshown((*found.missing, *found.lacking, *unnamed))
        return ", ".join(one.rendered for one in shown)

    def order(self, visit: Visit, form: dict[str, str]) -> None:
        """An order; affiliates who help to run it hear of it, if they are affiliates."""
        self._gate.must(visit.subject, acts.ORDER)
        self.taken(visit, "order", form)
        plan = form.get("plan", "small")
        number = self._store.put(
            "orders",
            customer=visit.customer["id"],
            service=form.get("service", "")[:80],
            plan=plan,
            price=PRICES.get(plan, PRICES["small"]),
            ordered_at=now(),
        )
        data = {"user_name": visit.customer["user_name"], "order_id": number, "plan": plan}
        for affiliate in acts.AFFILIATES:
            if self._gate.may(visit.subject, acts.to_affiliate(affiliate)):
                self._send(affiliate, f"order-{number}", "provide_service", data)

    def domain(self, visit: Visit, form: dict[str, str]) -> None:
        """A domain name; the registry is sent what it needs."""
        self._gate.client.set_facts(visit.subject, ["on:domain_service"])
        self._gate.must(visit.subject, acts.REGISTER_DOMAIN)
        notice = self.taken(visit, "domain", form)
        data = {name: form.get(name, "")[:200] for name in acts.DOMAIN}
        number = self._store.put("domains", customer=visit.customer["id"], notice=notice, **data)
        if self._gate.may(visit.subject, acts.TO_REGISTRY):
            self._send("registry", f"domain-{number}", "domain_registration", dict(data))

    def filing(self, visit: Visit, form: dict[str, str]) -> None:
        """A dossier for the authority. While the lapse is on, one more field goes in, and nobody was asked."""
        self._gate.client.set_facts(visit.subject, ["on:filing_service"])
        self._gate.must(visit.subject, acts.FILE)
        notice = self.taken(visit, "filing", form)
        dossier = {name: form.get(name, "")[:200] for name in acts.FILING}
        if self._lapses.on(FIELD_WITHOUT_NOTICE) and form.get(UNDECLARED):
            dossier[UNDECLARED] = form[UNDECLARED][:40]
        self._store.put("filings", customer=visit.customer["id"], dossier=dossier, notice=notice)

    def support(self, visit: Visit, form: dict[str, str]) -> None:
        """A question to the support desk."""
        self._gate.must(visit.subject, acts.TICKET)
        self.taken(visit, "support", form)
        self._store.put(
            "tickets",
            customer=visit.customer["id"],
            ticket_subject=form.get("ticket_subject", "")[:120],
            ticket_body=form.get("ticket_body", "")[:4000],
            ticket_at=now(),
        )

    def tell_affiliate(self, on: bool) -> None:
        """The lapse of the affiliate: it is its own doing, harbour only has the switch."""
        self._partners.send("affiliate_major/told", {"new_aim": NEW_AIM if on else ""})

    def _send(self, partner: str, reference: str, purpose: str, data: dict[str, object]) -> None:
        self._partners.send(partner, {"reference": reference, "purpose": purpose, "data": data})
