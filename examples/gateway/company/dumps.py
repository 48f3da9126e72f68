"""Dumps by night: a file a day, kept seven days, a sealed copy in the keeper's house, and nobody brought back who is gone."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from examples.gateway.company import acts
from examples.gateway.company.house import House
from examples.gateway.company.store import Document
from examples.kit.time import now

KEPT = timedelta(days=7)
ALSO = {"listings": "seller", "deals": "buyer"}
PIECE = 400_000


class Dumps:
    """Files of JSON lines, packed. Each member is asked about before they first go into one."""

    def __init__(self, house: House) -> None:
        self._house, self._store, self._partners = house, house.store, house.partners
        self._folder = house.data / "dumps"
        self._folder.mkdir(parents=True, exist_ok=True)

    def night(self) -> int:
        """Today's dump, in the place of an earlier one of today; what is older than seven days goes. How many members lie in it."""
        today = now().date()
        members = [one for one in self._store.find("members") if self._permitted(one)]
        data = gzip.compress("\n".join(self._lines(members)).encode())
        file = self._file(today)
        file.with_suffix(".part").write_bytes(data)
        file.with_suffix(".part").replace(file)
        self._store.drop("dumps", day=today.isoformat())
        self._prune(today)
        digest = hashlib.sha256(data).hexdigest()
        self._store.put("dumps", day=today.isoformat(), members=len(members), bytes=len(data), sha256=digest)
        self._to_keeper(today, data)
        return len(members)

    def last(self) -> str:
        """The day of the last dump; '' while there is none."""
        return max(
            (file.name.removesuffix(".jsonl.gz") for file in self._folder.glob("*.jsonl.gz")), default=""
        )

    def restore(self, ticket: str, *, asking: bool = True) -> int:
        """Bring back from the dumps whoever is missing, newest dump first, as far as the policy permits it; how many came back."""
        there = {one["member"] for one in self._store.find("members")}
        if asking:
            there |= {gone["member"] for gone in self._store.find("cancellations")}
        back = 0
        for file in sorted(self._folder.glob("*.jsonl.gz"), reverse=True):
            for document in map(json.loads, gzip.decompress(file.read_bytes()).decode().splitlines()):
                if document["kind"] != "members" or document["member"] in there:
                    continue
                there.add(document["member"])
                if not asking or self._house.troth.may(document["subject"], acts.restore(ticket)):
                    self._store.put(
                        "members",
                        **{k: v for k, v in document.items() if k not in ("kind", "id")},
                        restored=True,
                    )
                    back += 1
        return back

    def put_right(self) -> None:
        """Whoever cancelled and was brought back goes again."""
        for gone in self._store.find("cancellations"):
            self._store.drop("members", member=gone["member"])

    def _permitted(self, member: Document) -> bool:
        """Asked once: what a dump rests on ends with the account, and a member who is gone is in no dump any more."""
        if "dumped" not in member:
            answers = [
                self._house.troth.may(member["subject"], question) for question in (acts.DUMP, acts.TO_KEEPER)
            ]
            self._store.change("members", member["id"], dumped=all(answers))
            return all(answers)
        return bool(member["dumped"])

    def _lines(self, members: Iterable[Document]) -> list[str]:
        known = {one["member"]: one for one in members}
        lines = [json.dumps({"kind": "members"} | one) for one in known.values()]
        for kind, word in ALSO.items():
            lines += [
                json.dumps({"kind": kind} | one) for one in self._store.find(kind) if one.get(word) in known
            ]
        return lines

    def _to_keeper(self, day: date, data: bytes) -> None:
        """Sealed before it leaves: the keeper holds what it cannot read."""
        self._partners.send("backup_keeper/erase", reference=f"dump-{day}")
        sealed = self._seal().encrypt(data).decode()
        for at in range(0, len(sealed), PIECE):
            body = {"piece": at // PIECE, "sealed": sealed[at : at + PIECE]}
            self._partners.send("backup_keeper", reference=f"dump-{day}", purpose="backup", data=body)

    def _prune(self, today: date) -> None:
        for file in self._folder.glob("*.jsonl.gz"):
            day = date.fromisoformat(file.name.removesuffix(".jsonl.gz"))
            if today - day >= KEPT:
                self._partners.send("backup_keeper/erase", reference=f"dump-{day}")
                self._store.drop("dumps", day=day.isoformat())
                file.unlink()

    def _seal(self) -> Fernet:
        file = self._folder / "key"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(base64.urlsafe_b64encode(os.urandom(32)))
        return Fernet(file.read_bytes())

    def _file(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.jsonl.gz"
