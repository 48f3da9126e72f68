"""The life of a writer of keys: it seals for people, lets keys die, and changes epochs; and the account of that.

Lines it says: `done seal WHO PLAIN SEALED`; `trying destroy WHO` and `done destroy WHO INSTANT`; `read WHO SEALED INSTANT ANSWER`,
the answer being what came out or `-`, the instant that before it was asked: all processes of a machine have one such clock.
"""

from __future__ import annotations

import itertools
import random
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.storms.lives import COMPANY, Life, Speaks, to_the_end
from tests.storms.tally import Tally
from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.vault import EpochRefused, EpochState, KeeperProblem, KeyDestroyed, SealBroken, Vault

CELL = "storm.cell"


def found(home: Home) -> None:
    """A key store with its first epoch."""
    vault_of(home, COMPANY).close()


def live(home: Home, life: Life, voice: Speaks) -> None:
    """Open the vault and use it, in so many threads."""
    with vault_of(home, COMPANY) as vault:
        voice.say("ready")
        writers = [KeyWriter(vault, voice, life, number) for number in range(life.threads)]
        for writer in writers[1:]:
            threading.Thread(target=to_the_end, args=(writer.write,)).start()
        writers[0].write()


class KeyWriter:
    """One thread's acts, drawn by lot."""

    def __init__(self, vault: Vault, voice: Speaks, life: Life, number: int) -> None:
        self._vault, self._voice = vault, voice
        self._name = f"{life.name}.{number}"
        self._dice = random.Random(f"{life.lot}/{number}")
        self._count = itertools.count()
        self._sealed = [
            (who, bytes.fromhex(sealed)) for who, sealed in (one.split("=") for one in life.others)
        ]

    def write(self) -> None:
        """Until death."""
        while True:
            act = self._dice.choices((self.seal, self.read, self.destroy, self.epoch), (6, 6, 2, 1))[0]
            act()

    def seal(self) -> None:
        """A value for somebody new, or for somebody known who may be dead."""
        mark = f"{self._name}-{next(self._count)}"
        who = self._dice.choice(self._sealed)[0] if self._sealed and self._dice.random() < 0.5 else mark
        try:
            sealed = self._vault.seal(who, CELL, mark.encode())
        except KeyDestroyed:
            return
        self._voice.say("done", "seal", who, mark, sealed.hex())
        self._sealed.append((who, sealed))

    def read(self) -> None:
        """What comes out of something sealed, and since when that was asked."""
        if not self._sealed:
            return
        who, sealed = self._dice.choice(self._sealed)
        asked = time.monotonic()
        [plain] = self._vault.open_many([(who, CELL, sealed)])
        self._voice.say("read", who, sealed.hex(), asked, plain.decode() if plain is not None else "-")

    def destroy(self) -> None:
        """Somebody's keys die."""
        if not self._sealed:
            return
        who = self._dice.choice(self._sealed)[0]
        self._voice.say("trying", "destroy", who)
        self._vault.destroy([who])
        self._voice.say("done", "destroy", who, time.monotonic())

    def epoch(self) -> None:
        """The epoch changes, an old one dies, or the root key is changed; several processes may want that at once."""
        closed = [epoch.number for epoch in self._vault.epochs() if epoch.state is EpochState.CLOSED]
        acts: list[Callable[[], object]] = [self._vault.close_epoch, self._vault.rewrap_root]
        acts += [lambda number=number: self._vault.destroy_epoch(number) for number in closed[:1]]  # type: ignore[misc]
        try:
            self._dice.choice(acts)()
        except EpochRefused:
            return
        self._voice.say("done", "epoch")


