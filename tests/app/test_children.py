"""Processes that are looked after: what one of them leaves behind hinders nobody."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.kit.waiting import until
from troth.app.children import Child, ChildFailed, Order

READY = "import json, os, sys; print(json.dumps({'ready': True, 'of': os.getpid(), **MORE}), flush=True); sys.stdin.read()"
WITH_A_CHILD = (
    "import subprocess, sys; "
    "kept = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); MORE = {'kept': kept.pid}; "
)


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    order = Order("one", [sys.executable, "-c", WITH_A_CHILD + READY], tmp_path, tmp_path / "log", False)
    child, kept = Child(order), list[int]()
    child.start()
    kept.append(child.said["kept"])
    yield child
    kept.append(child.said["kept"])
    child.stop()
    for pid in set(kept):
        os.kill(pid, signal.SIGKILL)


def test_who_leaves_a_process_with_its_output_open_is_started_again(child: Child) -> None:
    before = child.pid
    assert before is not None
    watch = os.pidfd_open(before)
    os.kill(before, signal.SIGKILL)
    assert select.select([watch], [], [], 30)[0]
    os.close(watch)
    until(child.tend, 60)
    assert child.pid not in (None, before)
    assert child.said["of"] == child.pid


def test_what_does_not_come_up_is_told_by_its_last_words(tmp_path: Path) -> None:
    says = "import sys; sys.exit('It has no place to stand.')"
    with pytest.raises(ChildFailed, match="It has no place to stand"):
        Child(Order("one", [sys.executable, "-c", says], tmp_path, tmp_path / "log", False)).start()


def test_what_ends_by_itself_is_waited_for(tmp_path: Path) -> None:
    says = f"print({json.dumps(json.dumps({'ready': True}))}); print({json.dumps(json.dumps({'done': 3}))})"
    child = Child(Order("one", [sys.executable, "-c", says], tmp_path, tmp_path / "log", False, once=True))
    child.start()
    assert child.wait(60)["done"] == 3
