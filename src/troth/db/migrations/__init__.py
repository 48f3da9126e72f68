"""The migrations, shipped with the package: one line of history, each file written by hand by its room."""
