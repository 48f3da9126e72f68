"""probes: looks into real stores, mailboxes, folders, logs of what left, and sites; read-only, cheap, and told nothing but where to look.

Owns no table. Nouns: probe, look, finding. A probe reports what it saw; what that means for a promise is judged elsewhere.
"""

from troth.probes.declared import read_probes
from troth.probes.errors import CannotLook, ProbesUnreadable
from troth.probes.looking import NOWHERE, open_eye, place_of
from troth.probes.model import Eye, Look, Probe
from troth.probes.opening import Held, open_mail, open_row, open_table
from troth.probes.pages import digest_of

__all__ = [
    "NOWHERE",
    "CannotLook",
    "Eye",
    "Held",
    "Look",
    "Probe",
    "ProbesUnreadable",
    "digest_of",
    "open_eye",
    "open_mail",
    "open_row",
    "open_table",
    "place_of",
    "read_probes",
]
