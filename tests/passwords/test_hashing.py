"""What a password costs whoever guesses it."""

from __future__ import annotations

import argon2
import pytest

from troth.passwords import Costs, Hasher, hashing


def test_a_hash_takes_what_the_rfc_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9106, 4: Argon2id, three passes over 64 MiB."""
    monkeypatch.setattr(hashing, "PasswordHasher", argon2.PasswordHasher)
    hasher = Hasher(Costs())
    kept = hasher.hashed("correct horse")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert hasher.fits(kept, "correct horse")
    assert not hasher.fits(kept, "correct house")
    assert not hasher.fits(None, "correct horse")
    assert Hasher(Costs(passes=4)).outgrown(kept)
    assert not hasher.outgrown(kept)
