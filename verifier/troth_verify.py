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

TITLE, BUNDLE, ACTIVATED = "troth evidence pack 1", "troth.bundle/1", "policies:version:activated"
LARGEST = 4 << 30
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
SHAPELESS = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
Object = dict[str, Any]


class Bad(Exception):
    """The pack does not hold, and why."""


def bad(why: str) -> NoReturn:
    raise Bad(why)


# --- Ed25519, verification only (RFC 8032, 5.1) -----------------------------------------------------------------------

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
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
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x * ROOT % P if (v * x * x - u) % P else x
    if y >= P or (v * x * x - u) % P or (x == 0 and odd):
        return None
    x = P - x if x % 2 != odd else x
    return x, y, 1, x * y % P


BASE = unpack((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or NEUTRAL


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is that of this public key."""
    point, s = unpack(public), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = small = (P - point[0], point[1], 1, P - point[3])
    for _ in range(3):
        small = add(small, small)
    table, sum_ = (NEUTRAL, BASE, minus, add(BASE, minus)), NEUTRAL
    for bit in range(252, -1, -1):
        sum_ = add(add(sum_, sum_), table[(s >> bit & 1) | (k >> bit & 1) << 1])
    inverse = pow(sum_[2], -1, P)
    x, y = sum_[0] * inverse % P, sum_[1] * inverse % P
    tiny = small[0] == 0 and small[1] == small[2]  # a key of small order would sign anything
    return not tiny and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


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


class Key:
    """A verifier key: NAME+ID+BASE64(type and public key); type 1 signs texts, type 4 is a witness's."""

    def __init__(self, written: str) -> None:
        self.written, parts = written, written.split("+", 2)
        self.name, material = parts[0], unbase64(parts[2], 33) if len(parts) == 3 else b"\0"
        self.type, self.public = material[0], material[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:4]
        if self.type not in (1, 4) or self.id.hex() != parts[1] or not self.name:
            bad("a verifier key is damaged")

    def when(self, text: str, blob: bytes) -> int | None:
        """The instant of a good signature (0 where it bears none), None of a bad one."""
        if self.type == 1:
            return 0 if ed25519(self.public, text.encode(), blob) else None
        instant = int.from_bytes(blob[:8], "big")
        message = f"cosignature/v1\ntime {instant}\n{text}".encode()
        return instant if len(blob) == 72 and ed25519(self.public, message, blob[8:]) else None


Note = tuple[str, list[tuple[str, bytes, bytes]]]
Head = tuple[str, int, bytes]


def read_note(written: str) -> Note:
    """The text of a note, and its signatures as (name, key id, bytes)."""
    at, signatures = written.rfind("\n\n"), []
    if at < 0 or not written.endswith("\n") or CONTROL.search(written):
        bad("it is cut short, or no signed note")
    for line in written[at + 2 : -1].split("\n"):
        mark, name, blob = (*line.split(" ", 2), "", "", "")[:3]
        material = unbase64(blob)
        if mark != "—" or not name or len(material) < 5:
            bad("a signature line is damaged")
        signatures.append((name, material[:4], material[4:]))
    return written[: at + 1], signatures


def signed_by(note: Note, keys: list[Key]) -> dict[str, int]:
    """The keys, as written, that signed the note, with the instant; a false signature of one of them is an alarm."""
    found = {}
    for name, id_, blob in note[1]:
        for key in keys:
            if (key.name, key.id) == (name, id_):
                when = key.when(note[0], blob)
                if when is None:
                    bad(f"a signature of {name} does not hold: something was altered")
                found[key.written] = when
    return found


def read_checkpoint(text: str) -> Head:
    """Origin, size and root out of the text of a checkpoint."""
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0] or not lines[1].isdecimal() or str(int(lines[1])) != lines[1]:
        bad("the checkpoint is damaged")
    return lines[0], int(lines[1]), unbase64(lines[2], 32)


# --- The Merkle tree (RFC 9162, 2.1): a tree of n leaves is split after the largest power of two below n ---------------


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a path leads to from a leaf (2.1.3); None where it does not fit the size."""
    sides, sha = [], hashlib.sha256  # not by way of node(): here time goes
    while 0 <= index < size != 1:
        split = 1 << ((size - 1).bit_length() - 1)
        sides.append(index >= split)
        index, size = (index - split, size - split) if index >= split else (index, split)
    if (index, size, len(sides)) != (0, 1, len(path)):
        return None
    found = sha(b"\x00" + leaf).digest()
    for right, other in zip(reversed(sides), path):  # noqa: B905  as many of one as of the other, and Python 3.9
        found = sha(b"\x01" + (other + found if right else found + other)).digest()
    return found


def continues(old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> bool:
    """Whether the path proves the older tree a prefix of the newer (2.1.4); its last hash is that next to the root."""
    rest = list(path)

    def roots(of: int, size: int, whole: bool) -> tuple[bytes, bytes]:
        """What the first `of` leaves of a subtree, and all of it, add up to."""
        if of == size:
            same = old_root if whole else rest.pop()
            return same, same
        split, other = 1 << ((size - 1).bit_length() - 1), rest.pop()
        if of <= split:
            was, is_ = roots(of, split, whole)
            return was, node(is_, other)
        was, is_ = roots(of - split, size - split, False)
        return node(other, was), node(other, is_)

    try:
        return 0 < old <= new and roots(old, new, True) == (old_root, new_root) and not rest
    except IndexError:
        return False


# --- The pack ---------------------------------------------------------------------------------------------------------


def strict(text: str) -> Any:
    """JSON without doubled keys, fractions or constants."""

    def pairs(found: list[tuple[str, Any]]) -> Object:
        return dict(found) if len(dict(found)) == len(found) else bad("a key stands twice in one object")

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


TEXT = (str, type(None))
PACK = {"checkpoint": str, "clauses": list, "entries": list, "hashes": list, "keys": list, "made_at": str,
        "organisation": str, "origin": str, "policies": dict, "selection": dict, "simulation": bool,
        "since": list, "timestamps": list, "verdicts": list}  # fmt: skip
ENTRY = {"header": str, "path": list, "payload": TEXT, "salt": TEXT, "sequence": int}
HEADER = {"codes": list, "commitment": TEXT, "envelope": int, "kind": str, "occurred_at": str, "organisation": str, "origin": str,
          "policy": TEXT, "recorded_at": str, "rule": TEXT, "schema": int, "sequence": int, "subject": TEXT}  # fmt: skip
VERDICT = {"age": (int, type(None)), "breaches": int, "entries": list, "grade": TEXT, "mended": int, "of": str,
           "origins": list, "permitted": int, "policy": str, "reason": str, "refused": int, "sentence": str, "state": str}  # fmt: skip
STAMP = {"at": str, "authority": str, "checkpoint": str, "token": str}


def check_entries(pack: Object, table: list[bytes], size: int, root: bytes) -> list[Object]:
    """Every header lies in the tree at its place, and every payload shown is the one its header committed to."""
    found: list[Object] = []
    for entry in pack["entries"]:
        header, path, payload, salt, sequence = take(entry, **ENTRY)
        if found and sequence <= found[-1]["sequence"]:
            bad(f"entry {sequence} is out of order")
        if not all(type(at) is int and 0 <= at < len(table) for at in path):
            bad(f"the proof of entry {sequence} is missing a hash")
        if included(header.encode(), sequence - 1, size, [table[at] for at in path]) != root:
            bad(f"entry {sequence} does not lie in the ledger as signed: it was altered, or its proof was")
        read = strict(header)
        take(read, **HEADER)
        if (read["sequence"], read["organisation"], read["envelope"]) != (sequence, pack["organisation"], 1):
            bad(f"entry {sequence} is not the one it says it is")
        if (payload is None) != (salt is None) or (payload is not None and read["commitment"] is None):
            bad(f"entry {sequence} shows a payload that nothing committed to")
        if payload is not None:
            made = hmac.new(unbase64(salt), payload.encode(), "sha256").hexdigest()
            if not hmac.compare_digest(made, read["commitment"]):
                bad(f"the payload of entry {sequence} is not the one recorded")
        found.append({**read, "payload_shown": payload is not None})
    return found


def check_policies(pack: Object, entries: list[Object]) -> Object:
    """Every policy is, byte for byte, one that the ledger says came into force; so are its published texts."""
    found = {}
    for digest, value in pack["policies"].items():
        bundle, texts = take(value, bundle=str, texts=dict)
        if named(bundle) != digest:
            bad("a policy is not the one its digest names")
        if not any(e["kind"] == ACTIVATED and e["policy"] == digest for e in entries):
            bad("no entry shows that the policy ever came into force")
        read = found[digest] = strict(bundle)
        if read.get("format") != BUNDLE:
            bad("a policy has an unknown format")
        names = {text["file"]: text["digest"] for text in read["texts"]}
        if {file: named(text) for file, text in texts.items()} != names:
            bad("the published texts are not those of the policy")
    if pack["simulation"] is not any(read["header"].get("simulation") == "yes" for read in found.values()):
        bad("the pack does not say of itself whether it is a simulation")
    return found


def named(text: str) -> str:
    """The digest that names a text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def check_words(pack: Object, policies: Object, sequences: set[int]) -> None:
    """The words of each clause are those that the policy is bound to; a verdict rests on entries that are here."""
    for clause in pack["clauses"]:
        id_, policy, words = take(clause, id=str, policy=str, words=str)
        known = {one["id"]: one["digest"] for one in policies.get(policy, {}).get("clauses", ())}
        folded = " ".join(unicodedata.normalize("NFC", words).split())
        if known.get(id_) != hashlib.sha256(folded.encode()).hexdigest()[:16]:
            bad(f"the words of clause {id_} are not those that the policy is bound to")
    for verdict in pack["verdicts"]:
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
    keys, checkpoint = [Key(written) for written in pack["keys"]], read_note(pack["checkpoint"])
    head = origin, size, root = read_checkpoint(checkpoint[0])
    if {(key.name, key.type) for key in keys} != {(origin, 1)} or origin != pack["origin"]:
        bad("pack, keys and checkpoint are not of one origin")
    signers, pinned = {key.written for key in keys}, {key.written for key in trusted if key.type == 1}
    if signed_by(note, keys).keys() != signers or signed_by(checkpoint, keys).keys() != signers:
        bad("a signature is missing, or of a key that the pack does not name")
    if len(note[1]) != len(keys):
        bad("a stranger signed the pack")
    if pinned and not signers & pinned:
        bad("none of the keys you named signed it")
    table = [unbase64(one, 32) if type(one) is str else bad("a hash is damaged") for one in pack["hashes"]]
    entries = check_entries(pack, table, size, root)
    policies = check_policies(pack, entries)
    check_words(pack, policies, {entry["sequence"] for entry in entries})
    older = {at: path for path, at in (take(one, path=list, size=int) for one in pack["since"])}
    stamps = [one for one in pack["timestamps"] if take(one, **STAMP)]
    witnesses = signed_by(checkpoint, [key for key in trusted if key.type == 4])
    shown = "sequence", "kind", "occurred_at", "recorded_at", "origin", "payload_shown"
    return {
        "holds": True, "simulation": pack["simulation"], "organisation": pack["organisation"], "origin": origin,
        "made_at": pack["made_at"], "size": size, "root": root.hex(), "complete": len(entries) == size,
        "signer": "named by you" if pinned else "unchecked", "keys": sorted(signers),
        "witnesses": {Key(key).name: when for key, when in witnesses.items()},
        "continues": check_kept(kept, head, older, table) if kept else None,
        "timestamps": [{**one, "size": check_kept(one["checkpoint"], head, older, table)} for one in stamps],
        "policies": sorted(policies), "clauses": [clause["id"] for clause in pack["clauses"]],
        "verdicts": pack["verdicts"], "entries": [{key: entry[key] for key in shown} for entry in entries],
    }  # fmt: skip


def check_kept(kept: str, head: Head, older: dict[int, list[int]], table: list[bytes]) -> int:
    """The size of another checkpoint, once it is shown that the pack's ledger continues it."""
    origin, size, root = read_checkpoint(read_note(kept)[0])
    if origin != head[0]:
        bad("the checkpoint you kept, or one that was stamped, is of another ledger")
    path = older.get(size, [] if size == head[1] else None)
    if path is None:
        bad(f"the pack holds no proof from {size} entries on; ask for one made with that checkpoint")
    if not continues(size, root, head[1], head[2], [table[at] for at in path]):
        bad(
            f"the ledger does not continue the checkpoint of {size} entries: its first {size} entries were changed"
        )
    return size


def proves(found: Object) -> tuple[list[str], list[str]]:
    """What the pack proves and what it cannot, in sentences."""
    held = f"{len(found['entries'])} of {found['size']} entries of the ledger of {found['organisation']}"
    shown, texts = (
        sum(e["payload_shown"] for e in found["entries"]),
        (len(found["policies"]), len(found["clauses"])),
    )
    alone, unknown = not found["witnesses"] and not found["continues"], found["signer"] == "unchecked"
    yes = [
        (True, f"{held} stand here as they stood when it was signed; {shown} of them with their payload."),
        (True, f"{texts[0]} policy version(s) and {texts[1]} clause(s) stand here word for word."),
        (found["complete"], "These are all entries of the ledger up to its checkpoint; none was left out."),
        (found["continues"], f"The ledger continues the checkpoint of {found['continues']} entries that you kept."),
        *((True, f"The witness {name} saw this checkpoint (Unix time {when}).") for name, when in found["witnesses"].items()),
        (not unknown, f"It was signed under a key you named, as {found['origin']}."),
    ]  # fmt: skip
    no = [
        (True, "That what was recorded was true when it was written: only that it was not altered since."),
        (True, "That everything that happened was recorded."),
        (True, "The verdicts: they are the organisation's own reading, signed; the entries they rest on are here."),
        (not found["complete"], "That no other entry speaks of the same matter: entries that were not selected are not here."),
        (alone, "That others were shown the same ledger: name a witness's key, or a checkpoint you kept, to know."),
        *((True, f"That {one['authority']} stamped {one['size']} entries at {one['at']}: --json shows what `openssl ts` checks.")
          for one in found["timestamps"]),
        (unknown, "Who signed: the key came with the pack. Get it from the organisation and name it with --key."),
    ]  # fmt: skip
    return [said for so, said in yes if so], [said for so, said in no if so]


def report(found: Object) -> str:
    """The findings for people."""
    yes, no = proves(found)
    lines = ["SIMULATION: an invented company, shown by way of example.", ""] if found["simulation"] else []
    for title, mark, said in (("It proves:", "+", yes), ("It cannot prove:", "-", no)):
        lines += [title, *(f"  {mark} {one}" for one in said), ""]
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
        "--key", action="append", default=[], help="a key you trust, of the signer or a witness"
    )
    parser.add_argument("--checkpoint", metavar="FILE", help="a checkpoint of this ledger that you kept")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args, code = parser.parse_args(argv), 1
    try:
        kept = read(args.checkpoint) if args.checkpoint else ""
        found = check(read(args.pack), [Key(key) for key in args.key], kept)
    except Bad as problem:
        said = str(problem)
    except OSError as problem:
        said, code = problem.strerror or "it cannot be read", 2
    except SHAPELESS:
        said = "a part of it is not of the form of a pack"
    else:
        yes, no = proves(found)
        whole = {**found, "proves": yes, "cannot_prove": no}
        print(json.dumps(whole, indent=2) if args.json else report(found))
        return 0 if found["signer"] != "unchecked" else 3
    print(json.dumps({"holds": False, "problem": said}) if args.json else f"DOES NOT HOLD: {said}.")
    return code


if __name__ == "__main__":
    sys.exit(main())
