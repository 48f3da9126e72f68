"""Makes `.venv` when it is missing, and brings it up to date when the requirements changed.

Every package is checked against the hashes in requirements/test.txt. The stamp left in the environment is a
digest of all that it was made from, so that a second call is a matter of milliseconds.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "made-from"
SOURCES = ("requirements/test.txt", "requirements/run.in", "requirements/examples.in", "pyproject.toml",
           "verifier/pyproject.toml")  # fmt: skip


def digest() -> str:
    """What the environment should be made from: requirements, package settings, and where it stands."""
    sum_ = hashlib.sha256(str(ROOT).encode())
    for name in SOURCES:
        sum_.update((ROOT / name).read_bytes())
    return sum_.hexdigest()


def usable() -> bool:
    """Whether the environment's own interpreter and pip start; a moved folder or an upgraded system breaks them."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        return False
    answer = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)
    return answer.returncode == 0


def pip(*words: str) -> None:
    """Run the environment's pip quietly; what it complains about is shown only when it fails."""
    command = [ENVIRONMENT / "bin" / "python", "-m", "pip", "--disable-pip-version-check", *words]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.stderr.write(answer.stdout + answer.stderr)
        raise SystemExit(f"The environment could not be made: 'pip {words[0]}' failed, see above.")


def main() -> None:
    """Make or mend the environment, then leave the stamp."""
    wanted = digest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Making .venv from requirements/test.txt; this happens once, and again when that file changes.")
    if not usable():
        venv.EnvBuilder(with_pip=True, clear=True).create(ENVIRONMENT)
    pip("install", "--require-hashes", "-r", "requirements/test.txt")
    pip("install", "--no-deps", "--no-build-isolation", "-e", ".", "-e", "./verifier")
    STAMP.write_text(wanted)


if __name__ == "__main__":
    main()
