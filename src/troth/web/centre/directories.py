"""The two lists in the privacy centre: what is collected and what is shared, for anybody; and for whoever is signed in, how often."""

from __future__ import annotations

from starlette.responses import Response

from troth.app.listings import lists_of, public_list
from troth.directories import permissions
from troth.directories.listing import Listed
from troth.directories.model import LISTS
from troth.web.centre.frame import Looking, open_page, run_in_threadpool
from troth.web.centre.person import read
from troth.web.pages import NotThere
from troth.web.scenes import FORMS, file_of, list_of, sheet


@open_page
async def directories(look: Looking) -> Response:
    """A list, a page at a time."""
    return await run_in_threadpool(_page, look)


@open_page
async def download(look: Looking) -> Response:
    """A list as a file: with one's own counts for whoever is signed in."""
    which, _, form = str(look.request.path_params["file"]).partition(".")
    if which not in LISTS or form not in FORMS:
        raise NotThere("There is no such file.")
    listing = await run_in_threadpool(_listing, look, which)
    return file_of(listing, which, form, look.request.query_params, look.say, counts=look.visit is not None)


def _page(look: Looking) -> Response:
    which = list_of(look.request.query_params)
    found = sheet(_listing(look, which), which, look.request.query_params, look.say)
    mine = [one for one in permissions(look.hosted.catalogue) if one.what == "permission"]
    return look.page(
        "my_directories.html", here="directories", packed=look.visit is None, sheet=found, lists=LISTS, permissions=mine
    )  # fmt: skip


def _listing(look: Looking, which: str) -> tuple[Listed, ...]:
    declared = look.hosted.organisation.policy()
    if look.visit is None:
        return public_list(declared, which)
    return lists_of(look.hosted.organisation, declared, which, read(look).names)
