"""web: the door for browsers and programs over HTTP.

Owns the console (boards, clauses, questions, the ledger, policies) and the API under `/api/v1`. It calls services and
shows what they say; it opens no table and decides nothing. Everybody is asked who enters.
"""

from troth.web.app import make_app

__all__ = ["make_app"]
