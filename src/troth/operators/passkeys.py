"""Passkeys (W3C Web Authentication, by py_webauthn): a key pair in an authenticator that checks who its holder is.

Registered by somebody who is signed in; a sign-in by passkey alone shows two factors, what one has and what unlocks it. The
counter of an authenticator only ever grows: one that does not was copied, and opens nothing.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from troth.kernel.ids import StaffId
from troth.ledger import Work
from troth.operators import evidence, safe, store
from troth.operators.desk import Desk
from troth.operators.entry import REFUSED, Entry
from troth.operators.errors import EnrolmentRefused
from troth.operators.model import Entered, Operator, Step, Way

PASSKEY: Final = "passkey"
MOST: Final = 10
"""Passkeys that one person may register."""
_KEY_BYTES: Final = 1023
"""The longest id of a credential (WebAuthn, 4)."""


class Passkeys:
    """The passkeys of one organisation."""

    def __init__(self, desk: Desk, entry: Entry) -> None:
        self._desk = desk
        self._entry = entry

    def offer(self, operator: Operator, host: str, challenge: bytes, name: str) -> str:
        """What a browser needs to register one, as JSON: discoverable, with user verification, none that is registered yet."""
        with self._desk.ledger.database.read() as connection:
            held = safe.credentials_of(connection, self._desk.organisation, operator.member, PASSKEY)
        options = generate_registration_options(
            rp_id=host, rp_name=name, user_name=name, user_id=operator.member.encode(),
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes.fromhex(_id(row))) for row in held],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )  # fmt: skip
        return options_to_json(options)

    def register(self, operator: Operator, answer: str, challenge: bytes, host: str, origin: str) -> None:
        """Keep the public key of an authenticator that answered this challenge. Raises EnrolmentRefused."""
        desk = self._desk
        try:
            made = verify_registration_response(
                credential=answer, expected_challenge=challenge, expected_rp_id=host, expected_origin=origin,
                require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
            raise EnrolmentRefused(
                "passkey", "The authenticator's answer cannot be taken.", "Try again."
            ) from problem
        member, key, name = operator.member, made.credential_public_key, made.credential_id.hex()
        sealed = desk.seal(member, PASSKEY, key)

        def act(work: Work) -> None:
            connection, of = work.connection, desk.organisation
            held = safe.credentials_of(connection, of, member, PASSKEY)
            account = store.account(connection, of, member)
            known = safe.credential(connection, of, PASSKEY, _row(name))
            if (
                account is None
                or Way.OIDC in account.ways  # by a passkey nobody would look at their groups
                or known is not None
                or len(held) >= MOST
                or len(made.credential_id) > _KEY_BYTES
            ):
                raise EnrolmentRefused(
                    "passkey", "This passkey is registered already, or there are too many."
                )
            at = desk.clock.now()
            ways = tuple(dict.fromkeys((*account.ways, Way.PASSKEY)))
            work.record(evidence.enrolled(desk.by(connection, member, at), member, ways, evidence.CHANGED))
            safe.keep(work.connection, of, PASSKEY, _row(name), member, sealed, at, made.sign_count)

        desk.run(act)

    def knows(self, answer: str) -> bool:
        """Whether an answer names somebody who works here."""
        try:
            member = _member_of(json.loads(answer))
        except (ValueError, KeyError, TypeError):
            return False
        with self._desk.ledger.database.read() as connection:
            return self._desk.here(connection, member)

    def enter(self, answer: str, host: str, origin: str, challenge: bytes) -> Step:
        """A session for whoever's authenticator signed this challenge after checking its holder."""
        desk = self._desk
        if not self._entry.within():
            return Step(Entered.BUSY)
        try:
            said = json.loads(answer)
            name = base64url_to_bytes(said["id"]).hex()
            member = _member_of(said)
        except (ValueError, KeyError, TypeError):
            return REFUSED
        with desk.ledger.database.read() as connection:
            row = safe.credential(connection, desk.organisation, PASSKEY, _row(name))
            if row is None or row.member != member or not desk.here(connection, member):
                return REFUSED
            key = desk.open(member, PASSKEY, row.sealed)
        try:
            shown = verify_authentication_response(
                credential=said, expected_challenge=challenge, expected_rp_id=host, expected_origin=origin,
                credential_public_key=key, credential_current_sign_count=row.step, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError, KeyError, TypeError):
            return REFUSED
        return desk.run(
            lambda work: self._opened(work, name, StaffId(member), row.step, shown.new_sign_count)
        )

    def _opened(self, work: Work, name: str, member: StaffId, before: int, count: int) -> Step:
        """The session, unless another used the same count meanwhile. An authenticator without a counter says 0 each time."""
        connection, of = work.connection, self._desk.organisation
        row = safe.credential(connection, of, PASSKEY, _row(name))
        if row is None or row.step != before:
            return REFUSED
        if count and not safe.advance(connection, of, PASSKEY, _row(name), count):
            return REFUSED
        return self._entry.opened(work, member, (Way.PASSKEY,))


def asked(host: str, challenge: bytes) -> str:
    """What a browser needs to ask for any passkey of this host, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
    )


def challenge_of(answer: str) -> bytes:
    """The challenge that an answer claims to have signed; b'' where it says none."""
    try:
        said = json.loads(answer)
        return parse_client_data_json(base64url_to_bytes(said["response"]["clientDataJSON"])).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return b""


def _member_of(said: Any) -> str:
    """The member that an answer names. Raises KeyError, ValueError, TypeError."""
    return base64url_to_bytes(said["response"]["userHandle"]).decode()


def _row(name: str) -> str:
    """The name of a credential in its table; an id longer than a column is kept by its digest."""
    return name if len(name) <= 160 else hashlib.sha256(name.encode()).hexdigest()


def _id(row: Any) -> str:
    return str(row.name)
