"""vault: secrets that can die. What is personal is sealed under a key of its owner; with the key it becomes unreadable everywhere.

Owns the key store: epochs, wrapped data keys per owner and retention bucket, blind indexes, pseudonyms for recipients.
Nouns: key store, keeper, root key, epoch, data key, owner, bucket, cell. Serves GDPR art. 17, 25, 32, PIPL art. 47, 51.

    with open_vault(url, "harbour", keeper, clock=clock, entropy=entropy) as vault:
        sealed = vault.seal(pseudonym, "subjects.address", b"...")
        vault.destroy([pseudonym])     # from here on vault.open raises KeyDestroyed, in every process
"""

from troth.vault.errors import (
    EpochRefused,
    KeeperProblem,
    KeeperUnreachable,
    KeyDestroyed,
    KeyStoreForeign,
    KeyStoreMissing,
    KeyStoreProblem,
    RootMissing,
    RootWrong,
    SealBroken,
)
from troth.vault.keeper import Keeper
from troth.vault.keystore import HISTORY
from troth.vault.model import Epoch, EpochState, Item
from troth.vault.service import EVIDENCE, OWN, Vault, open_vault

__all__ = [
    "EVIDENCE",
    "HISTORY",
    "OWN",
    "Epoch",
    "EpochRefused",
    "EpochState",
    "Item",
    "Keeper",
    "KeeperProblem",
    "KeeperUnreachable",
    "KeyDestroyed",
    "KeyStoreForeign",
    "KeyStoreMissing",
    "KeyStoreProblem",
    "RootMissing",
    "RootWrong",
    "SealBroken",
    "Vault",
    "open_vault",
]
