"""Measurements, each beside its peer in the same run: `python -m bench NAME --json`.

A bench is a module `bench/NAME.py` with `rows() -> list[dict]`, made by `bench.rows.row`. Peers are installed by the
bench itself into environments of their own (`bench.peers`), pinned with hashes.
"""
