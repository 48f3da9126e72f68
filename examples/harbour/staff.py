"""Those who work at harbour, and those who come to its legal desk: offices with an order, genuine or forged; a buyer; lawyers."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx

from examples.harbour.company.seal import SEAL, sealed
from examples.kit.browser import trust
from examples.kit.waiting import until

LEAVING: Final = ("queued", "sending")


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody wants data of a customer: what is to be done, for which aim, for whom, and which papers lie on the table."""

    what: str
    act: str
    purpose: str
    to: str
    papers: tuple[str, ...] = ()
    place: str = "MY"
    sealed: bool = False
    """Whether the seal on the order is that of its office."""
    after: str = ""
    """Who signs to keep to this policy before."""
    agreed: str = ""
    """Whom it concerns: the last customer who agreed to just this, if there is one."""


_EXCEPTION: Final = ("necessity", "reviewer")
CASES: Final = (
    Case("genuine order", "share", "compelled_release", "authority", ("order", "issuer"), sealed=True),
    Case("forged order", "share", "compelled_release", "authority", ("order", "issuer")),
    Case("statute", "share", "compelled_release", "authority", ("citation", "approver")),
    Case("buyer who is not bound", "transfer", "business_transfer", "buyer", ("deal",)),
    Case("buyer who is bound", "transfer", "business_transfer", "buyer", ("deal",), after="buyer"),
    Case("customer agreed to sharing", "share", "agreed_release", "other_party", agreed="sharing"),
    Case("customer agreed to a handover", "transfer", "agreed_release", "other_party", agreed="transfer"),
    Case("customer agreed to be named", "publish", "agreed_release", "", agreed="publication"),
    Case("customer agreed to the buyer", "transfer", "business_transfer", "buyer", ("deal",), agreed="successor"),
    Case("lawsuit", "publish", "compelled_release", "", ("case", "approver")),
    Case("wanted in public", "publish", "compelled_release", "", ("order", "approver")),
    Case("security of the state", "share", "release_nat_sec", "authority", ("document", *_EXCEPTION)),
    Case("outbreak", "share", "release_public_interest", "authority", ("incident", *_EXCEPTION)),
    Case("crime", "share", "release_criminal_justice", "authority", ("case", *_EXCEPTION)),
    Case("life in danger", "share", "release_vital_interest", "authority", ("consent_unobtainable", *_EXCEPTION)),
    Case("said in public", "share", "release_self_published", "authority", ("source", "capture", *_EXCEPTION)),
    Case("in a register", "share", "release_lawful_public_source", "authority", ("source", "capture", *_EXCEPTION)),
    Case("office abroad", "share", "agreed_release", "other_party", ("need", "mechanism"), place="SG"),
    Case("store abroad", "export", "agreed_release", "other_party", ("need", "mechanism"), place="SG"),
)  # fmt: skip


class Staff:
    """Somebody of the staff, signed in with what was handed over in person."""

    def __init__(self, site: str, data: Path) -> None:
        handed = json.loads((data / "staff.json").read_text(encoding="utf-8"))
        self._key = (data / SEAL).read_text(encoding="utf-8")
        self._http = httpx.Client(base_url=site, timeout=120, follow_redirects=True, verify=trust())
        typed = {"admin_name": handed["name"], "admin_secret": handed["password"]}
        self._http.post("/staff/sign-in", data=typed).raise_for_status()
        self.done: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.post("/staff/sign-out")
        self._http.close()

    def press(self, button: str, **typed: str) -> str:
        """Press a button of the staff's desk; what came of it."""
        answer = self._http.post(f"/staff/{button}", data=typed)
        answer.raise_for_status()
        self.done[f"staff: {button}"] += 1
        return answer.text

    def release(self, user_name: str, case: Case) -> bool:
        """Bring a case before the legal desk; whether anything was released."""
        if case.after:
            self.press("contract", recipient=case.after)
        papers = {name: f"{name.replace('_', ' ')} no. 7 of {case.what}" for name in case.papers}
        seal = sealed(self._key, papers["order"]) if case.sealed else "0" * 32
        typed = {"user_name": user_name, "act": case.act, "purpose": case.purpose, "recipient": case.to}
        said = self.press("release", **typed, place=case.place, seal=seal, **papers)
        released = "Nothing was released" not in said
        self.done[f"release: {case.what}" if released else f"release: {case.what}: refused"] += 1
        return released

    def wait_for_mails(self) -> None:
        """Until everything that was handed in has left, or was stopped on the way."""
        until(
            lambda: all(f"<td>{state}</td>" not in self._http.get("/staff/mails").text for state in LEAVING),
            60,
        )
