"""A request that waits, an emergency, and a link to enrol, for walks over all pages. Nobody here manages staff: the link of the
program keeps its rights."""

from __future__ import annotations

import pyotp

from tests.operators.kit import PASSWORD
from tests.web.kit import Place


def live(at: Place) -> list[str]:
    """Let a privacy officer ask for people to be erased, and take a role in an emergency; the address of another's link to enrol."""
    organisation = at.hosting.organisations["harbour"].organisation
    operators = organisation.operators
    members = [organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at)) for _ in range(2)]
    secret = operators.enrolling.invite(members[0], "machine")
    code = pyotp.TOTP(operators.enrolling.invited(secret).totp).at(organisation.clock.now())
    recovery = operators.enrolling.enrol(secret, "officer of the walk", PASSWORD, code).recovery
    operators.grant(members[0], "privacy_officer", "machine")
    step = operators.entry.password("officer of the walk", PASSWORD)
    session = operators.entry.second(step.secret, recovery[0]).secret
    officer = operators.sessions.operator(session)
    assert officer is not None
    asked = operators.seconding.ask(
        officer, "subjects.erase", {"subjects": ["sub_00000000000000000000000000"]}, "As they wished."
    )
    operators.glass.open(officer, "administrator", "The mail server leaks, and nobody else is here.")
    invite = operators.enrolling.invite(members[1], "machine")
    return [
        f"/harbour/approvals/{asked.id}",
        f"/sign-in/enrol/{invite}",
        "/sign-in",
        "/sign-in/provider/harbour/nobody",
    ]
