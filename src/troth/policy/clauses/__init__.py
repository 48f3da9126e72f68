"""Clauses: a published text cut into addressed clauses that tile it.

Owns the numbering of clauses as found, their addresses and digests, the sentences inside them and the difference between
two cuts. The laws it serves: joined again the clauses give back the text; every number is an address; an address stays
when the text is reworded elsewhere.
"""

from troth.policy.clauses.compare import Difference, compare
from troth.policy.clauses.cutter import cut, decode
from troth.policy.clauses.model import MAX_CHARACTERS, Clause, Cut, Format, Kind, digest_of, normalised
from troth.policy.clauses.sentences import sentences
from troth.policy.clauses.show import as_json, render

__all__ = [
    "MAX_CHARACTERS",
    "Clause",
    "Cut",
    "Difference",
    "Format",
    "Kind",
    "as_json",
    "compare",
    "cut",
    "decode",
    "digest_of",
    "normalised",
    "render",
    "sentences",
]
