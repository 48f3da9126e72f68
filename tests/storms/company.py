"""The life of a company's writer: people come, agree, are written about and read, merged, erased; epochs change.

Lines it says: `trying ACT WHO MARK` before an act; `done ACT WHO MARK SEQUENCES` once the act has returned; `refused ACT WHO`
where the person was gone; `erased WHO INSTANT`; `read WHO MARK INSTANT ANSWER`, the instant that before it was asked and the
answer `-` where nothing can be read any more. Each act but a note is done to a person at most once, and no mark is used
twice, so that whoever listens can tell what was lost and what was doubled.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection

from tests.packs.kit import written
from tests.storms.lives import COMPANY, Life, Speaks, to_the_end
from troth.app.acts import Acts
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.ledger import Draft, Work
from troth.ledger.errors import PayloadUnreadable, SubjectGone
from troth.subjects.errors import SubjectErased
from troth.vault import EpochRefused, EpochState, KeyDestroyed

NOTE = "storm:note:taken"
MAIL = Question("use", ("email",), "newsletter")


def found(home: Home) -> None:
    """A company with its policy in force."""
    open_organisation(home, COMPANY, written(home.folder / "policy")).close()


def live(home: Home, life: Life, voice: Speaks) -> None:
    """Open the company and write, in so many threads."""
    with open_organisation(home, COMPANY, bring_up=False) as company:
        voice.say("ready")
        writers = [Writer(company, voice, life, number) for number in range(life.threads)]
        for writer in writers[1:]:
            threading.Thread(target=to_the_end, args=(writer.write,)).start()
        writers[0].write()


class Writer:
    """One thread's acts, drawn by lot."""

    def __init__(self, company: Organisation, voice: Speaks, life: Life, number: int) -> None:
        self._company = company
        self._voice = voice
        self._name = f"{life.name}.{number}"
        self._dice = random.Random(f"{life.lot}/{number}")
        self._count = itertools.count()
        self._known = [one for one in life.others if "=" not in one]
        self._fresh: list[str] = []
        met = (one.split("=") for one in life.others if "=" in one)
        self._notes = [(who, mark, int(sequence)) for who, mark, sequence in met]

    def write(self) -> None:
        """Until death."""
        while True:
            self.act()

    def act(self) -> None:
        """One act, drawn by lot."""
        acts = (self.person, self.note, self.several, self.release, self.use, self.read, self.merge)
        rare = (self.erase, self.epoch)
        do = self._dice.choices((*acts, *rare), (*(4 for _ in acts), 3, 1))[0]
        (do if self._known else self.person)()

    def person(self) -> None:
        """Somebody new, who agrees to the newsletter in the same act."""
        mark = self._mark()

        def come(acts: Acts) -> tuple[str, Work]:
            who = acts.open_subject([("email", f"{mark}@example.test")]).subject
            acts.consent(who, "newsletter", "given", kind="explicit", language="en")
            return who, acts.work

        self._voice.say("trying", "person", "-", mark)
        who, work = self._company.act(come)
        self._told("person", who, mark, work.sequences)
        self._known.append(who)
        self._fresh.append(who)

    def note(self) -> None:
        """One entry about somebody, by the way that shares commits."""
        who, mark = self._dice.choice(self._known), self._mark()
        self._voice.say("trying", "note", who, mark)
        with self._refusal("note", who):
            [sequence] = self._company.recorder.record(self._noted(who, mark))
            self._noticed(who, mark, sequence)

    def several(self) -> None:
        """Several entries in one transaction, or, every third time, thought better of."""
        who, marks = self._dice.choice(self._known), [self._mark() for _ in range(self._dice.randint(2, 5))]
        for mark in marks:
            self._voice.say("trying", "note", who, mark)
        with self._refusal("note", who), suppress(InterruptedError):
            with self._company.ledger.recording() as work:
                work.record(*(self._noted(who, mark) for mark in marks))
                if self._dice.random() < 0.3:
                    work.settle()
                    raise InterruptedError
            for mark, sequence in zip(marks, work.sequences, strict=True):
                self._noticed(who, mark, sequence)

    def read(self) -> None:
        """What a note says, and since when that was asked."""
        if not self._notes:
            return
        who, mark, sequence = self._dice.choice(self._notes)
        asked = time.monotonic()
        with self._company.database.read() as connection:
            said = said_in(self._company, connection, sequence)
        self._voice.say("read", who, mark, asked, said)

    def release(self) -> None:
        """Data of somebody leave, once."""
        self._once("release", lambda who: (self._company.gate.release(MAIL, who).sequence,))

    def use(self) -> None:
        """A use of somebody's data, sealed into a segment."""

        def use(who: str) -> tuple[()]:
            self._company.gate.use(MAIL, who)
            self._company.gate.flush()
            return ()

        self._once("use", use)

    def merge(self) -> None:
        """Two who came through this writer turn out to be one."""
        if len(self._fresh) < 2:
            return self.person()
        kept, absorbed = self._dice.sample(self._fresh, 2)
        self._fresh.remove(absorbed)
        self._voice.say("trying", "merge", kept, absorbed)
        with self._refusal("merge", kept):
            self._company.act(lambda acts: acts.merge(kept, absorbed))
            self._told("merge", kept, absorbed, ())

    def erase(self) -> None:
        """Somebody's keys die, and whoever they were merged with dies with them."""
        who = self._dice.choice(self._known)
        self._fresh = [one for one in self._fresh if one != who]
        self._voice.say("trying", "erase", who, "-")
        self._company.erase_keys(who)
        self._voice.say("erased", who, time.monotonic())

    def epoch(self) -> None:
        """The epoch changes, an old one dies, or the root key is changed; several processes may want that at once."""
        company, spans = self._company, self._company.vault.epochs()
        acts: list[Callable[[], object]] = [company.end_epoch, company.vault.rewrap_root]
        closed = [epoch.number for epoch in spans if epoch.state is EpochState.CLOSED][:1]
        acts += [lambda: company.destroy_epoch(closed[0])] if closed else []
        with suppress(EpochRefused):
            self._dice.choice(acts)()

    def _once(self, act: str, do: Callable[[str], tuple[int | None, ...]]) -> None:
        """Do it to one who came through this writer and to whom nothing was done but notes taken."""
        if not self._fresh:
            return self.person()
        who = self._fresh.pop(self._dice.randrange(len(self._fresh)))
        self._voice.say("trying", act, who, "-")
        with self._refusal(act, who):
            self._told(act, who, "-", do(who))

    def _noticed(self, who: str, mark: str, sequence: int) -> None:
        self._told("note", who, mark, (sequence,))
        self._notes.append((who, mark, sequence))

    def _told(self, act: str, who: str, mark: str, sequences: tuple[int | None, ...]) -> None:
        self._voice.say("done", act, who, mark, ",".join(map(str, sequences)) or "-")

    @contextmanager
    def _refusal(self, act: str, who: str) -> Iterator[None]:
        """Say that an act was refused because the person is gone: whoever listens knows whether that can be."""
        try:
            yield
        except (SubjectErased, SubjectGone, KeyDestroyed):
            self._voice.say("refused", act, who)

    def _noted(self, who: str, mark: str) -> Draft:
        now = self._company.clock.now()
        return Draft(NOTE, now, subject=who, codes=(mark,), payload={"said": secret_of(mark)})

    def _mark(self) -> str:
        return f"{self._name}-{next(self._count)}"


def secret_of(mark: str) -> str:
    """What a note says."""
    return f"secret-of-{mark}"


def said_in(company: Organisation, connection: Connection, sequence: int) -> str:
    """What a note says as it is read now; `-` where it can be read no more."""
    try:
        payload = company.ledger.payload(connection, sequence)
    except PayloadUnreadable:
        return "-"
    return str((payload or {}).get("said", "something-else"))
