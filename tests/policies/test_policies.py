"""Versions of a policy: kept word for word, never changed, and in force from when they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.gate.kit import NOON, TEXT, bundle, second
from troth.app.organisation import Organisation
from troth.policies import Declared, NoPolicyInForce, NotDeclared, PolicyUnknown, TextsMissing
from troth.policies.store import documents

DAY = timedelta(days=1)
TEXTS = {"text.md": TEXT}


def in_force(quay: Organisation, at_day: int) -> str:
    with quay.database.read() as connection:
        return quay.rooms.policies.in_force(connection, NOON + at_day * DAY).digest


def test_the_version_of_the_folder_is_in_force_and_comes_back_byte_for_byte(quay: Organisation) -> None:
    declared = quay.policy()
    assert declared.digest == bundle().digest
    assert declared.bundle.encoded == bundle().encoded
    assert quay.texts() == TEXTS


def test_a_version_begins_when_it_says_and_the_former_one_is_kept(quay: Organisation) -> None:
    quay.act(lambda acts: acts.activate(second(), TEXTS, since=NOON + 2 * DAY))
    assert [in_force(quay, day) == second().digest for day in (0, 1, 2, 3)] == [False, False, True, True]
    assert quay.policy().digest == bundle().digest
    assert quay.texts(second().digest) == TEXTS


def test_of_two_that_began_the_later_one_holds_even_if_it_was_recorded_first(quay: Organisation) -> None:
    quay.act(lambda acts: acts.activate(second(), TEXTS, since=NOON + 2 * DAY))
    quay.act(lambda acts: acts.activate(bundle(), TEXTS, since=NOON + DAY))
    assert in_force(quay, 1) == bundle().digest
    assert in_force(quay, 3) == second().digest
    with quay.database.read() as connection:
        assert len(quay.rooms.policies.versions(connection)) == 3


def test_before_the_first_version_nothing_is_in_force(quay: Organisation) -> None:
    with pytest.raises(NoPolicyInForce, match="quay has no policy in force at 2026-03-01"):
        in_force(quay, -1)


def test_a_version_without_its_texts_is_refused(quay_on_sqlite: Organisation) -> None:
    for texts in ({}, {"text.md": TEXT + "more"}):
        with pytest.raises(TextsMissing, match=r"text\.md"):
            quay_on_sqlite.act(lambda acts, texts=texts: acts.activate(second(), texts))  # type: ignore[misc]
    assert in_force(quay_on_sqlite, 1) == bundle().digest


def test_a_digest_that_was_never_activated_is_unknown(quay_on_sqlite: Organisation) -> None:
    with pytest.raises(PolicyUnknown):
        quay_on_sqlite.texts("sha256:" + "0" * 64)
    with pytest.raises(PolicyUnknown):
        quay_on_sqlite.act(lambda acts: acts.declared("sha256:" + "0" * 64))


def test_an_altered_document_is_not_taken_for_the_version(quay_on_sqlite: Organisation) -> None:
    with quay_on_sqlite.database.write() as connection:
        changed = bundle().encoded.replace(b'"over":"50"', b'"over":"05"')
        connection.execute(update(documents).values(body=changed))
    fresh = type(quay_on_sqlite.rooms.policies)("quay")
    with quay_on_sqlite.database.read() as connection, pytest.raises(PolicyUnknown):
        fresh.declared(connection, bundle().digest)


def test_what_is_not_declared_is_named_with_the_nearest_that_is() -> None:
    declared = Declared(bundle())
    with pytest.raises(NotDeclared, match="Did you mean 'newsletter'"):
        declared.consent("newsleter")
    with pytest.raises(NotDeclared, match="Did you mean 'shown:signup'"):
        declared.fact("shown:sign_up", ("shown",))
    with pytest.raises(NotDeclared, match="not a kind of fact that is recorded here"):
        declared.fact("consent:newsletter", ("shown", "is"))


def test_an_error_never_repeats_what_might_be_personal() -> None:
    with pytest.raises(NotDeclared) as refused:
        Declared(bundle()).consent("kim.lee@example.test")
    assert "example.test" not in str(refused.value)


def test_a_notice_is_another_version_when_it_or_its_clause_is_reworded() -> None:
    first, changed = Declared(bundle()).notice_versions, Declared(second()).notice_versions
    assert first["signup"] != changed["signup"]
    assert first["terms"] == changed["terms"]
