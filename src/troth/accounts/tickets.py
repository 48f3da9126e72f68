"""One-time codes and the tickets they are typed in with: asked for, brought, tried, used once, run out.

Only digests are kept of either. A ticket is made, and its code brought, in the same way whether or not anybody is there: the
address is looked up after the answer was given, by another thread.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from troth.accounts import evidence, store
from troth.accounts.courier import Errand, Notice
from troth.accounts.desk import Desk, Scene, digest, ticket_cell
from troth.accounts.errors import CodeOver, CodeWrong, CourierFailed
from troth.accounts.model import Account, Address, CodeFor, State, Ticket, Waiting
from troth.accounts.naming import addresses_of
from troth.accounts.tables import tickets
from troth.kernel.errors import TrothError
from troth.ledger import Origin

_SWEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Ask:
    """What a ticket is for, and to whom its code goes: to an address, or to wherever the name leads that was typed."""

    purpose: CodeFor
    address: Address | None
    typed: tuple[str, str] | None = field(default=None, repr=False)
    content: str = field(default="", repr=False)
    account: Account | None = None
    language: str = "en"


class Tickets:
    """The codes of one organisation's accounts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # --- asked for, brought ---------------------------------------------------------------------------------------------------

    def ask(self, asked: Ask, origin: Origin) -> Waiting:
        """A ticket; its code is on its way once this returns, if anybody is to have one."""
        desk = self._desk
        secret, code, id = desk.secret("act"), desk.code(), desk.id("tic")
        named = digest(secret)
        sealed = desk.seal("", ticket_cell(named), asked.content) if asked.content else None
        until = desk.run(lambda scene: self._keep(scene, asked, named, id, code, sealed), origin)
        desk.errands.later(lambda: self._carry(asked, named, id, code, origin))
        return Waiting(secret, until.until)

    def _keep(self, scene: Scene, asked: Ask, named: str, id: str, code: str, sealed: bytes | None) -> Ticket:
        desk, account = self._desk, asked.account
        made = Ticket(
            named, id, asked.purpose, self._sealed(named, code), scene.at, scene.at + desk.settings.code_lasts, 0,
            account.id if account else "", account.subject if account else "", sealed,
        )  # fmt: skip
        self._sweep(scene)
        store.put(
            scene.connection, tickets, organisation=desk.organisation, digest=named, id=id,
            purpose=asked.purpose.value, code=made.code, asked_at=made.asked_at, until=made.until, tries=0,
            account=made.account, subject=made.subject, sealed=sealed,
        )  # fmt: skip
        scene.record(evidence.ASKED, f"ticket={id}", f"purpose={asked.purpose.value}")
        return made

    def _carry(self, asked: Ask, named: str, id: str, code: str, origin: Origin) -> None:
        """Look up who is there, bring the code to them, and say whether it was handed over."""
        desk = self._desk
        with desk.ledger.database.read() as connection:
            errand, account = self._errand(connection, asked, code)
        if account is not None and asked.purpose is CodeFor.RECOVER:
            with desk.ledger.database.write() as connection:
                store.ticket_is(
                    connection, desk.organisation, named, account=account.id, subject=account.subject
                )
        if errand is None:
            return
        try:
            desk.errands.courier.bring(errand)
        except TrothError as problem:
            self._said(evidence.UNDELIVERED, asked, errand, id, origin)
            raise CourierFailed("A code could not be handed over.", "See what the courier says.") from problem
        if errand.code:
            self._said(evidence.DELIVERED, asked, errand, id, origin)

    def _errand(self, connection: Connection, asked: Ask, code: str) -> tuple[Errand | None, Account | None]:
        """What is to be brought to whom: a code, a word that there is an account already, or nothing."""
        desk = self._desk
        if asked.purpose is CodeFor.RECOVER:
            return self._recovering(connection, asked, code)
        assert asked.address is not None
        taken = desk.found(connection, asked.address.kind, asked.address.value)
        if taken is not None:
            return Errand(None, asked.address, Notice.KNOWN, "", asked.language), None
        who = desk.person(connection, asked.account.subject) if asked.account else None
        return Errand(who, asked.address, asked.purpose, code, asked.language), asked.account

    def _recovering(
        self, connection: Connection, asked: Ask, code: str
    ) -> tuple[Errand | None, Account | None]:
        desk = self._desk
        id = desk.found(connection, *asked.typed) if asked.typed else None
        account = store.find(connection, desk.organisation, id) if id else None
        if account is None or account.state is not State.OPEN:
            return None, None
        who, places = desk.person(connection, account.subject), addresses_of(desk, connection, account)
        typed = [one for one in places if asked.typed == (one.kind, one.value)]
        if who is None or not places:
            return None, None
        return Errand(who, (typed or places)[0], asked.purpose, code, asked.language), account

    def _said(self, kind: str, asked: Ask, errand: Errand, id: str, origin: Origin) -> None:
        codes = (f"ticket={id}", f"purpose={asked.purpose.value}", f"channel={errand.address.kind}")
        self._desk.run(lambda scene: scene.record(kind, *codes, subject=errand.subject), origin)

    # --- tried --------------------------------------------------------------------------------------------------------------

    def trying(self, scene: Scene, secret: str, code: str, purpose: CodeFor) -> Ticket | CodeWrong | CodeOver:
        """Try a code, as part of an act that must come to its end whatever this says: the try is on record then.

        The ticket stands with one try more; whoever acts on it uses it up.
        """
        desk, named = self._desk, digest(secret)
        ticket = store.ticket(scene.connection, desk.organisation, named)
        most = desk.settings.code_tries
        if ticket is None or ticket.purpose is not purpose or not ticket.live(scene.at, most):
            return over()
        typed = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
        right = hmac.compare_digest(ticket.code, self._sealed(named, typed))
        known = purpose is not CodeFor.RECOVER or bool(ticket.account)
        store.ticket_is(scene.connection, desk.organisation, named, tries=ticket.tries + 1)
        good = right and known
        codes = (f"ticket={ticket.id}", f"purpose={purpose.value}", f"result={'right' if good else 'wrong'}")
        scene.record(evidence.TRIED, *codes)
        if good:
            return ticket
        return over() if ticket.tries + 1 >= most else CodeWrong("This is not the code.", "Look again.")

    def use_up(self, scene: Scene, ticket: Ticket) -> None:
        """A ticket serves once."""
        store.drop_ticket(scene.connection, self._desk.organisation, ticket.digest)

    def content(self, ticket: Ticket) -> str:
        """What was to be kept until the code came. Raises CodeOver."""
        opened = self._desk.unseal("", ticket_cell(ticket.digest), ticket.sealed) if ticket.sealed else None
        if opened is None:
            raise over()
        return opened

    # --- run out --------------------------------------------------------------------------------------------------------------

    def sweep(self, origin: Origin) -> int:
        """Say of codes that they ran out, and let go of their tickets; how many."""
        return self._desk.run(self._sweep, origin)

    def _sweep(self, scene: Scene) -> int:
        desk = self._desk
        found = store.run_out(scene.connection, desk.organisation, scene.at, _SWEPT)
        for one in found:
            scene.record(evidence.EXPIRED, f"ticket={one.id}", f"purpose={one.purpose.value}")
        for one in found:
            store.drop_ticket(scene.connection, desk.organisation, one.digest)
        store.tidy(scene.connection, desk.organisation, scene.at - desk.settings.forgotten_after, scene.at)
        return len(found)

    def _sealed(self, ticket: str, code: str) -> str:
        """What is kept of a code: of use to nobody without the organisation's own key."""
        return self._desk.keyed("code", ticket, code)


def over() -> CodeOver:
    """The refusal of a ticket that is good no more, or never was."""
    return CodeOver("This code is used up or ran out.", "Ask for another.")
