"""axle's own code: an engineering firm's site in Django, on PostgreSQL in three schemas, a folder of résumés and a lake of visits.

What it does with data it asks `troth` first, and does as it is told; when nobody answers, it does nothing.
The planted lapses in `lapses.py` and `careless.py` are what a careless company does instead: they ask nobody.
"""
