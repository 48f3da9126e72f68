"""The life of desk's people: they come by mobile code, found enterprises or join one, work, call, and carry a phone.

    python -m examples.desk.people --site URL --trays URL --mail DIR --post HOST:PORT --state FILE [--seed N] [--speed N] [--people N]

With `--people N` that many live their whole story and the process ends; without, they come one after another.
The same seed makes the same people, who choose the same things. What few do comes round by their number (`ROUND`), so that of a dozen
people each thing is done by somebody; those who work at desk (`staff.py`) come in after every founder.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from examples.desk.staff import Staff
from examples.desk.story import MINOR, ROUND, TEAM, Around, Story
from examples.kit.coming import Told, came
from examples.kit.people import person
from examples.kit.progress import Progress
from troth.client import Away, Problem

MOST_AT_ONCE = 100


class Town:
    """Everybody who lives with desk: who came already, and who comes next. One of five founds an enterprise."""

    def __init__(self, around: Around, seed: int, state: Path, staff: Staff) -> None:
        self._around = around
        self._staff = staff
        self._seed = seed
        self._progress = Progress(state, seed)
        self._stories: list[Story] = []
        self._founder: Story | None = None
        self._gone: Counter[str] = Counter()

    @property
    def done(self) -> dict[str, int]:
        """What everybody did so far, counted."""
        return dict(
            sorted(sum((story.done for story in self._stories), self._gone + self._staff.done).items())
        )

    def step(self) -> None:
        """One more person comes; once a team is complete, its founder puts it on the list for calls, and it calls."""
        number = self._progress.take()
        story, place = Story(person(number, self._seed), self._around), number % (TEAM + 1)
        self._stories.append(story)
        if len(self._stories) > MOST_AT_ONCE:
            oldest = self._stories.pop(0)
            oldest.close()
            self._gone += oldest.done
        if place == 0:
            self._founder = story
        story.live([person(number + n, self._seed) for n in range(1, TEAM + 1)] if place == 0 else [])
        self._staff.work()
        if place == TEAM and self._founder and self._founder.be_in():
            if number % ROUND == MINOR:
                self._founder.invite(story.who)
                if story.accept_invitation():
                    story.day()
            self._founder.list_everybody()
            for one in self._stories[-TEAM:]:
                if one.be_in():
                    one.call()
            self._founder.back_up()


def settle(told: Told) -> Town:
    """The town around a run of desk, and its office, which has the company's key."""
    data = told.state.parents[2]
    staff = Staff(data / "handed" / f"{told.state.parent.name}.json")
    return Town(Around(told.site, told.trays, told.mail), told.seed, told.state, staff)


def main() -> None:
    """Let people come."""
    came(
        "People who come to desk by the front door.",
        settle,
        besides=(Away, Problem),
    )


if __name__ == "__main__":
    main()
