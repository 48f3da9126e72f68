"""Receipts in use: make one of an entry, publish the keys, check one against the ledger itself."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from troth.kernel.canonical import canonical
from troth.ledger import Checkpoints, Event, Ledger, SigningKey, SigningKeys
from troth.ledger.checkpoint import proof_text
from troth.ledger.errors import EntryMissing, KeyProblem
from troth.ledger.tree import leaf_hash
from troth.policies import Declared, Policies
from troth.receipts import jws
from troth.receipts.checking import check_proof, entry_of, read_claims
from troth.receipts.errors import NoReceipt, ReceiptRefused
from troth.receipts.keys import ReceiptKey
from troth.receipts.model import ACTS, Checked, Claims, Outcome, Receipt
from troth.receipts.rules import Told, claims_of, facts_of
from troth.subjects import Subjects

_DIFFERS: Final = "This is no receipt of ours: the ledger does not say what it says."


class Receipts:
    """The receipts of one organisation, signed by the keys of its ledger. Nothing is kept: each is made from its entry."""

    def __init__(
        self,
        ledger: Ledger,
        checkpoints: Checkpoints,
        keys: SigningKeys,
        policies: Policies,
        subjects: Subjects,
    ) -> None:
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._keys = keys
        self._policies = policies
        self._subjects = subjects

    def make(self, sequence: int, subject: str = "") -> Receipt:
        """The receipt of an entry; with a subject, only where the entry is about that person.

        Raises EntryMissing, NoReceipt, SubjectUnknown, KeyProblem, DatabaseProblem.
        """
        with self._ledger.database.read() as connection:
            event, leaf = self._entry(connection, sequence)
            if subject and event.subject not in self._names(connection, subject):
                raise NoReceipt(f"Entry {sequence} is not about this person.")
        key = self._signing()
        with self._ledger.database.read() as connection:
            claims = self._claims(connection, event, leaf, key.name)
            proof = self._proof(connection, sequence)
        return Receipt(sequence, jws.sign(key, canonical(claims)), claims, proof)

    def public_keys(self) -> tuple[ReceiptKey, ...]:
        """Every key that ever signed receipts here, those that sign no more with the instant they were retired."""
        with self._ledger.database.read() as connection:
            return self._published(connection)

    def jwks(self) -> list[dict[str, Any]]:
        """The public keys as JWKs."""
        return [key.as_jwk(self._ledger.organisation) for key in self.public_keys()]

    def check(self, text: str, proof: str = "", subject: str = "") -> Checked:
        """What there is to say of a receipt: its signature, its proof, what the ledger says of its entry, and whose it is.

        Raises SubjectUnknown.
        """
        with self._ledger.database.read() as connection:
            try:
                keys = self._published(connection)
                claims = read_claims(text, keys)
                event = self._agreed(connection, claims)
                if proof:
                    check_proof(claims, proof, keys)
            except ReceiptRefused as refused:
                return Checked(Outcome.FORGED, refused.message)
            if subject and event.subject not in self._names(connection, subject):
                return Checked(
                    Outcome.OTHER_PERSON, "It is a receipt of ours, for another person than the one named."
                )
        return Checked(
            Outcome.VALID, "It is signed, unaltered, and the ledger says the same.", claims, bool(proof)
        )

    def _agreed(self, connection: Connection, claims: Claims) -> Event:
        """The entry of a receipt, once ledger and receipt say the same of it. Raises ReceiptRefused."""
        try:
            event, leaf = self._entry(connection, entry_of(claims)["troth:sequence"])
            told = self._claims(connection, event, leaf, entry_of(claims)["troth:log"])
            if facts_of(told) == facts_of(claims):
                return event
        except (EntryMissing, NoReceipt, KeyError, TypeError):
            pass
        raise ReceiptRefused(_DIFFERS)

    def _entry(self, connection: Connection, sequence: int) -> tuple[Event, bytes]:
        if sequence < 1:
            raise EntryMissing("Entries count from 1.")
        header = self._ledger.leaf(connection, sequence)
        event = next(iter(self._ledger.events(connection, after=sequence - 1, until=sequence)))
        if event.kind not in ACTS or event.subject is None:
            raise NoReceipt(
                f"Entry {sequence} is no act of a person on consent or acceptance.",
                "Name the entry of such an act; the answer that recorded it gives its number.",
            )
        return event, leaf_hash(header)

    def _claims(self, connection: Connection, event: Event, leaf: bytes, log: str) -> Claims:
        assert event.subject is not None
        person = self._ledger.pseudonym(f"receipt:{event.subject}")
        return claims_of(Told(event, leaf, log, person, self._declared(connection, event)))

    def _declared(self, connection: Connection, event: Event) -> Declared:
        """The version an act happened under; where it names none (a consent that ran out), the one in force then."""
        digest = event.policy
        if digest is None:
            digest = self._policies.in_force(connection, event.occurred_at, until=event.sequence).digest
        return self._policies.declared(connection, digest)

    def _proof(self, connection: Connection, sequence: int) -> str:
        """The entry under the first checkpoint that covers it; '' while there is none."""
        made = self._checkpoints.covering(connection, sequence)
        if made is None:
            return ""
        path = self._ledger.prove_inclusion(connection, sequence, made.checkpoint.size)
        return proof_text(sequence - 1, path, made.note, self._ledger.leaf(connection, sequence))

    def _published(self, connection: Connection) -> tuple[ReceiptKey, ...]:
        return tuple(ReceiptKey.of(one) for one in self._checkpoints.published(connection))

    def _names(self, connection: Connection, subject: str) -> tuple[str, ...]:
        """Every pseudonym of a person, those of subjects that were merged among them. Raises SubjectUnknown."""
        root = self._subjects.root(connection, self._ledger.pseudonym(subject))
        return self._subjects.group(connection, root)

    def _signing(self) -> SigningKey:
        """The key that signs receipts: the oldest that still signs, so that a new one is published well before its turn."""
        for attempt in range(2):
            held = {key.verifier: key for key in self._keys.all()}
            for one in self.public_keys():
                if one.retired_at is None and one.key in held:
                    return held[one.key]
            if not attempt:
                self._checkpoints.publish()
        raise KeyProblem(
            "No key that signs for this ledger lies here.", "Bring its signing keys back from their backup."
        )
