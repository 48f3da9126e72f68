"""Quay on a database of either kind."""

from __future__ import annotations

from tests.gate.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
