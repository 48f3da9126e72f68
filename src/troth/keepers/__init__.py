"""keepers: where root keys lie: a folder of this machine, a Vault-compatible server, a cloud's key service.

Owns one small file for each; all keep to the protocol `troth.vault.Keeper` and pass the same exam.
"""

from troth.keepers.addresses import NoKeeper, open_keeper
from troth.keepers.cloud import CloudKeeper, KeyService, NoSuchKey, NotDecrypted
from troth.keepers.fake import FakeCloud
from troth.keepers.file import FileKeeper
from troth.keepers.transit import TransitKeeper

__all__ = [
    "CloudKeeper",
    "FakeCloud",
    "FileKeeper",
    "KeyService",
    "NoKeeper",
    "NoSuchKey",
    "NotDecrypted",
    "TransitKeeper",
    "open_keeper",
]
