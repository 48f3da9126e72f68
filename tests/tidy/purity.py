"""What a pure file may not do, found in its syntax."""

from __future__ import annotations

import ast

from tests.tidy.source import imports_of

# An allow-list for what comes from outside: a new library on a pure floor is a decision, not an accident.
# The two calendars are tables of days that packages keep up to date.
OUTSIDE_ALLOWED = {"chinese_calendar", "holidays", "numpy", "rfc8785", "yaml"}

# The parts of the standard library through which a module reaches the world.
WORLDLY = {
    "asyncio", "atexit", "concurrent", "ctypes", "email", "fcntl", "ftplib", "getpass", "glob", "http", "imaplib",
    "io", "locale", "logging", "mmap", "multiprocessing", "os", "pkgutil", "platform", "queue", "random",
    "resource", "sched", "secrets", "select", "selectors", "shelve", "shutil", "signal", "smtplib", "socket",
    "socketserver", "sqlite3", "ssl", "subprocess", "sys", "syslog", "tempfile", "threading", "time", "tty",
    "urllib.request", "uuid.uuid1", "uuid.uuid4", "wsgiref", "xmlrpc",
}  # fmt: skip
WORLDLY_CALLS = {"open", "input", "print", "breakpoint", "exec", "eval", "compile", "__import__"}
CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
ENTROPY = {("uuid", "uuid1"), ("uuid", "uuid4"), ("numpy", "random"), ("np", "random")}
FILE_METHODS = {
    "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "rmdir", "iterdir", "rglob",
    "is_file", "is_dir", "exists", "touch", "rename", "symlink_to",
}  # fmt: skip


def trespasses(tree: ast.Module, standard_library: frozenset[str]) -> list[tuple[int, str]]:
    """Each way in which a file reaches database, network, process, clock, chance, files or environment."""
    found = [(line, f"imports {name}") for name, line in imports_of(tree) if _worldly(name, standard_library)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += _call(node)
        elif isinstance(node, ast.Attribute):
            found += _attribute(node)
    return sorted(set(found))


def _worldly(name: str, standard_library: frozenset[str]) -> bool:
    top = name.split(".")[0]
    if top in {"", "troth", "__future__"}:
        return False
    if top not in standard_library:
        return top not in OUTSIDE_ALLOWED
    return any(name == bad or name.startswith(f"{bad}.") for bad in WORLDLY)


def _call(node: ast.Call) -> list[tuple[int, str]]:
    called = node.func
    if isinstance(called, ast.Name) and called.id in WORLDLY_CALLS:
        return [(node.lineno, f"calls {called.id}()")]
    if isinstance(called, ast.Attribute) and called.attr in FILE_METHODS:
        return [(node.lineno, f"calls .{called.attr}()")]
    return []


def _attribute(node: ast.Attribute) -> list[tuple[int, str]]:
    owner = node.value
    last = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    if (last, node.attr) in CLOCK:
        return [(node.lineno, f"reads the clock: {last}.{node.attr}")]
    if (last, node.attr) in ENTROPY:
        return [(node.lineno, f"draws chance: {last}.{node.attr}")]
    return []
