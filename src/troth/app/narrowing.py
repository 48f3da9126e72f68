"""What a person said of one recipient or one case alone, for whoever looks ahead: the same rules as at the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from troth.consent import ConsentState, narrowed
from troth.decide.counterfactual import Change
from troth.decide.model import Facts
from troth.policies import Declared
from troth.policy.model import Consent

RECIPIENT: Final = "recipient/"
CASE: Final = "case/"
Known = Callable[[str], Facts]
"""What is known where an act is towards this recipient ('': towards nobody)."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What was said by an instant, and what the change that is looked at is about alone.

    `only` is '' for all that a consent is about, else one recipient or one case, as acts on consent name it.
    """

    said: ConsentState
    at: datetime
    only: str = ""
    _any: bool = field(init=False)

    def __post_init__(self) -> None:
        """Most people never said anything narrow: then nothing is worked out for anybody."""
        object.__setattr__(self, "_any", any("#" in item for item, _ in self.said.said))

    def before(self, declared: Declared, facts: Facts) -> Known:
        """What is known as it stands: what was said of one recipient comes before what was said of all."""
        if not self._any:
            return lambda recipient: facts
        asked = {one.id: one.what for one in declared.catalogue.all(Consent)}

        def known(recipient: str) -> Facts:
            holding = narrowed(facts.holding, self.said, asked, self.at, self._scopes(recipient))
            return Facts(holding, facts.unknown)

        return known

    def after(self, declared: Declared, facts: Facts, change: Change) -> Known:
        """What would be known: a yes or no to all, said now, comes after everything that was said of one alone."""
        known = self.before(declared, facts)
        return lambda recipient: change.of(known(recipient)) if self._meets(recipient) else known(recipient)

    def lenses(self, change: Change) -> tuple[Narrowing, ...]:
        """In which cases to look: where a consent is taken back for all, also in each case for which it was given alone."""
        if self.only or not self._any:
            return (self,)
        items = {fact.name for fact in change.clear if fact.family == "consent"}
        cases = {key.partition("#")[::2] for key, _ in self.said.said}
        alone = sorted({only for item, only in cases if item in items and only.startswith(CASE)})
        return (self, *(replace(self, only=only) for only in alone))

    def _scopes(self, recipient: str) -> list[str]:
        found = [f"{RECIPIENT}{recipient}"] if recipient else []
        return [*found, self.only] if self.only.startswith(CASE) else found

    def _meets(self, recipient: str) -> bool:
        return not self.only.startswith(RECIPIENT) or self.only == f"{RECIPIENT}{recipient}"
