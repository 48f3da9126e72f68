"""recordings: calls that are recorded and contacts that are monitored: begun when every condition is met, ended when one is no more.

Owns the beginning and the end of each, with the clauses that allowed it and what ended it. What may be recorded, on which conditions
and for which aims is the policy's word, asked of the gate at the beginning and again whenever the recorder asks whether it may go on.
Serves PIPL art. 17, 25, 29; GDPR art. 7(3), 13.
"""

from troth.recordings.errors import RecordingUnknown
from troth.recordings.model import Recording
from troth.recordings.service import Recordings

__all__ = ["Recording", "RecordingUnknown", "Recordings"]
