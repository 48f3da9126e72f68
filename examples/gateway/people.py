"""The life of gateway's people: they come by the front door, fill real forms, send real pictures and read their codes in real mail.

    python -m examples.gateway.people --site URL --mail DIR --post HOST:PORT --state FILE [--seed N] [--speed N] [--people N]

With `--people N` that many live their whole story and the process ends; without, they come one after another.
The same seed makes the same people, who choose the same things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from examples.gateway.staff import Staff
from examples.gateway.story import FEW, Around, Story
from examples.kit.coming import came
from examples.kit.frontdesk import FrontDesk
from examples.kit.people import Person, person
from examples.kit.progress import Progress
from examples.kit.time import now

LEAVES_EVERY = 2
"""After so many newcomers somebody who came on another day, and lies in a dump, cancels."""
NIGHT_EVERY = 12
"""After so many newcomers the staff makes a dump of its own accord, besides those of every night."""
KNOWN = 20
"""So many who came lately are remembered."""


class Town:
    """Everybody who trades with gateway: who came already, and who comes next."""

    def __init__(self, around: Around, seed: int, state: Path) -> None:
        self._around = around
        self._seed = seed
        self._progress = Progress(state, seed)
        self._done: Counter[str] = Counter()
        self._at_work = ""
        """Who of the staff brings papers, once somebody does."""
        self._here: list[tuple[str, Person]] = []
        """Who came lately and is still a member, with the day."""

    @property
    def done(self) -> dict[str, int]:
        """What everybody did so far, counted."""
        return dict(sorted(self._done.items()))

    def step(self) -> None:
        """One more person comes and lives their story; now and then the staff dumps and brings back who is missing."""
        number = self._progress.take()
        story, today = Story(person(number, self._seed), self._around), now().date().isoformat()
        self._play(story, story.live)
        if number < FEW or number % LEAVES_EVERY == 0:
            self._one_leaves(today)
        if story.here:
            self._here = [*self._here, (today, story.who)][-KNOWN:]
        if number % NIGHT_EVERY == NIGHT_EVERY - 1:
            self._at_the_desk(number)

    def _one_leaves(self, today: str) -> None:
        """Whoever came last on another day comes back, and is a member no more."""
        for one in reversed(self._here):
            leaver = Story(one[1], self._around)
            if one[0] != today or leaver.soon:
                self._here.remove(one)
                self._play(leaver, leaver.leave)
                return
            leaver.close()

    def _play(self, story: Story, act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            story.close()
            self._done += story.done

    def _at_the_desk(self, number: int) -> None:
        with Staff(self._around.site) as desk:
            desk.press("dump", "dumped")
            desk.press("restore", "restored", ticket=f"restore-{number}")
            self._done += desk.done
        with FrontDesk(self._around.data) as papers:
            self._at_work = self._at_work or papers.hire("Legal and records")
            papers.bring_papers()
            self._done += papers.done


def main() -> None:
    """Let people come."""
    came(
        "People who come to gateway by the front door.",
        lambda told: Town(Around(told.site, told.mail, told.post, told.state.parent), told.seed, told.state),
    )


if __name__ == "__main__":
    main()
