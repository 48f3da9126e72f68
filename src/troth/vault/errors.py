"""What the vault refuses, cut by who must act. No error names an owner or says what a cell holds."""

from __future__ import annotations

from troth.kernel.errors import CallerError, OperatorError


class KeyDestroyed(CallerError):
    """The key was destroyed on purpose: what it sealed stays unreadable, and nothing more is sealed for its owner."""


class SealBroken(OperatorError):
    """A sealed value was altered, moved to another cell, owner or organisation, or was sealed with another key store."""


class EpochRefused(CallerError):
    """An epoch cannot do what was asked in the state it is in."""


class KeyStoreProblem(OperatorError):
    """The key store is missing, or is not the one that belongs to these records."""


class KeyStoreMissing(KeyStoreProblem):
    """There is no key store where one must be."""


class KeyStoreForeign(KeyStoreProblem):
    """The key store is another one than the records were sealed with."""


class KeeperProblem(OperatorError):
    """A keeper of root keys cannot serve."""


class KeeperUnreachable(KeeperProblem):
    """The keeper does not answer, or does not let us in."""


class RootMissing(KeeperProblem):
    """The keeper has no root key of that name: it was destroyed, or this is another keeper."""


class RootWrong(KeeperProblem):
    """The keeper's root key of that name is not the one that wrapped what the key store holds."""
