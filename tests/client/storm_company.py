"""A company as a process of its own that can be killed: in one transaction it changes a row and writes down what the product is to be told.

python -m tests.client.storm_company DATABASE KEYS TURNS PERSON…

It says a line for each transaction, and relays in a thread meanwhile and afterwards.
"""

from __future__ import annotations

import itertools
import sqlite3
import sys
import threading
from pathlib import Path

from examples.kit.process import ready, tied
from troth.client import Client, KeyFile, Outbox, Relay

OUTBOX = Outbox()
ACTS = ("raised", "lifted")


def connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30)


def prepare(path: str) -> None:
    with connect(path) as db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS choices (number INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT, act TEXT)"
        )
        OUTBOX.prepare(db)


def choose(db: sqlite3.Connection, subject: str) -> None:
    """Turn a person's choice over: the row and the word about it, or neither."""
    with db:
        db.execute("BEGIN IMMEDIATE")
        (count,) = db.execute("SELECT count(*) FROM choices WHERE subject = ?", (subject,)).fetchone()
        act = ACTS[count % 2]
        db.execute("INSERT INTO choices (subject, act) VALUES (?, ?)", (subject, act))
        OUTBOX.on(db).objection(subject, "page_log", act)


def main() -> None:
    path, keys, turns, people = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    relay = Relay(OUTBOX, Client(KeyFile.read(keys), timeout=5), lambda: connect(path), every=0.05).start()
    db = connect(path)
    db.isolation_level = None
    ready()
    tied()
    for subject in itertools.islice(itertools.cycle(people), turns):
        choose(db, subject)
        relay.wake()
        print("turned", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
