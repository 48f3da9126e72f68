"""Calls of a company that works for enterprises: who belongs to which of them, and calls that are recorded for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from troth.client.connection import Connection
from troth.client.model import Question


class EnterpriseCalls(Connection):
    """Memberships of tenants, and recordings that begin where every condition is met and end where one ceases to be."""

    def join_tenant(self, subject: str, tenant: str, role: str = "member") -> dict[str, str]:
        """Record that somebody belongs to a tenant as `member` or `administrator`; what they are in which tenant."""
        return self._roles("members", {"subject": subject, "tenant": tenant, "role": role})

    def leave_tenant(self, subject: str, tenant: str) -> dict[str, str]:
        """Record that somebody left a tenant: its administrators act for them no more. Raises Problem where they never belonged."""
        return self._roles("members/gone", {"subject": subject, "tenant": tenant})

    def begin_recording(self, subject: str, question: Question) -> dict[str, Any]:
        """Ask before a call is recorded: the answer of the gate, and `recording`, which is None where a condition is not met."""
        said = question.as_json()
        sent = {name: said[name] for name in ("data", "purpose", "via", "papers") if name in said}
        return self._post("recordings", {"subject": subject} | sent)

    def recording(self, id: str) -> dict[str, Any]:
        """Whether a recording may go on: `going` turns false, with what is missing, as soon as a condition ceases to be met."""
        return self._post(f"recordings/{quote(id)}", {})

    def end_recording(self, id: str) -> dict[str, Any]:
        """The call is over."""
        return self._post(f"recordings/{quote(id)}/end", {})

    def _roles(self, path: str, said: Mapping[str, str]) -> dict[str, str]:
        return dict(self._post(f"tenants/{path}", said)["tenants"])
