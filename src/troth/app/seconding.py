"""What takes two persons, and how it is carried out: versions of the policy, erasing many, keys, what leaves with people's data.

What will be done is a paper of plain values, among them a digest of whatever it depends on. It is made anew right before it is
carried out: a folder that was edited, or a key that was changed meanwhile, makes another paper, and nobody approved that one.
Whoever owns the files of an installation can do all this without the program; then no approval stands beside what the ledger and
the key store tell of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.config import Home
from troth.app.keystore import keeper_of
from troth.app.opening import compiled_folder
from troth.app.organisation import Organisation
from troth.kernel.errors import CallerError
from troth.kernel.ids import SubjectId, parse
from troth.operators import Approval, Operator, SecondNeeded
from troth.policies import NoPolicyInForce
from troth.policy.bundle import Bundle

ACTIVATE: Final = "policy.activate"
ERASE: Final = "subjects.erase"
RELEASE: Final = "data.release"
EPOCH, DESTROY, ROOT = "keys.epoch", "keys.destroy", "keys.root"
MOST_ERASED: Final = 1000
Paper = Mapping[str, Any]
Do = Callable[[str, Paper], None]


@dataclass(frozen=True, slots=True)
class Doing:
    """What can be carried out for one organisation, from its policy folder and its home."""

    organisation: Organisation
    home: Home | None = None
    folder: Path | None = None

    # --- papers ---------------------------------------------------------------------------------------------------------

    def activation(self) -> Paper:
        """The version that the policy folder holds, and the one it would take the place of. Raises PolicyRefused."""
        bundle, texts = self._compiled()
        return {"version": bundle.digest, "replaces": self._in_force(), "texts": _digests(texts)}

    def erasure(self, subjects: Iterable[str]) -> Paper:
        """These people and no others. Raises CallerError for none, or too many at once, BadId, SubjectUnknown."""
        named = sorted({str(parse(SubjectId, subject)) for subject in subjects})
        if not 0 < len(named) <= MOST_ERASED:
            raise CallerError(f"One to {MOST_ERASED} people are erased at once.", "Split the list.")
        rooms, pseudonym = self.organisation.rooms, self.organisation.ledger.pseudonym
        with self.organisation.database.read() as connection:
            for subject in named:
                rooms.subjects.root(connection, pseudonym(subject))
        return {"subjects": named}

    def keys(self, action: str, *, number: int = 0, keeper: str = "") -> Paper:
        """Key work, with the state of every epoch as it is now."""
        epochs = [
            [one.number, one.state.value, one.keeper, one.root] for one in self.organisation.vault.epochs()
        ]
        return {"act": action, "number": number, "keeper": keeper, "epochs": epochs}

    # --- carrying out ---------------------------------------------------------------------------------------------------

    def now(self, action: str, paper: Paper) -> Paper:
        """What would be done at this moment by whoever carries this paper out."""
        if action == ACTIVATE:
            return self.activation()
        if action in (EPOCH, DESTROY, ROOT):
            return self.keys(paper["act"], number=paper["number"], keeper=paper["keeper"])
        return paper

    def do(self, action: str, paper: Paper) -> None:
        """Do what a paper says. Raises whatever that raises, and CallerError for what a page cannot do."""
        if action == ACTIVATE:
            self._activate(paper)
        elif action == ERASE:
            for subject in paper["subjects"]:
                self.organisation.erase_keys(subject)
        elif action in (EPOCH, DESTROY, ROOT):
            self._key_work(paper)
        else:
            raise CallerError("This is carried out where it was asked for.", "Use the command again.")

    def carry(self, approval: str, by: str, do: Do | None = None) -> Approval:
        """Carry out what was approved, once. Raises ApprovalRefused, and what doing it raises."""
        return self.organisation.operators.seconding.carry(approval, by, self.now, do or self.do)

    def together(
        self, action: str, paper: Paper, persons: tuple[Operator, ...], do: Do | None = None
    ) -> None:
        """Do something that takes two, for two who stand here and have shown who they are; on record before and after.

        As long as nobody is enrolled who manages staff, whoever runs the command does it alone, and that is on record as such.
        Raises SecondNeeded, NotPermitted, ApprovalRefused.
        """
        organisation = self.organisation
        with organisation.database.read() as connection:
            staffed = organisation.operators.staffed(connection)
        if not staffed:
            organisation.operators.act(None, action, "command", permitted=True)
            (do or self.do)(action, paper)
            return
        if len(persons) < 2:
            organisation.operators.act(persons[0] if persons else None, action, "command", permitted=False)
            raise SecondNeeded(
                "This takes two persons with the right to it, since operators are enrolled here.",
                "Name both: --as STAFF --second STAFF. Or ask for it on the console.",
                action=action,
            )
        seconding = organisation.operators.seconding
        asked = seconding.ask(persons[0], action, paper)
        seconding.approve(persons[1], asked.id, asked.digest)
        self.carry(asked.id, persons[1].member, do)

    def _activate(self, paper: Paper) -> None:
        bundle, texts = self._compiled()
        if bundle.digest != paper["version"]:
            raise CallerError("The policy folder holds another version now.", "Ask anew.")

        def activate(acts: Acts) -> None:
            acts.activate(bundle, texts)

        self.organisation.act(activate)

    def _key_work(self, paper: Paper) -> None:
        organisation, act = self.organisation, paper["act"]
        if act == "close-epoch":
            organisation.end_epoch()
        elif act == "destroy-epoch":
            organisation.destroy_epoch(int(paper["number"]))
        elif act == "rotate":
            organisation.vault.rewrap_root()
        elif act == "change-keeper" and self.home is not None:
            organisation.vault.rewrap_root(keeper_of(self.home, paper["keeper"]))
        else:
            raise CallerError("There is no such work on keys.", "See: troth keys --help")

    def _compiled(self) -> tuple[Bundle, dict[str, str]]:
        if self.folder is None:
            raise CallerError("No policy folder is known here.", "Start the program with one.")
        return compiled_folder(self.folder)

    def _in_force(self) -> str:
        try:
            return self.organisation.policy().digest
        except NoPolicyInForce:
            return ""


def _digests(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(texts.items())}
