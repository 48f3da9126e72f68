"""files: folders of files whose rows are data: CSV, JSON, Parquet and the workbooks of an office."""

from troth.connectors.files.store import FilesConnector

__all__ = ["FilesConnector"]
