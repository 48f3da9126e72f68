"""Calls about notices: as they read at a form, shown to somebody, and what came in under them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from troth.client.connection import Connection
from troth.client.model import NoticeText, Submitted


class NoticeCalls(Connection):
    """What a company says to show a notice before it asks, and to bind what comes in to the words that were shown."""

    def notices_at(self, point: str, language: str = "en") -> tuple[NoticeText, ...]:
        """The notices that must have been shown before a form takes anything, word for word."""
        found = self._get(f"points/{quote(point)}/notices?{urlencode({'language': language})}")
        return tuple(map(NoticeText.of, found["notices"]))

    def notice(self, notice: str, language: str = "en") -> NoticeText:
        """A notice by its id, word for word. Raises Problem where none is declared."""
        return NoticeText.of(
            {"level": ""} | self._get(f"notices/{quote(notice)}?{urlencode({'language': language})}")
        )

    def show(
        self, subject: str, notice: NoticeText, *, point: str = "", interface: str = "web", key: str = ""
    ) -> int:
        """Record that somebody was shown these words, at a form; the number of its entry."""
        said = {
            "subject": subject,
            "notice": notice.notice,
            "language": notice.language,
            "rendered": notice.rendered,
        }
        sent = said | {"interface": interface, "point": point}
        return int(self._post("displays", sent, key)["sequence"])

    def shown_text(self, rendered: str) -> NoticeText:
        """The exact words that somebody was shown under a digest. Raises Problem where nobody was."""
        return NoticeText.of({"level": ""} | self._get(f"texts/{quote(rendered, safe='')}"))

    def submit(
        self, subject: str, point: str, fields: Iterable[str], versions: Mapping[str, str], key: str = ""
    ) -> Submitted:
        """Bind what came in by a form to the notices it came in under, or hear what is missing. No value is told, only names."""
        said = {"subject": subject, "point": point, "fields": list(fields), "versions": dict(versions)}
        return Submitted.of(self._post("submissions", said, key))
