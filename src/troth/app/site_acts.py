"""What a visitor of a site does by the banner: one transaction for the choice and for every act the policy ties to it.

A yes gives consents and switches on what can be closed; a no refuses or withdraws them, and raises the objections that the
policy has for what runs until somebody objects. Each is its own event beside the choice itself.
"""

from __future__ import annotations

import re
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.cookies import Choice, ChoiceUnreadable, Made, Mode, Said, Site
from troth.cookies.evidence import safe_name
from troth.cookies.rules import ACCEPTED
from troth.decide.model import Question
from troth.gate import ObservedAct, Seen
from troth.kernel.ids import SubjectId, parse
from troth.policies import Declared
from troth.policy.model import Notice
from troth.subjects import Act

VISITOR: Final = re.compile(r"[0-9a-f]{32}")


def choose(organisation: Organisation, visitor: str, policy: str, said: Said, site: Site) -> dict[str, Any]:
    """Put a visitor's choice on record with all it means; the same choice again changes nothing.

    `visitor` is the random identity that the visitor's browser made when the choice was made (32 hexadecimal digits).
    Raises ChoiceUnreadable, InterfaceUnknown, PolicyUnknown, SubjectErased.
    """
    if not VISITOR.fullmatch(visitor):
        raise ChoiceUnreadable("A choice names no visitor.", "Send 32 hexadecimal digits, made at random.")
    return organisation.act(lambda acts: _choose(organisation, acts, visitor, policy, said, site))


def _choose(
    organisation: Organisation, acts: Acts, visitor: str, policy: str, said: Said, site: Site
) -> dict[str, Any]:
    declared, cookies = acts.declared(policy), organisation.cookies
    plan = cookies.checked(declared, site, said)
    subject = str(acts.open_subject([("cookie", visitor)]).subject)
    before = cookies.last_of(acts.work, subject)
    act = Act(parse(SubjectId, subject), acts.at, acts.origin, declared.digest)
    recorded = cookies.record(acts.work, act, declared, site, said)
    if not recorded.again:
        _show(acts, declared, subject, {one for choice in plan.choices for one in choice.shows}, said)
        for choice in plan.choices:
            _carry_out(acts, declared, subject, choice, said, before)
        _accept(acts, declared, subject, [one for one in plan.choices if one.id in said.on], said, before)
    return {"recorded": recorded.sequence, "again": recorded.again, "on": sorted(said.on)}


def _show(acts: Acts, declared: Declared, subject: str, shown: set[str], said: Said) -> None:
    """The notices that the banner shows or leads to, each in a language it exists in."""
    for fact in sorted(shown):
        notice = declared.catalogue.get(Notice, fact.removeprefix("shown:"))
        assert notice is not None
        language = _spoken(notice.languages, said.language)
        acts.set_facts(
            subject, set=[fact], language=language, rendered=said.interface, policy=declared.digest
        )


def _carry_out(
    acts: Acts, declared: Declared, subject: str, choice: Choice, said: Said, before: Made | None
) -> None:
    """One choice: consents, what can be closed, objections. Only what moves is recorded."""
    on = choice.id in said.on
    was = before is not None and choice.id in before.said.on
    if choice.mode is Mode.SHUT or (before is not None and was == on and before.policy == declared.digest):
        return
    for fact in (*choice.gives, *(one for one in choice.rests if one.startswith("consent:"))):
        family, _, name = fact.partition(":")
        if family == "allowed":
            acts.set_facts(
                subject, set=[fact] if on else (), clear=() if on else [fact], policy=declared.digest
            )
        elif on or fact in choice.gives or was:
            _consent(
                acts, declared, subject, name, "given" if on else "withdrawn" if was else "refused", said
            )
    if choice.mode in (Mode.OPEN, Mode.NECESSARY):
        for objection in choice.stops:
            if not on or (before is not None and not was):
                acts.object(subject, objection, raised=not on, policy=declared.digest)


def _consent(acts: Acts, declared: Declared, subject: str, item: str, word: str, said: Said) -> None:
    """A press of a button is a clear act: it counts as an explicit yes also where a deemed one would do."""
    found = declared.consent(item)
    languages = declared.notice(found.notice).languages if found.notice else ()
    kind = "explicit" if found.what == "deemed" else found.what
    acts.consent(
        subject, item, word, kind=kind if word == "given" else "", language=_spoken(languages, said.language),
        rendered=said.interface, policy=declared.digest,
    )  # fmt: skip


def _accept(
    acts: Acts, declared: Declared, subject: str, on: list[Choice], said: Said, before: Made | None
) -> None:
    """Where the enforced reading takes going on for acceptance, a first yes is that much; it is recorded as deemed, no more."""
    first = before is None or before.policy != declared.digest or not before.said.on
    if first and any(ACCEPTED in one.rests and one.mode is not Mode.NECESSARY for one in on):
        acts.accept(subject, "deemed", language=said.language, policy=declared.digest)


def _spoken(languages: tuple[str, ...], language: str) -> str:
    return language if not languages or language in languages else languages[0]


def note_signal(organisation: Organisation) -> bool:
    """Put on record that a signal such as Global Privacy Control came and is honoured, once a day; whether it was the first."""
    version, now = organisation.policy(), organisation.clock.now()
    with organisation.database.read() as connection:
        if organisation.cookies.signalled(connection, version, now):
            return False
    return organisation.act(
        lambda acts: organisation.cookies.signal(acts.work, version, acts.at, acts.origin)
    )


def meet(organisation: Organisation, site: Site, what: str, name: str, refused: bool) -> bool:
    """Put on record that a browser met an item nobody declared; whether that was new today.

    One that was kept out is a refused attempt. One that lay there already is an act that was seen: no purpose, no data and no
    point of it are declared, so the gate judges it a breach, on the word of a visitor's browser (the weakest grade).
    Raises ChoiceUnreadable.
    """
    version = organisation.policy()

    def do(acts: Acts) -> bool:
        new = organisation.cookies.stranger(
            acts.work, version, site, what, name, refused, acts.at, acts.origin
        )
        if new and not refused:
            seen = Seen(f"site {what} {safe_name(name)}", "attestation")
            acts.observe([ObservedAct(Question("collect", (), "", via=safe_name(name)), None, acts.at, seen)])
        return new

    return organisation.act(do)
