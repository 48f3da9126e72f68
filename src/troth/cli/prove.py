"""`troth prove ORG --out FILE`: write an evidence pack of what was selected, for somebody outside to check."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.proofs import checkpoints_of, packs_of
from troth.app.seconding import RELEASE, Doing
from troth.cli.home import add_home, installation_of, refused
from troth.cli.persons import add_persons, persons_of
from troth.kernel.errors import CallerError, TrothError
from troth.packs import Pack, Selection


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("prove", help="write an evidence pack that others can check offline")
    command.add_argument("organisation", help="the id of the organisation")
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the pack to write; a new file"
    )
    for name, help in (
        ("clause", "a clause: its words, its verdict, and every entry that speaks of its statements"),
        ("statement", "a statement as KIND:ID: its verdict, and every entry that speaks of it"),
    ):
        command.add_argument(f"--{name}", action="append", default=[], metavar="ID", help=help)
    command.add_argument(
        "--entry", action="append", default=[], type=int, metavar="N", help="an entry by number"
    )
    command.add_argument(
        "--payload", action="append", default=[], type=int, metavar="N",
        help="an entry together with what was recorded beside it",
    )  # fmt: skip
    command.add_argument(
        "--personal",
        default="",
        metavar="REASON",
        help="why payloads about a person may leave; it is recorded",
    )
    command.add_argument(
        "--everything", action="store_true", help="the header of every entry, and every clause"
    )
    command.add_argument(
        "--tlog-proof",
        type=int,
        metavar="N",
        help="instead of a pack, the proof of one entry as C2SP tlog-proof",
    )
    add_persons(command)
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the pack was written, 2 when it was not."""
    selection = Selection(
        tuple(args.clause), tuple(args.statement), tuple(args.entry), tuple(args.payload),
        args.personal.strip(), args.everything,
    )  # fmt: skip
    try:
        home = installation_of(args)
        _refuse_existing(args.out)
        with open_organisation(home, args.organisation, bring_up=False) as organisation:
            if args.tlog_proof is not None:
                proof = checkpoints_of(organisation, home).proof(args.tlog_proof)
                _write(args.out, proof, private=False)
                print(
                    json.dumps({"proof": str(args.out)})
                    if args.json
                    else f"{args.out}: entry {args.tlog_proof}."
                )
                return 0
            pack = _made(organisation, home, selection, args)
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps(as_json(args.out, pack), indent=2) if args.json else sentence(args.out, pack))
    return 0


def _made(organisation: Organisation, home: Home, selection: Selection, args: argparse.Namespace) -> Pack:
    """Make and write the pack. What was recorded about people leaves by two persons, once operators are enrolled."""
    made: list[Pack] = []

    def make(_: str, __: object) -> None:
        made.append(packs_of(organisation, home).make(selection))
        _write(args.out, made[0].text, private=bool(made[0].payloads))

    if not selection.personal:
        make("", None)
        return made[0]
    paper = {
        "clauses": list(selection.clauses), "statements": list(selection.statements), "entries": list(selection.sequences),
        "payloads": list(selection.payloads), "reason": selection.personal, "everything": selection.everything,
    }  # fmt: skip
    Doing(organisation, home).together(RELEASE, paper, persons_of(organisation, args), make)
    return made[0]


def as_json(path: Path, pack: Pack) -> dict[str, object]:
    """What was written, as plain values."""
    return {
        "pack": str(path),
        "origin": pack.origin,
        "made_at": pack.made_at.isoformat(),
        "size": pack.size,
        "entries": pack.entries,
        "payloads": pack.payloads,
        "simulation": pack.simulation,
        "keys": list(pack.keys),
    }


def sentence(path: Path, pack: Pack) -> str:
    """What was written, for people."""
    what = f"{pack.entries} of {pack.size} entries, {pack.payloads} of them with their payload"
    named = " ".join(f"--key '{key}'" for key in pack.keys)
    marked = " It says simulation, as the policy does." if pack.simulation else ""
    return f"{path}: {what}.{marked}\nTo check it, anywhere: troth-verify {path} {named}"


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise CallerError(f"{path} is there already.", "Name a new file.")


def _write(path: Path, text: str, *, private: bool) -> None:
    """A pack with payloads is for its owner's eyes until it is handed on."""
    mode = 0o600 if private else 0o644
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise CallerError(
            f"{path} cannot be written: {error.strerror}.", "Name a new file in a folder that is there."
        ) from error
