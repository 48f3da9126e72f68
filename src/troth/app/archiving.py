"""Keeping the tables of a ledger small: a checkpoint over all there is, then what is old moves into archives."""

from __future__ import annotations

from datetime import timedelta

from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.app.proofs import checkpoints_of
from troth.ledger import Archived, Archiver


def archive(
    organisation: Organisation, home: Home, older_than: timedelta, keep: int = 0, *, sign: bool = True
) -> list[Archived]:
    """Move entries recorded longer ago than that into archives, all but the last `keep`.

    A checkpoint is signed first, but where somebody else sees to that (`sign`): only what lies under one moves.

    Called again and again it moves what has grown old since. Raises ArchiveRefused, SegmentProblem, LedgerParted, KeyProblem,
    DatabaseProblem.
    """
    at = organisation.clock.now()
    if sign:
        checkpoints_of(organisation, home).make_if_older(timedelta(0))
    return Archiver(organisation.ledger, organisation.segments).run(at=at, before=at - older_than, keep=keep)
