"""A submission names the notice it came in under; a field that its notice lacks is refused, or found."""

from __future__ import annotations

import pytest

from tests.gate.kit import TEXT
from tests.notices.kit import FORMS, formed, kinds, replays, sent, shown, somebody
from troth.app.organisation import Organisation
from troth.notices import lacking, notices_at
from troth.notices.errors import DisplayUnreadable
from troth.policies import NotDeclared
from troth.policy.catalogue import Catalogue
from troth.policy.model import Point


def form(bundle: object = None) -> tuple[Catalogue, Point]:
    catalogue = Catalogue.of(formed())
    found = catalogue.get(Point, "filing_form")
    assert found is not None
    return catalogue, found


def test_a_submission_is_bound_to_the_versions_it_came_in_under(quay: Organisation) -> None:
    who = somebody(quay)
    version = shown(quay, who).version
    found = sent(quay, who, "company_name", "contact_name")
    assert found.taken
    assert dict(found.notices)["filing"] == version
    with quay.database.read() as connection:
        (event,) = quay.ledger.events(connection, kinds=("notices:submission:taken",))
    assert f"version=filing/{version}" in event.codes
    assert {"field=company_name", "point:filing_form", "notice:filing"} <= set(event.codes)
    assert replays(quay)


def test_before_the_notice_was_shown_nothing_is_taken(quay: Organisation) -> None:
    found = sent(quay, somebody(quay), "company_name")
    assert (found.taken, found.missing) == (False, ("shown:filing",))
    assert kinds(quay) == ["notices:submission:refused"]
    with quay.database.read() as connection:
        (tally,) = quay.promises.evidence(connection)["notice:filing"].tallies
    assert (tally.permitted, tally.refused) == (0, 1)


def test_a_submission_under_an_older_version_is_refused(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    version = shown(quay, who).version
    assert sent(quay, who, "company_name", filing=version).taken
    reworded = FORMS.replace("contents: [company, contact]", "contents: [company, contact, passport]")
    quay.act(lambda acts: acts.activate(formed(reworded), {"text.md": TEXT}))
    shown(quay, who)
    assert sent(quay, who, "company_name", filing=version).missing == ("shown:filing",)
    assert sent(quay, who, "company_name").taken


def test_a_field_that_the_notice_lacks_is_refused(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    shown(quay, who)
    found = sent(quay, who, "company_name", "passport_number")
    assert (found.taken, found.lacking, found.undeclared) == (False, ("passport_number",), 0)
    strange = sent(quay, who, "company_name", "mothers_name_is_Anna")
    assert (strange.taken, strange.undeclared) == (False, 1)
    with quay.database.read() as connection:
        events = quay.ledger.events(connection, kinds=("notices:submission:refused",))
        assert not any("Anna" in code for event in events for code in event.codes)


def test_what_a_form_lacks_is_told_without_anybody_s_submission() -> None:
    catalogue, point = form()
    assert notices_at(catalogue, point) == ("filing",)
    assert lacking(catalogue, point, ["company_name", "passport_number", "mail"]) == (
        ("passport_number", "mail"), 1,
    )  # fmt: skip


def test_a_form_without_an_itemised_notice_is_held_to_its_own_list(quay_on_sqlite: Organisation) -> None:
    quay, who = quay_on_sqlite, somebody(quay_on_sqlite)
    found = sent(quay, who, "mail", point="feedback")
    assert found.missing == ("shown:terms",), (
        "what must be accepted before a purpose is served must have been shown"
    )
    assert sent(quay, who, "company_name", point="feedback").undeclared == 1
    with pytest.raises(NotDeclared):
        sent(quay, who, "mail", point="nowhere")
    with pytest.raises(DisplayUnreadable):
        sent(quay, who, *(f"f{number}" for number in range(101)))
