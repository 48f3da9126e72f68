"""cookies: what a site may load, and what its visitors said to that.

Owns the plan of a policy version (which declared items wait for a yes, which run until a no, under the reading enforced), the
interface that shows it, choices with the digest of what was shown, signals, items nobody declared, and the SDK for sites.
Serves GDPR art. 4(11), 7; Directive 2002/58 art. 5(3); PIPL art. 14-16; Global Privacy Control (W3C).
"""

from troth.cookies.errors import ChoiceUnreadable, InterfaceUnknown, SiteUnreadable
from troth.cookies.interface import LANGUAGES, Interface
from troth.cookies.model import OWN, Choice, Day, Made, Mode, Plan, Said, Served, Site, Stranger
from troth.cookies.projection import CookiesProjection
from troth.cookies.rules import allowed, plan
from troth.cookies.script import script, style
from troth.cookies.service import Cookies, Recorded, is_declared

__all__ = [
    "LANGUAGES",
    "OWN",
    "Choice",
    "ChoiceUnreadable",
    "Cookies",
    "CookiesProjection",
    "Day",
    "Interface",
    "InterfaceUnknown",
    "Made",
    "Mode",
    "Plan",
    "Recorded",
    "Said",
    "Served",
    "Site",
    "SiteUnreadable",
    "Stranger",
    "allowed",
    "is_declared",
    "plan",
    "script",
    "style",
]
