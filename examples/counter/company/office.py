"""What lies in the office from its first day: who works there, rooms, cabinets, keys, partners, papers. And the round that is made each
week: locks are tried, lists gone through, and the binder says which paper shows what, and when somebody last looked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from examples.counter.company.lists import Lists
from examples.kit.time import now

STAFF = (
    ("1", "Puan Rohani", "Account manager", "", "yes"),
    ("2", "Mr Ooi", "Account manager", "", "yes"),
    ("3", "Ms Devi", "Quality of service", "privacy", "yes"),
    ("4", "Encik Halim", "Store and keys", "privacy", ""),
    ("5", "Ms Teoh", "Books", "", ""),
)
ROOMS = (("Front desk", "", ""), ("Record room", "yes", "1, 3, 4"), ("Machine cupboard", "yes", "4"))
CABINETS = (("C1", "Record room"), ("C2", "Record room"), ("C3", "Machine cupboard"))
KEYS = (("K1", "Record room", "4"), ("K2", "Machine cupboard", "4"), ("K3", "C1", "1"))
WAYS_IN = (
    ("Application form", "crm.db", "1"), ("Talk at the counter", "crm.db", "1"), ("Telephone", "recordings", "3"),
    ("Mail", "mail", "1"), ("Orders", "crm.db", "2"), ("Log of the order page", "crm.db", "2"),
)  # fmt: skip
PARTNERS = {
    "overseas_processor": (
        "processor",
        "",
        ("contract", "confidentiality", "own_standard", "no_other_use", "impact_record"),
    ),
    "account_agency": ("processor", "", ("contract", "confidentiality", "own_standard", "no_other_use")),
    "marketing_agency": (
        "processor",
        "lists@agency.example",
        ("contract", "confidentiality", "own_standard"),
    ),
    "supplier": ("other", "", ("contract",)),
    "agreed_party": ("other", "desk@insurer.example", ("contract", "confidentiality")),
    "police": ("authority", "station@police.example", ()),
    "court": ("authority", "registry@court.example", ()),
    "government": ("authority", "desk@ministry.example", ()),
}
BINDER = (
    ("intake", 1, "lists/ways_in.csv"), ("eight_threats", 1, "papers/threats.txt"), ("secrecy", 1, "papers/secrecy.txt"),
    ("secrecy", 2, "papers/procedure.txt"), ("restricted_areas", 1, "lists/rooms.xlsx"), ("restricted_areas", 2, "lists/entries.csv"),
    ("few_people", 1, "lists/staff.csv"), ("passwords", 1, "papers/passwords.txt"), ("passwords", 2, "papers/numbers.txt"),
    ("backup_passwords", 1, "papers/envelope.txt"), ("backup_passwords", 2, "papers/envelope-log.txt"),
    ("firewall", 1, "papers/firewall.txt"), ("firewall", 2, "papers/firewall-read.txt"),
    ("transmission", 1, "papers/mail-server.txt"), ("locks", 1, "lists/cabinets.xlsx"), ("locks", 2, "lists/cabinets.xlsx"),
    ("team", 1, "lists/staff.csv"), ("team", 2, "lists/staff.csv"),
    ("remits", 1, "papers/remit-systems.txt"), ("remits", 2, "papers/remit-disputes.txt"),
    ("remits", 3, "papers/remit-training.txt"), ("remits", 4, "papers/remit-liaison.txt"), ("reports", 1, "papers/board.txt"),
    ("reports", 2, "papers/general-manager.txt"),
)  # fmt: skip
PAPERS = {
    "threats": "use, touch, change, copy: locked rooms. destruction, loss: copies. leak: few people. theft: locks.",
    "secrecy": "Physical: cabinets with a code. Electronic: the customer list asks for a password.",
    "procedure": "Who takes a dossier signs for it. Nobody takes one home.",
    "passwords": "The customer list and each machine ask for a password.",
    "numbers": "Everybody who works here has a number of their own; see the list of staff.",
    "envelope": "Sealed. Two sign over the seal: Puan Rohani and Encik Halim.",
    "envelope-log": "Not opened so far.",
    "firewall": "Rules as exported: in, none. Out: mail, web.",
    "firewall-read": "Read through: no rule lets anything through to anywhere.",
    "mail-server": "Asked for TLS; refuses plain transmission.",
    "remit-systems": "Systems: Ms Teoh.",
    "remit-disputes": "Disputes: Mr Ooi.",
    "remit-training": "Training: Ms Devi.",
    "remit-liaison": "Liaison: Puan Rohani.",
    "board": "Received by the board.",
    "general-manager": "Received by the general manager.",
}


def furnish(lists: Lists, data: Path) -> None:
    """Make what is not there yet."""
    today = now().date().isoformat()
    for name, text in PAPERS.items():
        path = data / "papers" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(f"{text}\n", encoding="utf-8")
    made = {
        "staff.csv": [
            {
                "No": no,
                "Name": name,
                "Function": what,
                "Team": team,
                "Confidential": secret,
                "Trained on": today,
            }
            for no, name, what, team, secret in STAFF
        ],
        "rooms.xlsx": [{"Room": a, "Restricted": b, "Cleared (staff no.)": c} for a, b, c in ROOMS],
        "cabinets.xlsx": [
            {"Cabinet": a, "Room": b, "Lock": "code", "Checked on": today, "Checked by": "4"}
            for a, b in CABINETS
        ],
        "keys.csv": [{"Key": a, "Opens": b, "Held by": c, "Given on": today} for a, b, c in KEYS],
        "entries.csv": [{"Day": today, "Room": "Record room", "Staff no.": "4"}],
        "ways_in.csv": [{"Way in": a, "Ends in": b, "Kept by": c} for a, b, c in WAYS_IN],
        "partners.xlsx": [
            {"Partner": partner, "Kind": kind, "Mail": mail, "Paper": paper}
            for partner, (kind, mail, papers) in PARTNERS.items()
            for paper in papers or ("",)
        ],
        "disclosures.xlsx": [],
        "binder.csv": [],
    }
    for name, rows in made.items():
        if not lists.has(name):
            lists.write(name, rows)
    if not lists.read("binder.csv"):
        write_binder(lists, now())


def make_round(lists: Lists, but: frozenset[str] = frozenset()) -> None:
    """Try the lock of every cabinet (but those), look into each paper, and say so."""
    today = now().date().isoformat()
    lists.change("cabinets.xlsx", lambda row: row["Cabinet"] not in but, Checked_on=today, Checked_by="4")
    lists.add("entries.csv", {"Day": today, "Room": "Record room", "Staff no.": "4"})
    write_binder(lists, now())


def write_binder(lists: Lists, at: datetime) -> None:
    """The binder's first page: which paper shows which item, and when it was last looked at."""
    heads = sum(row["Confidential"] == "yes" and not row["Left on"] for row in lists.read("staff.csv"))
    rows = [
        {"Safeguard": name, "Item": item, "File": file, "Checked on": at.isoformat(timespec="microseconds"),
         "Heads": heads if name == "few_people" else ""}
        for name, item, file in BINDER
    ]  # fmt: skip
    lists.write("binder.csv", rows)
