"""An organisation whose people have to show something."""

from tests.tasks.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
