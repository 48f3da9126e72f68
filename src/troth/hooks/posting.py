"""One POST to somebody else's machine, as `troth.post.web` makes it: to a public address alone, unless an operator says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troth.post.web import Forbidden, Resolve, allowed, exchange, public

__all__ = ["Answered", "Forbidden", "Resolve", "allowed", "post", "public"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it: the status, 0 where there was none, and why in a word."""

    status: int
    trouble: str = ""

    @property
    def taken(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether nobody is there any more: nothing is to be sent again."""
        return self.status == 410


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, inside: bool = False, resolve: Resolve | None = None
) -> Answered:
    """Send a body once; redirects are not followed. Raises Forbidden."""
    said = {"content-type": "application/json", **headers}
    reply = exchange("POST", url, body, said, inside=inside, resolve=resolve)
    return Answered(reply.status, reply.trouble)
