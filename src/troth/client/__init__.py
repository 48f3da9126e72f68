"""client: the typed way in for programs: ask before touching data, record what people chose, report what was seen.

Every call is described once, and carried out at once or awaited. Nouns: client, call, key, question,
answer, letter, problem, guard. A company needs this package's room alone.
"""

from troth.client.asked import may, must, with_papers
from troth.client.bycode import ByCode
from troth.client.call import AsyncSpeaker, Call, Speaker
from troth.client.calls import AsyncClient, Calls, Client, Voice
from troth.client.choices import Choice, choice_of
from troth.client.contract import Contract, Terms
from troth.client.device import Device, Http, State, Wire
from troth.client.errors import Away, Problem, Refused
from troth.client.forms import Unshown, show_form, take_form
from troth.client.keyfile import KeyFile
from troth.client.model import Answer, Entered, Letter, NoticeText, Question, Queued, Submitted
from troth.client.outbox import Outbox
from troth.client.relay import Relay
from troth.client.steady import Steady
from troth.client.telling import open_books, stranger, tell

__all__ = [
    "Answer",
    "AsyncClient",
    "AsyncSpeaker",
    "Away",
    "ByCode",
    "Call",
    "Calls",
    "Choice",
    "Client",
    "Contract",
    "Device",
    "Entered",
    "Http",
    "KeyFile",
    "Letter",
    "NoticeText",
    "Outbox",
    "Problem",
    "Question",
    "Queued",
    "Refused",
    "Relay",
    "Speaker",
    "State",
    "Steady",
    "Submitted",
    "Terms",
    "Unshown",
    "Voice",
    "Wire",
    "choice_of",
    "may",
    "must",
    "open_books",
    "show_form",
    "stranger",
    "take_form",
    "tell",
    "with_papers",
]
