"""accounts: people's accounts at an organisation: names and passwords, one-time codes, sessions and devices, levels of assurance.

Owns accounts (an account is opened when its code has come back, never before), their names and addresses, sealed under the
person's key and found by a blind index, password hashes (Argon2id), tickets, sessions by digest, and locks. No door tells whether
an account exists. Nouns: account, level, ticket, session, device, errand, notice. Serves GDPR art. 5(1)(f), 12(6), 32, PIPL art.
51, Cybersecurity Law (CN) art. 24, NIST SP 800-63B.
"""

from troth.accounts.courier import Bag, Courier, Errand, Notice
from troth.accounts.desk import Desk
from troth.accounts.errands import Errands
from troth.accounts.errors import (
    AccountUnknown,
    CheckRefused,
    CodeOver,
    CodeWrong,
    CourierFailed,
    LastAddress,
    NameRefused,
    NameTaken,
    NotLetIn,
    OfferLacking,
    PasswordWeak,
    SessionOver,
    TooOften,
    VerifierFailed,
)
from troth.accounts.linking import Vouched
from troth.accounts.model import (
    ASSURANCES,
    NOWHERE,
    Account,
    Address,
    Came,
    CodeFor,
    Counts,
    Entered,
    Level,
    Limit,
    Registration,
    Session,
    Settings,
    State,
    Waiting,
    Why,
)
from troth.accounts.naming import Named
from troth.accounts.passwords import Passwords
from troth.accounts.projection import AccountsProjection
from troth.accounts.service import Accounts, Mine
from troth.accounts.verifier import FakeVerifier, Match, Presented, Verifier

__all__ = [
    "ASSURANCES",
    "NOWHERE",
    "Account",
    "AccountUnknown",
    "Accounts",
    "AccountsProjection",
    "Address",
    "Bag",
    "Came",
    "CheckRefused",
    "CodeFor",
    "CodeOver",
    "CodeWrong",
    "Counts",
    "Courier",
    "CourierFailed",
    "Desk",
    "Entered",
    "Errand",
    "Errands",
    "FakeVerifier",
    "LastAddress",
    "Level",
    "Limit",
    "Match",
    "Mine",
    "NameRefused",
    "NameTaken",
    "Named",
    "NotLetIn",
    "Notice",
    "OfferLacking",
    "PasswordWeak",
    "Passwords",
    "Presented",
    "Registration",
    "Session",
    "SessionOver",
    "Settings",
    "State",
    "TooOften",
    "Verifier",
    "VerifierFailed",
    "Vouched",
    "Waiting",
    "Why",
]
