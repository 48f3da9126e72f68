"""The file that says where a site lives: read whole, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cookies.kit import EXAMPLES, declared
from troth.app.config import Home
from troth.app.site import read_site, site_of
from troth.cookies import Site, SiteUnreadable, is_declared

CATALOGUE = declared("harbour", "with_regimes").catalogue
WHOLE = """origins = ["https://www.harbour.example", "http://127.0.0.1:8080"]
domain = "harbour.example"
policy = "/privacy"
[items]
harbour_basket = "basket_cookie"
"_b*" = "site_beacon"
"""


def test_a_whole_file() -> None:
    site = read_site(WHOLE, CATALOGUE)
    assert site.origins == ("https://www.harbour.example", "http://127.0.0.1:8080")
    assert (site.domain, site.policy) == ("harbour.example", "/privacy")
    assert dict(site.names) == {"harbour_basket": "basket_cookie", "_b*": "site_beacon"}
    assert is_declared(site, "_b17")
    assert is_declared(site, "troth_choice")
    assert not is_declared(site, "harbour_baskets")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("origins = [", "TOML"), ('origin = "x"', "unknown"), ('origins = ["https://a.example/path"]', "origin"),
        ('origins = ["*"]', "origin"), ('origins = [""]', "origin"), ("origins = [7]", "origin"),
        ('domain = "a.example; secure"', "domain"), ('policy = "javascript:alert(1)"', "policy"),
        ('[items]\n_ga = "analytics_cookie"', "analytics_cookie"), ('[items]\n"a b" = "basket_cookie"', "name"),
        ('[items]\n"*" = "basket_cookie"', "name"), ('items = "x"', "table"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_has_to_be_is_refused(text: str, word: str) -> None:
    with pytest.raises(SiteUnreadable, match=word):
        read_site(text, CATALOGUE)


def test_an_installation_may_have_a_file_of_its_own(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert "harbour_visit" in site_of(home, EXAMPLES / "harbour", "harbour", CATALOGUE).names
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "harbour.toml").write_text('policy = "/here"')
    assert site_of(home, EXAMPLES / "harbour", "harbour", CATALOGUE).policy == "/here"
    assert site_of(home, EXAMPLES / "counter", "counter", CATALOGUE) == Site()
    (tmp_path / "sites" / "harbour.toml").write_bytes(b"\xff")
    with pytest.raises(SiteUnreadable):
        site_of(home, EXAMPLES / "harbour", "harbour", CATALOGUE)
