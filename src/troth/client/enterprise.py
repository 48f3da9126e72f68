"""Calls of a company that works for enterprises: who belongs to which of them, and calls that are recorded for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from troth.client.call import Call, Plain, asked, plain, said, sent
from troth.client.model import Question


class EnterpriseCalls:
    """Memberships of tenants, and recordings that begin where every condition is met and end where one ceases to be."""

    @said
    def join_tenant(
        self, subject: str, tenant: str, role: str = "member", *, on: Iterable[str] = ()
    ) -> Call[dict[str, str]]:
        """Record that somebody belongs to a tenant as `member` or `administrator`, for whom it has these functions on; what they are in
        which tenant."""
        return _roles("members", {"subject": subject, "tenant": tenant, "role": role, "on": list(on)})

    @said
    def leave_tenant(self, subject: str, tenant: str, *, off: Iterable[str] = ()) -> Call[dict[str, str]]:
        """Record that somebody left a tenant: its administrators act for them no more, and what it switched on for them is off, as are
        these functions. Raises Problem where they never belonged."""
        return _roles("members/gone", {"subject": subject, "tenant": tenant, "off": list(off)})

    @said
    def begin_recording(self, subject: str, question: Question) -> Call[Plain]:
        """Ask before a call is recorded: the answer of the gate, and `recording`, which is None where a condition is not met."""
        body = question.as_json()
        kept = {name: body[name] for name in ("data", "purpose", "via", "papers") if name in body}
        return sent("recordings", {"subject": subject} | kept, plain)

    @said
    def recording(self, id: str) -> Call[Plain]:
        """Whether a recording may go on: `going` turns false, with what is missing, as soon as a condition ceases to be met."""
        return asked(f"recordings/{quote(id)}", {}, plain)

    @said
    def end_recording(self, id: str) -> Call[Plain]:
        """The call is over."""
        return sent(f"recordings/{quote(id)}/end", {}, plain)


def _roles(path: str, body: Mapping[str, Any]) -> Call[dict[str, str]]:
    return sent(f"tenants/{path}", body, lambda found: dict(found["tenants"]))
