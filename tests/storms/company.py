"""The life of a company's writer: people come, agree, are written about; their data are used and released.

Lines it says: `trying ACT WHO MARK` before an act; `done ACT WHO MARK SEQUENCES` once the act has returned. Each act but a
note is done to a person at most once, and no mark is used twice, so that whoever listens can tell what was lost and what
was doubled.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from typing import Any

from tests.packs.kit import written
from tests.storms.lives import COMPANY, Life, Speaks, to_the_end
from troth.app.config import Home
from troth.app.organisation import Organisation, open_organisation
from troth.decide.model import Question
from troth.ledger import Draft, Work

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
        self._known = list(life.others)
        self._fresh: list[str] = []

    def write(self) -> None:
        while True:
            self.act()

    def act(self) -> None:
        """One act, drawn by lot."""
        acts = (self.person, self.note, self.note, self.several, self.release, self.use)
        (self._dice.choice(acts) if self._known else self.person)()

    def person(self) -> None:
        """Somebody new, who agrees to the newsletter in the same act."""
        mark = self._mark()

        def come(acts: Any) -> tuple[str, Work]:
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
        self._told("note", who, mark, self._company.recorder.record(self._noted(who, mark)))

    def several(self) -> None:
        """Several entries in one transaction, or, every third time, thought better of."""
        who, marks = self._dice.choice(self._known), [self._mark() for _ in range(self._dice.randint(2, 5))]
        for mark in marks:
            self._voice.say("trying", "note", who, mark)
        try:
            with self._company.ledger.recording() as work:
                work.record(*(self._noted(who, mark) for mark in marks))
                if self._dice.random() < 0.3:
                    work.settle()
                    raise InterruptedError
        except InterruptedError:
            return
        for mark, sequence in zip(marks, work.sequences, strict=True):
            self._told("note", who, mark, (sequence,))

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

    def _once(self, act: str, do: Callable[[str], tuple[int | None, ...]]) -> None:
        """Do it to one who came through this writer and to whom nothing was done but notes taken."""
        if not self._fresh:
            return self.person()
        who = self._fresh.pop(self._dice.randrange(len(self._fresh)))
        self._voice.say("trying", act, who, "-")
        self._told(act, who, "-", do(who))

    def _told(self, act: str, who: str, mark: str, sequences: tuple[int | None, ...]) -> None:
        self._voice.say("done", act, who, mark, ",".join(map(str, sequences)) or "-")

    def _noted(self, who: str, mark: str) -> Draft:
        now = self._company.clock.now()
        return Draft(NOTE, now, subject=who, codes=(mark,), payload={"said": f"secret of {mark}"})

    def _mark(self) -> str:
        return f"{self._name}-{next(self._count)}"
