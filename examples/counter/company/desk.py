"""What is done at the counter: somebody applies, orders, rings; the firm hands over, mails lists, answers authorities, makes its rounds."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from examples.counter.company import outgoing
from examples.counter.company.crm import Crm
from examples.counter.company.lists import Lists
from examples.counter.company.office import PARTNERS, furnish, make_round
from examples.counter.company.outgoing import Post, sheet
from examples.kit.time import now

ROUND_EVERY = timedelta(days=7)
AWAY = timedelta(days=30)
LIST_EVERY = timedelta(days=28)
KEPT = timedelta(days=170)
"""How long the firm keeps a recording, well within what it wrote down."""
REVISION = (
    "From the first of next year on we would keep copies of our mails with you for two years instead of one. It is not in force yet; "
    "tell us if you do not want this."
)
TO_AGENCY = ("name", "email")
DEMANDS = {"police": "release_crime", "court": "release_law_court", "government": "release_government"}


class Mistake(Exception):
    """Somebody filled in what cannot be."""


class Desk:
    """The firm at work. `data` is the folder in which everything of it lies."""

    def __init__(self, data: Path, post: Post, partners: str) -> None:
        self.data = data
        self.crm = Crm(data / "crm.db")
        self.lists = Lists(data / "lists")
        self.post = post
        self.partners = partners
        self.skipped: frozenset[str] = frozenset()
        self._one = threading.RLock()
        furnish(self.lists, data)
        for folder in ("recordings", "shared"):
            (data / folder).mkdir(exist_ok=True)

    # -- customers ----------------------------------------------------------------------------------------------

    def apply(self, said: Mapping[str, str], way: str) -> int:
        """Somebody applies, by the form or at the counter; their number."""
        who = {name: said.get(name, "").strip() for name in ("name", "phone", "email", "postal_number")}
        if not who["name"] or not who["phone"] or "@" not in who["email"]:
            raise Mistake("We need a name, a telephone number and a mail address.")
        who["email"] = who["email"].lower()
        if self.crm.customer(who["email"]):
            raise Mistake("There is a customer with this address already.")
        told = {
            word: "yes" if said.get(word) else "no"
            for word in ("told_why", "told_uses", "told_abroad", "told_cost", "wider")
        }
        if told["told_why"] == "no":
            raise Mistake("Please read first what we need this for.")
        number = self.crm.put("customers", **who, **told, manager="1", way=way, applied_at=_now())
        self.post.send(
            who["email"],
            f"You are our customer no. {number}",
            f"Dear {who['name']},\n\nwelcome to Counter Trading.",
        )
        return number

    def order(self, number: str, product: str, configuration: str, ip: str) -> int:
        """A customer orders. What the order page notes on the way belongs to it."""
        customer = self._customer(number)
        self.crm.put(
            "usage_log",
            customer=customer["id"],
            used_at=_now(),
            ip=ip,
            usage_event="order page",
            product=product,
        )
        made = self.crm.put(
            "orders", customer=customer["id"], product=product, configuration=configuration, ordered_at=_now()
        )
        self.hand_over("account_agency", customer)
        if product == "pump":
            self.hand_over("supplier", customer)  # pumps come from its own store
        if customer["told_uses"] == "yes" and customer["told_abroad"] == "yes":
            self.hand_over("overseas_processor", customer)
        return made

    def deliver(self, number: str, latitude: str, longitude: str, surroundings: str) -> None:
        """Bring what was ordered to where a customer is just now: their telephone says where, since they let it; the driver comes, and
        from then on nothing may say so any more."""
        customer = self._customer(number)
        if not latitude or not longitude:
            raise Mistake("We need to know where you are.")
        where = {"latitude": latitude, "longitude": longitude, "surroundings": surroundings}
        self.crm.put("deliveries", customer=customer["id"], read_at=_now(), ended_at=_now(), **where)

    def share(self, number: str, words: str, picture: bytes) -> int:
        """A customer shows what is wrong with something, in words and by a picture; under which number."""
        customer = self._customer(number)
        made = self.crm.put(
            "shared", customer=customer["id"], shared_at=_now(), shared_text=words, shared_picture=""
        )
        name = f"shared-{made}.png"
        (self.data / "shared" / name).write_bytes(picture)
        self.crm.change("UPDATE shared SET shared_picture = ? WHERE id = ?", name, made)
        return made

    def look_at(self, number: str, ticket: str) -> None:
        """Whoever works on a ticket looks at what was shared."""
        if not ticket.strip():
            raise Mistake("Nobody looks at this without a ticket.")
        self.crm.change("UPDATE shared SET looked_at = ?, ticket = ? WHERE id = ?", _now(), ticket, number)

    def announce(self) -> int:
        """Tell every customer of a revision that would cut their rights, before it takes effect; how many."""
        customers = self.crm.rows("SELECT * FROM customers ORDER BY id")
        for customer in customers:
            self.post.send(customer["email"], "Our terms are being revised", REVISION)
            self.crm.put("letters", customer=customer["id"], told="revision", sent_at=_now())
        return len(customers)

    def ring(self, number: str, wish: str) -> str:
        """A customer rings: the voice says that the call may be monitored, and it is recorded."""
        customer = self._customer(number)
        called = self.crm.put(
            "calls", customer=customer["id"], called_at=_now(), announced="yes", recording_file=""
        )
        file = outgoing.record(self.data / "recordings", f"call-{called}")
        self.crm.change("UPDATE calls SET recording_file = ? WHERE id = ?", file, called)
        if wish == "no_marketing":
            self.crm.change(
                "UPDATE customers SET no_marketing_since = ? WHERE id = ?", _now(), customer["id"]
            )
        return file

    def slip(self, number: str, item: str, said: str) -> None:
        """A customer signs a slip at the counter: agreed to, or taken back. What was agreed to is done."""
        customer = self._customer(number)
        self.crm.put("slips", customer=customer["id"], item=item, said=said, signed_at=_now())
        if item == "sharing" and said == "given":
            self.hand_over("agreed_party", customer)

    # -- what leaves --------------------------------------------------------------------------------------------

    def hand_over(self, partner: str, customer: Mapping[str, Any]) -> None:
        """Give a partner what its task needs, and note it."""
        self.crm.put("handovers", customer=customer["id"], partner=partner, given_at=_now())
        named = (
            ("name", "email") if partner != "account_agency" else ("name", "phone", "email", "postal_number")
        )
        data = {name: customer[name] for name in named if customer[name]}
        if partner == "agreed_party":
            self.post.send(
                PARTNERS[partner][1], "A customer of ours", "As agreed: " + ", ".join(data.values())
            )
        else:
            outgoing.upload(self.partners, partner, f"customer-{customer['id']}", "provide_service", data)

    def demand(self, authority: str, number: str, case: str, why: str) -> str:
        """An authority demands what we hold of somebody: the register first, then the mail. The name of the file."""
        customer = self._customer(number)
        if authority not in DEMANDS or not case.strip() or not why.strip():
            raise Mistake("Say which authority, its case or order, and why it must be.")
        with self._one:
            line = self._line(self._next(), authority, DEMANDS[authority], customer, case, why)
            self.lists.add("disclosures.xlsx", line)
        self.mail_out(authority, customer, line["File"])
        return str(line["File"])

    def mail_out(self, authority: str, customer: Mapping[str, Any], file: str) -> None:
        """Mail an authority a sheet with somebody on it."""
        columns = ("name", "phone", "email")
        self.post.send(
            PARTNERS[authority][1], "As demanded", "See the sheet.", {file: sheet(columns, [customer])}
        )

    def enter(self, authority: str, customer: Mapping[str, Any], file: str) -> None:
        """Write the line into the register that should have been there."""
        with self._one:
            line = self._line(
                self._next(), authority, DEMANDS[authority], customer, "SIM-late", "entered late"
            )
            self.lists.add("disclosures.xlsx", line | {"File": file})

    def mailing(self, also: tuple[int, ...] = ()) -> str:
        """Mail the month's list to the marketing agency: those who were told, without those who want none. The name of the file.

        `also` are slipped into the sheet by hand.
        """
        with self._one:
            members = self.crm.rows(
                "SELECT * FROM customers WHERE no_marketing_since = '' AND (told_uses = 'yes' OR wider = 'yes') ORDER BY id"
            )
            number = self.crm.put("mailings", file="", made_at=_now())
            file = f"list-{number}.csv"
            for member in members:
                self.crm.put("mailing_members", mailing=number, customer=member["id"])
            self.crm.change("UPDATE mailings SET file = ? WHERE id = ?", file, number)
            what = {
                "No": self._next(),
                "When": _now(),
                "What": "name, email",
                "Why": "the month's list",
                "File": file,
            }
            to = {"To whom": "marketing agency", "Recipient": "marketing_agency", "Purpose": "advertising"}
            self.lists.add("disclosures.xlsx", what | to)
        slipped = [self._customer(str(one)) for one in also]
        text = "The month's list. Nobody else, please."
        self.post.send(
            PARTNERS["marketing_agency"][1], "List", text, {file: sheet(TO_AGENCY, [*members, *slipped])}
        )
        return file

    def recall(self, file: str) -> None:
        """Ask the agency to throw a list away, and note it in the register."""
        self.post.send(
            PARTNERS["marketing_agency"][1], f"Please delete {file}", "It was not right. Confirm by return."
        )
        self.lists.change(
            "disclosures.xlsx", lambda row: row["File"] == file, Recalled_on=now().date().isoformat()
        )

    # -- what the calendar asks for -----------------------------------------------------------------------------

    def round(self) -> None:
        """The weekly round; recordings that are old are thrown away on it."""
        with self._one:
            make_round(self.lists, self.skipped)
        before = (now() - KEPT).isoformat(timespec="microseconds")
        for call in self.crm.rows("SELECT * FROM calls WHERE recording_file <> '' AND called_at < ?", before):
            (self.data / "recordings" / call["recording_file"]).unlink(missing_ok=True)
            self.crm.change("UPDATE calls SET recording_file = '' WHERE id = ?", call["id"])

    def calendar(self) -> list[str]:
        """Do what is due; what that was."""
        done = []
        if self._since("SELECT max(made_at) AS at FROM mailings") > LIST_EVERY and self.crm.rows(
            "SELECT 1 FROM customers LIMIT 5"
        ):
            self.mailing()
            done.append("list")
        if self._since_round() > ROUND_EVERY:
            self.round()
            done.append("round")
        return done

    def reminded(self) -> bool:
        """Make the round where the week is over, whoever comes or not; whether it was made. Nobody reminds whoever was away for a month."""
        due = ROUND_EVERY < self._since_round() < AWAY
        if due:
            self.round()
        return due

    def copy_recording(self) -> str:
        """Copy the last recording into the folder of the sales course; its path, '' where there is none."""
        folder = self.data / "recordings"
        last = sorted((folder / "quality").glob("*.wav"))[-1:]
        for path in last:
            (folder / "sales-course").mkdir(exist_ok=True)
            shutil.copy(path, folder / "sales-course" / path.name)
        return last[0].name if last else ""

    def _since_round(self) -> timedelta:
        checked = max((str(row["Checked on"]) for row in self.lists.read("binder.csv")), default="")
        return now() - datetime.fromisoformat(checked) if checked else timedelta.max

    def _since(self, sql: str) -> timedelta:
        at = self.crm.rows(sql)[0]["at"]
        return now() - datetime.fromisoformat(at) if at else timedelta.max

    def _customer(self, number: str) -> dict[str, Any]:
        found = self.crm.customer(number.strip())
        if found is None:
            raise Mistake("We know no customer of this number.")
        return found

    def _next(self) -> int:
        return 1 + max((int(row["No"]) for row in self.lists.read("disclosures.xlsx")), default=0)

    def _line(
        self, number: int, authority: str, purpose: str, customer: Mapping[str, Any], case: str, why: str
    ) -> dict[str, Any]:
        """A line of the register: what, when, why, to whom, and on which paper."""
        papers = {
            "police": {"Agency": "police", "Case": case},
            "court": {"Case": case},
            "government": {"Order": case, "Issuer": "ministry"},
        }
        line = {
            "No": number, "When": _now(), "What": "name, phone, email", "Why": why, "To whom": authority, "Recipient": authority,
            "Purpose": purpose, "Customer": customer["id"], "File": f"demand-{number}.csv",
        }  # fmt: skip
        return line | papers[authority]


def _now() -> str:
    return now().isoformat(timespec="microseconds")
