"""connectors: the stores that data lie in, each behind the protocol of `troth.datamap.connector`; all pass one exam.

Owns one small file for each kind: databases through SQLAlchemy, documents inside their columns, files of CSV and JSON
lines; whose address names which, and where credentials are kept. Third parties add theirs by entry point.
"""

from troth.connectors.sql import SqlConnector

__all__ = ["SqlConnector"]
