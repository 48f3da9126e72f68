"""A version of the policy, and what it declares, ready to be looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from troth.kernel.canonical import digest
from troth.kernel.findings import did_you_mean
from troth.policies.errors import NotDeclared
from troth.policy.bundle import Bundle, statement_json
from troth.policy.catalogue import Catalogue
from troth.policy.facts import BARE, CLOSED_NAMES, FAMILIES, Fact
from troth.policy.model import Consent, Notice, Recipient


@dataclass(frozen=True, slots=True)
class Version:
    """One activation of a policy: its digest, from when it is in force, and the event that says so."""

    digest: str
    since: datetime
    sequence: int


class Declared:
    """What one version declares under the reading it enforces. Immutable.

    `digest` is the one it was activated under: a later program, with more words, would give the bundle another.
    """

    def __init__(self, bundle: Bundle, digest: str = "") -> None:
        self.bundle = bundle
        self.digest = digest or bundle.digest
        self.catalogue = Catalogue.of(bundle)

    @property
    def calendar(self) -> str:
        """The calendar that counts periods of this policy; where it names none, the one without holidays."""
        return self.bundle.header.calendar or "PLAIN"

    @cached_property
    def notice_versions(self) -> dict[str, str]:
        """For each notice the digest of what is declared of it: a reworded notice is another version of it, and a general notice,
        which is the policy as a whole, is another one with every change of the authoritative text."""
        texts = {clause.id: clause.digest for clause in self.bundle.clauses}
        whole = [text.digest for text in self.bundle.texts if text.authoritative]
        return {
            notice.id: digest(
                [
                    statement_json(notice),
                    [texts.get(c, "") for c in notice.clauses],
                    *(whole if notice.level == "general" else ()),
                ]
            )[:23]
            for notice in self.catalogue.all(Notice)
        }

    def fact(self, text: str, families: Iterable[str]) -> Fact:
        """The fact as written, of one of these families and declared. Raises NotDeclared with the nearest known one."""
        fact, allowed = Fact.parse(text), sorted(families)
        if fact.family not in allowed:
            raise NotDeclared(
                f"'{_shown(fact.family)}' is not a kind of fact that is recorded here.",
                did_you_mean(fact.family, allowed),
            )
        known = self._names(fact.family)
        if fact.name not in known:
            written = [f"{fact.family}:{name}" if name else fact.family for name in known]
            raise NotDeclared(
                f"This policy declares no '{_shown(str(fact))}'.", did_you_mean(str(fact), written)
            )
        return fact

    def consent(self, item: str) -> Consent:
        """The consent item of that id. Raises NotDeclared."""
        found = self.catalogue.get(Consent, item)
        if found is None:
            raise self._missing("consent item", item, "consent")
        return found

    def recipient(self, id: str) -> Recipient:
        """The recipient of that id. Raises NotDeclared."""
        found = self.catalogue.get(Recipient, id)
        if found is None:
            raise self._missing("recipient", id, "recipient")
        return found

    def notice(self, id: str) -> Notice:
        """The notice of that id. Raises NotDeclared."""
        found = self.catalogue.get(Notice, id)
        if found is None:
            raise self._missing("notice", id, "notice")
        return found

    def exceeds(self, recipient: str, stake: Decimal | None) -> bool:
        """Whether a stake in percent lies over the control threshold of a recipient, where it has one."""
        found = self.catalogue.get(Recipient, recipient)
        return found is None or found.over is None or (stake is not None and stake > found.over)

    def _names(self, family: str) -> frozenset[str]:
        if family in BARE:
            return frozenset({""})
        refers_to = FAMILIES[family].refers_to
        closed = CLOSED_NAMES.get(refers_to)
        return frozenset(closed) if closed is not None else self.catalogue.ids(refers_to)

    def _missing(self, noun: str, id: str, kind: str) -> NotDeclared:
        return NotDeclared(
            f"This policy declares no {noun} '{_shown(id)}'.", did_you_mean(id, self.catalogue.ids(kind))
        )


def _shown(text: str) -> str:
    """What a caller wrote, as far as it can be an id: anything else might speak of a person."""
    plain = text.replace("_", "").replace(":", "").replace(".", "")
    return text if plain.isascii() and plain.isalnum() and len(text) <= 64 else "…"
