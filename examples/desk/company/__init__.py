"""desk's own code: an office suite for enterprises, on FastAPI, with rows in PostgreSQL that each tenant sees alone.

It asks `troth` before it touches data and does as it is told; when nobody answers, it does nothing. The planted lapses in
`lapses.py` are what a careless company does instead: they ask nobody.
"""
