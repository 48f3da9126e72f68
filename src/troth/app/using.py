"""A use under an idempotency key: asked by whomever and however often at once, it is decided once and on record once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.gate import Using
from troth.ledger import Origin


def use_once(
    organisation: Organisation,
    key: str,
    request: object,
    question: Question,
    subject: str | None,
    papers: Mapping[str, str],
    origin: Origin,
) -> dict[str, Any]:
    """The answer to a use: a new one, or the one that the same request under this key was given before.

    Deciding, a refusal and the kept answer are one transaction under the organisation's lock, so whoever comes at the same
    time, in this process or another, waits and is given that answer. A permit is booked after the commit, by the one whose
    transaction it was: like every use it stands in the next segment. Raises KeyReused, and as `Gate.use` does.
    """
    decided: list[Using] = []

    def use(acts: Acts) -> dict[str, Any]:
        decided.append(acts.use(question, subject, papers))
        return decided[-1].reply.as_json()

    kept = organisation.act_once(key, request, use, origin=origin)
    if not kept.again:
        decided[-1].book()
    return kept.answer
