"""client: the typed way in for programs: ask before touching data, record what people chose, report what was seen.

Owns nothing but a connection. Nouns: client, key, question, answer, letter, problem, guard. A company needs this package's room alone.
"""

from troth.client.calls import Client
from troth.client.device import Device, Http, State, Wire
from troth.client.errors import Away, Problem, Refused
from troth.client.keyfile import KeyFile
from troth.client.model import Answer, Entered, Letter, NoticeText, Question, Queued, Submitted

__all__ = [
    "Answer",
    "Away",
    "Client",
    "Device",
    "Entered",
    "Http",
    "KeyFile",
    "Letter",
    "NoticeText",
    "Problem",
    "Question",
    "Queued",
    "Refused",
    "State",
    "Submitted",
    "Wire",
]
