"""rights: how a request is carried out, stage by stage, over the stores of a data map; the cycle of each right, as data.

Owns the cycles, the order in which systems are taken, the answer a person gets, and the evidence of each stage. Serves GDPR
art. 12, 15-21; PIPL art. 45, 47, 50; PDPA (MY) s. 30.
"""

from troth.rights.answer import Package, certificate, listing, package
from troth.rights.evidence import happened
from troth.rights.model import CYCLES, DOES, KIND, Does, Stage, first_stages, later_stages
from troth.rights.rules import in_turn

__all__ = [
    "CYCLES", "DOES", "KIND", "Does", "Package", "Stage", "certificate", "first_stages", "happened", "in_turn", "later_stages",
    "listing", "package",
]  # fmt: skip
