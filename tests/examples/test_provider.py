"""The messenger of the simulation, in a process of its own, signs people in as OpenID Connect asks, and nobody twice by one code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from troth.accounts import NotLetIn
from troth.app.providers import Begun, Providers, provider_of
from troth.app.system import SystemClock, SystemEntropy

ROOT = Path(__file__).parents[2]
BACK = "http://127.0.0.1:9/my/gateway/provider/back"


@contextmanager
def liaotong(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "examples.kit.provider", "--folder", str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as running:
        assert running.stdout is not None
        yield f"http://127.0.0.1:{json.loads(running.stdout.readline())['port']}"
        running.terminate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("liaotong")


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    with liaotong(folder) as found:
        yield found


def providers(base: str, folder: Path) -> Providers:
    said = {"label": "Liaotong", "issuer": base, "client": "troth-gateway", "secret": str(folder / "secret")}
    return Providers({"liaotong": provider_of("liaotong", said)}, SystemClock(), SystemEntropy())


def signed_in(begun: Begun, name: str) -> tuple[str, str]:
    answer = httpx.post(begun.url, data={"name": name}, follow_redirects=False)
    assert answer.status_code == 303
    back = httpx.URL(answer.headers["location"])
    assert str(back).startswith(BACK)
    return back.params["state"], back.params["code"]


def test_who_signs_in_there_is_vouched_for_by_a_number_that_stays(base: str, folder: Path) -> None:
    subjects = []
    for name in ("Mei Ling", " mei ling ", "Somebody else"):
        found = providers(base, folder)
        begun = found.begin("liaotong", BACK)
        state, code = signed_in(begun, name)
        vouched, _ = found.finish(state, code, begun.binding)
        subjects.append(vouched.subject)
    assert subjects[0] == subjects[1] != subjects[2]
    assert "mei" not in "".join(subjects).lower()


def test_a_code_serves_once_and_only_whoever_asked_for_it(base: str, folder: Path) -> None:
    found = providers(base, folder)
    first, second = found.begin("liaotong", BACK), found.begin("liaotong", BACK)
    state, code = signed_in(first, "Mei Ling")
    with pytest.raises(NotLetIn):
        found.finish(second.state, code, second.binding)
    with pytest.raises(NotLetIn):
        found.finish(state, code, first.binding)


def test_a_stranger_is_told_nothing(base: str) -> None:
    assert httpx.get(f"{base}/authorize", params={"client_id": "somebody"}).status_code == 400
    assert httpx.post(f"{base}/token", data={"code": "x"}).status_code == 400
    assert httpx.get(f"{base}/").status_code == 404


def test_it_stands_where_it_stood(tmp_path: Path) -> None:
    with liaotong(tmp_path) as before:
        pass
    with liaotong(tmp_path) as after:
        assert after == before
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
