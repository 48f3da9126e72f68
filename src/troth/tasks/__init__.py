"""tasks: evidence that only people can give: training, contracts, rooms, locks, assessments, reports, a telephone that is answered.

Owns what people are asked to show, by whom and by when, the documents they brought, and reminders. Tasks come out of the policy by
themselves, one for each item of evidence; what shows a safeguard stays in its register. Serves GDPR art. 24, 32(1)(d); PIPL art. 51, 54.
"""

from troth.tasks.errors import DocumentRefused, TaskRefused, TaskUnknown
from troth.tasks.model import Document, Reminder, Sending, State, Task, Wish
from troth.tasks.projection import TasksProjection
from troth.tasks.rules import state_of, wishes
from troth.tasks.service import Tasks

__all__ = [
    "Document",
    "DocumentRefused",
    "Reminder",
    "Sending",
    "State",
    "Task",
    "TaskRefused",
    "TaskUnknown",
    "Tasks",
    "TasksProjection",
    "Wish",
    "state_of",
    "wishes",
]
