"""Legal time: what a period of hours, calendar days, working days or months means, and where knowledge ends.

`due` counts forward from an event to a deadline, `begin_by` backward from an event to the lead time of a notice.
A calendar is a row of `CALENDARS`: zone, weekly rest, holidays, source, confidence, and the edge past which every
deadline is provisional and says so. Laws: Regulation (EEC, Euratom) No 1182/71; yearly holiday notices; GDPR 12(3).
"""

from troth.kernel.calendars.due import begin_by, due
from troth.kernel.calendars.model import Calendar, Confidence, Deadline, Pause, Period, Source, Unit, Week
from troth.kernel.calendars.table import CALENDARS, UnknownCalendar, calendar
from troth.kernel.calendars.working import is_weekly_rest, is_working_day

__all__ = [
    "CALENDARS",
    "Calendar",
    "Confidence",
    "Deadline",
    "Pause",
    "Period",
    "Source",
    "Unit",
    "UnknownCalendar",
    "Week",
    "begin_by",
    "calendar",
    "due",
    "is_weekly_rest",
    "is_working_day",
]
