"""A directory for tests: a real OpenLDAP of this machine, empty but for its root, started for each module that asks for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import ldap3
import pytest
from ldap3.core.exceptions import LDAPException

from tests.support.servers import folder_for, program, running

NAMED = "TROTH_TEST_LDAP"
BASE = "dc=shop,dc=test"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "word-of-the-directory"
_SETTINGS = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
maxsize 16777216
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
index objectClass,mail,uid eq
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"""


@contextmanager
def server() -> Iterator[str]:
    """A running server's address. One that is named by the environment has to have our base, administrator and password."""
    named = os.environ.get(NAMED)
    if named:
        yield named
        return
    daemon = program("slapd", "slapd", NAMED)
    with folder_for("ldap") as folder:
        (folder / "data").mkdir()
        settings = _SETTINGS.format(folder=folder, base=BASE, admin=ADMIN, password=PASSWORD)
        (folder / "slapd.conf").write_text(settings)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            at = f"ldap://127.0.0.1:{probe.getsockname()[1]}"
        with running(
            [daemon, "-h", at, "-f", str(folder / "slapd.conf"), "-d", "0"], lambda: _answers(at), "OpenLDAP"
        ):
            yield at


@contextmanager
def connected(at: str) -> Iterator[ldap3.Connection]:
    """As the administrator."""
    found = ldap3.Connection(ldap3.Server(at, get_info=ldap3.NONE), ADMIN, PASSWORD, raise_exceptions=True)
    try:
        found.bind()
        yield found
    finally:
        found.strategy.close()
        if found.socket is not None:
            found.socket.close()


def _answers(at: str) -> bool:
    try:
        with connected(at):
            return True
    except LDAPException:
        return False


@pytest.fixture(scope="module")
def directory_server() -> Iterator[str]:
    """The address of a directory."""
    with server() as found:
        yield found
