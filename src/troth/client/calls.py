"""The calls, one method each, over connections that are kept. Threads may share a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from troth.client.accounts import AccountCalls
from troth.client.enterprise import EnterpriseCalls
from troth.client.mail import MailCalls
from troth.client.model import Answer, Question
from troth.client.notices import NoticeCalls

Facts = Iterable[str]


class Client(AccountCalls, EnterpriseCalls, MailCalls, NoticeCalls):
    """Speaks for one organisation. `timeout` is how many seconds an answer may take before it counts as away."""

    # -- asking -------------------------------------------------------------------------------------------------

    def peek(self, subject: str | None, question: Question) -> Answer:
        """Advice; recorded nowhere."""
        return Answer.of(self._post("peek", {"subject": subject} | question.as_json()))

    def use(self, subject: str | None, question: Question, key: str = "") -> Answer:
        """Ask before collecting, using or storing; what was answered is on record."""
        return Answer.of(self._post("use", {"subject": subject} | question.as_json(), key))

    def release(self, subject: str | None, question: Question, key: str = "") -> Answer:
        """Ask before sharing, transferring or publishing; the record is durable before the answer is here."""
        return Answer.of(self._post("release", {"subject": subject} | question.as_json(), key))

    def ask_request(self, right: str, ground: str, papers: Mapping[str, str]) -> dict[str, Any]:
        """What is to be said to a person's request; recorded nowhere."""
        return self._post("requests/ask", {"right": right, "ground": ground, "papers": dict(papers)})

    # -- people -------------------------------------------------------------------------------------------------

    def subject(self, identities: Mapping[str, str]) -> str:
        """The subject with these identities (`email`, `phone`, `device`, `account`, `cookie`), made if there is none."""
        named = [{"kind": kind, "value": value} for kind, value in identities.items()]
        return str(self._post("subjects", {"identities": named})["subject"])

    def link(self, subject: str, identities: Mapping[str, str]) -> None:
        """Let further identities lead to a subject. Raises Problem where one leads to somebody else."""
        named = [{"kind": kind, "value": value} for kind, value in identities.items()]
        self._post(f"subjects/{quote(subject)}/identities", {"link": named})

    def facts_of(self, subject: str) -> dict[str, Any]:
        """The facts on record about a subject, and the policy that binds it."""
        return self._get(f"subjects/{quote(subject)}")

    def set_facts(
        self, subject: str, set: Facts = (), clear: Facts = (), *, language: str = "", rendered: str = ""
    ) -> None:
        """Record what became true of a subject; of a notice shown, its language and the digest of what was shown."""
        said = {"set": list(set), "clear": list(clear), "language": language, "rendered": rendered}
        self._post(f"subjects/{quote(subject)}/facts", {k: v for k, v in said.items() if v})

    def accept(self, subject: str, kind: str, policy: str, language: str) -> None:
        """An acceptance of a policy version: `deemed`, `explicit` or `declined`."""
        self._post(
            f"subjects/{quote(subject)}/acceptance", {"kind": kind, "policy": policy, "language": language}
        )

    def consent(
        self, subject: str, item: str, act: str, *, kind: str = "", notice: str = "", language: str = ""
    ) -> int:
        """A consent `given`, `refused` or `withdrawn`, of the kind the person's act had; the number of its entry."""
        said = {"subject": subject, "item": item, "act": act, "kind": kind, "notice": notice}
        sent = {k: v for k, v in (said | {"language": language}).items() if v}
        return int(self._post("consents", sent).get("sequence", 0))

    def objection(self, subject: str, objection: str, act: str) -> int:
        """An objection `raised` or `lifted`, in force when this returns; the number of its entry."""
        sent = {"subject": subject, "objection": objection, "act": act}
        return int(self._post("objections", sent).get("sequence", 0))

    def receipt(self, sequence: int, subject: str) -> dict[str, Any]:
        """The receipt of an act of this person, with its proof once there is one: what to hand them."""
        return self._get(f"receipts/{sequence}?{urlencode({'subject': subject})}")

    def recipient(self, recipient: str, facts: Facts, *, until: str = "", stake: float | None = None) -> None:
        """Put on record what is known about a recipient."""
        said: dict[str, Any] = {"facts": list(facts)} | ({"until": until} if until else {})
        self._post(f"recipients/{quote(recipient)}/facts", said | ({} if stake is None else {"stake": stake}))

    # -- what was seen, and reading -----------------------------------------------------------------------------

    def probe(
        self, probe: str, passed: bool, statements: Iterable[str], seen: Iterable[object], looked_at: str
    ) -> None:
        """Report a look into a store."""
        said = {"probe": probe, "passed": passed, "statements": list(statements), "seen": list(seen)}
        self._post("probes", said | {"looked_at": looked_at})

    def observed(self, acts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Report acts that were seen outside the gate."""
        return self._post("observed", {"acts": [dict(act) for act in acts]})

    def policy(self) -> dict[str, Any]:
        """The policy in force, with its digest."""
        return self._get("policy")

    def promises(self, clause: str = "") -> dict[str, Any]:
        """The board, or one clause of it."""
        return self._get(f"promises/{quote(clause, safe='')}" if clause else "promises")

    def evidence(self, after: int = 0, kind: str = "") -> dict[str, Any]:
        """Events after a sequence number."""
        return self._get(f"evidence?{urlencode({'after': after, 'kind': kind})}")
