"""policy: the language in which a company's promises are written, and its compiler; pure.

Owns statements, vocabularies, conditions, published texts and their clauses, regime packs, bundles. It opens no file:
what it reads is handed in as text. Stages: load, texts, regimes, link and check, bundle. Serves GDPR art. 13, PIPL art. 17.
"""
