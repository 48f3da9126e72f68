"""gateway's own code: a marketplace with JSON documents in PostgreSQL, pictures on disk, dumps by night and a proxy of its own.

It speaks to `troth` by the bare HTTP API: a URL, a key, and the few lines of `asking.py`. Before it touches data it asks there, and
does as it is told; when nobody answers, it does nothing. What a careless company does instead stands in `lapses.py`.
"""
