"""Routes about data sets: what came from where, what was made of it, who can be found in it; and whether logs keep to their lists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field, StringConstraints

from troth.app import lineage as hall
from troth.app.acts import Acts
from troth.app.hosting import Hosted
from troth.kernel.errors import CallerError
from troth.lineage import Checked, Dataset, Derivation, Sheet, Tested
from troth.lineage.heads import columns_in
from troth.web.api.entry import opens
from troth.web.api.models import Papers, Sent, Word
from troth.web.api.writing import Answer, Once, answer_once

router = APIRouter(tags=["lineage"])
Reads = Annotated[Hosted, Depends(opens("read"))]
Observes = Annotated[Hosted, Depends(opens("observe"))]
Columns = Annotated[dict[Word, Word], Field(max_length=200)]
Few = Annotated[list[Word], Field(max_length=50)]
Name = Annotated[str, Path(max_length=80)]


class SheetSent(Sent):
    """A set that came in: its columns with the category of each, its purposes, its source, and by which lawful way."""

    name: Word
    columns: Columns
    purposes: Few
    source: Word
    supplier: Word = ""
    lawful: Word = ""


class DerivationSent(Sent):
    """A set made of others; `happened` where it was found to have been made already."""

    name: Word
    inputs: Few
    purposes: Few
    columns: Columns = Field(default_factory=dict)
    papers: Papers = Field(default_factory=dict)
    happened: bool = False


class TestedSent(Sent):
    """A test that nobody can be found in a set: how, the smallest group, by whom, the digest of its report."""

    method: Word
    group: Annotated[int, Field(ge=0, le=1_000_000_000)]
    by: Word
    document: Word
    passed: bool


class LookSent(Sent):
    """A piece of a log or table, to be held against the items of a point (`point:ID`) or a set (`dataset:NAME`)."""

    against: Word
    form: Literal["csv", "tsv", "jsonl"]
    text: Annotated[str, StringConstraints(max_length=500_000)]


@router.get("/{org}/datasets")
def datasets(hosted: Reads) -> Answer:
    """Every set as it stands."""
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        found = organisation.lineage.datasets(connection)
    return {"datasets": [dataset_json(one) for one in found.values()]}


@router.post("/{org}/datasets", status_code=201)
def declare(request: Request, hosted: Observes, sent: SheetSent, once: Once = "") -> Answer:
    """A set came in. Refused where its source may not give it, or nobody says by which lawful way."""
    sheet = Sheet(
        sent.name, tuple(sent.columns.items()), tuple(sent.purposes), sent.source, sent.supplier, sent.lawful
    )

    def do(acts: Acts) -> Answer:
        room = hosted.organisation.lineage
        return dataset_json(room.declare(acts.work, acts.declared(), sheet, now=acts.at, origin=acts.origin))

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/datasets/derived", status_code=201)
def derive(request: Request, hosted: Observes, sent: DerivationSent, once: Once = "") -> Answer:
    """A set is made of others: it is as personal as the most personal of them."""
    said = Derivation(
        sent.name, tuple(sent.inputs), tuple(sent.purposes), tuple(sent.columns.items()), tuple(sent.papers.items()),
        sent.happened,
    )  # fmt: skip

    def do(acts: Acts) -> Answer:
        return dataset_json(hall.derive(acts, hosted.promises, hosted.organisation.lineage, said))

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/datasets/{name}/tests")
def keep_test(request: Request, hosted: Observes, name: Name, sent: TestedSent, once: Once = "") -> Answer:
    """A test said whether anybody can be found in a set."""
    one = Tested(name, sent.method, sent.group, sent.by, sent.document, sent.passed)

    def do(acts: Acts) -> Answer:
        room = hosted.organisation.lineage
        return dataset_json(room.test(acts.work, acts.declared(), one, now=acts.at, origin=acts.origin))

    return answer_once(request, hosted, once, sent, do)


@router.post("/{org}/schema/check")
def check(request: Request, hosted: Observes, sent: LookSent, once: Once = "") -> Answer:
    """Look whether every column is listed. The look is on record: an item that is not listed breaks the point's promise until a look
    passes. Of what was sent the names of columns are read, and no values kept."""

    def do(acts: Acts) -> Answer:
        room = hosted.organisation.lineage
        try:
            found = room.check(
                acts.work.connection, acts.declared(), sent.against, columns_in(sent.text, sent.form)
            )
        except UnicodeError:
            raise CallerError("The text cannot be read.", "Send it as UTF-8.") from None
        return checked_json(found) | {"sequence": hall.look(acts, hosted.promises, found)}

    return answer_once(request, hosted, once, sent, do)


def dataset_json(one: Dataset) -> dict[str, Any]:
    """A set as plain values."""
    return {
        "name": one.name,
        "columns": dict(one.columns),
        "purposes": list(one.purposes),
        "nature": one.nature,
        "natural": one.natural,
        "source": one.source,
        "supplier": one.supplier,
        "lawful": one.lawful,
        "inputs": list(one.inputs),
        "tested": one.tested,
        "declared": one.sequence,
        "at": one.at.isoformat(),
    }


def checked_json(found: Checked) -> dict[str, Any]:
    """A look as plain values."""
    return {
        "against": found.against,
        "passed": found.passed,
        "lines": found.lines,
        "misfits": [
            {"line": one.line, "column": one.column, "category": one.category} for one in found.misfits[:200]
        ],
    }
