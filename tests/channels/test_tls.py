"""The way to the mail server is encrypted, to the server that was meant, or not taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.servers import Taking, serving
from tests.channels.test_exam import PARCEL, smtp
from tests.support.certificates import Ca, context
from troth.channels import Tls
from troth.channels.smtp import SenderUnusable
from troth.messages import Delivery, Outcome


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


def test_over_starttls_with_a_password(ca: Ca, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    secret.chmod(0o600)
    handler = Taking()
    with serving(handler, context(ca.server("127.0.0.1")), "open sesame") as port:
        found = smtp(port, tls=Tls.STARTTLS, ca=ca.file, user="quay", password=secret).send(PARCEL)
    assert found == Delivery(Outcome.TAKEN, "250")
    assert len(handler.mails) == 1


def test_a_wrong_password_is_ours_to_mend_and_nobody_bounces(ca: Ca, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong")
    secret.chmod(0o600)
    with serving(Taking(), context(ca.server("127.0.0.1")), "open sesame") as port:
        found = smtp(port, tls=Tls.STARTTLS, ca=ca.file, user="quay", password=secret).send(PARCEL)
    assert found == Delivery(Outcome.LATER, "auth")


def test_a_password_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("open sesame")
    secret.chmod(0o644)
    with pytest.raises(SenderUnusable, match="password file"):
        smtp(25, user="quay", password=secret)


def test_a_server_without_starttls_is_handed_nothing() -> None:
    handler = Taking()
    with serving(handler) as port:
        assert smtp(port, tls=Tls.STARTTLS).send(PARCEL) == Delivery(Outcome.LATER, "tls")
    assert handler.mails == []


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_for_another_name_or_by_nobody_known(ca: Ca, trusted: bool) -> None:
    handler = Taking()
    with serving(handler, context(ca.server("elsewhere.test" if trusted else "127.0.0.1"))) as port:
        found = smtp(port, tls=Tls.STARTTLS, ca=ca.file if trusted else None).send(PARCEL)
    assert found == Delivery(Outcome.LATER, "tls")
    assert handler.mails == []


def test_what_cannot_be_used_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SenderUnusable):
        smtp(25, password=tmp_path / "missing")
    from dataclasses import replace

    from tests.channels.test_exam import post
    from tests.gate.kit import NOON
    from troth.channels import SmtpChannel
    from troth.kernel.clock import FixedClock

    with pytest.raises(SenderUnusable):
        SmtpChannel(replace(post(25), sender="nobody"), FixedClock(NOON))
