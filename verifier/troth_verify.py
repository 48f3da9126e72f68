#!/usr/bin/env python3
"""troth-verify: checks an evidence pack on any machine, without a network, with nothing but Python's own library.

A pack is a signed note (C2SP signed-note): the line `troth evidence pack 1`, one line of JSON, an empty line, signatures.
Exit codes: 0 it holds and a key you named signed it; 1 it does not hold; 2 it could not be read; 3 it holds together, but
you named no key, so anybody may have made it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any, NoReturn

TITLE, BUNDLE = "troth evidence pack 1", "troth.bundle/1"
ACTIVATED = "policies:version:activated"
LARGEST = 4 << 30
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Bad(Exception):
    """The pack does not hold, and why."""


SHAPELESS = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


def bad(why: str) -> NoReturn:
    raise Bad(why)


# --- Ed25519, verification only (RFC 8032, 5.1) -----------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
NEUTRAL = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """The sum of two points in extended coordinates (X, Y, Z, T), complete for this curve."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def unpack(data: bytes) -> Point | None:
    """The point these 32 bytes stand for; None where they are no point, or not its one form."""
    y, odd = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT % P
    if (v * x * x - u) % P or (x == 0 and odd):
        return None
    x = P - x if x % 2 != odd else x
    return x, y, 1, x * y % P


