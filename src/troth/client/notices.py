"""Calls about notices: as they read at a form, shown to somebody, and what came in under them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from troth.client.call import Call, Plain, got, said, told
from troth.client.model import NoticeText, Submitted


class NoticeCalls:
    """What a company says to show a notice before it asks, and to bind what comes in to the words that were shown."""

    @said
    def notices_at(self, point: str, language: str = "en") -> Call[tuple[NoticeText, ...]]:
        """The notices that must have been shown before a form takes anything, word for word."""
        return got(f"points/{quote(point)}/notices?{urlencode({'language': language})}", _notices)

    @said
    def notice(self, notice: str, language: str = "en") -> Call[NoticeText]:
        """A notice by its id, word for word. Raises Problem where none is declared."""
        return got(f"notices/{quote(notice)}?{urlencode({'language': language})}", _notice)

    @said
    def show(
        self, subject: str, notice: NoticeText, *, point: str = "", interface: str = "web", key: str = ""
    ) -> Call[int]:
        """Record that somebody was shown these words, at a form; the number of its entry."""
        what = {"subject": subject, "notice": notice.notice, "language": notice.language}
        how = {"rendered": notice.rendered, "interface": interface, "point": point}
        return told("displays", what | how, lambda found: int(found["sequence"]), key)

    @said
    def shown_text(self, rendered: str) -> Call[NoticeText]:
        """The exact words that somebody was shown under a digest. Raises Problem where nobody was."""
        return got(f"texts/{quote(rendered, safe='')}", _notice)

    @said
    def submit(
        self, subject: str, point: str, fields: Iterable[str], versions: Mapping[str, str], key: str = ""
    ) -> Call[Submitted]:
        """Bind what came in by a form to the notices it came in under, or hear what is missing. No value is told, only names."""
        body = {"subject": subject, "point": point, "fields": list(fields), "versions": dict(versions)}
        return told("submissions", body, Submitted.of, key)


def _notice(found: Plain) -> NoticeText:
    return NoticeText.of({"level": ""} | found)


def _notices(found: Plain) -> tuple[NoticeText, ...]:
    return tuple(map(NoticeText.of, found["notices"]))
