"""Acts written by hand: `life.yaml` beside a policy, each story with what its answers must be.

stories:
  - title: A member leaves the list
    steps:
      - {accept: deemed}
      - {facts: [shown:privacy_policy]}
      - {consent: newsletter, act: given}
      - {ask: {action: use, data: [email], purpose: newsletter}, expect: permit}
      - {consent: newsletter, act: withdrawn}
      - {ask: {action: use, data: [email], purpose: newsletter}, expect: deny}
      - {recipient: vendor, facts: [contract], until: "2030-01-01"}
      - {objection: mailing, act: raised}
      - {request: {right: delete, ground: UNLAWFUL, papers: {identity: seen}}, expect: accept}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Story:
    """What one person goes through with a company."""

    title: str
    steps: tuple[Mapping[str, Any], ...]


def read_stories(file: Path) -> tuple[Story, ...]:
    """The stories of a company; none where nobody wrote any."""
    if not file.exists():
        return ()
    plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple(Story(str(said["title"]), tuple(said["steps"])) for said in plain["stories"])
