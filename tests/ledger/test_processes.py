"""Writers in processes of their own: no gap, nothing acknowledged lost, nothing doubled."""

from __future__ import annotations

from contextlib import ExitStack

from tests.storms.ledger_storm import Account, prepare, settle, start, writer


def test_writers_of_several_processes_leave_no_gap(database_url: str) -> None:
    prepare(database_url)
    account = Account()
    with ExitStack() as stack:
        modes = ["alone", "together", "alone"]
        running = [
            stack.enter_context(writer(database_url, f"w{number}", mode, "20"))
            for number, mode in enumerate(modes)
        ]
        start(*running)
        for process in running:
            assert process.stdout is not None
            account.take(process.stdout.readlines())
            assert process.wait(60) == 0
    settle(database_url, account)
    alone = sum(number % 5 + 1 for number in range(20) if number % 3 != 2)
    assert len(account.acknowledged) == account.heads[-1].size == 2 * alone + 8 * 20
