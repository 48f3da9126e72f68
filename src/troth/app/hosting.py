"""All organisations of one program run, opened and ready to be shown: what the doors are handed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Never

from troth.accounts import Accounts
from troth.app.activity import Activity
from troth.app.admission import Admission, check_roles, staff_providers_of
from troth.app.changing import Changes
from troth.app.config import Home
from troth.app.couriers import AccountCourier, Box, Courier
from troth.app.coverage import Coverage, cover_at
from troth.app.folders import packs, read_folder
from troth.app.following import Followed, Follower, open_from_folder
from troth.app.foresight import Foresight
from troth.app.keys import Keys
from troth.app.lobby import Doors, doors_of, verifiers_of
from troth.app.meeting import company_if_told
from troth.app.organisation import Organisation
from troth.app.originals import match_originals, read_originals
from troth.app.pace import Pace
from troth.app.posting import Posting, posting_of
from troth.app.probing import probes_beside
from troth.app.proofs import receipts_of
from troth.app.providers import Providers, providers_of
from troth.app.sights import Sights
from troth.app.signin import SignIn
from troth.app.system import SystemClock, SystemEntropy
from troth.app.unknown import Unknown
from troth.app.visitors import Visitors
from troth.decide.compiled import Decision, Engine
from troth.decide.layout import Layout
from troth.decide.model import Answer, Facts, Question
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.findings import Findings, Place
from troth.operators import Operators
from troth.policies import Declared
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.clauses import Cut, cut
from troth.policy.compile import FORMATS, compile_policy
from troth.policy.model import StaffRole
from troth.policy.regimes import Pack
from troth.promises.board import Board
from troth.promises.service import Promises
from troth.receipts import Receipts
from troth.subjects import Identity, IdentityKind


class LateEngine:
    """The engine of one policy version, compiled by the first question it is asked: boards ask none."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._compiling = Lock()
        self._engine: Engine | None = None
        self.answer: Callable[[Question, Facts], Answer] = lambda *asked: self._made().answer(*asked)
        self.decision: Callable[[Question, Facts], Decision] = lambda *asked: self._made().decision(*asked)

    def _made(self) -> Engine:
        with self._compiling:
            if self._engine is None:
                self._engine = Engine.compile(self._bundle)
                # from now on nothing stands between
                self.answer, self.decision = self._engine.answer, self._engine.decision
        return self._engine


class Engines:
    """One engine for each policy version: what decides at the gate is what self-tests ask."""

    def __init__(self) -> None:
        self._made: dict[str, LateEngine] = {}

    def __call__(self, declared: Declared) -> LateEngine:
        """The engine of a version, made once."""
        return self._made.setdefault(declared.digest, LateEngine(declared.bundle))


@dataclass(frozen=True)
class Hosted:
    """One organisation under one version of its policy, with all that pages show of it. What is costly and not on the first
    page is made when first looked at. Another version in force is another of these: see `Hosting.current`.
    """

    organisation: Organisation
    bundle: Bundle
    """The policy version this shows."""
    folder: Path
    original: Cut | None = None
    """The published text in its original words, where the operator named a folder that has it."""
    cases: Path | None = None
    home: Home = field(default_factory=Home.of_environment)
    digest: str = ""
    """The digest this version was activated under: a later program, with more words, would give the bundle another."""

    @property
    def id(self) -> str:
        """The organisation's id."""
        return self.organisation.id

    @property
    def promises(self) -> Promises:
        """The promises of the version in force."""
        return self.organisation.promises

    @cached_property
    def cut(self) -> Cut:
        """The authoritative text, as it was published with this version."""
        text = next(text for text in self.bundle.texts if text.authoritative)
        source = self.organisation.texts(self.digest)[text.file]
        return cut(source, format=FORMATS[Path(text.file).suffix.lower()], language=text.language)

    @property
    def packs(self) -> Mapping[str, Pack]:
        """The regime packs that ship with the program, by id."""
        return packs(Findings())

    @cached_property
    def catalogue(self) -> Catalogue:
        """What is declared under the reading that is enforced."""
        return Catalogue.of(self.bundle)

    @cached_property
    def layout(self) -> Layout:
        """Which facts some statement reads."""
        return Layout.of(self.bundle)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The files of the policy folder, so that a page can show the lines a statement stands on."""
        return read_folder(self.folder, Findings())

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where each statement stands in those files; nowhere when they are no longer the version in force."""
        compiled = compile_policy(self.files, self.packs, Findings())
        same = compiled is not None and compiled.bundle.digest == self.bundle.digest
        return compiled.bundle.places if compiled is not None and same else {}

    @cached_property
    def coverage(self) -> Coverage:
        """Which clauses are bound to what."""
        company = company_if_told(self.folder, self.catalogue)
        return cover_at(self.home, self.id, self.bundle, self.cases, company)

    @cached_property
    def foresight(self) -> Foresight:
        """What a press would do to a person."""
        return Foresight(self.organisation)

    @cached_property
    def activity(self) -> Activity:
        """What was done with the data of a person."""
        return Activity(self.organisation)

    @cached_property
    def receipts(self) -> Receipts:
        """What people take home of what they said."""
        return receipts_of(self.organisation, self.home)

    def board(self) -> Board:
        """Every clause with its verdict, as of now."""
        with self.organisation.database.read() as connection:
            return self.promises.board(connection, self.organisation.clock.now())


