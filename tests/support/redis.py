"""Redis for tests: a server of this machine, started for one run, or one that is named; its database is empty for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import redis

from tests.support.servers import folder_for, program, running

NAMED = "TROTH_TEST_REDIS"


@contextmanager
def server() -> Iterator[str]:
    """A running server's URL. One that is named by the environment is used as it is: its database is emptied."""
    named = os.environ.get(NAMED)
    if named:
        yield named
        return
    daemon = program("redis-server", "redis-server", NAMED)
    with folder_for("redis") as folder:
        url = f"unix://{folder / 'sock'}?db=0"
        command = [
            daemon,
            "--port",
            "0",
            "--unixsocket",
            str(folder / "sock"),
            "--dir",
            str(folder),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with running(command, lambda: _answers(url), "Redis"):
            yield url


def _answers(url: str) -> bool:
    with closing(redis.Redis.from_url(url)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a Redis server."""
    with server() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty database of a Redis server."""
    with closing(redis.Redis.from_url(redis_server)) as client:
        client.flushdb()
    return redis_server
