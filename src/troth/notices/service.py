"""Notices in use: rendered, shown and put on record, verified by digest; submissions bound to what was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.decide.offers import duties_offering
from troth.kernel.findings import did_you_mean
from troth.ledger import Origin, Work
from troth.notices import evidence, rules, store
from troth.notices.errors import DisplayUnreadable, NoticeMismatch, NoticeTooLong, TextUnknown
from troth.notices.evidence import day
from troth.notices.model import (
    LONGEST,
    MOST_FIELDS,
    Counted,
    Display,
    Rendered,
    Shown,
    Submission,
    Submitted,
)
from troth.notices.revising import Revisions
from troth.policies import Declared, NotDeclared, Policies
from troth.policy.catalogue import Catalogue
from troth.policy.model import Point
from troth.subjects import UNWATCHED, Act, Changes, Subjects, check_language, root_of
from troth.subjects import Shown as HowShown

Payloads = Callable[[Connection, int], "dict[str, object] | None"]
"""Reads the payload of an entry: the ledger does."""
INSTANT: Final = "instant"
NOWHERE: Final = ""
"""The destination of whoever was turned back."""
_KEPT_IN_MEMORY: Final = 256


class Notices:
    """The notices of one organisation. Verbs that record take the work they are part of; threads may share the room."""

    def __init__(self, organisation: str, subjects: Subjects, policies: Policies, payloads: Payloads) -> None:
        self._organisation = organisation
        self._subjects = subjects
        self._policies = policies
        self._payloads = payloads
        self._made: dict[tuple[str, str, str], Rendered] = {}
        self.revisions = Revisions(organisation, subjects, policies)

    def rendered(
        self, connection: Connection, declared: Declared, notice: str, language: str = ""
    ) -> Rendered:
        """A notice as it reads in a language it exists in (none named: the first). Raises NotDeclared."""
        offered = declared.notice(notice).languages
        spoken = language or (offered[0] if offered else "en")
        check_language(spoken, offered)
        named = (declared.digest, notice, spoken)
        found = self._made.get(named)
        if found is None:
            texts = self._policies.texts(connection, declared.digest)
            found = rules.rendered(declared, notice, spoken, texts)
            if len(self._made) >= _KEPT_IN_MEMORY:
                self._made.clear()
            self._made[named] = found
        return found

    def at_point(
        self, connection: Connection, declared: Declared, point: str, language: str
    ) -> tuple[Rendered, ...]:
        """Every notice that must be shown at a form before it takes anything, in a language, or the first it exists in."""
        found = rules.notices_at(declared.catalogue, _point(declared.catalogue, point))
        return tuple(
            self.rendered(connection, declared, id, _spoken(declared.notice(id).languages, language))
            for id in found
        )

    # --- showing ----------------------------------------------------------------------------------------------------------

    def show(
        self, work: Work, act: Act, declared: Declared, notice: str, how: Shown, *, changes: Changes = UNWATCHED
    ) -> Display:  # fmt: skip
        """Put on record that somebody was shown a notice, and keep its exact words under their digest, once.

        The same words again, by the same interface at the same point, leave no second entry, unless the notice is an instant one:
        each of its moments counts. Raises NotDeclared, NoticeMismatch, NoticeTooLong, DisplayUnreadable, SubjectUnknown.
        """
        work.lock()
        if how.point:
            _point(declared.catalogue, how.point)
        own, words = self._words(work.connection, declared, notice, how)
        root = root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        before = self._before(work.connection, root, words, how)
        if before is not None and words.level != INSTANT:
            return before
        kept = store.find_text(work.connection, self._organisation, words.digest, notice, words.version)
        if kept is None:
            work.record(evidence.kept(words, declared.digest, act.at, act.origin))
        self._subjects.record(
            work, act, declared, set=[f"shown:{notice}"], shown=HowShown(words.language, words.digest),
            changes=changes,
        )  # fmt: skip
        work.record(evidence.shown(act, words, how, own))
        work.settle()
        return Display(
            work.sequences[-1], notice, words.version, words.language, how.interface.value, how.point, words.level,
            words.digest, own, act.at,
        )  # fmt: skip

    def _words(
        self, connection: Connection, declared: Declared, notice: str, how: Shown
    ) -> tuple[bool, Rendered]:
        """The words that were shown, and whether they are the caller's own. Raises NoticeMismatch, NoticeTooLong."""
        ours = self.rendered(connection, declared, notice, how.language)
        if how.text:
            if len(how.text.encode("utf-8", "surrogatepass")) > LONGEST:
                raise NoticeTooLong(
                    f"A shown text holds at most {LONGEST:,} bytes.", "Show the notice itself."
                )
            _must_be_text(how.text)
            digest = rules.digest_of(how.text)
            if how.rendered and how.rendered != digest:
                raise NoticeMismatch(
                    "The words are others than their digest says.", "Send either, or the right one."
                )
            words = Rendered(notice, ours.version, ours.language, ours.level, how.text, digest)
            return digest != ours.digest, words
        if how.rendered in ("", ours.digest):
            return False, ours
        found = store.find_text(connection, self._organisation, how.rendered, notice, ours.version)
        if found is None or found.language != ours.language:
            raise NoticeMismatch(
                "No words of this notice, in this version and language, are known under this digest.",
                "Send the exact text that was shown, or the digest of the notice as it is rendered here.",
            )
        text = self.text(connection, how.rendered).text
        return True, Rendered(notice, ours.version, ours.language, ours.level, text, how.rendered)

    def _before(self, connection: Connection, root: str, words: Rendered, how: Shown) -> Display | None:
        """The last display, where it was the same and still counts."""
        listed = store.of_person(connection, self._organisation, root, words.notice)
        if not listed:
            return None
        last = listed[0]
        same = (last.version, last.rendered, last.language, last.interface, last.point) == (
            words.version, words.digest, words.language, how.interface.value, how.point,
        )  # fmt: skip
        if not same or not self._counts(connection, root, words):
            return None
        return Display(
            last.sequence, last.notice, last.version, last.language, last.interface, last.point, last.level,
            last.rendered, last.own, last.at, again=True,
        )  # fmt: skip

    def _counts(self, connection: Connection, root: str, words: Rendered) -> bool:
        """Whether it is on record of the person that this version was shown."""
        return words.version == self._shown(connection, root).get(words.notice)

    def _shown(self, connection: Connection, root: str) -> dict[str, str]:
        """The version in which each notice counts as shown to a person."""
        state = self._subjects.person(connection, root).state
        return {
            fact.name: known.version
            for fact, known in state.facts.items()
            if fact.family == "shown" and known.standing.value == "holds"
        }

    # --- what is on record ----------------------------------------------------------------------------------------------------

    def text(self, connection: Connection, digest: str) -> Rendered:
        """The exact words kept under a digest, checked against it. Raises TextUnknown."""
        row = store.find_text(connection, self._organisation, digest)
        said = self._payloads(connection, row.sequence) if row is not None else None
        text = str((said or {}).get("text", ""))
        if row is None or rules.digest_of(text) != digest:
            raise TextUnknown(
                "No words that were shown are kept under this digest.", "Name one of a display."
            )
        return Rendered(row.notice, row.version, row.language, "", text, digest)

    def of_person(self, connection: Connection, root: str) -> list[Display]:
        """What a person was shown, the latest first."""
        return store.of_person(connection, self._organisation, root)

    def counts(self, connection: Connection) -> list[Counted]:
        """How often each version of each notice was shown."""
        return store.counts(connection, self._organisation)

    def submissions(self, connection: Connection) -> list[Any]:
        """How often each form's submissions were taken and refused."""
        return store.submission_counts(connection, self._organisation)

    # --- submissions --------------------------------------------------------------------------------------------------------------

    def submit(self, work: Work, act: Act, declared: Declared, sent: Submission) -> Submitted:
        """Bind what came in by a form to the notices it came in under, or refuse it; either is on record.

        It is refused while a notice of the form was not shown to the person in the version now declared (or in the one the
        submission names), and for a field that no notice of the form names or no category of the form holds.
        Raises NotDeclared, DisplayUnreadable, SubjectUnknown.
        """
        work.lock()
        point = _point(declared.catalogue, sent.point)
        if len(sent.fields) > MOST_FIELDS:
            raise DisplayUnreadable(f"A submission names at most {MOST_FIELDS} fields.", "Send it in parts.")
        root = root_of(work.connection, self._organisation, work.pseudonym(act.subject))
        needed, shown = rules.notices_at(declared.catalogue, point), self._shown(work.connection, root)
        named, current = dict(sent.versions), declared.notice_versions
        missing = tuple(
            f"shown:{id}"
            for id in needed
            if shown.get(id) != current[id] or named.get(id, current[id]) != current[id]
        )
        unnamed, undeclared = rules.lacking(declared.catalogue, point, sent.fields)
        known = tuple(name for name in unnamed if rules.categories_of(declared.catalogue, name))
        taken = not missing and not unnamed and not undeclared
        bound = tuple((id, current[id]) for id in needed)
        found = Submitted(0, taken, bound, missing, known, undeclared)
        work.record(evidence.submitted(act, sent, found))
        work.settle()
        return Submitted(work.sequences[-1], taken, bound, missing, unnamed, undeclared)

    # --- leaving --------------------------------------------------------------------------------------------------------------------

    def left(
        self, work: Work, declared: Declared, destination: str, borders: Iterable[str], subject: str, at: datetime,
        origin: Origin,
    ) -> bool:  # fmt: skip
        """Put on record that the leaving page was shown: of a person each time, of nobody in particular once a day; whether it was."""
        work.lock()
        if not subject and store.has_leaving(work.connection, self._organisation, day(at), destination):
            return False
        duties = duties_offering(declared.catalogue, "leaving_privacy")
        shown = (*(f"boundary:{one}" for one in borders), *(f"user_duty:{one}" for one in duties))
        work.record(evidence.left(declared.digest, destination, shown, subject, day(at), at, origin))
        return True

    def turned_back(
        self, work: Work, declared: Declared, borders: Iterable[str], at: datetime, origin: Origin
    ) -> bool:
        """Put on record, once a day, that nobody is led where nobody declared; whether it was."""
        work.lock()
        if store.has_leaving(work.connection, self._organisation, day(at), NOWHERE):
            return False
        work.record(evidence.turned_back(declared.digest, borders, day(at), at, origin))
        return True


def _point(catalogue: Catalogue, id: str) -> Point:
    found = catalogue.get(Point, id)
    if found is None:
        raise NotDeclared(
            "This policy declares no such collection point.", did_you_mean(id, catalogue.ids(Point.kind))
        )
    return found


def _spoken(offered: tuple[str, ...], language: str) -> str:
    return language if not offered or language in offered else offered[0]


def _must_be_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DisplayUnreadable(
            "A shown text is none that UTF-8 can hold.", "Send whole characters."
        ) from None
    if "\x00" in text:
        raise DisplayUnreadable("A shown text holds a zero byte.", "Take it out.")
