"""Opening an organisation at a home: its database fit, its keys at hand, what was cut off finished, its policy in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from troth.app.acts import Acts
from troth.app.config import Home
from troth.app.erasing import Told
from troth.app.folders import packs, read_folder
from troth.app.house import Watch
from troth.app.keystore import vault_of
from troth.app.lobby import settings_of
from troth.app.operators_file import product_roles_of
from troth.app.organisation import Organisation, engine
from troth.app.system import SystemClock, SystemEntropy
from troth.db import Database, check, migrate, open_database
from troth.db.closing import Closed
from troth.erasures import Erasures
from troth.gate import Decider, Words
from troth.kernel.canonical import digest
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.errors import AuthorError
from troth.kernel.findings import Findings, Severity
from troth.ledger import (
    Ledger,
    Origin,
    PseudonymKey,
    Segments,
    create_key,
    read_key,
)
from troth.policies import Declared
from troth.policy.bundle import Bundle
from troth.policy.compile import compile_policy

MOST_COMPILED: Final = 16
_COMPILED: Final[dict[str, Bundle]] = {}
"""Bundles by the digest of the files they were made of, the oldest first."""


class PolicyRefused(AuthorError):
    """A policy folder does not compile."""


def open_organisation(
    home: Home,
    id: str,
    folder: Path | None = None,
    *,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    compile: Callable[[Declared], Decider] = engine,
    words: Words | None = None,
    watch: Watch | None = None,
    origin: Origin = Origin.OBSERVED,
    bring_up: bool = True,
    closed: Closed | None = None,
    told: Told | None = None,
) -> Organisation:
    """Open an organisation at a home; with a policy folder, its version is put in force unless it is already.

    The database is brought to this program's shape (`bring_up`; else it is only checked; `closed` lets in whoever closed it),
    what earlier programs left unsealed is sealed (`told` hears how much), and erasures that were cut off are finished.

    Raises PolicyRefused for a folder that does not compile, NoPolicyInForce without a folder where none was ever put in force,
    KeyProblem, DatabaseProblem, and for a key store or keeper that is missing or another one, KeyStoreProblem, KeeperProblem:
    then nothing was written.
    """
    chance = entropy or SystemEntropy()
    compiled = compiled_folder(folder) if folder is not None else None
    home.folder.mkdir(parents=True, exist_ok=True)
    database = open_database(home.database)
    with ExitStack() as opened:
        opened.callback(database.close)
        _fit(database, bring_up, closed)
        vault = vault_of(home, id, expected=_key_store(database, id), clock=clock)
        opened.callback(vault.close)
        found = Organisation(
            id, database, _key(home, id, database, chance), Segments(home.segments(id)), vault=vault,
            clock=clock or SystemClock(), entropy=chance, compile=compile, words=words, watch=watch,
            words_folder=_words_folder(home, id, database), accounts=settings_of(home),
            product_roles=product_roles_of(home, id),
        )  # fmt: skip
        found.mend(told)
        if compiled is not None:
            bundle, texts = compiled
            found.act(lambda acts: _put_in_force(acts, found, bundle, texts), origin=origin)
        found.policy()
        opened.pop_all()
    return found


def _fit(database: Database, bring_up: bool, closed: Closed | None) -> None:
    if closed is not None:
        check(database, closed=closed)
    else:
        (migrate if bring_up else check)(database)


def _key_store(database: Database, id: str) -> str | None:
    """The id of the key store that an organisation's records name."""
    with database.read() as connection:
        return Erasures(id).key_store(connection)


def compiled_folder(folder: Path) -> tuple[Bundle, dict[str, str]]:
    """The bundle of a policy folder and the texts it publishes; files that were compiled before are not again. Raises PolicyRefused
    with the first finding."""
    findings = Findings()
    files = read_folder(folder, findings)
    made_of = digest(files)
    bundle = None if findings.refused else _COMPILED.get(made_of) or _compiled(files, findings)
    if bundle is None:
        errors = [finding for finding in findings.sorted if finding.severity is Severity.ERROR]
        raise PolicyRefused(
            f"The policy in {folder} does not compile: {len(errors)} findings refuse it, the first is: {errors[0]}",
            f"See all of them with: troth check {folder}",
            folder=str(folder),
            findings=len(errors),
        )
    while len(_COMPILED) >= MOST_COMPILED:
        _COMPILED.pop(next(iter(_COMPILED), ""), None)
    _COMPILED[made_of] = bundle
    return bundle, {text.file: files[text.file] for text in bundle.texts}


def _compiled(files: Mapping[str, str], findings: Findings) -> Bundle | None:
    compiled = compile_policy(files, packs(findings), findings)
    return compiled.bundle if compiled is not None else None


def _put_in_force(acts: Acts, organisation: Organisation, bundle: Bundle, texts: Mapping[str, str]) -> None:
    acts.work.lock()
    connection, policies = acts.work.connection, organisation.rooms.policies
    held = [version.digest for version in policies.versions(connection)]
    if held and (
        policies.in_force(connection, acts.at).digest == bundle.digest
        or organisation.operators.staffed(connection)
    ):
        return  # where operators are enrolled, another version takes two of them
    acts.activate(bundle, texts)


def _words_folder(home: Home, id: str, database: Database) -> Path | None:
    """Where this host keeps an organisation's words: beside a SQLite database, which one host alone can have open.

    A PostgreSQL database may serve several hosts, whose words would not know of each other's changes: there words are kept
    only in a folder that was named, by an operator who lets one host alone serve it.
    """
    if home.words is not None:
        return home.words / id
    if database.dialect != "sqlite":
        return None
    file = Path(database.where).resolve()
    return file.parent / "words" / file.name / id


def _key(home: Home, id: str, database: Database, entropy: Entropy) -> PseudonymKey:
    """The organisation's pseudonym key, made anew only where nothing was ever recorded under another."""
    path = home.key(id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists() and not _has_entries(database, id):
        return create_key(path, entropy)
    return read_key(path)


def _has_entries(database: Database, id: str) -> bool:
    asked = Ledger(database, id, PseudonymKey(b""), clock=SystemClock(), entropy=SystemEntropy())
    with database.read() as connection:
        return asked.head(connection).size > 0
