"""Mail over TLS: the server shows a certificate for its name or nothing is sent, and a password never leaves in the clear."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.support.certificates import Ca, context
from tests.witnesses.kit import Log, log_in
from tests.witnesses.test_witnesses import Box, free_port
from troth.witnesses import open_witness
from troth.witnesses.addresses import NoWitness

WAYS = ("starttls", "smtps")


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with log_in(tmp_path / "log") as found:
        yield found


@contextmanager
def mail_server(way: str, shown: ssl.SSLContext, **more: Any) -> Iterator[tuple[int, Box]]:
    box, port = Box(), free_port()
    ways: dict[str, Any] = (
        {"ssl_context": shown} if way == "smtps" else {"tls_context": shown, "require_starttls": True}
    )
    controller = Controller(box, hostname="127.0.0.1", port=port, **(ways if way != "none" else {}), **more)
    controller.start()
    try:
        yield port, box
    finally:
        controller.stop()


def address(port: int, way: str, trust: Ca | None, **more: object) -> str:
    trusted = {"ca": trust.file} if trust else {}
    said = {"host": f"127.0.0.1:{port}", "from": "log@quay.example", "tls": way} | trusted | more
    return f"mailto:audit@example.org?{'&'.join(f'{name}={value}' for name, value in said.items())}"


@pytest.mark.parametrize("way", WAYS)
def test_a_checkpoint_arrives_over_tls(log: Log, ca: Ca, way: str) -> None:
    with mail_server(way, context(ca.server("127.0.0.1"))) as (port, box):
        made = log.made(open_witness(address(port, way, ca)))
    assert not made.problems
    assert len(box.mails) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrong", ["another name", "a stranger's", "the machine's own CAs"])
def test_a_certificate_that_does_not_fit_ends_it(
    log: Log, ca: Ca, way: str, wrong: str, tmp_path: Path
) -> None:
    stranger = Ca(tmp_path / "stranger")
    shown = {"another name": ca.server("mail.example"), "a stranger's": stranger.server("127.0.0.1")}
    with mail_server(way, context(shown.get(wrong, ca.server("127.0.0.1")))) as (port, box):
        where = address(port, way, ca)
        made = log.made(
            open_witness(where.partition("&ca=")[0] if wrong.startswith("the machine") else where)
        )
    assert "no certificate that is trusted for its name" in str(made.problems[0])
    assert not box.mails


@pytest.mark.parametrize(
    ("offered", "asked"), [("none", "starttls"), ("none", "smtps"), ("smtps", "starttls")]
)
def test_nothing_is_sent_in_the_clear_instead(log: Log, ca: Ca, offered: str, asked: str) -> None:
    """Somebody in between who strips the offer of TLS, or a server without it, receives nothing."""
    with mail_server(offered, context(ca.server("127.0.0.1"))) as (port, box):
        made = log.made(open_witness(address(port, asked, ca)))
    assert len(made.problems) == 1
    assert not box.mails


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("way", WAYS)
def test_a_server_may_ask_who_sends(log: Log, ca: Ca, way: str, tmp_path: Path) -> None:
    heard: list[Any] = []

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, said: Any) -> AuthResult:
        heard.append(said)
        return AuthResult(success=said == LoginPassword(b"log", b"planted-secret"))

    password = tmp_path / "password"
    password.write_text("planted-secret\n")
    more = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": way == "starttls"}
    with mail_server(way, context(ca.server("127.0.0.1")), **more) as (port, box):
        where = address(port, way, ca, user="log", password=password)
        password.chmod(0o644)
        open_to_others = log.made(open_witness(where))
        password.chmod(0o600)
        made = log.made(open_witness(where))
        password.write_text("wrong")
        refused = log.made(open_witness(where))
    assert "chmod 600" in str(open_to_others.problems[0])
    assert not made.problems
    assert "cannot be reached" in str(refused.problems[0])
    assert len(box.mails) == 1
    assert "planted-secret" not in f"{open_to_others.problems}{refused.problems}{open_witness(where)!r}"


def test_a_missing_ca_is_a_sentence(log: Log, ca: Ca, tmp_path: Path) -> None:
    with mail_server("smtps", context(ca.server("127.0.0.1"))) as (port, _):
        made = log.made(open_witness(address(port, "smtps", None, ca=tmp_path / "missing")))
    assert "CA file" in str(made.problems[0])


@pytest.mark.parametrize(
    ("address", "port", "way"),
    [
        ("mailto:a@b.example?host=mail.example", 587, "starttls"),
        ("mailto:a@b.example?host=mail.example&tls=smtps", 465, "smtps"),
        ("mailto:a@b.example?host=mail.example&tls=none", 25, "none"),
        ("mailto:a@b.example", 25, "none"),
    ],
)
def test_beyond_this_machine_mail_goes_over_tls_unless_told_otherwise(
    address: str, port: int, way: str
) -> None:
    post = open_witness(address)._post  # type: ignore[union-attr]
    assert (post.port, post.tls.value) == (port, way)


@pytest.mark.parametrize(
    "wrong",
    [
        "host=x&tls=ssl3",
        "host=x&user=log",
        "host=x&password=p",
        "host=x&tls=none&user=u&password=p",
        "host=x&pasword=p",
    ],
)
def test_what_names_no_mailbox(wrong: str) -> None:
    with pytest.raises(NoWitness):
        open_witness(f"mailto:a@b.example?{wrong}")
