"""The policy as it is published, every version at an address of its own, and which of them binds whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.policies import PolicyUnknown
from troth.policy.clauses import cut
from troth.policy.compile import FORMATS
from troth.web.centre.changes import Announced, announced
from troth.web.centre.frame import Looking, open_page, run_in_threadpool
from troth.web.centre.person import read
from troth.web.layout import Block, lay_out
from troth.web.pages import NotThere

SHORT = 12
TAGS = {"heading": ("h2", "h3", "h4", "h5", "h6")}


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the policy: its digest, its number, from when it is in force, and whether it is the one in force now."""

    digest: str
    number: str
    since: datetime
    now: bool
    binds: bool

    @property
    def address(self) -> str:
        """What its address ends with."""
        return address_of(self.digest)


def address_of(digest: str) -> str:
    """A digest as the end of an address."""
    return digest.replace(":", "-")


@open_page
async def policies(look: Looking) -> Response:
    """Every version there ever was."""
    versions = await run_in_threadpool(_versions, look)
    changes = await run_in_threadpool(_changes, look)
    text = look.request.query_params.get("done", "")
    done = int(text) if look.visit and text.isascii() and text.isdigit() and len(text) < 16 else 0
    return look.page("my_policies.html", here="policy", versions=versions, changes=changes, done=done)


def _changes(look: Looking) -> tuple[Announced, ...]:
    return announced(look) if look.visit is not None else ()


@open_page
async def policy(look: Looking) -> Response:
    """One version, word for word as it was published."""
    return await run_in_threadpool(_policy, look)


def _policy(look: Looking) -> Response:
    wanted = look.request.path_params["digest"]
    one = next((version for version in _versions(look) if version.address == wanted), None)
    if one is None:
        raise NotThere("There is no such version.")
    try:
        language, blocks = _text(look.hosted, one.digest)
    except PolicyUnknown:
        raise NotThere("There is no such version.") from None
    return look.page(
        "my_policy.html", here="policy", version=one, blocks=blocks, spoken=language, tag=tag_of, packed=look.visit is None
    )  # fmt: skip


def tag_of(block: Block) -> str:
    """The element a block becomes."""
    if str(block.kind) == "heading" or str(getattr(block.kind, "value", "")) == "heading":
        return f"h{min(max(block.level, 1) + 1, 6)}"
    return "p"


def _versions(look: Looking) -> list[Version]:
    organisation = look.hosted.organisation
    bound = read(look).state.bound if look.visit is not None else frozenset()
    with organisation.database.read() as connection:
        rooms = organisation.rooms
        now = rooms.policies.in_force(connection, organisation.clock.now()).digest
        first: dict[str, datetime] = {}
        for one in rooms.policies.versions(connection):
            first.setdefault(one.digest, one.since)
        return [
            Version(
                digest, rooms.policies.declared(connection, digest).bundle.header.version, since, digest == now, digest in bound
            )
            for digest, since in sorted(first.items(), key=lambda pair: pair[1], reverse=True)
        ]  # fmt: skip


def _text(hosted: Hosted, digest: str) -> tuple[str, tuple[Block, ...]]:
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        bundle = organisation.rooms.policies.declared(connection, digest).bundle
        texts = organisation.rooms.policies.texts(connection, digest)
    text = next(text for text in bundle.texts if text.authoritative)
    return text.language, _laid_out(texts[text.file], Path(text.file).suffix.lower(), text.language)


@lru_cache(maxsize=16)
def _laid_out(source: str, suffix: str, language: str) -> tuple[Block, ...]:
    return lay_out(cut(source, format=FORMATS[suffix], language=language), ())
