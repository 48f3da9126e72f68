"""What apps do becomes evidence of the promises about them: occasions, refusals, breaches; each of its own passage and no other."""

from __future__ import annotations

import pytest

from tests.directories.kit import EXAMPLES, App
from tests.directories.test_batches import LOCATION, with_location
from troth.app.opening import compiled_folder
from troth.app.organisation import Organisation
from troth.decide.compiled import Engine
from troth.decide.model import Facts
from troth.directories import Situation, out_of_time
from troth.policies import Declared
from troth.policy.model import Point
from troth.promises.controls import controls_of
from troth.promises.model import State, Verdict


def verdicts(organisation: Organisation) -> dict[str, Verdict]:
    """Every passage with its verdict."""
    with organisation.database.read() as connection:
        board = organisation.promises.board(connection, organisation.clock.now())
    return {one.clause.id: one.verdict for one in board.clauses}


def broken(organisation: Organisation) -> set[str]:
    return {id for id, one in verdicts(organisation).items() if one.state is State.BROKEN}


def test_a_prompt_at_its_moment_and_a_switch_are_occasions(app: App, desk: Organisation) -> None:
    before = verdicts(desk)["1.3.location/2"].permitted
    with_location(app)
    app.tell("switch", "perm_location", said="off")
    assert verdicts(desk)["1.3.location/2"].permitted >= before + 2
    assert broken(desk) == set()


def test_a_prompt_kept_back_is_a_refusal_and_breaks_nothing(app: App, desk: Organisation) -> None:
    app.agree()
    before = verdicts(desk)["1.3.location/2"].refused
    app.tell("prompt", "perm_location", moment="first_start", done=False)
    assert verdicts(desk)["1.3.location/2"].refused == before + 1
    assert broken(desk) == set()


def test_a_prompt_out_of_time_breaks_its_permission_and_no_other(app: App, desk: Organisation) -> None:
    app.agree()
    app.tell("prompt", "perm_location", **{**LOCATION, "moment": "first_start"})
    assert {"1.3.location/1", "1.3.location/2"} <= broken(desk)
    assert not {"1.3.camera/2", "1.3.sms/2", "1.2.5.2/1"} & broken(desk)


def test_a_kit_that_sends_what_is_not_on_its_list_breaks_its_own_passages(
    app: App, desk: Organisation
) -> None:
    app.agree()
    app.tell("send", "sdk_wechat", "chat_picture", purpose="share_out")
    assert "1.2.5.4/2" in broken(desk)
    assert not {"1.2.5.5/2", "1.2.5.6/2", "1.3.camera/2"} & broken(desk)


@pytest.mark.parametrize("example", ["desk", "gateway"])
def test_every_point_of_a_device_has_a_control_of_this_room(example: str) -> None:
    bundle, _ = compiled_folder(EXAMPLES / example)
    catalogue = Declared(bundle).catalogue
    for point in catalogue.all(Point):
        rooms = {control.room for control in controls_of(point, catalogue) if control.built}
        assert ("directories" in rooms) == (point.what in ("permission", "identifier", "sensor", "sdk")), (
            point.id
        )


def permissions(example: str) -> list[str]:
    bundle, _ = compiled_folder(EXAMPLES / example)
    return [point.id for point in Declared(bundle).catalogue.all(Point) if point.what == "permission"]


@pytest.mark.parametrize(
    ("example", "point"), [(one, point) for one in ("desk", "gateway") for point in permissions(one)]
)
def test_every_permission_is_refused_outside_its_moment(example: str, point: str) -> None:
    """By the policy's own words: at the other moment, in a function it is not tied to, and once more, it is refused."""
    bundle, _ = compiled_folder(EXAMPLES / example)
    declared, ask = Declared(bundle), Engine.compile(bundle).decision
    found = declared.catalogue.get(Point, point)
    assert found is not None
    other = "first_use" if found.prompt == "first_start" else "first_start"
    known = Facts.of([f"on:{one}" for one in found.features])

    def why(moment: str, feature: str, asked: frozenset[str] = frozenset()) -> str:
        return out_of_time(declared.catalogue, ask, Situation(known, True, asked), found, moment, feature)

    feature = next(iter(found.features), "")
    assert why(other, feature) in ("early", "late")
    assert why(found.prompt, feature) == "shut", "nobody has agreed to anything"
    assert why(found.prompt, feature, frozenset({point})) == "again"
    if found.features and found.prompt == "first_use":
        assert why(found.prompt, "no_such_function") == "feature"
