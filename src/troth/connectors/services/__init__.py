"""services: somebody's HTTP interface as a store, described in a file of YAML beside the stores."""

from troth.connectors.services.store import ServiceConnector

__all__ = ["ServiceConnector"]
