"""Tink: AES-256-GCM under a key of each person's own, kept ready, kept as a handle, or read wrapped; microseconds of one value."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import tink  # type: ignore[import-not-found]
from tink import aead

PEOPLE, RUNS, BYTES, BOUND = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
PLAIN, AROUND = b"x" * BYTES, b"y" * BOUND


def each(act: Callable[[], Any]) -> float:
    """Microseconds of one value, at the median of several runs."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) / PEOPLE * 1e6


def main() -> None:
    """Measure and print."""
    aead.register()
    template = aead.aead_key_templates.AES256_GCM
    wrapping = tink.new_keyset_handle(template).primitive(aead.Aead)
    handles = [tink.new_keyset_handle(template) for _ in range(PEOPLE)]
    wrapped = [tink.proto_keyset_format.serialize_encrypted(handle, wrapping, b"") for handle in handles]
    ready = [handle.primitive(aead.Aead) for handle in handles]
    sealed = [one.encrypt(PLAIN, AROUND) for one in ready]

    def read(keyset: bytes) -> Any:
        return tink.proto_keyset_format.parse_encrypted(keyset, wrapping, b"").primitive(aead.Aead)

    found = {
        "ready": each(lambda: [one.encrypt(PLAIN, AROUND) for one in ready]),
        "handle": each(lambda: [one.primitive(aead.Aead).encrypt(PLAIN, AROUND) for one in handles]),
        "open_handle": each(
            lambda: [o.primitive(aead.Aead).decrypt(s, AROUND) for o, s in zip(handles, sealed, strict=True)]
        ),
        "open_wrapped": each(
            lambda: [read(keyset).decrypt(s, AROUND) for keyset, s in zip(wrapped, sealed, strict=True)]
        ),
    }
    print(json.dumps(found))


main()
