"""What there is to do under a policy: read from its own files, one act for each thing it declares, in a seeded order."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from troth.client import Question

Section = Mapping[str, Mapping[str, Any]]
MOST_CATEGORIES = 3
RELEASES = ("share", "transfer", "publish", "export")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: ask a question, or have a person say something."""

    question: Question | None = None
    consent: str = ""
    objection: str = ""
    request: Mapping[str, str] = field(default_factory=dict)


class Script:
    """All acts of one policy. `act(n)` goes round them, so that everything declared has its occasion."""

    def __init__(self, sections: Mapping[str, Section], seed: int) -> None:
        self.kinds = {
            id: str(said.get("what", "explicit")) for id, said in sections.get("consents", {}).items()
        }
        self._acts = [*self._questions(sections), *self._words(sections)]
        random.Random(f"{seed}/script").shuffle(self._acts)  # noqa: S311 - seeded, to be the same again

    def __len__(self) -> int:
        return len(self._acts)

    def act(self, number: int) -> Act:
        """The act of that number; after the last comes the first."""
        return self._acts[number % len(self._acts)]

    @classmethod
    def read(cls, folder: Path, seed: int) -> Script:
        """The script of a policy folder."""
        sections: dict[str, dict[str, Any]] = {}
        for path in (folder / "policy.yaml", *sorted((folder / "statements").glob("*.yaml"))):
            for name, said in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
                if isinstance(said, dict) and all(isinstance(value, dict) for value in said.values()):
                    sections.setdefault(name, {}).update(said)
        return cls(sections, seed)

    @staticmethod
    def _questions(sections: Mapping[str, Section]) -> Iterable[Act]:
        purposes = sections.get("purposes", {})
        for id, point in sections.get("points", {}).items():
            for purpose in point.get("purposes", ()):
                if data := _some(point.get("data", ())):
                    yield Act(Question("collect", data, purpose, via=id))
        for id, purpose in purposes.items():
            data = _some(purpose.get("data", ()))
            yield from (
                Act(Question(act, data, id))
                for act in ("use", "store")
                if act in purpose.get("acts", ("use",))
            )
        for id, message in sections.get("messages", {}).items():
            for name in message.get("purposes", ()):
                yield Act(Question("use", _some(purposes.get(name, {}).get("data", ())), name, message=id))
        for id, recipient in sections.get("recipients", {}).items():
            yield from _releases(id, recipient, purposes)

    @staticmethod
    def _words(sections: Mapping[str, Section]) -> Iterable[Act]:
        yield from (Act(consent=id) for id in sections.get("consents", {}))
        yield from (Act(objection=id) for id in sections.get("objections", {}))
        grounds = [*sections.get("request_grounds", {}).values(), *sections.get("refusals", {}).values()]
        for ground in grounds:
            for right in ground.get("rights", ()):
                yield Act(request={"right": str(right), "ground": str(ground.get("code", ""))})


def _releases(id: str, recipient: Mapping[str, Any], purposes: Section) -> Iterable[Act]:
    place = next(iter(recipient.get("places", ())), "")
    acts = [act for act in recipient.get("acts", ("share",)) if act in RELEASES]
    for purpose in recipient.get("purposes", ()):
        wanted = [str(c) for c in purposes.get(purpose, {}).get("data", ())]
        held = [str(c) for c in recipient.get("data", ())]
        data = _some([c for c in held if c in wanted] or held or wanted)
        for act in acts:
            if data and act in purposes.get(purpose, {}).get("acts", acts):
                yield Act(Question(act, data, purpose, recipient=id, place=place))


def _some(data: Iterable[Any]) -> tuple[str, ...]:
    """A few categories by name; selectors are for policies, not for questions."""
    return tuple(str(one) for one in data if ":" not in str(one))[:MOST_CATEGORIES]
