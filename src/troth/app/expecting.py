"""What a probe may find, where it is spoken of in the words of a policy and of the files beside it."""

from __future__ import annotations

from pathlib import Path

from troth.app.site import FILE as SITE
from troth.app.site import read_site
from troth.cookies import OWN
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category
from troth.probes import digest_of


def allowed(folder: Path, catalogue: Catalogue, what: str, key: str) -> frozenset[str]:
    """`fields_of` a statement: the columns of the categories it names; `purposes_of` it: the aims it names; `regions_of` it: where
    data may lie; `items_of site`: what a browser may be given to keep, by name; `words_of` a language: the digest of the published
    text in it.

    Raises LookupError for what nobody declared, SiteUnreadable.
    """
    if what == "items_of" and key == "site":
        return frozenset(read_site(_text(folder / SITE), catalogue).names) | {OWN}
    if what == "words_of":
        return frozenset({digest_of(_text(folder / "text" / f"{key}.md"))})
    statement = catalogue.by_key(key)
    if statement is None or what not in ("fields_of", "purposes_of", "regions_of"):
        raise LookupError(f"{what} {key}")
    if what == "purposes_of":
        return catalogue.expand("purpose", getattr(statement, "purposes", ()))
    if what == "regions_of":
        return frozenset(getattr(statement, "regions", ()))
    named = getattr(statement, "data", ())
    covered = [c for c in catalogue.all(Category) if catalogue.covers(named, c.id)]
    return frozenset(field for category in covered for field in category.fields)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise LookupError(path.name) from None
