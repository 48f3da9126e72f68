"""The way out: what harbour passes on leaves through its egress guard, under the host of whoever receives it."""

from __future__ import annotations

import httpx

from examples.harbour.company.store import Store, now


class Partners:
    """Where those who receive data from harbour are reached: through the guard where there is one, else straight."""

    def __init__(self, store: Store, url: str, way_out: str = "") -> None:
        self._store, self._url, self._guarded = store, url, bool(way_out)
        self._http = httpx.Client(proxy=way_out or None, trust_env=False, timeout=10)

    def send(self, customer: int, partner: str, reference: str, purpose: str, data: dict[str, object]) -> int:
        """Pass something on; the status of the answer. What went where is kept, without what it said."""
        body = {"reference": reference, "purpose": purpose, "data": data}
        status = self._http.post(self._at(partner), json=body).status_code
        self._store.put(
            "passed_on",
            customer=customer,
            partner=partner,
            reference=reference,
            purpose=purpose,
            passed_at=now(),
        )
        return status

    def recall(self, partner: str, reference: str) -> None:
        """Order a partner to erase what it was sent; what it answered is kept."""
        answer = self._http.post(f"{self._at(partner)}/erase", json={"reference": reference})
        self._store.change(
            "UPDATE passed_on SET recalled_at = ?, answer = ? WHERE partner = ? AND reference = ?",
            now(), str(answer.json().get("said", ""))[:80], partner, reference,
        )  # fmt: skip

    def told(self, partner: str, **how: str) -> None:
        """What a partner does of its own accord; harbour only has the switch, so this does not go by the way out."""
        httpx.post(f"{self._url}/{partner}/told", json=how, timeout=10)

    def _at(self, partner: str) -> str:
        return (
            f"http://{partner.replace('_', '-')}.partners.example"
            if self._guarded
            else f"{self._url}/{partner}"
        )
