"""Calls about people: who they are, what is true of them, what they chose; and about recipients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from troth.client.call import Call, Plain, got, nothing, plain, said, told

Facts = Iterable[str]


class People:
    """What a company puts on record about people. Each call has its effect once; a `key` says which calls are the same."""

    @said
    def subject(self, identities: Mapping[str, str], key: str = "") -> Call[str]:
        """The subject with these identities (`email`, `phone`, `device`, `account`, `cookie`), made if there is none."""
        return told("subjects", {"identities": _named(identities)}, lambda found: str(found["subject"]), key)

    @said
    def link(
        self, subject: str, link: Mapping[str, str] | None = None, unlink: Mapping[str, str] | None = None, key: str = "",
    ) -> Call[None]:  # fmt: skip
        """Let identities lead to a subject, or lead there no more. Raises Problem where one leads to somebody else."""
        body = {"link": _named(link or {}), "unlink": _named(unlink or {})}
        return told(f"subjects/{quote(subject)}/identities", body, nothing, key)

    @said
    def facts_of(self, subject: str) -> Call[Plain]:
        """The facts on record about a subject, and the policy that binds it."""
        return got(f"subjects/{quote(subject)}", plain)

    @said
    def set_facts(
        self, subject: str, set: Facts = (), clear: Facts = (), *, language: str = "", rendered: str = "", key: str = ""
    ) -> Call[None]:  # fmt: skip
        """Record what became true of a subject; of a notice shown, its language and the digest of what was shown."""
        body = {"set": list(set), "clear": list(clear), "language": language, "rendered": rendered}
        return told(f"subjects/{quote(subject)}/facts", _given(body), nothing, key)

    @said
    def accept(self, subject: str, kind: str, policy: str, language: str, key: str = "") -> Call[None]:
        """An acceptance of a policy version: `deemed`, `explicit` or `declined`."""
        body = {"kind": kind, "policy": policy, "language": language}
        return told(f"subjects/{quote(subject)}/acceptance", body, nothing, key)

    @said
    def consent(
        self, subject: str, item: str, act: str, *, kind: str = "", notice: str = "", language: str = "", key: str = ""
    ) -> Call[int]:  # fmt: skip
        """A consent `given`, `refused` or `withdrawn`, of the kind the person's act had; the number of its entry."""
        body = {"subject": subject, "item": item, "act": act, "kind": kind, "notice": notice}
        return told("consents", _given(body | {"language": language}), _number, key)

    @said
    def objection(self, subject: str, objection: str, act: str, key: str = "") -> Call[int]:
        """An objection `raised` or `lifted`, in force when this returns; the number of its entry."""
        return told("objections", {"subject": subject, "objection": objection, "act": act}, _number, key)

    @said
    def receipt(self, sequence: int, subject: str) -> Call[Plain]:
        """The receipt of an act of this person, with its proof once there is one: what to hand them."""
        return got(f"receipts/{sequence}?{urlencode({'subject': subject})}", plain)

    @said
    def recipient(
        self, recipient: str, facts: Facts, *, until: str = "", stake: float | None = None, key: str = ""
    ) -> Call[None]:
        """Put on record what is known about a recipient."""
        body = {"facts": list(facts)} | _given({"until": until})
        more = {} if stake is None else {"stake": stake}
        return told(f"recipients/{quote(recipient)}/facts", body | more, nothing, key)


def _named(identities: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value} for kind, value in identities.items()]


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, without what is left open."""
    return {name: value for name, value in body.items() if value}


def _number(found: Plain) -> int:
    return int(found.get("sequence", 0))
