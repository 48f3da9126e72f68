"""What many threads needed for a moment is given back to the system."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from troth.app.thrift import THRIFT, be_thrifty

GLIBC = "CS_GNU_LIBC_VERSION" in os.confstr_names
HASHES = """
import ctypes, sys, threading
from troth.app.thrift import be_thrifty
if sys.argv[1] == "told":
    be_thrifty()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = library.memset.argtypes = None
SIZE = 12 << 20

def hash_some(ready):
    for _ in range(3):
        found = ctypes.c_void_p(library.malloc(ctypes.c_size_t(SIZE)))
        library.memset(found, ctypes.c_int(1), ctypes.c_size_t(SIZE))
        library.free(found)
    ready.wait()
    ready.wait()

def held():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) >> 10

before, ready = held(), threading.Barrier(7)
for _ in range(6):
    threading.Thread(target=hash_some, args=[ready]).start()
ready.wait()
print(held() - before)
ready.wait()
"""


def megabytes(how: str, **environment: str) -> int:
    """What is still held after six threads each needed twelve megabytes for a moment, three times."""
    told = os.environ | environment
    command = [sys.executable, "-c", HASHES, how]
    return int(subprocess.run(command, env=told, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not GLIBC, reason="another C library has words of its own")
def test_what_was_needed_for_a_moment_is_given_back() -> None:
    assert megabytes("left") > 20, "left to itself it keeps a heap for every thread"
    assert megabytes("told") < 12
    assert megabytes("left", **THRIFT) < 12, "a process that is started is told by its environment"


@pytest.mark.skipif(not GLIBC, reason="another C library has words of its own")
def test_it_is_told_by_words_it_knows() -> None:
    assert be_thrifty()
