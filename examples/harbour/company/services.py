"""What harbour sells: orders, domain names, filings, help. Each form shows its own notice first and keeps which one."""

from __future__ import annotations

from examples.harbour.company import acts
from examples.harbour.company.house import House
from examples.harbour.company.lapses import FIELD_WITHOUT_NOTICE, UNDECLARED
from examples.harbour.company.papers import keep
from examples.harbour.company.people import Visit
from examples.harbour.company.store import now
from troth.client import NoticeText, may, show_form, take_form

FORMS = {
    "order": ("order_form", ("service", "plan"), ""),
    "domain": ("domain_form", acts.DOMAIN, "on:domain_service"),
    "filing": ("filing_form", acts.FILING, "on:filing_service"),
    "support": ("support_form", ("ticket_subject", "ticket_body"), ""),
}
"""The point of each form, the fields it asks for, and the service that whoever opens it turns on."""
PRICES = {"small": "MYR 20.00", "medium": "MYR 45.00", "large": "MYR 120.00"}


class Services:
    """Takes in what the forms bring, once that was permitted, and passes on what must be passed on, where that may be."""

    def __init__(self, house: House) -> None:
        self._house = house

    def show(self, visit: Visit, form: str, language: str) -> tuple[NoticeText, ...]:
        """The notices of a form, recorded as shown before anything is asked."""
        point, _, turned_on = FORMS[form]
        if turned_on:
            self._house.client.set_facts(visit.subject, [turned_on])
        return show_form(self._house.client, visit.subject, point, language)

    def taken(self, visit: Visit, form: str, sent: dict[str, str]) -> str:
        """Bind what came in to the notices it came in under; the digests of their words. Raises Unshown."""
        point, asked, _ = FORMS[form]
        return take_form(self._house.client, visit.subject, point, asked, sent)

    def order(self, visit: Visit, form: dict[str, str]) -> None:
        """An order; affiliates who help to run it hear of it, if they are affiliates."""
        self.taken(visit, "order", form)
        plan, service = form.get("plan", "small"), form.get("service", "")[:80]
        number = self._house.store.put(
            "orders", customer=visit.customer["id"], service=service, plan=plan, price=PRICES.get(plan, PRICES["small"]),
            ordered_at=now(), service_state="ordered",
        )  # fmt: skip
        data = {
            "user_name": visit.customer["user_name"],
            "order_id": number,
            "service": service,
            "plan": plan,
        }
        for affiliate in acts.AFFILIATES:
            if may(self._house.client, visit.subject, acts.to_affiliate(affiliate)):
                self._send(visit, affiliate, f"order-{number}", "provide_service", data)

    def pay(self, visit: Visit, number: int) -> None:
        """An order is paid, by a payment that this simulation takes as made; the service runs."""
        self._house.store.change(
            "UPDATE orders SET paid_at = ?, service_state = 'running' WHERE order_id = ? AND customer = ?",
            now(), number, visit.customer["id"],
        )  # fmt: skip

    def end(self, visit: Visit, number: int) -> None:
        """A service ends: the order has served its aim and goes, and whoever was told of it is ordered to erase it."""
        store, reference = self._house.store, f"order-{number}"
        if store.change(
            "DELETE FROM orders WHERE order_id = ? AND customer = ?", number, visit.customer["id"]
        ):
            for sent in store.rows("SELECT partner FROM passed_on WHERE reference = ?", reference):
                self._house.partners.recall(sent["partner"], reference)

    def domain(self, visit: Visit, form: dict[str, str]) -> None:
        """A domain name; the registry is sent what it needs."""
        notice = self.taken(visit, "domain", form)
        data = {name: form.get(name, "")[:200] for name in acts.DOMAIN}
        number = self._house.store.put("domains", customer=visit.customer["id"], notice=notice, **data)
        if may(self._house.client, visit.subject, acts.TO_REGISTRY):
            self._send(visit, "registry", f"domain-{number}", "domain_registration", dict(data))

    def filing(self, visit: Visit, form: dict[str, str], document: bytes = b"") -> None:
        """A dossier for the authority, with its document as a file. While the lapse is on, one more field goes in, and nobody was asked."""
        where = keep(self._house.papers, document) if document else ""
        notice = self.taken(visit, "filing", {**form, "filing_document": where})
        dossier = {name: form.get(name, "")[:200] for name in acts.FILING} | {"filing_document": where}
        if self._house.lapses.on(FIELD_WITHOUT_NOTICE) and form.get(UNDECLARED):
            dossier[UNDECLARED] = form[UNDECLARED][:40]
        self._house.store.put("filings", customer=visit.customer["id"], dossier=dossier, notice=notice)

    def support(self, visit: Visit, form: dict[str, str]) -> None:
        """A question to the support desk."""
        self.taken(visit, "support", form)
        self._house.store.put(
            "tickets", customer=visit.customer["id"], ticket_subject=form.get("ticket_subject", "")[:120],
            ticket_body=form.get("ticket_body", "")[:4000], ticket_at=now(),
        )  # fmt: skip

    def _send(
        self, visit: Visit, partner: str, reference: str, purpose: str, data: dict[str, object]
    ) -> None:
        self._house.partners.send(visit.customer["id"], partner, reference, purpose, data)