BASE = unpack((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or NEUTRAL


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is that of this public key."""
    point, s = unpack(public), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or s >= L:
        return False
    minus = (P - point[0], point[1], 1, P - point[3])
    small = add(minus, minus)
    small = add(add(small, small), add(small, small))
    if small[0] == 0 and small[1] == small[2]:
        return False  # a key of small order would sign anything
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    table, sum_ = (NEUTRAL, BASE, minus, add(BASE, minus)), NEUTRAL
    for bit in range(252, -1, -1):
        sum_ = add(sum_, sum_)
        chosen = (s >> bit & 1) | (k >> bit & 1) << 1
        sum_ = add(sum_, table[chosen]) if chosen else sum_
    inverse = pow(sum_[2], -1, P)
    x, y = sum_[0] * inverse % P, sum_[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature) -------------------------------


def unbase64(text: str, length: int = -1) -> bytes:
    """The bytes of a base64 text in its one form."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b"\xff"
    if base64.b64encode(data).decode() != text or length not in (-1, len(data)):
        bad("a base64 value is damaged")
    return data


Lines = list[tuple[str, bytes, bytes]]
Object = dict[str, Any]


class Key:
    """A verifier key: NAME+ID+BASE64(type and public key); type 1 signs texts, type 4 is a witness's."""

    def __init__(self, written: str) -> None:
        self.written, parts = written, written.split("+", 2)
        if len(parts) != 3:
            bad("a verifier key is damaged")
        self.name, material = parts[0], unbase64(parts[2], 33)
        self.type, self.public = material[0], material[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:4]
        if self.id.hex() != parts[1] or self.type not in (1, 4) or not self.name:
            bad("a verifier key is damaged")

    def when(self, text: str, blob: bytes) -> int | None:
        """The instant of a good signature (0 where it bears none), None of a bad one."""
        if self.type == 1:
            return 0 if ed25519(self.public, text.encode(), blob) else None
        instant = int.from_bytes(blob[:8], "big")
        message = f"cosignature/v1\ntime {instant}\n{text}".encode()
        return instant if len(blob) == 72 and ed25519(self.public, message, blob[8:]) else None


def read_note(written: str) -> tuple[str, Lines]:
    """The text of a note, and its signatures as (name, key id, bytes)."""
    at, signatures = written.rfind("\n\n"), []
    if at < 0 or not written.endswith("\n") or CONTROL.search(written):
        bad("it is cut short, or no signed note")
    for line in written[at + 2 : -1].split("\n"):
        mark, _, rest = line.partition(" ")
        name, _, blob = rest.partition(" ")
        material = unbase64(blob)
        if mark != "—" or not name or len(material) < 5:
            bad("a signature line is damaged")
        signatures.append((name, material[:4], material[4:]))
    return written[: at + 1], signatures


def signed_by(note: tuple[str, Lines], keys: list[Key]) -> dict[str, int]:
    """The keys, as written, that signed the note, with the instant; a false signature of one of them is an alarm."""
    text, found = note[0], {}
    for name, id_, blob in note[1]:
        for key in keys:
            if (key.name, key.id) == (name, id_):
                when = key.when(text, blob)
                if when is None:
                    bad(f"a signature of {name} does not hold: something was altered")
                found[key.written] = when
    return found


def read_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root out of the text of a checkpoint."""
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0] or not lines[1].isdecimal() or str(int(lines[1])) != lines[1]:
        bad("the checkpoint is damaged")
    return lines[0], int(lines[1]), unbase64(lines[2], 32)


# --- The Merkle tree (RFC 9162, 2.1) ----------------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a path leads to from a leaf (2.1.3.2); None where it does not fit the size."""
    sha = hashlib.sha256  # not by way of node(): here time goes
    first, last, found = index, size - 1, sha(b"\x00" + leaf).digest()
    for other in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            found = sha(b"\x01" + other + found).digest()
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            found = sha(b"\x01" + found + other).digest()
        first, last = first >> 1, last >> 1
    return found if last == 0 and 0 <= index < size else None


def continues(old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> bool:
    """Whether the path proves the older tree a prefix of the newer (2.1.4.2)."""
    if not 0 < old <= new or old == new:
        return old == new and not path and old_root == new_root
    path = [old_root, *path] if old & (old - 1) == 0 else path
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    if not path:
        return False
    was = is_ = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            was, is_ = node(other, was), node(other, is_)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            is_ = node(is_, other)
        first, last = first >> 1, last >> 1
    return last == 0 and was == old_root and is_ == new_root


# --- The pack ---------------------------------------------------------------------------------------------------------


def strict(text: str) -> Any:
    """JSON without doubled keys, fractions or constants."""

    def pairs(found: list[tuple[str, Any]]) -> Object:
        if len({key for key, _ in found}) != len(found):
            bad("a key stands twice in one object")
        return dict(found)

    def never(_: str) -> NoReturn:
        bad("a number is not whole")

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_float=never, parse_constant=never)
    except (ValueError, RecursionError):
        bad("its JSON cannot be read")


def take(value: Any, **shape: Any) -> list[Any]:
    """The values of an object that has exactly these keys, of these types, in the order named."""
    if type(value) is not dict or set(value) != set(shape):
        bad(f"an object has not exactly the fields {', '.join(sorted(shape))}")
    for key, types in shape.items():
        if type(value[key]) not in (types if type(types) is tuple else (types,)):
            bad(f"the field {key} is of another type")
    return [value[key] for key in shape]


NONE = type(None)
PACK = {"checkpoint": str, "clauses": list, "entries": list, "hashes": list, "keys": list, "made_at": str,
        "organisation": str, "origin": str, "policies": dict, "selection": dict, "simulation": bool,
        "since": list, "verdicts": list}  # fmt: skip
ENTRY = {"header": str, "path": list, "payload": (str, NONE), "salt": (str, NONE), "sequence": int}
HEADER = {"codes": list, "commitment": (str, NONE), "envelope": int, "kind": str, "occurred_at": str, "organisation": str,
          "origin": str, "policy": (str, NONE), "recorded_at": str, "rule": (str, NONE), "schema": int, "sequence": int,
          "subject": (str, NONE)}  # fmt: skip
VERDICT = {"age": (int, NONE), "breaches": int, "entries": list, "grade": (str, NONE), "mended": int, "of": str,
           "origins": list, "permitted": int, "policy": str, "reason": str, "refused": int, "sentence": str, "state": str}  # fmt: skip


def check_entries(
    entries: list[Any], table: list[bytes], organisation: str, size: int, root: bytes
) -> list[Object]:
    """Every header lies in the tree at its place, and every payload shown is the one its header committed to."""
    found: list[Object] = []
    for entry in entries:
        header, path, payload, salt, sequence = take(entry, **ENTRY)
        if found and sequence <= found[-1]["sequence"]:
            bad(f"entry {sequence} is out of order")
        if not all(type(at) is int and 0 <= at < len(table) for at in path):
            bad(f"the proof of entry {sequence} is missing a hash")
        if included(header.encode(), sequence - 1, size, [table[at] for at in path]) != root:
            bad(
                f"entry {sequence} does not lie in the ledger as signed: it was altered, or its proof is missing"
            )
        read = strict(header)
        take(read, **HEADER)
        if (read["sequence"], read["organisation"], read["envelope"]) != (sequence, organisation, 1):
            bad(f"entry {sequence} is not the one it says it is")
        if (payload is None) != (salt is None) or (payload is not None and read["commitment"] is None):
            bad(f"entry {sequence} shows a payload that nothing committed to")
        if payload is not None:
            made = hmac.new(unbase64(salt), payload.encode(), "sha256").hexdigest()
            if not hmac.compare_digest(made, read["commitment"]):
                bad(f"the payload of entry {sequence} is not the one recorded")
        found.append({**read, "payload": payload})
    return found


def check_policies(policies: Object, entries: list[Object], simulation: bool) -> Object:
    """Every policy is, byte for byte, one that the ledger says came into force; so are its published texts."""
    found = {}
    for digest, value in policies.items():
        bundle, texts = take(value, bundle=str, texts=dict)
        if f"sha256:{hashlib.sha256(bundle.encode()).hexdigest()}" != digest:
            bad("a policy is not the one its digest names")
        if not any(e["kind"] == ACTIVATED and e["policy"] == digest for e in entries):
            bad("no entry shows that the policy ever came into force")
        read = found[digest] = strict(bundle)
        if read.get("format") != BUNDLE:
            bad("a policy has an unknown format")
        names = {text["file"]: text["digest"] for text in read["texts"]}
        if set(names) != set(texts) or not all(type(text) is str for text in texts.values()):
            bad("the published texts are not those of the policy")
        for file, text in texts.items():
            if f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" != names[file]:
                bad("a published text was altered")
    if simulation is not any(read["header"].get("simulation") == "yes" for read in found.values()):
        bad("the pack does not say of itself whether it is a simulation")
    return found


def check_words(clauses: list[Any], verdicts: list[Any], policies: Object, sequences: set[int]) -> None:
    """The words of each clause are those that the policy is bound to; a verdict rests on entries that are here."""
    for clause in clauses:
        id_, policy, words = take(clause, id=str, policy=str, words=str)
        known = {one["id"]: one["digest"] for one in policies.get(policy, {}).get("clauses", ())}
        folded = " ".join(unicodedata.normalize("NFC", words).split())
        if known.get(id_) != hashlib.sha256(folded.encode()).hexdigest()[:16]:
            bad(f"the words of clause {id_} are not those that the policy is bound to")
    for verdict in verdicts:
        take(verdict, **VERDICT)
        if verdict["policy"] not in policies or not set(verdict["entries"]) <= sequences:
            bad(f"the verdict on {verdict['of']} rests on what is not in the pack")


def check(written: str, trusted: list[Key], kept: str = "") -> Object:
    """Everything a pack holds, as what it proves and what it cannot. Raises Bad."""
    note = read_note(written)
    lines = note[0].split("\n")
    if len(lines) != 3 or lines[0] != TITLE:
        bad(f"it does not begin with '{TITLE}'")
    pack = strict(lines[1])
    take(pack, **PACK)
    keys, head = [Key(written) for written in pack["keys"]], read_note(pack["checkpoint"])
    origin, size, root = read_checkpoint(head[0])
    if (
        {key.name for key in keys} != {origin}
        or origin != pack["origin"]
        or any(key.type != 1 for key in keys)
    ):
        bad("pack, keys and checkpoint are not of one origin")
    for one in (note, head):
        if len(signed_by(one, keys)) != len({key.written for key in keys}):
            bad("a signature is missing, or of a key that the pack does not name")
    if len(note[1]) != len(keys):
        bad("a stranger signed the pack")
    signers, pinned = {key.written for key in keys}, {key.written for key in trusted if key.type == 1}
    if pinned and not signers & pinned:
        bad("none of the keys you named signed it")
    table = [unbase64(one, 32) if type(one) is str else bad("a hash is damaged") for one in pack["hashes"]]
    entries = check_entries(pack["entries"], table, pack["organisation"], size, root)
    policies = check_policies(pack["policies"], entries, pack["simulation"])
    check_words(pack["clauses"], pack["verdicts"], policies, {entry["sequence"] for entry in entries})
    older = [take(one, path=list, size=int) for one in pack["since"]]
    return {
        "holds": True, "simulation": pack["simulation"], "organisation": pack["organisation"], "origin": origin,
        "made_at": pack["made_at"], "size": size, "root": root.hex(), "complete": len(entries) == size,
        "signer": "named by you" if pinned else "unchecked", "keys": sorted(signers),
        "witnesses": {Key(k).name: when for k, when in signed_by(head, [k for k in trusted if k.type == 4]).items()},
        "continues": check_kept(kept, (origin, size, root), older, table) if kept else None,
        "policies": sorted(policies), "clauses": [clause["id"] for clause in pack["clauses"]],
        "verdicts": pack["verdicts"],
        "entries": [{**{k: e[k] for k in ("sequence", "kind", "occurred_at", "recorded_at", "origin")},
                     "payload_shown": e["payload"] is not None} for e in entries],
    }  # fmt: skip


def check_kept(kept: str, head: tuple[str, int, bytes], older: list[list[Any]], table: list[bytes]) -> int:
    """The size of a checkpoint you kept, once it is shown that the pack's ledger continues it."""
    note = read_note(kept)
    origin, size, root = read_checkpoint(note[0])
    if origin != head[0]:
        bad("the checkpoint you kept is of another ledger")
    paths = [path for path, at in older if at == size] or ([[]] if size == head[1] else [])
    if not paths:
        bad(f"the pack holds no proof from {size} entries on; ask for one made with that checkpoint")
    if not continues(size, root, head[1], head[2], [table[at] for at in paths[0]]):
        bad(f"the ledger does not continue the checkpoint you kept: its first {size} entries were changed")
    return size


def proves(found: Object) -> tuple[list[str], list[str]]:
    """What the pack proves and what it cannot, in sentences."""
    shown = sum(entry["payload_shown"] for entry in found["entries"])
    held = f"{len(found['entries'])} of {found['size']} entries of the ledger of {found['organisation']}"
    yes = [
        f"{held} stand here as they stood when it was signed; {shown} of them with their payload.",
        f"{len(found['policies'])} policy version(s) and {len(found['clauses'])} clause(s) stand here word for word.",
    ]
    no = ["That what was recorded was true when it was written: only that it was not altered since.",
          "That everything that happened was recorded.",
          "The verdicts: they are the organisation's own reading, signed; the entries they rest on are here."]  # fmt: skip
    if found["complete"]:
        yes.append("These are all entries of the ledger up to its checkpoint; none was left out.")
    else:
        no.append(
            "That no other entry speaks of the same matter: entries that were not selected are not here."
        )
    if found["continues"]:
        yes.append(f"The ledger continues the checkpoint of {found['continues']} entries that you kept.")
    yes += [
        f"The witness {name} saw this checkpoint (Unix time {when})."
        for name, when in found["witnesses"].items()
    ]
    if not found["witnesses"] and not found["continues"]:
        no.append(
            "That others were shown the same ledger: name a witness's key, or a checkpoint you kept, to know."
        )
    if found["signer"] == "unchecked":
        no.append(
            "Who signed: the key came with the pack. Get it from the organisation and name it with --key."
        )
    else:
        yes.append(f"It was signed under a key you named, as {found['origin']}.")
    return yes, no


def report(found: Object) -> str:
    """The findings for people."""
    yes, no = proves(found)
    lines = ["SIMULATION: an invented company, shown by way of example.", ""] if found["simulation"] else []
    lines += [
        "It proves:",
        *(f"  + {one}" for one in yes),
        "",
        "It cannot prove:",
        *(f"  - {one}" for one in no),
        "",
    ]
    lines += [f"{v['of']}: {v['state']}. {v['sentence']} (entries {v['entries']})" for v in found["verdicts"]]
    lines += [f"{e['sequence']:>8}  {e['occurred_at']}  {e['kind']}" for e in found["entries"][:50]]
    lines += [f"     ... and {len(found['entries']) - 50} more"] if len(found["entries"]) > 50 else []
    return "\n".join([*lines, "", *(f"signed by {key}" for key in found["keys"])])


def read(path: str) -> str:
    """A file's text. Raises OSError; what is no UTF-8 is Bad."""
    if Path(path).stat().st_size > LARGEST:
        bad("it is larger than any pack")
    try:
        return Path(path).read_bytes().decode()
    except UnicodeDecodeError:
        bad("it is no text")


def main(argv: list[str] | None = None) -> int:
    """Check one pack and say what it proves."""
    parser = argparse.ArgumentParser(prog="troth-verify", description="Checks an evidence pack, offline.")
    parser.add_argument("pack", metavar="PACK")
    parser.add_argument(
        "--key", action="append", default=[], help="a verifier key you trust, of the signer or a witness"
    )
    parser.add_argument("--checkpoint", metavar="FILE", help="a checkpoint of this ledger that you kept")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    try:
        kept = read(args.checkpoint) if args.checkpoint else ""
        found = check(read(args.pack), [Key(key) for key in args.key], kept)
    except (Bad, OSError, *SHAPELESS) as problem:
        problem = (
            Bad("a part of it is not of the form of a pack") if isinstance(problem, SHAPELESS) else problem
        )
        said = problem.strerror if isinstance(problem, OSError) else str(problem)
        print(json.dumps({"holds": False, "problem": said}) if args.json else f"DOES NOT HOLD: {said}.")
        return 2 if isinstance(problem, OSError) else 1
    yes, no = proves(found)
    print(json.dumps({**found, "proves": yes, "cannot_prove": no}, indent=2) if args.json else report(found))
    return 0 if found["signer"] != "unchecked" else 3


if __name__ == "__main__":
    sys.exit(main())
