"""notices: what was shown to whom: the words by their digest, the version, the language, by which interface, at which form.

Owns displays (general, enhanced and instant notices), the shown texts, each kept once, submissions bound to the notice they were
made under, and the way out to third parties. Serves GDPR art. 12 and 13, PIPL art. 7 and 17; levels as in GB/T 42574.
"""

from troth.notices.changed import Revision
from troth.notices.errors import ChangeUnknown, NoticeMismatch, NoticeTooLong, TextUnknown
from troth.notices.model import Counted, Display, Interface, Rendered, Shown, Submission, Submitted
from troth.notices.projection import NoticesProjection
from troth.notices.revising import Revisions, RuleStanding
from troth.notices.rules import digest_of, lacking, notices_at, rendered
from troth.notices.service import Notices

__all__ = [
    "ChangeUnknown",
    "Counted",
    "Display",
    "Interface",
    "NoticeMismatch",
    "NoticeTooLong",
    "Notices",
    "NoticesProjection",
    "Rendered",
    "Revision",
    "Revisions",
    "RuleStanding",
    "Shown",
    "Submission",
    "Submitted",
    "TextUnknown",
    "digest_of",
    "lacking",
    "notices_at",
    "rendered",
]
