"""How a person comes in: a one-use code, brought to an address that leads to them, opens a visit to themselves alone; so does a
session of their account, which the room of accounts keeps.

Whoever asks for a code learns nothing: the answer and the work are the same for every address, because an address is looked up,
and a letter written, only after the answer was given, by another thread. Of visits by a code only digests are kept, in memory:
whoever restarts the program ends them. Serves GDPR art. 12(2), 12(6), 32; PIPL art. 50, 51.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from troth.accounts import Accounts, Level, Session
from troth.app.couriers import Courier, Letter
from troth.intake import Proof
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.errors import TrothError

T = TypeVar("T")
CODE_LASTS: Final = timedelta(minutes=10)
SESSION_LASTS: Final = timedelta(minutes=45)
TRIES: Final = 5
"""Wrong codes after which a ticket is no good any more."""
DIGITS: Final = 8
WINDOW: Final = timedelta(minutes=15)
PER_ADDRESS: Final = 3
"""Codes that one address gets within a window; what is asked beyond that is answered alike and brings nothing."""
PER_ORGANISATION: Final = 600
"""Codes asked for within a window, for whatever address, beyond which everybody is told to wait."""
MOST_TICKETS: Final = 2000
MOST_SESSIONS: Final = 10_000
MOST_WAITING: Final = 500
ACCOUNT: Final = "acs_"
"""What secrets of sessions of accounts begin with."""


class Tried(StrEnum):
    """What a code that was typed in turned out to be."""

    IN = "in"
    WRONG = "wrong"
    OVER = "over"
    """The ticket ran out, was used, or was tried too often: another code is needed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person: of which organisation, who, since when and until when, and the language they speak."""

    organisation: str
    subject: str
    since: datetime
    until: datetime
    language: str = ""
    session: Session | None = None
    """The session of their account, where they came in by one."""
    assurance: Level = Level.CODE
    """How sure it is who they are: by a code alone, a password, both, or a document and a face that were compared."""

    @property
    def proof(self) -> Proof:
        """What this is to a ticket of theirs."""
        return Proof(self.assurance.value)


@dataclass(slots=True)
class _Ticket:
    organisation: str
    digest: bytes
    until: datetime
    subject: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class _Errand:
    ticket: str
    code: str
    address: str
    language: str


Find = Callable[[str, str], str | None]
"""(organisation, address) to the subject it leads to, None where it leads to nobody."""
Named = Callable[[str, str], str]
"""(organisation, language) to the organisation's name."""
Keeping = Callable[[str], Accounts | None]
"""An organisation to its accounts; None where there is no such organisation."""


def _nobody(_: str) -> None:
    """No organisation keeps accounts."""


