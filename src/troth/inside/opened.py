"""A home opened by a program of one's own, beside the server or without one."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from pydantic import ValidationError
from starlette.types import ASGIApp

from troth.app.config import Home
from troth.app.couriers import Courier, Mailed
from troth.app.hosting import Engines, Hosted, Hosting
from troth.app.keys import SCOPES, ApiKey
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.pace import NAMED, RunClock
from troth.app.posting import posting_of
from troth.app.system import SystemClock
from troth.channels import SmtpChannel
from troth.client import Call, Voice
from troth.client.wire import answer_of, away, body_of
from troth.gate import Reply
from troth.inside.door import Door
from troth.kernel.clock import Clock
from troth.kernel.errors import OperatorError, TrothError
from troth.ledger import Origin
from troth.web.api.models import QuestionSent
from troth.web.api.peek import read
from troth.web.problems import of_error

T = TypeVar("T")
SEALS_EVERY: Final = 1.0
"""Seconds after which permits that were given are sealed into the record."""
_log = logging.getLogger("troth.inside")


class Inside(Voice):
    """Speaks for one organisation without a server between. Threads may share it; open it in the process that uses it.

    Advice and uses are answered in this process, from what is known of people in shared memory; permits are on record a moment later
    (`SEALS_EVERY`), and at `close`. Everything else goes the way of the API, without the wire.
    """

    def __init__(self, hosting: Hosting, organisation: str, origin: str = "observed") -> None:
        key = ApiKey("inside", organisation, frozenset(SCOPES), Origin(origin), b"")
        self._hosting, self._key = hosting, key
        self._gate = hosting.organisations[organisation].organisation.gate
        self._door = Door(self._make, key)
        self._over = threading.Event()
        self._sealing = threading.Thread(target=self._seal, name="troth-seals", daemon=True)
        self._sealing.start()

    @classmethod
    def open(cls, home: Path, organisation: str, *, database: str = "", origin: str = "observed") -> Self:
        """Open an organisation at a home, under the policy in force; `database` where it is not the file in the home.

        Raises OperatorError where the home cannot be opened, AuthorError where no policy was ever in force.
        """
        if not home.is_dir():
            raise OperatorError(
                "There is no home at the folder named.", "Name the one that `troth run` was started with."
            )
        place = Home.at(home, database)
        with ExitStack() as opened:
            made = open_organisation(place, organisation, compile=Engines(), bring_up=False, clock=_clock())
            opened.callback(made.close)
            declared = made.policy()
            hosted = Hosted(made, declared.bundle, home, home=place, digest=declared.digest)
            courier = _courier(place, made)
            hosting = Hosting([hosted], made.clock, made.entropy, opened.pop_all(), courier=courier)
        return cls(hosting, organisation, origin)

    def perform(self, call: Call[T], within: float | None = None) -> T:
        """What is answered. Raises Away where the records cannot be read or written now, Problem where the call is refused."""
        if call.path in ("peek", "use") and not call.key:
            try:
                return call.read(self._decided(call).as_json())
            except ValidationError:
                pass  # the routes say how it does not fit
            except TrothError as error:
                refusal = of_error(error)
                return answer_of(call, refusal.status_code, bytes(refusal.body))
        try:
            return answer_of(call, *self._door.exchange(call, within))
        except TimeoutError as problem:
            raise away(problem) from problem

    def close(self) -> None:
        """Seal what was gathered and give everything back."""
        self._over.set()
        self._sealing.join()
        self._door.close()
        self._hosting.close()

    def _decided(self, call: Call[Any]) -> Reply:
        """Read as the two routes read it, and answered by the gate."""
        if call.path == "peek":
            asked = read(body_of(call) or b"")
            return self._gate.glance(*asked) or self._gate.peek(*asked)
        sent = QuestionSent.model_validate(call.body)
        return self._gate.use(sent.question(), sent.subject, sent.papers, origin=self._key.origin)

    def _make(self) -> ASGIApp:
        from troth.web.api.app import make_api

        return make_api(self._hosting)

    def _seal(self) -> None:
        """Now and again; what could not be sealed is kept for the next time."""
        while not self._over.wait(SEALS_EVERY):
            try:
                self._gate.flush()
            except TrothError as error:
                _log.warning("Permits wait to be sealed: %s", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _courier(home: Home, organisation: Organisation) -> Courier | None:
    """Codes for guardians and visitors leave by the mail server that the home names for the organisation; else they lie in the home."""
    mail = posting_of(home, organisation.clock, of=organisation.id).channels.get("email")
    if not isinstance(mail, SmtpChannel):
        return None
    return Mailed(mail, lambda: organisation.entropy.bytes(12).hex())


def _clock() -> Clock:
    """The time of the run that this process is part of, where there is one, so that both doors write the same time; else the machine's."""
    told = os.environ.get(NAMED)
    return RunClock(Path(told)) if told else SystemClock()
