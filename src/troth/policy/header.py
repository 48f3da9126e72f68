"""The header of a policy: whose it is, which version, which texts, which regimes, and which reading is enforced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from troth.policy import terms as t
from troth.policy import vocabulary as v
from troth.policy.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first lines of `policy.yaml`."""

    policy: str = term(t.ref("policy"), "the id of the policy", required=True)
    organisation: dict[str, str] = term(t.labels(), "whose policy it is", required=True)
    version: str = term(t.text(), "the version of these statements", required=True)
    texts: tuple[str, ...] = term(
        t.texts(), "files of the published texts, one a language; the first is authoritative", required=True
    )
    languages: tuple[str, ...] = term(t.words(v.LANGUAGES), "the language of each text, in the same order")
    home: tuple[str, ...] = term(t.words(v.REGIONS), "where the organisation is at home")
    calendar: str = term(t.text(), "the calendar that counts its working days")
    regimes: tuple[str, ...] = term(t.texts(), "regime packs that apply, as ID or `ID for CLASS`")
    enforced: str = term(t.word(v.READING_NAMES), "the reading this organisation enforces")
    released: date | None = term(t.day(), "date of release")
    effective: date | None = term(t.day(), "date of effect")
    simulation: bool = term(t.flag(), "an invented company: every page says so")
    about: dict[str, str] = term(t.labels(), "one line for the board")
