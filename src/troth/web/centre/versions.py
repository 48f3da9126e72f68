"""The archive: every version of the policy that was ever put in force, at its own address, with what it changed. For anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from starlette.responses import Response

from troth.app.change_acts import ClauseChange, clause_changes, version_digests
from troth.policy.clauses import cut
from troth.policy.compile import FORMATS
from troth.web.centre.frame import Looking, open_page, run_in_threadpool
from troth.web.centre.policy import tag_of
from troth.web.layout import Block, lay_out
from troth.web.pages import NotThere


@dataclass(frozen=True, slots=True)
class Kept:
    """A version in the archive: its number for ever, its digest and dates, until when it was in force, its texts by language."""

    number: int
    digest: str
    version: str
    since: datetime
    until: datetime | None
    now: bool
    coming: bool
    languages: tuple[str, ...]


@open_page
async def versions(look: Looking) -> Response:
    """Every version, the newest first."""
    found = await run_in_threadpool(_read, look)
    return look.page(
        "my_versions.html", here="policy", versions=tuple(reversed(found)), packed=look.visit is None
    )


@open_page
async def version(look: Looking) -> Response:
    """One version: its dates, what it changed clause by clause, and its text word for word."""
    return await run_in_threadpool(_version, look)


def _version(look: Looking) -> Response:
    text = look.request.path_params["number"]
    listed = _read(look)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 0 < number <= len(listed):
        raise NotThere("There is no version of this number.")
    one = listed[number - 1]
    wished = look.request.query_params.get("text", "")
    spoken = wished if wished in one.languages else one.languages[0]
    with look.hosted.organisation.database.read() as connection:
        blocks = _blocks(look, connection, one.digest, spoken)
        changes = _changes(look, connection, listed, number)
    return look.page(
        "my_version.html", here="policy", version=one, blocks=blocks, spoken=spoken, changes=changes, tag=tag_of,
        newest=len(listed), packed=look.visit is None,
    )  # fmt: skip


def _changes(
    look: Looking, connection: Connection, listed: list[Kept], number: int
) -> tuple[ClauseChange, ...] | None:
    """What a version changed in the one before it; None for the first."""
    if number == 1:
        return None
    before, after = listed[number - 2].digest, listed[number - 1].digest
    return clause_changes(look.hosted.organisation, connection, before, after)


def _blocks(look: Looking, connection: Connection, digest: str, language: str) -> tuple[Block, ...]:
    policies = look.hosted.organisation.rooms.policies
    bundle = policies.declared(connection, digest).bundle
    text = next(text for text in bundle.texts if text.language == language)
    source = policies.texts(connection, digest)[text.file]
    return lay_out(cut(source, format=FORMATS[Path(text.file).suffix.lower()], language=language), ())


def _read(look: Looking) -> list[Kept]:
    organisation = look.hosted.organisation
    policies, at = organisation.rooms.policies, organisation.clock.now()
    with organisation.database.read() as connection:
        activations = policies.versions(connection)
        in_force = policies.in_force(connection, at).digest
        since = {one.digest: one.since for one in reversed(activations)}
        digests = version_digests(organisation, connection)
        found = []
        for number, digest in enumerate(digests, 1):
            bundle = policies.declared(connection, digest).bundle
            later = [since[other] for other in digests[number:]]
            texts = sorted(bundle.texts, key=lambda text: not text.authoritative)
            found.append(
                Kept(
                    number, digest, bundle.header.version, since[digest],
                    min(later) if later and digest != in_force else None, digest == in_force, since[digest] > at,
                    tuple(dict.fromkeys(text.language for text in texts)),
                )
            )  # fmt: skip
    return found
