"""The files of the history, applied in the order of their numbers."""
