"""Acts about notices: shown to somebody, and what came in by a form bound to what had been shown."""

from __future__ import annotations

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.kernel.ids import SubjectId, parse
from troth.notices import Display, Shown, Submission, Submitted
from troth.subjects import Act


def show(
    organisation: Organisation, acts: Acts, subject: str, notice: str, how: Shown, *, policy: str = ""
) -> Display:
    """Put on record that somebody was shown a notice; from then on it counts as shown in that version. See `Notices.show`."""
    declared = acts.declared(policy)
    act = Act(parse(SubjectId, subject), acts.at, acts.origin, declared.digest)
    return organisation.notices.show(acts.work, act, declared, notice, how, changes=acts.changes)


def submit(
    organisation: Organisation, acts: Acts, subject: str, sent: Submission, *, policy: str = ""
) -> Submitted:
    """Bind what came in by a form to the notices it came in under, or refuse it. See `Notices.submit`."""
    declared = acts.declared(policy)
    act = Act(parse(SubjectId, subject), acts.at, acts.origin, declared.digest)
    return organisation.notices.submit(acts.work, act, declared, sent)
