"""Acts of several threads share one watch and one commit: each fails by itself, and the words say what the record says."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import event

from tests.gate.kit import MAIL, agreed
from tests.words.kit import sharing
from tests.words.test_gate import told_by_words
from troth.app.acts import Acts

MANY = 24


class Nonsense(Exception):
    """What an act raises here."""


def test_of_acts_that_come_at_once_each_fails_by_itself(tmp_path: Path, database_url: str) -> None:
    with sharing(tmp_path, database_url) as quay, sharing(tmp_path, database_url) as other:
        people = [agreed(quay, number) for number in range(MANY)]
        begun, go = threading.Event(), threading.Event()

        def hold(acts: Acts) -> None:
            """Carried alone: all others come meanwhile, and are carried together by the next."""
            begun.set()
            assert go.wait(60)

        def say(number: int) -> None:
            def act(acts: Acts) -> None:
                acts.object(people[number], "no_mail")
                acts.work.settle()
                if number % 3 == 0:
                    raise Nonsense

            quay.act(act)

        with ThreadPoolExecutor(MANY + 1) as pool:
            first = pool.submit(quay.act, hold)
            assert begun.wait(60)
            running = [pool.submit(say, number) for number in range(MANY)]
            while len(quay._acting._queue) < MANY:
                threading.Event().wait(0.001)
            commits: list[object] = []
            event.listen(quay.database.writer, "commit", commits.append)
            go.set()
            first.result(60)
            failed = [number for number, one in enumerate(running) if isinstance(one.exception(60), Nonsense)]

        assert failed == [number for number in range(MANY) if number % 3 == 0]
        assert len(commits) == 2, "the one that was held, and all others together"
        for number, who in enumerate(people):
            assert told_by_words(other, who)
            assert other.gate.peek(MAIL, who).permitted is (number % 3 == 0)
        assert all(table.equal for table in quay.replay())
