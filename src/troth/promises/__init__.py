"""promises: what can be said of every promise at an instant, and on what evidence.

Owns the control registry, verdicts, self-tests, probe results and the board. Nouns: control, verdict, grade, look,
breach, self-test. Serves the eleventh truth; GDPR art. 5(2).
"""

from troth.promises.board import Board, ClauseVerdict, make_board
from troth.promises.evidence import Looked, SelfTested
from troth.promises.model import Control, Evidence, Grade, Look, State, Verdict
from troth.promises.projection import PromisesProjection
from troth.promises.service import Promises

__all__ = [
    "Board",
    "ClauseVerdict",
    "Control",
    "Evidence",
    "Grade",
    "Look",
    "Looked",
    "Promises",
    "PromisesProjection",
    "SelfTested",
    "State",
    "Verdict",
    "make_board",
]
