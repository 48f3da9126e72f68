"""gate: may this be done? It gathers what is on record, has it decided, records what was said, and answers.

Three verbs: `peek` is advice and leaves no trace, `use` is recorded in segments, `release` is on disk before it returns.
Callers assert only what they ask and which papers they hold; all about the person and the recipient is looked up. Acts seen
outside are decided again and recorded as what they were. Serves GDPR art. 5(2), 6, 25, 30; PIPL art. 5, 13, 23, 51, 55.
"""

from troth.gate.errors import ActUnreadable, KeyReused, PaperUnknown
from troth.gate.model import NOT_SEEN, Found, ObservedAct, Reply, Seen, Using, answer_json
from troth.gate.once import Kept, Once
from troth.gate.service import Decider, Gate, suppose
from troth.gate.situation import Rooms, Words

__all__ = [
    "NOT_SEEN",
    "ActUnreadable",
    "Decider",
    "Found",
    "Gate",
    "Kept",
    "KeyReused",
    "ObservedAct",
    "Once",
    "PaperUnknown",
    "Reply",
    "Rooms",
    "Seen",
    "Using",
    "Words",
    "answer_json",
    "suppose",
]
