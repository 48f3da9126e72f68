"""Reading imports.yaml: each import by its id, in the order in which what they say builds on one another.

orders:
  title: Orders, as the customer list keeps them
  tables: {crm: crm.db}                  # or, for one sheet alone: from: lists/orders.xlsx
  query: SELECT o.id, c.email, o.note FROM crm.orders o JOIN crm.customers c ON c.id = o.customer
  key: [id]
  person: {email: email}
  at: ordered_at
  every: 300
  brings:
    - {act: use, data: [name, phone], purpose: provide_service, papers: {request: "order {id}"}}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import yaml

from troth.imports.errors import ImportsUnreadable
from troth.imports.model import Import, Step
from troth.kernel.errors import TrothError
from troth.kernel.findings import did_you_mean
from troth.policy.vocabulary import RIGHTS
from troth.sheets import place_of

WORDS: Final = {"title", "from", "tables", "query", "key", "person", "at", "every", "brings"}
IDENTITIES: Final = ("email", "phone", "account", "device")
STEPS: Final[Mapping[str, frozenset[str]]] = {
    "accepted": frozenset({"language"}),
    "shown": frozenset({"language"}),
    "fact": frozenset({"say"}),
    "consent": frozenset({"say", "notice", "language"}),
    "objection": frozenset({"say"}),
    "recipient": frozenset({"facts", "until", "stake"}),
    "act": frozenset({"data", "purpose", "via", "recipient", "place", "source", "message", "papers"}),
    "request": frozenset({"words", "ground", "name", "language", "route", "proof"}),
    "opt_out": frozenset({"purpose"}),
    "safeguard": frozenset({"item", "document", "at", "until", "heads"}),
}
"""Each kind of step, and the words it may have besides. The word of the kind itself says which."""
OF_PEOPLE: Final = frozenset({"accepted", "shown", "fact", "consent", "objection", "request", "opt_out"})
"""Steps that are about somebody."""
SAYS: Final = {
    "consent": ("given", "refused", "withdrawn"),
    "objection": ("raised", "lifted"),
    "fact": ("set", "clear"),
}
_OF: Final = {
    "shown": "notice", "consent": "consent", "objection": "objection", "recipient": "recipient", "safeguard": "safeguard",
    "purpose": "purpose", "via": "point", "data": "category", "notice": "notice", "source": "source", "message": "message",
}  # fmt: skip
"""Which kind of statement a word names."""
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,60}\Z")
_VALUE: Final = re.compile(r"\{([^{}]+)\}")
Known = Callable[[str], Iterable[str]]
"""Given a kind of statement, the ids of those that the policy has."""


def read_imports(text: str, name: str = "imports.yaml") -> tuple[Import, ...]:
    """Every import of a file, in its order. Raises ImportsUnreadable, naming the import and what is wrong with it."""
    try:
        # Every word as it is written: a column may be called `no`, and a cell of a sheet says `yes`.
        plain = yaml.load(text, Loader=yaml.BaseLoader) or {}  # noqa: S506  it makes nothing but texts, lists and mappings
    except yaml.YAMLError as problem:
        raise ImportsUnreadable(f"{name} is not YAML.", str(problem).split("\n")[0]) from problem
    if not isinstance(plain, Mapping):
        raise ImportsUnreadable(f"{name} does not map ids to imports.", "Write one import under each id.")
    return tuple(_import(str(id), said, name) for id, said in plain.items())


def check_imports(imports: Iterable[Import], known: Known, name: str = "imports.yaml") -> None:
    """Pass where everything that is named outright is declared by the policy. Raises ImportsUnreadable."""
    for one in imports:
        for step in one.steps:
            named = {step.what: step.terms[step.what]} | dict(step.terms)
            for word, kind in _OF.items():
                for id in _ids(named.get(word)):
                    if id not in set(known(kind)):
                        raise ImportsUnreadable(
                            f"{name}: '{one.id}' names the {kind} '{id}', which the policy does not have.",
                            did_you_mean(id, known(kind)),
                        )


def _import(id: str, said: Any, name: str) -> Import:
    def wrong(what: str, help: str) -> ImportsUnreadable:
        return ImportsUnreadable(f"{name}: '{id}' {what}.", help)

    if not _ID.match(id) or not isinstance(said, Mapping):
        raise wrong("is no import", "An id is lower case, and tells what it brings under it.")
    unknown = sorted(set(map(str, said)) - WORDS)
    if unknown:
        raise wrong(f"has an unknown word '{unknown[0]}'", f"Known: {', '.join(sorted(WORDS))}.")
    tables = said.get("tables", {"rows": said["from"]} if "from" in said else None)
    if not isinstance(tables, Mapping) or not tables or ("tables" in said) != ("query" in said):
        raise wrong("says not where to look", "Write `from:` and one place, or `tables:` and a `query:`.")
    key, person = said.get("key"), said.get("person") or {}
    if not isinstance(key, list) or not key:
        raise wrong("has no key", "Name under `key` the columns that name a row for good.")
    if not isinstance(person, Mapping) or set(person) - set(IDENTITIES):
        raise wrong("says not by what it names people", f"Known: {', '.join(IDENTITIES)}.")
    brings = said.get("brings")
    if not isinstance(brings, list) or not brings:
        raise wrong("brings nothing", "Write under `brings` what each row says.")
    try:
        places = {str(table): place_of(str(place)) for table, place in tables.items()}
        every = float(said.get("every", 300))
    except (TrothError, ValueError, TypeError) as problem:
        raise wrong(
            f"cannot be read ({problem})", "Look at its places, and at `every` in seconds."
        ) from problem
    steps = _steps(brings, wrong)
    _check_people(said, steps, wrong)
    return Import(
        id, str(said.get("title", id)), places, str(said.get("query", "SELECT * FROM rows")), tuple(map(str, key)),
        {str(kind): str(column) for kind, column in person.items()}, str(said.get("at", "")), steps, every,
    )  # fmt: skip


def _check_people(
    said: Mapping[str, Any], steps: Iterable[Step], wrong: Callable[[str, str], ImportsUnreadable]
) -> None:
    """Pass where whatever is said of people names them, and what is open elsewhere says since when."""
    kinds = {step.what for step in steps}
    if not said.get("person") and kinds & OF_PEOPLE:
        raise wrong("says something about people and names none", "Say under `person` by which column.")
    if "at" not in said and "request" in kinds:
        raise wrong("opens requests and says not when they came", "Name the column under `at`.")


def _steps(brings: list[Any], wrong: Callable[[str, str], ImportsUnreadable]) -> tuple[Step, ...]:
    found: list[Step] = []
    for said in brings:
        kinds = [kind for kind in STEPS if isinstance(said, Mapping) and kind in said]
        # A release names its recipient: that is a term of the act.
        what = "act" if "act" in kinds else kinds[0] if len(kinds) == 1 else ""
        if not what:
            raise wrong("has a step of no kind", f"A step is one of {', '.join(STEPS)}.")
        unknown = sorted(set(map(str, said)) - STEPS[what] - {what, "when"})
        if unknown:
            raise wrong(
                f"has an unknown word '{unknown[0]}' in a step", f"Known: {', '.join(sorted(STEPS[what]))}."
            )
        word = str(said.get("say", "")) or next(iter(SAYS.get(what, ())), "")
        if what in SAYS and word not in SAYS[what] and not _VALUE.search(word):
            raise wrong(f"says of a {what} what cannot be", f"Say one of {', '.join(SAYS[what])}.")
        terms = {str(word): value for word, value in said.items() if word != "when"}
        right = str(terms.get("request", ""))
        if what == "request" and right not in RIGHTS and not _VALUE.search(right):
            raise wrong("opens a request for no right", did_you_mean(right, RIGHTS))
        when = {str(column): str(value) for column, value in (said.get("when") or {}).items()}
        found.append(Step(_named(what, terms, found), what, terms, when))
    return tuple(found)


def _named(what: str, terms: Mapping[str, Any], before: list[Step]) -> str:
    """What a step is called in the record: by what it is about, and counted where there are several."""
    parts = [what, *(str(terms.get(word, "")) for word in (what, "say", "purpose", "recipient", "item"))]
    name = re.sub(r"[^A-Za-z0-9_:.-]+", "_", ":".join(part for part in parts if part))[:80]
    count = sum(step.name == name or step.name.startswith(f"{name}.") for step in before)
    return f"{name}.{count + 1}" if count else name


def _ids(value: Any) -> tuple[str, ...]:
    """The ids that a term names outright; what stands in a column is known later."""
    listed = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return tuple(str(one) for one in listed if not _VALUE.search(str(one)))
