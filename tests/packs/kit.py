"""A company with a very small policy and a few entries, some about people with marked payloads; packs of it; the verifier."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.verifier.program import load
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.proofs import packs_of, signing_keys
from troth.kernel.clock import SteppedClock
from troth.ledger import Draft, Note
from troth.packs import Pack, Selection

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "1. We are Quay.\n\n2. We write to you when you agreed.\n"
POLICY = """\
policy: quay
organisation: Quay
version: "1"
texts: [text.txt]
enforced: as_written
{more}
entities: {{quay: {{role: controller, name: Quay, clauses: ["1"]}}}}
categories: {{email: {{fields: [email]}}}}
purposes: {{newsletter: {{data: [email], clauses: ["2"]}}}}
consents: {{newsletter: {{what: explicit, purposes: [newsletter], clauses: ["2"]}}}}
grounds: {{mail: {{acts: [use], purposes: [newsletter], basis: consent, needs: [consent:newsletter], clauses: ["2"]}}}}
"""
PLANTED = "planted-{}@example.test"
SUBJECTS = ("sub_one", "sub_two", "sub_three")


def written(folder: Path, more: str = "") -> Path:
    folder.mkdir()
    (folder / "policy.yaml").write_text(POLICY.format(more=more))
    (folder / "text.txt").write_text(TEXT)
    return folder


@contextmanager
def quay(
    tmp_path: Path, more: str = "", id: str = "quay", database: str = ""
) -> Iterator[tuple[Organisation, Home]]:
    """The company; entries 3 to 5 are about a person each, with a marked payload, 6 is about none; 1 names the key store, 2 the policy."""
    home, folder = Home.at(tmp_path / "home", database), tmp_path / "quay"
    clock = SteppedClock(NOON)
    with open_organisation(
        home, id, folder if folder.exists() else written(folder, more), clock=clock
    ) as organisation:
        with organisation.ledger.recording() as work:
            for number, subject in enumerate(SUBJECTS, 3):
                codes = ("permit", "use", "newsletter", "consent:newsletter")
                payload = {"question": PLANTED.format(number)}
                work.record(Draft("gate:release:permitted", NOON, subject, codes=codes, payload=payload))
            work.record(Draft("gate:look:done", NOON, payload={"seen": PLANTED.format(6)}))
        yield organisation, home


def pack_of(organisation: Organisation, home: Home, **wanted: Any) -> Pack:
    return packs_of(organisation, home).make(Selection(**wanted))


def body_of(text: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(text.split("\n")[1])
    return body


def signed_again(home: Home, text: str, id: str = "quay") -> str:
    """The text of a pack under the true keys: what an organisation that lies would hand out."""
    return str(Note.signed(text, signing_keys(home, id).all()))


def changed(home: Home, pack: str, change: Callable[[dict[str, Any]], None]) -> str:
    """A pack whose body was changed and signed again."""
    body = body_of(pack)
    change(body)
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return signed_again(home, f"troth evidence pack 1\n{plain}\n")


def fast_program() -> ModuleType:
    """The verifier with a library's Ed25519 in place of its own, for the many thousands of packs that a test changes."""

    def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    program = load()
    program.ed25519 = ed25519  # type: ignore[attr-defined]
    return program


def holds(program: ModuleType, data: bytes, keys: list[str]) -> bool:
    """Whether a pack of these bytes passes, as `main` sees it."""
    try:
        found = program.check(data.decode(), [program.Key(key) for key in keys])
    except (program.Bad, *program.SHAPELESS):
        return False
    return bool(found["holds"])
