"""`troth schema`: files and logs held against the items that a policy lists; and the data sets there are."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troth.app import lineage as hall
from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.cli.verbs import Answer, add_verb
from troth.kernel.errors import CallerError
from troth.lineage import Checked, Dataset
from troth.lineage.heads import FORMS, columns_in, form_of


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("schema", help="files and logs against the items that the policy lists")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    made = add_verb(verbs, "check", "look whether every column of a file is listed", _check)
    made.add_argument("file", type=Path, help="a table (.csv, .tsv) or one JSON object a line (.jsonl, .log)")
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("--point", help="the collection point that fills it")
    what.add_argument("--dataset", help="the data set that it holds")
    made.add_argument("--form", choices=FORMS, help="the form of the file (default: by its name)")
    made.add_argument("--record", action="store_true", help="put the look on record, as evidence")
    add_verb(verbs, "sets", "the data sets, how personal each is and why", _sets)


def _check(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    against = f"point:{args.point}" if args.point else f"dataset:{args.dataset}"
    lines = list(columns_in(_text(args.file), args.form or form_of(args.file.name)))

    def do(acts: Acts) -> Checked:
        found = organisation.lineage.check(acts.work.connection, acts.declared(), against, lines)
        hall.look(acts, organisation.promises, found, args.file.name)
        return found

    if args.record:
        found = organisation.act(do)
    else:
        with organisation.database.read() as connection:
            found = organisation.lineage.check(connection, organisation.policy(), against, lines)
    answer: Answer = {
        "against": found.against,
        "passed": found.passed,
        "lines": found.lines,
        "misfits": [{"line": o.line, "column": o.column, "category": o.category} for o in found.misfits],
    }
    return answer, _said(args.file, found), found.passed


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CallerError(f"{file} cannot be read: {error.strerror}.", "Name a file that is there.") from None
    except UnicodeError:
        raise CallerError(f"{file} is no text.", "Write it as UTF-8.") from None


def _said(file: Path, found: Checked) -> str:
    if found.passed:
        return f"{file}: every item is listed in {found.against} ({found.lines} lines that name items)."
    return "\n".join(
        f"{file}:{one.line}: '{one.column}' is not listed in {found.against}"
        + (f"; it belongs to {one.category}" if one.category else "; no category of the policy has it")
        for one in found.misfits
    )


def _sets(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    with organisation.database.read() as connection:
        found = organisation.lineage.datasets(connection)
    answer: Answer = {
        "datasets": [{"name": one.name, "nature": one.nature, "inputs": list(one.inputs), "source": one.source} for one in found.values()]
    }  # fmt: skip
    return answer, "\n".join(map(_line, found.values())) or "No data sets are on record.", True


def _line(one: Dataset) -> str:
    whence = f"of {', '.join(one.inputs)}" if one.inputs else f"from {one.source}"
    test = f"; tested in entry {one.tested}" if one.tested else ""
    return f"{one.name:<24} {one.nature:<13} {whence}{test}"
