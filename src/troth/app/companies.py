"""Companies that stand: a file `company.yaml` beside a policy names the processes of a company, and what a run hands them.

company: examples.harbour.company       # a module; printed as ready with its port, it has its pages there
people: examples.harbour.people         # a module: who comes to it
sender: news@harbour.example            # where its messages and codes come from
scopes: [ask, subjects, consents]       # of the key it is handed; left out, those in SCOPES
needs: [mail, partners, postgres]       # what it is handed besides: any of NEEDS
switches: /what-could-go-wrong          # the page where its lapses are switched
mailboxes: [orders@harbour.example]     # addresses whose mail it reads itself; may be left out
intake: [manager@counter.example]       # addresses besides the published ones that the run reads for it; may be left out

A company without one lives by script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from troth.app.choices import read_yaml
from troth.app.keys import SCOPES as KNOWN_SCOPES
from troth.kernel.errors import OperatorError
from troth.kernel.findings import did_you_mean

FILE: Final = "company.yaml"
SCOPES: Final = ("ask", "subjects", "consents", "notices", "messages", "accounts", "read")
NEEDS: Final = ("mail", "partners", "postgres", "provider", "home", "trays", "egress", "office")
SWITCHES: Final = "/what-could-go-wrong"
_WORDS: Final = ("company", "people", "sender", "scopes", "needs", "switches", "mailboxes", "intake")
_MODULE: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_ADDRESS: Final = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_PATH: Final = re.compile(r"/[\w\-./]*")


class CompanyUnreadable(OperatorError):
    """The file that says how a company stands has to be mended."""


@dataclass(frozen=True, slots=True)
class Company:
    """A company with processes of its own: its module, that of its people, and what both are handed."""

    id: str
    company: str
    people: str
    sender: str
    scopes: tuple[str, ...] = SCOPES
    needs: frozenset[str] = frozenset()
    switches: str = SWITCHES
    mailboxes: tuple[str, ...] = ()
    intake: tuple[str, ...] = ()

    def takes(self, need: str) -> bool:
        """Whether it is handed this."""
        return need in self.needs


def companies_in(folders: Mapping[str, Path]) -> dict[str, Company]:
    """The companies that stand, of these policy folders. Raises CompanyUnreadable."""
    found = {id: read_company(folder / FILE, id) for id, folder in folders.items()}
    return {id: company for id, company in found.items() if company is not None}


def read_company(path: Path, id: str) -> Company | None:
    """What the file says; None where there is none. Raises CompanyUnreadable, naming what is wrong and how to mend it."""
    if not path.exists():
        return None
    said = read_yaml(path, CompanyUnreadable, "Write `company:`, `people:` and `sender:`, each on a line.")
    if not isinstance(said, dict):
        raise CompanyUnreadable(f"{path} says nothing.", "Write `company:`, `people:` and `sender:`.")
    for word in said:
        if word not in _WORDS:
            raise CompanyUnreadable(f"{path} has an unknown word '{word}'.", did_you_mean(str(word), _WORDS))
    module = "a module, such as examples.harbour.company"
    return Company(
        id,
        _text(path, said, "company", _MODULE, module),
        _text(path, said, "people", _MODULE, module),
        _text(path, said, "sender", _ADDRESS, "a mail address"),
        _listed(path, said, "scopes", KNOWN_SCOPES) or SCOPES,
        frozenset(_listed(path, said, "needs", NEEDS)),
        _text(path, {"switches": SWITCHES} | said, "switches", _PATH, "a path that begins with /"),
        tuple(_address(path, one) for one in _list(path, said, "mailboxes")),
        tuple(_address(path, one) for one in _list(path, said, "intake")),
    )


def _text(path: Path, said: Mapping[str, Any], word: str, form: re.Pattern[str], noun: str) -> str:
    value = said.get(word)
    if value is None:
        raise CompanyUnreadable(f"{path} lacks `{word}`.", f"Write {noun}.")
    if not isinstance(value, str) or not form.fullmatch(value):
        raise CompanyUnreadable(f"`{word}` in {path} is not as it has to be.", f"Write {noun}.")
    return value


def _list(path: Path, said: Mapping[str, Any], word: str) -> list[Any]:
    value = said.get(word, [])
    if not isinstance(value, list):
        raise CompanyUnreadable(f"`{word}` in {path} is no list.", f"Write {word}: [one, another].")
    return value


def _listed(path: Path, said: Mapping[str, Any], word: str, known: Iterable[str]) -> tuple[str, ...]:
    for one in (found := _list(path, said, word)):
        if not isinstance(one, str) or one not in known:
            raise CompanyUnreadable(
                f"'{one}' in {path} is none of its `{word}`.", did_you_mean(str(one), known)
            )
    return tuple(dict.fromkeys(found))


def _address(path: Path, value: Any) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise CompanyUnreadable(f"A mailbox in {path} is no mail address.", "Write orders@harbour.example.")
    return value