@dataclass
class Account:
    """All that was said about one key store."""

    sealed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By the sealed value in hex: whose, and what."""
    tried: set[str] = field(default_factory=set)
    dead: dict[str, float] = field(default_factory=dict)
    """By owner, the instant after its death was first acknowledged."""
    reads: list[tuple[str, str, float, str]] = field(default_factory=list)
    copy: tuple[Path, int] | None = None
    """Where a copy of the key store lies, and the epoch that was open then."""
    watcher: Vault | None = None

    def met(self, dice: random.Random) -> list[str]:
        """Some of what was sealed, with its owner."""
        there = [f"{who}={sealed}" for sealed, (who, _) in self.sealed.items()]
        return dice.sample(there, min(4, len(there)))

    def hear(self, line: str) -> int:
        match line.split():
            case ["done", "seal", who, plain, sealed]:
                self.sealed[sealed] = (who, plain)
            case ["trying", "destroy", who]:
                self.tried.add(who)
                return 0
            case ["done", "destroy", who, at]:
                self.dead[who] = min(float(at), self.dead.get(who, float("inf")))
            case ["read", who, sealed, asked, plain]:
                self.reads.append((who, sealed, float(asked), plain))
                return 0
            case ["ready"]:
                return 0
        return 1

    def settle(self, home: Home, tally: Tally, where: str) -> None:
        """Hold what opens, here and in a process that had every key in memory before, against what was said."""
        try:
            self._settle(home, tally, where)
        except SealBroken as problem:
            tally.wrong("missing", 1, f"{where}: {problem}")

    def _settle(self, home: Home, tally: Tally, where: str) -> None:
        self._judge_reads(tally, where)
        with vault_of(home, COMPANY) as vault:
            self._judge(vault, tally, where)
            for who in self.dead:
                tally.wrong("undead", int(_seals(vault, who)), f"{where}: {who} gets a new key")
            self._judge_copy(home, vault, tally, where)
        self.watcher = self.watcher or vault_of(home, COMPANY)
        self._judge(self.watcher, tally, f"{where}, in a process that had the keys")

    def close(self) -> None:
        """Give back what was held open."""
        if self.watcher is not None:
            self.watcher.close()

    def _judge_reads(self, tally: Tally, where: str) -> None:
        reads, self.reads = self.reads, []
        for who, sealed, asked, plain in reads:
            if plain == "-":
                tally.wrong("missing", int(who not in self.tried), f"{where}: {who} was read as dead")
            else:
                late = asked >= self.dead.get(who, float("inf"))
                tally.wrong("undead", int(late), f"{where}: {who} was read after death")
                tally.wrong("torn", int(self.sealed.get(sealed, ("", plain))[1] != plain), f"{where}: {who}")

    def _judge(self, vault: Vault, tally: Tally, where: str) -> None:
        alive = vault.alive({who for who, _ in self.sealed.values()})
        items = [(who, CELL, bytes.fromhex(sealed)) for sealed, (who, _) in self.sealed.items()]
        for (who, plain), opened in zip(self.sealed.values(), vault.open_many(items), strict=True):
            lives = opened is not None
            tally.wrong("torn", int(lives != (who in alive)), f"{where}: {who} is neither alive nor dead")
            tally.wrong("undead", int(lives and who in self.dead), f"{where}: {who} opens after death")
            wrong = not lives and who not in self.tried
            tally.wrong("missing", int(wrong or (lives and opened != plain.encode())), f"{where}: {who}")

    def _judge_copy(self, home: Home, vault: Vault, tally: Tally, where: str) -> None:
        """A copy of the key store opens nothing once the epoch that was open then is destroyed."""
        if not home.keystore_address.startswith("sqlite"):
            return
        states = {epoch.number: epoch.state for epoch in vault.epochs()}
        if self.copy and states[self.copy[1]] is EpochState.DESTROYED:
            place, number = self.copy
            tally.wrong(
                "undead", int(_opens(home, place)), f"{where}: a copy from the time of epoch {number}"
            )
            shutil.rmtree(place)
            self.copy = None
        if not self.copy:
            live = Path(home.keystore_address.removeprefix("sqlite:///")).parent
            copy = live.with_name("copy of the key store")
            shutil.copytree(live, copy)
            self.copy = (copy, next(n for n, state in states.items() if state is EpochState.OPEN))


def _opens(home: Home, copy: Path) -> bool:
    try:
        vault_of(replace(home, keystore=f"sqlite:///{copy / 'keys.db'}"), COMPANY).close()
    except KeeperProblem:
        return False
    return True


def _seals(vault: Vault, who: str) -> bool:
    try:
        vault.seal(who, CELL, b"after death")
    except KeyDestroyed:
        return False
    return True
