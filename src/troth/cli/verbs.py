"""What commands have in common that act on one organisation by verbs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError

Answer = dict[str, Any]
Verb = Callable[[Organisation, argparse.Namespace], tuple[Answer, str, bool]]
"""What is printed as JSON, what is printed as a sentence, and whether all is well."""


def add_verb(verbs: Any, name: str, words: str, act: Verb) -> argparse.ArgumentParser:
    """Declare a verb that acts on an organisation of an installation."""
    made: argparse.ArgumentParser = verbs.add_parser(name, help=words)
    made.add_argument("organisation", help="the id of the organisation")
    made.add_argument("--json", action="store_true", help="print JSON")
    add_home(made)
    made.set_defaults(run=run_verb, act=act)
    return made


def run_verb(args: argparse.Namespace) -> int:
    """Exit code 0 when all is well, 1 when the verb says that it is not, 2 when it could not be tried."""
    try:
        with open_organisation(installation_of(args), args.organisation, bring_up=False) as organisation:
            answer, sentence, well = args.act(organisation, args)
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps(answer, indent=2, ensure_ascii=False) if args.json else sentence)
    return 0 if well else 1
