"""`troth keys ORG`: the epochs of an organisation's keys and what each still opens; rotation, and the end of epochs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any, Final

from troth.app.config import Home
from troth.app.keystore import keeper_of
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.seconding import DESTROY, EPOCH, ROOT, Doing
from troth.cli.home import add_home, installation_of, refused
from troth.cli.persons import add_persons, persons_of
from troth.erasures import Reaching
from troth.kernel.errors import CallerError, TrothError
from troth.vault import Epoch, EpochState

_ACTIONS: Final = {
    "rotate": "wrap the keys of all epochs under new root keys, at the keeper they have",
    "change-keeper": "the same, at the keeper whose ADDRESS follows: file:FOLDER or transit:https://HOST:PORT/MOUNT",
    "close-epoch": "wrap every living key under a new epoch and close the one before",
    "destroy-epoch": "destroy the root keys of the closed epoch whose NUMBER follows, for good",
}
_TAKES_TWO: Final = {"rotate": ROOT, "change-keeper": ROOT, "close-epoch": EPOCH, "destroy-epoch": DESTROY}
_NAMED: Final = {"change-keeper": "ADDRESS", "destroy-epoch": "NUMBER"}


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "keys",
        help="show the epochs of an organisation's keys, rotate them, end them",
        description="Without an action: list the epochs, and the backups of keys that each can still open.",
        epilog="; ".join(f"{name}: {what}" for name, what in _ACTIONS.items()),
    )
    command.add_argument("organisation", help="the id of the organisation")
    command.add_argument("action", nargs="?", choices=sorted(_ACTIONS), help="what to do; see below")
    command.add_argument("what", nargs="?", help="the ADDRESS of a keeper, or the NUMBER of an epoch")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_persons(command)
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it is done, 2 when it could not be: then it can be called again, and goes on where it ended."""
    try:
        act = _act(args.action, args.what)
        home = installation_of(args)
        with open_organisation(home, args.organisation, bring_up=False) as organisation:
            _together(organisation, home, args, act)
            epochs, reaching = organisation.vault.epochs(), _reaching(organisation)
            store = organisation.vault.store_id
    except TrothError as problem:
        return refused(problem, args.json)
    if args.json:
        rows = [_plain(one, reaching) for one in epochs]
        print(json.dumps({"organisation": args.organisation, "key_store": store, "epochs": rows}, indent=2))
    else:
        print("\n".join(_said(one, reaching) for one in epochs))
    return 0


def _act(action: str | None, what: str | None) -> Callable[[Organisation, Home], None]:
    """What is to be done. Raises CallerError for an action that lacks what it is about, or was given too much."""
    needs = _NAMED.get(action or "")
    if (needs is None) is not (what is None):
        said = f"'{action}' needs {needs}" if needs else f"'{action or 'troth keys'}' takes nothing more"
        raise CallerError(f"{said}.", "See: troth keys --help")
    if action == "destroy-epoch":
        number = _number(what or "")
        return lambda organisation, home: organisation.destroy_epoch(number)
    if action == "change-keeper":
        return lambda organisation, home: _change(organisation, home, what or "")
    if action == "rotate":
        return lambda organisation, home: organisation.vault.rewrap_root()
    if action == "close-epoch":
        return lambda organisation, home: organisation.end_epoch(_progress())
    return lambda organisation, home: None


def _together(
    organisation: Organisation,
    home: Home,
    args: argparse.Namespace,
    act: Callable[[Organisation, Home], None],
) -> None:
    """Key work takes two persons once operators are enrolled; looking takes none."""
    action = _TAKES_TWO.get(args.action or "")
    if action is None:
        act(organisation, home)
        return
    doing = Doing(organisation, home)
    number = _number(args.what) if action == DESTROY else 0
    paper = doing.keys(args.action, number=number, keeper=args.what if args.action == "change-keeper" else "")
    doing.together(action, paper, persons_of(organisation, args), lambda _, __: act(organisation, home))


def _number(what: str) -> int:
    if not what.isdecimal():
        raise CallerError("An epoch has a number.", "troth keys lists them.")
    return int(what)


def _change(organisation: Organisation, home: Home, address: str) -> None:
    keeper = keeper_of(home, address)
    organisation.vault.rewrap_root(keeper)
    if home.keeper and keeper_of(home).name != keeper.name:
        print(f"Set TROTH_KEEPER={address}, or leave it out: the key store knows.", file=sys.stderr)


def _progress() -> Callable[[int, int], None] | None:
    """A line that counts, for whoever watches; nothing into a file."""
    if not sys.stderr.isatty():
        return None
    return lambda done, total: print(f"\r{done} of {total} keys", end="\n" * (done == total), file=sys.stderr)


def _reaching(organisation: Organisation) -> tuple[Reaching, ...]:
    with organisation.database.read() as connection:
        return organisation.erasures.outlook(connection).reaching


def _of(epoch: Epoch, reaching: tuple[Reaching, ...]) -> list[Reaching]:
    """The backups on the register that this epoch's root keys can still open."""
    return [one for one in reaching if any(span.number == epoch.number for span in one.epochs)]


def _plain(epoch: Epoch, reaching: tuple[Reaching, ...]) -> dict[str, object]:
    return {
        "number": epoch.number,
        "state": epoch.state.value,
        "keys": epoch.keys,
        "keeper": epoch.keeper,
        "root": epoch.root,
        "former_roots": [{"keeper": keeper, "root": root} for keeper, root in epoch.former],
        "opened_at": epoch.opened_at.isoformat(),
        "closed_at": epoch.closed_at.isoformat() if epoch.closed_at else None,
        "destroyed_at": epoch.destroyed_at.isoformat() if epoch.destroyed_at else None,
        "backups": [
            {
                "id": one.backup.id,
                "taken_at": one.backup.taken_at.isoformat(),
                "keep_until": one.until.isoformat() if one.until else None,
                "erased_people": one.people,
            }
            for one in _of(epoch, reaching)
        ],
    }


def _said(epoch: Epoch, reaching: tuple[Reaching, ...]) -> str:
    head = f"epoch {epoch.number}  {epoch.state.value:<9} {epoch.keys} keys  root key at {epoch.keeper}"
    if epoch.state is EpochState.DESTROYED:
        return f"{head}\n  opens no backup of keys any more, since {epoch.destroyed_at:%Y-%m-%d %H:%M} UTC"
    until = f"until {epoch.closed_at:%Y-%m-%d %H:%M} UTC" if epoch.closed_at else "from then on"
    found = _of(epoch, reaching)
    people = max((one.people for one in found), default=0)
    return (
        f"{head}\n  opens backups of keys taken {epoch.opened_at:%Y-%m-%d %H:%M} UTC {until}: {len(found)} on the register, "
        f"by which up to {people} erased people could be brought back"
    )