@dataclass(frozen=True, slots=True)
class Site:
    """Where a company that runs beside this program has its own pages, and the one with what could go wrong there."""

    home: str
    lapses: str = ""


class Hosting:
    """Organisations by id, in the order they were named, with sign-in and keys. Close it at the end.

    `organisations` are as they were when somebody last looked; `current` looks which version is in force now.
    """

    def __init__(
        self,
        hosted: Iterable[Hosted],
        clock: Clock,
        entropy: Entropy,
        closing: ExitStack | None = None,
        followers: Iterable[Follower] = (),
        courier: Courier | None = None,
        doors_clock: Clock | None = None,
    ) -> None:
        self._organisations = {one.id: one for one in hosted}
        self.organisations: Mapping[str, Hosted] = MappingProxyType(self._organisations)
        self._followers = tuple(followers)
        self.sites: dict[str, Site] = {}
        self._providers: dict[str, Providers] = {}
        self.admissions: dict[str, Admission] = {}
        self.doors = {id: doors_of(one.home, id) for id, one in self._organisations.items()}
        self.sights: dict[str, Sights] = {}
        self.stores: dict[str, Path] = {}
        """Where relative places of an organisation's stores start, where that is not its policy folder."""
        self.changes = Changes()
        self.pace: Pace | None = None
        """How fast time passes, where it is that of a run."""
        self.clock = clock
        doors = doors_clock or clock
        self.signin = SignIn(doors, entropy, self._operators)
        self.keys = Keys(entropy)
        self.visitors = Visitors(
            doors, entropy, self._leads_to, self._named, courier or self._box(), self._accounts
        )
        self.trouble: Callable[[str], tuple[str, ...]] = _none
        """What goes wrong with the checkpoints of an organisation, where somebody keeps a schedule of them."""
        self.unknown: Callable[[str], tuple[Unknown, ...]] = _none
        """What is not known of an organisation at present, where somebody looks after its probes and processes."""
        self._closing = closing or ExitStack()
        for one in self._organisations.values():
            one.organisation.accounts.by(self._account_courier(one))
            one.organisation.accounts.checking.verifiers = verifiers_of(one.home, one.id)
            check_roles(one.home, one.id, lambda one=one: one.catalogue.ids(StaffRole.kind))  # type: ignore[misc]
            named = staff_providers_of(one.home, one.id)
            self.admissions[one.id] = Admission(named, clock, one.organisation.entropy)

    def current(self, id: str) -> Hosted | None:
        """An organisation under the version in force now, whoever activated it; None where there is no such organisation."""
        held = self._organisations.get(id)
        if held is None:
            return None
        declared = held.organisation.policy()
        if held.digest != declared.digest:
            held = self._organisations[id] = replace(held, bundle=declared.bundle, digest=declared.digest)
        return held

    def sights_of(self, hosted: Hosted) -> Sights:
        """What opens the findings of an organisation's probes; one that does not run beside this program is only described."""
        found = self.sights.get(hosted.id)
        return found or Sights(probes_beside(hosted.folder, hosted.catalogue))

    def _operators(self, id: str) -> Operators | None:
        """Who operates an organisation; None where there is no such organisation."""
        held = self._organisations.get(id)
        return held.organisation.operators if held is not None else None

    def _account_courier(self, hosted: Hosted) -> AccountCourier:
        """Who brings codes and notices to the owners of accounts."""

        @cache
        def posting() -> Posting:
            return posting_of(hosted.home, self.clock, of=hosted.id)

        return AccountCourier(
            hosted.organisation,
            lambda language: self._named(hosted.id, language),
            lambda: self.visitors.courier,
            posting,
        )

    def providers_of(self, hosted: Hosted) -> Providers:
        """Where people may sign in to an organisation instead. Raises AccountsUnreadable."""
        if hosted.id not in self._providers:
            found = providers_of(hosted.home, hosted.id)
            self._providers[hosted.id] = Providers(found, self.clock, hosted.organisation.entropy)
        return self._providers[hosted.id]

    def doors_of(self, hosted: Hosted) -> Doors:
        """What people can do about an account at the privacy centre of an organisation."""
        return self.doors[hosted.id]

    def _accounts(self, id: str) -> Accounts | None:
        """The accounts of an organisation; None where there is no such organisation."""
        held = self._organisations.get(id)
        return held.organisation.accounts if held is not None else None

    def _leads_to(self, id: str, address: str) -> str | None:
        """The person a mail address leads to."""
        organisation = self._organisations[id].organisation
        with organisation.database.read() as connection:
            identity = Identity(IdentityKind.EMAIL, address)
            return organisation.rooms.subjects.find(connection, identity, organisation.ledger.pseudonym)

    def _named(self, id: str, language: str) -> str:
        names = self._organisations[id].bundle.header.organisation
        return names.get(language) or names.get("en") or id

    def _box(self) -> Box:
        """Where codes go as long as no mail server is named."""
        home = next((one.home for one in self._organisations.values()), None) or Home.of_environment()
        return Box(home.folder / "codes")

    def follow(self) -> list[Followed]:
        """Look at every policy folder; what came of those that changed and have come to rest."""
        found = [follower.look() for follower in self._followers]
        return [one for one in found if one is not None]

    def close(self) -> None:
        """Seal what was gathered and give everything back."""
        self._closing.close()

    def __enter__(self) -> Hosting:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _none(_: str) -> tuple[Never, ...]:
    """No trouble is known."""
    return ()


