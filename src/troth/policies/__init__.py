"""policies: which versions of the policy there are, word for word, and which one is in force at an instant.

Owns versions, kept under their digest with the texts they were published with, and what a version declares. A version is
never changed and never thrown away: evidence names it. Serves GDPR art. 5(2) and 12, PIPL art. 7 and 17.
"""

from troth.policies.errors import NoPolicyInForce, NotDeclared, PolicyUnknown, TextsMissing
from troth.policies.model import Declared, Version
from troth.policies.service import Policies

__all__ = [
    "Declared",
    "NoPolicyInForce",
    "NotDeclared",
    "Policies",
    "PolicyUnknown",
    "TextsMissing",
    "Version",
]
