"""harbour's own code: a small Flask company with a database of its own, which asks before it touches data.

What it does with data it asks `troth` first, and does as it is told; when nobody answers, it does nothing.
The planted lapses in `lapses.py` are what a careless company does instead: they ask nobody.
"""
