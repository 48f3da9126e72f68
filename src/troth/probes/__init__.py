"""probes: looks into real stores, mailboxes and folders; read-only, cheap, and told nothing but where to look.

Owns no table. Nouns: probe, look, finding. A probe reports what it saw; what that means for a promise is judged elsewhere.
"""

from troth.probes.declared import read_probes
from troth.probes.errors import CannotLook, ProbesUnreadable
from troth.probes.looking import open_eye
from troth.probes.model import Eye, Look, Probe
from troth.probes.opening import Held, open_mail, open_row, open_table

__all__ = [
    "CannotLook",
    "Eye",
    "Held",
    "Look",
    "Probe",
    "ProbesUnreadable",
    "open_eye",
    "open_mail",
    "open_row",
    "open_table",
    "read_probes",
]
