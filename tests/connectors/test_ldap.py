"""Directories: people of a branch with what they hold, their places in groups, and what a directory will not do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ldap3
import pytest

from tests.connectors.test_files import mapped
from tests.support.directory import ADMIN, BASE, PASSWORD, connected
from troth.connectors import Secrets, open_connector
from troth.datamap import Proven, Survey, check_live, erase, plan_erasure, reach, rows_of, survey
from troth.datamap.connector import Change, Condition, Connector
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.model import DataMap
from troth.kernel.findings import Findings

MAP = """
systems:
  staff:
    at: "{at}/{base}"
    credentials: staff
    datasets:
      people:
        table: ou=people
        people: yes
        on_erasure: {way}
        fields:
          dn: not_personal
          objectClass: not_personal
          uid: {{is: account, on_erasure: keep, because: the name of an entry}}
          cn: {{is: name, on_erasure: anonymise}}
          sn: {{is: name, on_erasure: anonymise}}
          mail: {{is: email, identity: email}}
          telephoneNumber: phone
      members:
        table: ou=groups#member
        fields: {{dn: not_personal, member: {{is: account, to: people.dn}}}}
"""
TREE: list[tuple[str, str, dict[str, Any]]] = [
    ("ou=people", "organizationalUnit", {}),
    ("ou=groups", "organizationalUnit", {}),
    ("uid=ann,ou=people", "inetOrgPerson", {"cn": "Ann (安)", "sn": "A*", "mail": ["ann@a.test", "a.n@a.test"], "telephoneNumber": "1"}),
    ("uid=bob,ou=people", "inetOrgPerson", {"cn": "Bob", "sn": "B", "mail": "bob@b.test"}),
    ("cn=readers,ou=groups", "groupOfNames", {"member": [f"uid=ann,ou=people,{BASE}", f"uid=bob,ou=people,{BASE}"]}),
]  # fmt: skip
ANN = f"uid=ann,ou=people,{BASE}"
TOKEN = "0123456789abcdef01234567"


@pytest.fixture
def admin(directory_server: str) -> Iterator[ldap3.Connection]:
    with connected(directory_server) as found:
        try:
            found.search(BASE, "(objectClass=*)", ldap3.SUBTREE)
            names = [entry["dn"] for entry in found.response]
        except ldap3.core.exceptions.LDAPNoSuchObjectResult:
            names = []
        for name in sorted(names, key=lambda one: -one.count(",")):
            found.delete(name)
        found.add(BASE, ["dcObject", "organization"], {"o": "shop"})
        for name, kind, held in TREE:
            found.add(f"{name},{BASE}", kind, held)
        yield found


def opened(
    at: str, folder: Path, way: str = "delete", user: str = ADMIN, word: str = PASSWORD
) -> tuple[DataMap, Connector]:
    map = mapped(MAP.format(at=at, base=BASE, way=way))
    secrets = Secrets(None, {"TROTH_SECRET_STAFF": f"{user}:{word}"})
    return map, open_connector(map.systems[0], folder, secrets, writable=True)


@pytest.fixture
def staff(admin: ldap3.Connection, directory_server: str, tmp_path: Path) -> Survey:
    map, connector = opened(directory_server, tmp_path)
    return survey(map, {"staff": connector})


def names(admin: ldap3.Connection) -> list[str]:
    admin.search(BASE, "(objectClass=*)", ldap3.SUBTREE)
    return sorted(entry["dn"].removesuffix(f",{BASE}") for entry in admin.response)


def test_a_person_goes_with_their_places_in_groups(admin: ldap3.Connection, staff: Survey) -> None:
    proven = [Proven("email", "a.n@a.test")]
    reached = reach(staff, proven)
    shown = dict(rows_of(staff, reached))
    assert shown["staff/people"]["mail"] == ["ann@a.test", "a.n@a.test"]
    assert shown["staff/people"]["cn"] == "Ann (安)"
    assert erase(staff, plan_erasure(staff, reached), proven, lambda: TOKEN).complete
    assert "uid=ann,ou=people" not in names(admin)
    admin.search(f"cn=readers,ou=groups,{BASE}", "(objectClass=*)", ldap3.BASE, attributes=["member"])
    assert admin.response[0]["attributes"]["member"] == [f"uid=bob,ou=people,{BASE}"]


def test_an_entry_that_stays_loses_what_is_personal(
    admin: ldap3.Connection, directory_server: str, tmp_path: Path
) -> None:
    map, connector = opened(directory_server, tmp_path, way="null")
    found, proven = survey(map, {"staff": connector}), [Proven("email", "ann@a.test")]
    done = erase(found, plan_erasure(found, reach(found, proven)), proven, lambda: TOKEN)
    assert [one.problem for one in done.outcomes] == [""]
    admin.search(ANN, "(objectClass=*)", ldap3.BASE, attributes=["*"])
    left = admin.response[0]["attributes"]
    assert (left["cn"], left["sn"]) == (["erased"], ["erased"])
    assert "mail" not in left
    assert "telephoneNumber" not in left


def test_marks_of_filters_mean_themselves(staff: Survey) -> None:
    people = staff.dataset("staff/people")
    with staff.connectors["staff"].reading() as session:
        for value, many in (("Ann (安)", 1), ("*", 0), ("A*", 0), (")(uid=*", 0)):
            assert len(list(session.find(people, Condition(("cn",), ((value,),)), ("dn",)))) == many
        assert session.count("ou=people", Condition(("sn",), (("A*",),))) == 1
        assert session.count("ou=people", Condition(("mail",), (("ANN@a.test",),))) == 0
        assert session.count("ou=people", Condition(("mail",), (("ANN@a.test",),), folded=True)) == 1


def test_entries_that_nobody_mapped_are_told_without_their_names(
    admin: ldap3.Connection, staff: Survey
) -> None:
    admin.add(f"uid=cy,{BASE}", "inetOrgPerson", {"cn": "Cy", "sn": "C"})
    admin.add(f"ou=suppliers,{BASE}", "organizationalUnit")
    admin.modify(ANN, {"title": [(ldap3.MODIFY_ADD, ["Dr"])]})
    findings = Findings()
    check_live(staff.map, staff.map.systems[0], staff.connectors["staff"].describe(), findings)
    said = " ".join(one.message for one in findings.errors)
    assert len(findings.errors) == 3
    assert all(word in said for word in ("'*'", "'ou=suppliers'", "'title'"))
    assert "uid=cy" not in said


def test_an_element_becomes_another_and_a_session_that_fails_changes_nothing(
    admin: ldap3.Connection, staff: Survey
) -> None:
    members = staff.dataset("staff/members")
    key = (f"cn=readers,ou=groups,{BASE}", ANN)

    def fail() -> None:
        with staff.connectors["staff"].writing() as session:
            assert session.remove(members, [key]) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with staff.connectors["staff"].writing() as session:
        assert session.change(members, [Change(key, (("member", f"cn=gone,{BASE}"),))]) == 1
    admin.search(key[0], "(objectClass=*)", ldap3.BASE, attributes=["member"])
    assert set(admin.response[0]["attributes"]["member"]) == {f"uid=bob,ou=people,{BASE}", f"cn=gone,{BASE}"}


def test_what_a_directory_will_not_do_is_one_sentence(
    admin: ldap3.Connection, staff: Survey, directory_server: str, tmp_path: Path
) -> None:
    people, connector = staff.dataset("staff/people"), staff.connectors["staff"]
    with pytest.raises(StoreRefused, match="namingViolation"), connector.writing() as session:
        session.change(people, [Change((ANN,), (("uid", None),))])
    with pytest.raises(StoreRefused, match="name of an entry"), connector.writing() as session:
        session.change(people, [Change((ANN,), (("dn", "x"),))])
    with pytest.raises(StoreRefused, match="no branch"), connector.reading() as reading:
        reading.count("ou=nowhere", Condition(("mail",), (("x",),)))
    admin.modify(ANN, {"userPassword": [(ldap3.MODIFY_ADD, ["her-word"])]})
    _, hers = opened(directory_server, tmp_path, user=ANN, word="her-word")
    with pytest.raises(StoreRefused, match="insufficientAccessRights"), hers.writing() as session:
        session.remove(people, [(ANN,)])
    _, wrong = opened(directory_server, tmp_path, word="wrong-word")
    with pytest.raises(StoreUnreachable, match="cannot be reached") as told:
        wrong.describe()
    assert "wrong-word" not in str(told.value)
    _, away = opened("ldap://127.0.0.1:9", tmp_path)
    with pytest.raises(StoreUnreachable, match="cannot be reached"):
        away.describe()
    with pytest.raises(StoreUnreachable, match="no address of a directory"):
        opened("ldap:", tmp_path)
