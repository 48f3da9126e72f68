"""The notice people can read as one file: no style sheet, no picture, no script beside it, so that it can be kept and printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from jinja2 import Environment, PackageLoader, StrictUndefined

from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.clauses import cut
from troth.policy.compile import FORMATS
from troth.web.centre.notice import sheet_of
from troth.web.centre.policy import tag_of
from troth.web.centre.rights import contacts_of, routes_of
from troth.web.layout import lay_out
from troth.web.lexicon import lexicon
from troth.web.plainly import Plainly
from troth.web.speech import LANGUAGES, label, speaker


def document(bundle: Bundle, texts: Mapping[str, str], language: str) -> str:
    """The notice of a version, and below it the published text in this language, or the authoritative one, word for word."""
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    catalogue = Catalogue.of(bundle)
    say, header = Plainly(catalogue, spoken), bundle.header
    text = next((one for one in bundle.texts if one.language == language), None) or next(
        one for one in bundle.texts if one.authoritative
    )
    found = cut(texts[text.file], format=FORMATS[PurePath(text.file).suffix.lower()], language=text.language)
    made = Environment(
        loader=PackageLoader("troth.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    page: str = made.get_template("notice_printed.html").render(
        t=speaker(spoken), words=lexicon(spoken), language=spoken, say=say, sheet=sheet_of(bundle.digest, spoken, catalogue),
        rights=routes_of(say, catalogue), contacts=contacts_of(say, catalogue, ("officer", "contact")),
        outside=contacts_of(say, catalogue, ("authority",)), header=header, digest=bundle.digest,
        name=label(header.organisation, spoken, header.policy), blocks=lay_out(found, ()), tag=tag_of, text=text,
    )  # fmt: skip
    return page
