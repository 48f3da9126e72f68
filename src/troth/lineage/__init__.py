"""lineage: which sets of data there are, where each came from, what each was made of, and whether anybody can be found in it.

Owns the declared data sets, what was derived from what, the tests that nobody can be identified, and the check of files and logs
against the items that a policy lists. A set made of several is as personal as the most personal of them. Serves GDPR recital 26,
art. 5(1)(b), 14(2)(f), 30; PIPL art. 4, 73(4); GB/T 35273 3.15.
"""

from troth.lineage.errors import DatasetUnknown, Insufficient, SourceRefused
from troth.lineage.model import Checked, Dataset, Derivation, Misfit, Sheet, Tested
from troth.lineage.service import Lineage

__all__ = [
    "Checked",
    "Dataset",
    "DatasetUnknown",
    "Derivation",
    "Insufficient",
    "Lineage",
    "Misfit",
    "Sheet",
    "SourceRefused",
    "Tested",
]
