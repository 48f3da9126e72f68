"""connectors: the stores that data lie in, each behind the protocol of `troth.datamap.connector`; all pass one exam.

Owns one small file for each kind: databases through SQLAlchemy, documents inside their columns, files of rows,
folders whose rows are files; whose address names which, and where credentials are kept. Third parties add theirs by entry point.
"""

from troth.connectors.addresses import GROUP, Opens, Secrets, name_of, open_connector
from troth.connectors.files import FilesConnector
from troth.connectors.folders import FolderConnector
from troth.connectors.sql import SqlConnector

__all__ = [
    "GROUP",
    "FilesConnector",
    "FolderConnector",
    "Opens",
    "Secrets",
    "SqlConnector",
    "name_of",
    "open_connector",
]
