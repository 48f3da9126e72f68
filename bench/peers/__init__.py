"""Peers: other programs measured in the same run, each set of them in an environment of its own.

`bench/peers/NAME.txt` pins their packages with hashes, `bench/peers/NAME.py` measures them and prints JSON.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any, Final

_HERE: Final = Path(__file__).parent
_ENVIRONMENTS: Final = _HERE.parent / ".envs"


def measure(name: str, *arguments: str) -> Any:
    """Run `NAME.py` in the peers' environment, made first where it is missing or old; the JSON it prints."""
    command = [str(python(name)), str(_HERE / f"{name}.py"), *arguments]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(ran.stdout)


def python(name: str) -> Path:
    """The interpreter of the environment that holds exactly the packages of `NAME.txt`."""
    pinned = _HERE / f"{name}.txt"
    folder = _ENVIRONMENTS / name
    stamp = folder / "installed"
    wanted = f"{sys.version}\n{hashlib.sha256(pinned.read_bytes()).hexdigest()}\n"
    program = folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(pinned)]
        subprocess.run([program, *install], check=True, stdout=sys.stderr)
        stamp.write_text(wanted)
    return program
