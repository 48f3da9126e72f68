"""The sets of one organisation: declared, derived, tested, looked into. There are few, so they are read from the record itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.kernel.findings import did_you_mean
from troth.ledger import Ledger, Origin, Work
from troth.lineage import evidence, rules
from troth.lineage.errors import DatasetUnknown, Insufficient, SourceRefused
from troth.lineage.model import NON_PERSONAL, Checked, Dataset, Derivation, Sheet, Tested
from troth.policies import Declared, NotDeclared
from troth.policy.model import Category, Point

LEAST_GROUP: Final = 2
"""A group of one is one person: no test that found such a group has passed."""
MOST_COLUMNS: Final = 200
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,119}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class Lineage:
    """The data sets of one organisation. Every verb that records takes the work it is part of."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def datasets(self, connection: Connection) -> dict[str, Dataset]:
        """Every set by its name, as it stands."""
        found: dict[str, Dataset] = {}
        for event in self._ledger.events(connection, kinds=("lineage:",)):
            one = evidence.read(event, found)
            if one is not None:
                found[one.name] = one
        return found

    def declare(
        self, work: Work, declared: Declared, sheet: Sheet, *, now: datetime, origin: Origin = Origin.OBSERVED
    ) -> Dataset:
        """A set came in: from a source the policy declares, by a lawful way, with columns that are catalogued. Declaring a name again
        begins it anew, untested. Raises Insufficient, NotDeclared, SourceRefused."""
        work.lock()
        _named(sheet.name, sheet.columns)
        _known(declared, sheet.columns)
        _proven(sheet)
        _for_aims(declared, sheet.purposes, sheet.columns)
        refused = rules.against_source(declared.catalogue, sheet)
        if refused:
            raise SourceRefused(
                f"'{sheet.name}' may not be taken in: {refused}.", "See the sources of the policy."
            )
        natural = rules.nature_of(declared.catalogue, sheet.columns)
        one = Dataset(
            sheet.name, sheet.columns, sheet.purposes, natural, _untested(natural), 0, now, sheet.source, sheet.supplier, sheet.lawful,
        )  # fmt: skip
        return self._kept(work, declared, one, origin)

    def derive(
        self,
        work: Work,
        declared: Declared,
        said: Derivation,
        *,
        now: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> tuple[Dataset, tuple[str, ...]]:
        """A set is made of others: what it holds, how personal it is, and the ids of requirements that were not met, which only a set
        that was found to have been made already may have. Raises Insufficient, DatasetUnknown, NotDeclared."""
        work.lock()
        _named(said.name, said.columns)
        _known(declared, said.columns)
        inputs = self._found(work.connection, said.inputs)
        columns = rules.joined(declared.catalogue, inputs, said.columns)
        unmet = self._unmet(declared, said, columns)
        if not said.happened:
            _for_aims(declared, said.purposes, columns)
            for id, papers in unmet.items():
                raise Insufficient(
                    f"'{said.name}' joins what is kept apart: '{id}' asks for {', '.join(sorted(papers))}.",
                    "Give it with the derivation, or keep the sets apart.",
                )
        natural = rules.nature_of(declared.catalogue, columns)
        one = Dataset(
            said.name, columns, said.purposes, natural, _untested(natural), 0, now, inputs=said.inputs
        )
        return self._kept(work, declared, one, origin), tuple(unmet)

    def test(
        self, work: Work, declared: Declared, one: Tested, *, now: datetime, origin: Origin = Origin.OBSERVED
    ) -> Dataset:
        """A test says whether anybody can be found in a set. It relabels none whose columns are personal: personal data stay so whatever a
        test says. Raises DatasetUnknown, Insufficient."""
        work.lock()
        (found,) = self._found(work.connection, (one.dataset,))
        if found.natural != NON_PERSONAL and one.passed:
            raise Insufficient(
                f"'{one.dataset}' holds personal columns, which no test takes out.",
                "Derive a set without them.",
            )
        if one.passed and one.group < LEAST_GROUP:
            raise Insufficient(
                "A group of one is somebody.", f"The smallest group has to have {LEAST_GROUP} or more."
            )
        if (
            not _CODE.fullmatch(one.by)
            or not _NAME.fullmatch(one.method)
            or not _DIGEST.fullmatch(one.document)
        ):
            raise Insufficient(
                "A test says how, by whom, and the digest of its report.", "Write the digest as sha256:HEX."
            )
        work.record(evidence.tested(one, declared.digest, now, origin))
        work.settle()
        return self.datasets(work.connection)[one.dataset]

    def check(
        self,
        connection: Connection,
        declared: Declared,
        against: str,
        lines: Iterable[tuple[int, Iterable[str]]],
    ) -> Checked:
        """Look whether every column of a file is listed at a point (`point:ID`) or in a set (`dataset:NAME`); nothing is recorded here.
        Raises NotDeclared, DatasetUnknown."""
        rows = [(number, tuple(columns)) for number, columns in lines]
        known = rules.fields_of(declared.catalogue)
        kind, _, name = against.partition(":")
        if kind == "dataset":
            listed: Iterable[str] = dict(self._found(connection, (name,))[0].columns)
        else:
            listed = rules.items_of(
                declared.catalogue, _point(declared, name if kind == "point" else against)
            )
        return Checked(
            against if ":" in against else f"point:{against}",
            len(rows),
            tuple(rules.misfits(known, listed, rows)),
        )

    def _kept(self, work: Work, declared: Declared, one: Dataset, origin: Origin) -> Dataset:
        work.record(evidence.declared(one, declared.digest, origin))
        work.settle()
        return self.datasets(work.connection)[one.name]

    def _found(self, connection: Connection, names: Iterable[str]) -> tuple[Dataset, ...]:
        every, wanted = self.datasets(connection), tuple(names)
        for name in wanted:
            if name not in every:
                raise DatasetUnknown("A data set of this name was never declared.", did_you_mean(name, every))
        if not wanted:
            raise Insufficient("A derived set is made of at least one other.", "Name its inputs.")
        return tuple(every[name] for name in wanted)

    def _unmet(
        self, declared: Declared, said: Derivation, columns: rules.Columns
    ) -> dict[str, frozenset[str]]:
        given = {kind for kind, reference in said.papers if _CODE.fullmatch(reference)}
        asked = rules.asked_of_join(declared.catalogue, columns)
        return {id: papers - given for id, papers in asked.items() if papers - given}


def _untested(natural: str) -> str:
    return "personal" if natural == NON_PERSONAL else natural


def _named(name: str, columns: rules.Columns) -> None:
    names = [column for column, _ in columns]
    if not _NAME.fullmatch(name) or not all(_NAME.fullmatch(one.lower()) for one in names):
        raise Insufficient(
            "Sets and columns have names of small letters, digits, '.', '_' and '-'.", "Rename it."
        )
    if len(set(names)) != len(names) or len(names) > MOST_COLUMNS:
        raise Insufficient(f"A set has at most {MOST_COLUMNS} columns, each once.", "Name each column once.")


def _known(declared: Declared, columns: rules.Columns) -> None:
    ids = declared.catalogue.ids(Category.kind)
    for _, category in columns:
        if category not in ids:
            raise NotDeclared(
                "A column is of a category that this policy does not have.", did_you_mean(category, ids)
            )


def _proven(sheet: Sheet) -> None:
    if not sheet.columns:
        raise Insufficient("A set has columns.", "Name each with its category.")
    if sheet.supplier and not _CODE.fullmatch(sheet.supplier):
        raise Insufficient(
            "A supplier is named by a code that names nobody.", "Use the id of a recipient or partner."
        )
    if sheet.lawful and not _DIGEST.fullmatch(sheet.lawful):
        raise Insufficient(
            "What shows that a supplier might is named by its digest.", "Write it as sha256:HEX."
        )


def _for_aims(declared: Declared, purposes: Iterable[str], columns: rules.Columns) -> None:
    """Every purpose covers every column: a set of applicants serves nothing but what its columns may serve."""
    aims = tuple(purposes)
    if not aims:
        raise Insufficient("A set serves a purpose.", "Name the purposes that the policy declares for it.")
    for purpose in aims:
        beyond = rules.outside_purpose(declared.catalogue, purpose, (category for _, category in columns))
        if beyond:
            raise Insufficient(
                f"'{purpose}' does not cover '{beyond[0]}'.",
                "Name a purpose that the policy declares for it.",
            )


def _point(declared: Declared, id: str) -> Point:
    found = declared.catalogue.get(Point, id)
    if found is None:
        raise NotDeclared(
            "This policy declares no such point.", did_you_mean(id, declared.catalogue.ids(Point.kind))
        )
    return found
