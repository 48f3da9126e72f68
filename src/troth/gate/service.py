"""The gate in use: peek, use, release, ask about a request, and judge what was observed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Protocol

from sqlalchemy import Connection

from troth.decide.compiled import Decision
from troth.decide.model import Answer, Facts, Question, Request, RequestAnswer
from troth.decide.requests import answer_request
from troth.gate import evidence, history, situation
from troth.gate.errors import ActUnreadable
from troth.gate.model import GRADES, Found, ObservedAct, Reply, Using
from troth.gate.situation import Rooms, Situation, Unshared, View, Words, check_papers
from troth.kernel.clock import Clock, utc
from troth.kernel.findings import did_you_mean
from troth.ledger import Ledger, Origin, Recorder, SegmentName, Segments, Uses, Work
from troth.ledger.errors import PayloadUnreadable
from troth.policies import Declared

Papers = Mapping[str, str]
NO_PAPERS: Final[Papers] = MappingProxyType({})
CASE: Final = "case"
"""The paper that names the case a consent may be narrowed to."""
COVERS: Final = timedelta(days=1)
"""How long after a release an act that is observed may be the one it permitted. Chosen, not promised by any text."""
_UNSHARED: Final = Unshared()


class Decider(Protocol):
    """What answers a question from the facts: the compiled engine, or the interpreter that specifies it."""

    def answer(self, question: Question, facts: Facts) -> Answer:
        """The answer; it depends on these two and the policy alone."""

    def decision(self, question: Question, facts: Facts) -> Decision | Answer:
        """As `answer`, without what is missing: that is a search, and takes far longer."""


class Gate:
    """The gate of one organisation. Threads may share it; make one per process."""

    def __init__(
        self,
        ledger: Ledger,
        recorder: Recorder,
        rooms: Rooms,
        compile: Callable[[Declared], Decider],
        clock: Clock,
        segments: Segments,
        *,
        words: Words = _UNSHARED,
        covers: timedelta = COVERS,
    ) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._rooms = rooms
        self._compile = compile
        self._clock = clock
        self._words = words
        self._covers = covers
        self._deciders: dict[str, Decider] = {}
        self._segments = segments
        self._uses: dict[Origin, Uses] = {}

    def peek(self, question: Question, subject: str | None, papers: Papers = NO_PAPERS) -> Reply:
        """Advice on what is on record now; nothing is written. What a withdrawal acknowledged before this call forbids,
        this denies. Raises SubjectUnknown, PaperUnknown, NoPolicyInForce."""
        with self._ledger.database.read() as connection:
            return self.peek_in(connection, question, subject, papers)

    def peek_in(
        self, connection: Connection, question: Question, subject: str | None, papers: Papers = NO_PAPERS
    ) -> Reply:
        """As `peek`, in a read that was begun before: many questions may share it, and what was acknowledged before it began
        is in the answer."""
        held, at = check_papers(papers), self._clock.now()
        pseudonym = self._pseudonym(subject)
        views = situation.now(
            self._rooms, connection, pseudonym, question.recipient, held, at, self._words,
            self._only(question, papers),
        )  # fmt: skip
        return Reply(self._decide(views, question), at)

    def glance(self, question: Question, subject: str | None, papers: Papers = NO_PAPERS) -> Reply | None:
        """What `peek` would say, where memory holds all it takes: waits for nothing, so an event loop may call it. None: `peek`.

        Only for a person whom the words tell, under one policy version whose decider stands ready, and no recipient, whose
        facts the database alone holds. The guarantee of `peek` holds: the words are read anew. Raises PaperUnknown.
        """
        if not subject or question.recipient or CASE in papers:
            return None
        held, at = check_papers(papers), self._clock.now()
        known = self._words.glance(self._ledger.pseudonym(subject), at)
        if known is None or len(known) != 1:
            return None
        ((digest, facts),) = known.items()
        decider = self._deciders.get(digest)
        if decider is None:
            return None
        given = Facts(facts.holding | held, facts.unknown) if held else facts
        return Reply(_named(decider.answer(question, given), digest), at)

    def use(
        self,
        question: Question,
        subject: str | None,
        papers: Papers = NO_PAPERS,
        *,
        origin: Origin = Origin.OBSERVED,
    ) -> Reply:
        """As `peek`, and kept: a permit in the next segment (see `flush`), a refusal as an event of its own, durable now."""
        held, at = check_papers(papers), self._clock.now()
        pseudonym = self._pseudonym(subject)
        with self._ledger.database.read() as connection:
            views = situation.now(
                self._rooms, connection, pseudonym, question.recipient, held, at, self._words,
                self._only(question, papers),
            )  # fmt: skip
            answer = self._decide(views, question)
        if answer.permitted:
            self._book(origin).add(*evidence.use_row(question, answer, pseudonym or "", at))
            return Reply(answer, at, "segment", None, origin)
        draft = evidence.decided(
            evidence.USE_REFUSED, question, answer, views[0].declared,
            subject=subject, at=at, papers=papers, origin=origin,
        )  # fmt: skip
        return Reply(answer, at, "event", self._recorder.record(draft)[-1], origin)

    def use_in(
        self,
        work: Work,
        question: Question,
        subject: str | None,
        papers: Papers = NO_PAPERS,
        *,
        origin: Origin = Origin.OBSERVED,
    ) -> Using:
        """A use as part of a larger work: a refusal is durable when that work is; a permit is booked by whoever did the work,
        once it is durable, so that a work that fails leaves no use behind.
        """
        views, answer, at = self._locked(work, question, subject, papers)
        if answer.permitted:
            row = evidence.use_row(question, answer, self._pseudonym(subject) or "", at)
            return Using(Reply(answer, at, "segment", None, origin), lambda: self._book(origin).add(*row))
        draft = evidence.decided(
            evidence.USE_REFUSED, question, answer, views[0].declared,
            subject=subject, at=at, papers=papers, origin=origin,
        )  # fmt: skip
        work.record(draft)
        work.settle()
        return Using(Reply(answer, at, "event", work.sequences[-1], origin), _booked_already)

    def release(
        self,
        question: Question,
        subject: str | None,
        papers: Papers = NO_PAPERS,
        *,
        origin: Origin = Origin.OBSERVED,
    ) -> Reply:
        """Decide and record in one transaction, on disk before this returns: only then may data leave.

        Raises as `peek` does. Every restriction that was acknowledged before the decision is in it: both take one lock.
        """
        check_papers(papers)
        return self._recorder.run(
            lambda work: self.release_in(work, question, subject, papers, origin=origin)
        )

    def release_in(
        self,
        work: Work,
        question: Question,
        subject: str | None,
        papers: Papers = NO_PAPERS,
        *,
        origin: Origin = Origin.OBSERVED,
    ) -> Reply:
        """A release as part of a larger work; it is durable when that work is."""
        views, answer, at = self._locked(work, question, subject, papers)
        kind = evidence.RELEASE_PERMITTED if answer.permitted else evidence.RELEASE_REFUSED
        draft = evidence.decided(
            kind, question, answer, views[0].declared, subject=subject, at=at, papers=papers, origin=origin
        )
        work.record(draft)
        work.settle()
        return Reply(answer, at, "event", work.sequences[-1], origin)

    def ask(self, request: Request, subject: str | None, papers: Papers = NO_PAPERS) -> RequestAnswer:
        """The second form of question: what the policy says to a rights request. Advice; nothing is written."""
        held, at = check_papers(papers), self._clock.now()
        with self._ledger.database.read() as connection:
            # Words hold only the facts that statements about acts read.
            pseudonym = self._pseudonym(subject)
            view, *_ = situation.now(self._rooms, connection, pseudonym, "", held, at, _UNSHARED)
        return answer_request(view.declared.catalogue, request, view.facts, view.declared.digest)

    def observe(self, acts: Iterable[ObservedAct], *, origin: Origin = Origin.OBSERVED) -> tuple[Found, ...]:
        """Judge acts that were seen outside the gate by what was known when they were done, and record what they were.

        One that would have been denied is a breach unless a release of the same act was recorded shortly before it.
        """
        listed = [self._checked(act) for act in acts]
        return self._recorder.run(lambda work: self.observe_in(work, listed, origin=origin))

    def observe_in(
        self, work: Work, acts: Iterable[ObservedAct], *, origin: Origin = Origin.OBSERVED
    ) -> tuple[Found, ...]:
        """As `observe`, as part of a larger work."""
        return tuple(self._judge(work, self._checked(act), origin) for act in acts)

    def known(self, connection: Connection, subject: str) -> Mapping[str, Facts]:
        """What is known of a person now, under each policy version that binds, read from the database: for whoever shows
        it, or packs it into words. Raises SubjectUnknown, NoPolicyInForce."""
        at = self._clock.now()
        views = situation.now(
            self._rooms, connection, self._ledger.pseudonym(subject), "", frozenset(), at, _UNSHARED
        )
        return {view.declared.digest: view.facts for view in views}

    def flush(self) -> tuple[SegmentName, ...]:
        """Seal the permitted uses gathered so far."""
        sealed = (uses.flush() for uses in list(self._uses.values()))
        return tuple(name for name in sealed if name is not None)

    # --- deciding ----------------------------------------------------------------------------------------------------

    def _locked(
        self, work: Work, question: Question, subject: str | None, papers: Papers
    ) -> tuple[Situation, Answer, datetime]:
        """What is known, and the answer, under the lock that every restriction takes."""
        held = check_papers(papers)
        work.lock()
        at = self._clock.now()
        views = situation.now(
            self._rooms, work.connection, self._pseudonym(subject), question.recipient, held, at, _UNSHARED,
            self._only(question, papers),
        )  # fmt: skip
        return views, self._decide(views, question), at

    def _only(self, question: Question, papers: Papers) -> tuple[str, ...]:
        """What a question is about alone, as consents are narrowed to it: a recipient, and a case under the organisation's key."""
        found = [f"recipient/{question.recipient}"] if question.recipient else []
        if CASE in papers:
            found.append(f"case/{self._ledger.pseudonym(f'case:{papers[CASE]}')[:32]}")
        return tuple(found)

    def _decide(self, views: Situation, question: Question) -> Answer:
        """The answer under every version that binds: the first denial, else the permit with the duties of all."""
        answers = [self._answer(view, question) for view in views]
        denial = next((answer for answer in answers if not answer.permitted), None)
        if denial is not None or len(answers) == 1:
            return denial or answers[0]
        duties = sorted({duty for answer in answers for duty in answer.duties})
        return replace(answers[0], duties=tuple(duties))

    def _answer(self, view: View, question: Question) -> Answer:
        digest = view.declared.digest
        decider = self._deciders.get(digest)
        if decider is None:
            decider = self._deciders[digest] = self._compile(view.declared)
        return _named(decider.answer(question, view.facts), digest)

    def _pseudonym(self, subject: str | None) -> str | None:
        return self._ledger.pseudonym(subject) if subject else None

    def _book(self, origin: Origin) -> Uses:
        found = self._uses.get(origin)
        if found is None:
            made = Uses(
                self._ledger,
                self._segments,
                lambda rows: evidence.uses(rows, self._clock.now(), origin),
                evidence.USE_COLUMNS,
            )
            found = self._uses.setdefault(origin, made)
        return found

    # --- what was observed -------------------------------------------------------------------------------------------

    def _checked(self, act: ObservedAct) -> ObservedAct:
        if act.seen.how not in GRADES:
            raise ActUnreadable(
                "An observed act does not say how it was seen.", did_you_mean(act.seen.how, GRADES)
            )
        check_papers(act.papers)
        return replace(act, at=utc(act.at))

    def _judge(self, work: Work, act: ObservedAct, origin: Origin) -> Found:
        connection = work.connection
        pseudonym = self._pseudonym(act.subject)
        views = history.then(
            self._ledger, self._rooms, connection, pseudonym, act.question.recipient,
            check_papers(act.papers), act.at,
        )  # fmt: skip
        answer = self._decide(views, act.question)
        released = None if answer.permitted else self._released(connection, act, pseudonym)
        breach = not answer.permitted and released is None
        now = self._clock.now()
        work.record(evidence.observed(act, answer, views[0].declared, breach, now, origin))
        work.settle()
        return Found(Reply(answer, now, "event", work.sequences[-1], origin), breach, released)

    def _released(self, connection: Connection, act: ObservedAct, pseudonym: str | None) -> int | None:
        """The release that permitted this act: the same in all but data, of which it may have touched less."""
        names: tuple[str | None, ...] = (None,)
        if pseudonym is not None:
            root = self._rooms.subjects.root(connection, pseudonym)
            names = self._rooms.subjects.group(connection, root)
        for name in names:
            for sequence, recorded_at in self._permits(connection, name, act.at):
                if act.at - self._covers <= recorded_at <= act.at and self._same(connection, sequence, act):
                    return sequence
        return None

    def _permits(
        self, connection: Connection, name: str | None, at: datetime
    ) -> Iterable[tuple[int, datetime]]:
        kinds = (evidence.RELEASE_PERMITTED,)
        for event in self._ledger.events(connection, kinds=kinds, subject=name, newest_first=True):
            if event.recorded_at < at - self._covers:
                return
            if event.subject == name:
                yield event.sequence, event.recorded_at

    def _same(self, connection: Connection, sequence: int, act: ObservedAct) -> bool:
        try:
            payload = self._ledger.payload(connection, sequence) or {}
        except PayloadUnreadable:
            return False
        released, done = payload.get("question"), evidence.plain(act.question)
        if not isinstance(released, dict):
            return False
        data = set(released.pop("data", ()))
        return released == {k: v for k, v in done.items() if k != "data"} and set(act.question.data) <= data


def _booked_already() -> None:
    """A refusal stands in the work itself."""


def _named(answer: Answer, digest: str) -> Answer:
    return answer if answer.policy == digest else replace(answer, policy=digest)


def suppose(decider: Decider, question: Question, facts: Facts, at: datetime) -> Reply:
    """What would be answered on facts that the caller makes up: marked hypothetical, recorded nowhere."""
    return Reply(decider.answer(question, facts), at, hypothetical=True)