def open_hosting(
    home: Home,
    folders: Mapping[str, Path],
    *,
    originals: Path | None = None,
    cases: Path | None = None,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    doors_clock: Clock | None = None,
) -> Hosting:
    """Open every organisation, by id, from its policy folder. Raises PolicyRefused, DatabaseProblem, KeyProblem, OperatorError.

    `originals` is a folder with the published texts in their own words: each is laid beside the policy that has its addresses.
    `doors_clock` is by what links, codes and sessions run out that live in memory, where that is not the time of the records.
    """
    clock, chance = clock or SystemClock(), entropy or SystemEntropy()
    texts = read_originals(originals) if originals else {}
    with ExitStack() as opened:
        found, followers = {}, []
        for id, folder in folders.items():
            made = open_from_folder(home, id, folder, clock=clock, entropy=chance, compile=Engines())
            opened.callback(made.close)
            found[id] = made, made.policy()
            followers.append(Follower(home, made, folder))
        matched = match_originals({id: declared.bundle for id, (_, declared) in found.items()}, texts)
        hosted = [
            Hosted(made, declared.bundle, folders[id], matched.get(id), cases, home, declared.digest)
            for id, (made, declared) in found.items()
        ]
        return Hosting(hosted, clock, chance, opened.pop_all(), followers, doors_clock=doors_clock)
