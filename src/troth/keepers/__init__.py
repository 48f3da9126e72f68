"""keepers: where root keys lie: a folder of this machine, a Vault-compatible server, a cloud's key service.

Owns one small file for each; all keep to the protocol `troth.vault.Keeper` and pass the same exam.
"""

from troth.keepers.file import FileKeeper

__all__ = ["FileKeeper"]
