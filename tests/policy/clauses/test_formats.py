"""Markdown and pasted HTML: what a reader sees is cut, the markup belongs to the tiling."""

from __future__ import annotations

from troth.policy.clauses import Cut, Kind, cut

MARKDOWN = """---
title: 9. never read
---
# The *Plain* Shop

<!-- 1.9 nobody reads
this -->
Hello **there**, see [our page](https://x.example/1.2.3) &amp; more.

- one
- two
  - two deep

  still two

## 1. What we *collect*

We collect
your name, as
3.2 says.

| What | Why |
|------|-----|
| name | to \\| greet |

**1.1** We share:

- (a) with A;
- (b) with B.

```
2. code is no clause
```

## Your rights

1\\. escaped
"""

HTML = """<html><head><title>9. no</title><style>p{}</style></head><body>
<h1>Shop</h1><p>Hello &amp; more<br>second&nbsp;line</p>
<h2>1. Collect</h2><ol><li>name<li>mail<ul><li>work<li>home</ul></ol>
<p>1.9 We use: (a) this one here, and (b) that one here. Then more.</p>
<table><tr><th>Perm</th><th>Why</th></tr><tr><td><p>Camera</p></td><td>photos</td></tr></table>
<script>var x = "<p>5. no</p>"</script>
<h2>2. Share</h2><ol type="a" start="2"><li><p>partners</p><p>more</p></li><li>police</li></ol>
<p style="display: none">hidden <b>too</b></p><!-- 3. no --></body></html>"""


def cut_whole(text: str, format: str) -> Cut:
    made = cut(text, format=format)
    assert made.joined() == text
    return made


def test_markdown_is_cut_as_it_reads() -> None:
    made = cut_whole(MARKDOWN, "markdown").by_address()
    assert list(made) == [
        "Title", "Intro¶1", "Intro¶1•1", "Intro¶1•2", "Intro¶1•2•1", "Intro¶1•2¶1",
        "1", "1¶1", "1¶1|1", "1¶1|2", "1.1", "1.1(a)", "1.1(b)", "1.1¶1", "your-rights", "your-rights.1",
    ]  # fmt: skip
    assert made["Title"].text == "The Plain Shop"
    assert made["Intro¶1"].text == "Hello there, see our page & more."
    assert made["1"].title == "What we collect"
    assert made["1¶1"].text == "We collect your name, as 3.2 says."
    assert (made["1¶1|2"].text, made["1¶1|2"].kind) == ("name | to | greet", Kind.ROW)
    assert made["1.1¶1"].kind is Kind.CODE


def test_nothing_a_markdown_reader_does_not_see_is_content() -> None:
    text = (
        "Shown.<!-- gone 1 --> Also <b>shown</b>.\n\n<!-- a\n\n1. hidden\n\nb --> Tail.\n\n***\n\n[//]: x\n"
    )
    made = cut_whole(text, "markdown")
    assert [c.text for c in made.clauses][:2] == ["Shown. Also shown.", "Tail."]
    assert not any("hidden" in c.text for c in made.clauses)


def test_markdown_headings_nest_and_stay_beneath_their_number() -> None:
    made = cut_whole(
        "## 5. Rights\n\n### (6) Answers\n\nNot when:\n\n1. harm;\n2. secret.\n\n### Routes\n\nBy mail.\n",
        "markdown",
    )
    assert [c.address for c in made.clauses] == [
        "5",
        "5(6)",
        "5(6)¶1",
        "5(6)1",
        "5(6)2",
        "5§routes",
        "5§routes¶1",
    ]


def test_lists_under_different_headings_do_not_collide() -> None:
    made = cut_whole("# T\n\n## Why\n\n1. a;\n2. b.\n\n## How\n\n1. c;\n", "markdown")
    assert [c.address for c in made.clauses] == ["Title", "why", "why.1", "why.2", "how", "how.1"]


def test_underlined_headings_and_quotes_are_read() -> None:
    made = cut_whole("Shop\n====\n\nScope\n-----\n\n> quoted\n> text\n", "markdown")
    assert [(c.address, c.text) for c in made.clauses] == [
        ("Title", "Shop"),
        ("scope", "Scope"),
        ("scope¶1", "quoted text"),
    ]


def test_html_is_cut_as_it_reads() -> None:
    made = cut_whole(HTML, "html").by_address()
    assert list(made) == [
        "Title", "Intro¶1", "Intro¶2", "1", "1.1", "1.2", "1.2•1", "1.2•2", "1.9", "1.9(a)", "1.9(b)", "1.9¶1",
        "1.9|1", "1.9|2", "2", "2(b)", "2(b)¶1", "2(c)",
    ]  # fmt: skip
    assert made["Intro¶1"].text == "Hello & more"
    assert made["Intro¶2"].text == "second line"
    assert made["1.9|2"].text == "Camera | photos"
    assert made["2(b)"].number == "b."
    assert not any(
        word in c.text for c in made.values() for word in ("no", "hidden", "too") if c.text.split() == [word]
    )


def test_broken_html_is_read_as_far_as_it_goes() -> None:
    for text in (
        "<p>one<p>two <b>three",
        "a < b and c > d",
        "<![CDATA[x]] <p>one",
        "<p>one<!-- never closed",
        "<a <a <a",
        "</p>x</ul>",
    ):
        made = cut_whole(text, "html")
        assert made.clauses


def test_the_same_words_have_the_same_digest_in_every_format() -> None:
    text = cut("1. Data\nWe take your name.\n")
    markdown = cut("## 1. Data\n\nWe take\n*your* name.\n", format="markdown")
    markup = cut("<h2>1. Data</h2><p>We take <b>your</b>\nname.</p>", format="html")
    assert {tuple(c.digest for c in made.clauses) for made in (text, markdown, markup)} == {
        tuple(c.digest for c in text.clauses)
    }