class Visitors:
    """Tickets, codes and visits. Threads may share it."""

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        find: Find,
        named: Named,
        courier: Courier,
        accounts: Keeping = _nobody,
    ) -> None:
        self.courier = courier
        self._accounts = accounts
        self.trouble = 0
        """How many codes could not be brought since the start; who would have had them is written down nowhere."""
        self._clock, self._entropy, self._find, self._named = clock, entropy, find, named
        self._tickets: dict[str, _Ticket] = {}
        self._visits: dict[str, Visit] = {}
        self._asked: dict[str, deque[datetime]] = {}
        self._salt = entropy.bytes(32)
        self._lock = threading.Lock()
        self._errands: queue.Queue[_Errand] = queue.Queue(MOST_WAITING)
        self._runner: threading.Thread | None = None

    # --- a code -------------------------------------------------------------------------------------------------------------

    def ask(self, organisation: str, address: str, language: str = "") -> str | None:
        """A ticket to type a code in with; the code is on its way if the address leads to somebody. None: too many ask, wait."""
        now = self._clock.now()
        code = f"{int.from_bytes(self._entropy.bytes(8), 'big') % 10**DIGITS:0{DIGITS}d}"
        secret = self._secret()
        ticket = _digest(secret)
        with self._lock:
            if not self._within(f"organisation:{organisation}", PER_ORGANISATION, now):
                return None
            self._tickets = _kept(self._tickets, lambda one: one.until > now, MOST_TICKETS)
            self._tickets[ticket] = _Ticket(organisation, self._sealed(ticket, code), now + CODE_LASTS)
        try:
            self._errands.put_nowait(_Errand(ticket, code, address, language))
        except queue.Full:
            with self._lock:
                self.trouble += 1
        self._run()
        return secret

    def enter(self, organisation: str, ticket: str, code: str, language: str = "") -> tuple[Tried, str]:
        """Try a code; with the right one the secret of a new visit. A ticket serves once, and TRIES wrong codes use it up."""
        now, named = self._clock.now(), _digest(ticket)
        typed = "".join(sign for sign in code if sign.isdigit() and sign.isascii())
        with self._lock:
            held = self._tickets.get(named)
            if held is None or held.organisation != organisation or held.until <= now or held.tries >= TRIES:
                self._tickets.pop(named, None)
                return Tried.OVER, ""
            held.tries += 1
            right = hmac.compare_digest(held.digest, self._sealed(named, typed)) and bool(held.subject)
            if not right:
                return (Tried.WRONG if held.tries < TRIES else Tried.OVER), ""
            del self._tickets[named]
            secret = self._secret()
            self._visits = _kept(self._visits, lambda one: one.until > now, MOST_SESSIONS)
            self._visits[_digest(secret)] = Visit(
                organisation, held.subject, now, now + SESSION_LASTS, language
            )
            return Tried.IN, secret

    # --- a visit ------------------------------------------------------------------------------------------------------------

    def visit(self, organisation: str, secret: str) -> Visit | None:
        """The visit of a secret to this organisation, as long as it lasts; that of an account's session is looked up."""
        if secret.startswith(ACCOUNT):
            accounts = self._accounts(organisation)
            session = accounts.session(secret) if accounts is not None else None
            return visit_of(organisation, session) if session is not None else None
        with self._lock:
            found = self._visits.get(_digest(secret)) if secret else None
        fits = found is not None and found.organisation == organisation and found.until > self._clock.now()
        return found if fits else None

    def prefer(self, organisation: str, secret: str, language: str) -> None:
        """Let a visit keep to a language."""
        accounts = self._accounts(organisation) if secret.startswith(ACCOUNT) else None
        if accounts is not None:
            accounts.prefer(secret, language)
            return
        found = self.visit(organisation, secret)
        if found is not None:
            with self._lock:
                self._visits[_digest(secret)] = replace(found, language=language)

    def leave(self, secret: str, organisation: str = "") -> None:
        """End a visit, and with it the session of an account at an organisation; harmless where there is none."""
        accounts = self._accounts(organisation) if secret.startswith(ACCOUNT) else None
        if accounts is not None:
            accounts.sign_out(secret)
        with self._lock:
            self._visits.pop(_digest(secret), None)

    def settle(self) -> None:
        """Wait until every letter that was asked for so far is on its way, or is not to be written."""
        self._errands.join()

    # --- letters ------------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with self._lock:
            if self._runner is None or not self._runner.is_alive():
                self._runner = threading.Thread(target=self._carry_all, name="troth-codes", daemon=True)
                self._runner.start()

    def _carry_all(self) -> None:
        while True:
            errand = self._errands.get()
            try:
                self._carry(errand)
            except TrothError:
                with self._lock:
                    self.trouble += 1
            finally:
                self._errands.task_done()

    def _carry(self, errand: _Errand) -> None:
        """Look the address up, and write to it if it leads to somebody."""
        with self._lock:
            ticket = self._tickets.get(errand.ticket)
        address = plain_address(errand.address)
        if ticket is None or address is None:
            return
        subject = self._find(ticket.organisation, address)
        with self._lock:
            named = hmac.digest(self._salt, f"{ticket.organisation}:{address}".encode(), "sha256").hex()
            if subject is None or not self._within(named, PER_ADDRESS, self._clock.now()):
                return
            ticket.subject = subject
        name = self._named(ticket.organisation, errand.language)
        self.courier.carry(Letter(name, address, errand.code, errand.language))

    def _within(self, what: str, most: int, now: datetime) -> bool:
        """Whether one more is within what a window allows; then it is counted."""
        if len(self._asked) > MOST_SESSIONS:
            self._asked = {name: times for name, times in self._asked.items() if times[-1] > now - WINDOW}
        times = self._asked.setdefault(what, deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True

    def _sealed(self, ticket: str, code: str) -> bytes:
        """What is kept of a code: of use to nobody without the salt, which never leaves this process."""
        return hmac.digest(self._salt, f"{ticket}:{code}".encode(), "sha256")

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._entropy.bytes(32)).decode().rstrip("=")


def visit_of(organisation: str, session: Session) -> Visit:
    """The visit that a session of an account is."""
    return Visit(
        organisation, session.subject, session.since, session.until, session.language, session, session.level
    )


def plain_address(text: str) -> str | None:
    """A mail address as it is looked up and written to: the very same text, so that no two addresses are taken for one.

    None for what is none here: one with letters beyond ASCII too, which folding could make another person's.
    """
    address = text.strip().lower() if text.isascii() else ""
    local, at, domain = address.rpartition("@")
    good = bool(local and at and "." in domain) and len(address) <= 254 and address.isprintable()
    return address if good and not set(address) & set(' ,;:<>"()[]\\') else None


def _kept(held: dict[str, T], lasts: Callable[[T], bool], most: int) -> dict[str, T]:
    """Those that last, the oldest left out where there are too many for one more."""
    lasting = [(name, one) for name, one in held.items() if lasts(one)]
    return dict(lasting[-(most - 1) :])


def _digest(secret: str) -> str:
    """What is kept of a secret; looking a digest up tells nothing about the secrets near it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
