"""Those who work at axle, each by a browser of their own: they sign in to the staff pages, and press what their role is shown."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape

import httpx

from examples.kit.browser import trust

TICKET = re.compile(r"<li>(\S+) (\w*), due")
TASK = re.compile(r'name="task" value="([^"]+)"><label[^>]*>([^<]+)')
CORE = ("/", "/privacy", "/careers", "/register", "/sign-in")
REFUSED = {
    "export": ("NO_MIGRATION_OPTION", "document"),
    "delete": ("ERASURE_IMPOSSIBLE", "impracticable"),
    "correct": ("OTHERS_PRIVACY", "belief harm"),
}
"""Which ground is found for a right, and the papers that it asks for."""
AGREED = (
    "contact_phone", "longer_keeping", "share_event_partner", "hand_over_event_partner", "share_research", "reveal_participation",
    "successor_approval", "cn_pipl.publish",
)  # fmt: skip
"""What a customer is asked to agree to before cases are decided about them."""


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody wants data: what is to be done, and which papers lie on the table."""

    what: str
    asked: Mapping[str, str]
    papers: tuple[str, ...] = ()
    about_nobody: bool = False


def _case(what: str, act: str, data: str, purpose: str, to: str = "", papers: str = "", **more: str) -> Case:
    asked = {"act": act, "data": data, "purpose": purpose, "recipient": to} | more
    return Case(what, asked, tuple(papers.split()), about_nobody=data == "visitor_statistics")


CASES = (
    _case("genuine order", "share", "name email", "compliance", "administrative_body", "order issuer authenticity"),
    _case("order nobody checked", "share", "name email", "compliance", "administrative_body", "order"),
    _case("statute", "use", "name", "compliance", "", "citation"),
    _case("lawsuit before a court", "share", "name email", "compliance", "court", "dispute counsel"),
    _case("lawsuit, our lawyers", "share", "name email", "compliance", "law_firm", "dispute counsel tests"),
    _case("incident reported", "share", "name email", "compliance", "supervisory_authority", "citation approver"),
    _case("buyer without a deal", "transfer", "name email", "account_management", "successor"),
    _case("buyer whom people agreed to", "transfer", "name email", "account_management", "successor", "deal"),
    _case("partner of an event", "share", "name email company_name", "activity_invitations", "event_partner", "tests mechanism",
          place="DE"),
    _case("partner takes an event over", "transfer", "name email", "activity_invitations", "event_partner", "mechanism", place="DE"),
    _case("university", "share", "survey_answers", "rnd_improvement", "university", "tests evidence mechanism", place="DE"),
    _case("named in public", "publish", "name company_name", "survey_participation", "everybody"),
    _case("broken terms, nobody approved", "publish", "name", "account_management", "", "term"),
    _case("broken terms", "publish", "name", "account_management", "", "term approver"),
    _case("in a public register", "share", "name email", "compliance", "administrative_body", "capture necessity reviewer",
          source="public_record"),
    _case("telephone call", "use", "name phone", "contact", message="contact_call"),
    _case("restored without a ticket", "use", "name", "archive_backup"),
    _case("cookie for the hotline", "share", "cookie_id", "site_operation", "hotline", "tests"),
    _case("counts for the statistical office", "share", "visitor_statistics", "free_use", "administrative_body", "evidence"),
)  # fmt: skip


class Staff:
    """Those who work at axle, as their browser sees it: with a name, a password, and a role."""

    def __init__(self, site: str, login: str, password: str) -> None:
        self._http = httpx.Client(
            base_url=site,
            follow_redirects=True,
            timeout=300,
            verify=trust(),
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        self._http.post("/staff/sign-in", data={"login_id": login, "password": password})

    def press(self, path: str, **form: str) -> httpx.Response:
        """Send a form of the staff pages."""
        return self._http.post(path, data=form)

    def look(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._http.get(path)

    def close(self) -> None:
        """Home."""
        self._http.close()


def marketing(site: str) -> Staff:
    """Mei, of the marketing unit."""
    return Staff(site, "mei", "Simulated-gear-1")


def recruiter(site: str) -> Staff:
    """Hans, who reads applications."""
    return Staff(site, "hans", "Simulated-gear-2")


class Head(Staff):
    """Lin, who answers for the house: what people ask, what is decided by hand, and what the house has to show of itself."""

    def __init__(self, site: str) -> None:
        super().__init__(site, "lin", "Simulated-gear-3")
        self._site = site
        self._read: defaultdict[str, list[str]] = defaultdict(list)
        self.done: Counter[str] = Counter()

    def answer_tickets(self) -> None:
        """Answer whoever waits; the first of a kind, and every fourth, is refused where the policy lists a ground."""
        for number, right in TICKET.findall(self.look("/staff/tickets").text):
            if number in self._read[right]:
                continue
            self._read[right].append(number)
            refusal, papers = REFUSED.get(right, ("", ""))
            if refusal and len(self._read[right]) % 4 == 1:
                self._press(
                    f"refused: {right}", "/staff/tickets", number=number, refusal=refusal, papers=papers
                )
        self.press("/staff/tickets", answer="yes")

    def decide(self, login_id: str, cases: Iterable[Case]) -> None:
        """Decide cases about a customer; some are about nobody."""
        for case in cases:
            papers = {name: f"{name} no. 7 of {case.what}" for name in case.papers}
            about = {} if case.about_nobody else {"login_id": login_id}
            self._press(f"case: {case.what}", "/staff/cases", **about, **case.asked, **papers)

    def show_what_is_due(self) -> None:
        """Look at the house, and write down what was seen, for each thing that it has to show."""
        for task, words in TASK.findall(self.look("/staff/tasks").text):
            self._press("shown", "/staff/tasks", task=task, saw=self._seen(unescape(words)))

    def _seen(self, words: str) -> str:
        """What somebody sees who looks: the pages as they come to whoever stores nothing; by hand, whatever no page shows."""
        if not any(one in words for one in ("storage", "cookies", "scope")):
            return f"{words}: looked at by hand, nothing amiss (simulation)."
        with httpx.Client(base_url=self._site, verify=trust()) as stranger:
            pages = {path: stranger.get(path) for path in CORE}
        return "\n".join(
            f"{path}: {one.status_code}, {one.headers.get_list('set-cookie')}" for path, one in pages.items()
        )

    def _press(self, what: str, path: str, **form: str) -> None:
        refused = self.press(path, **form).status_code == httpx.codes.FORBIDDEN
        self.done[f"{what}: refused" if refused else what] += 1
