"""The migrations of the key store: a history of its own, because it is a database of its own."""
