"""What descriptions, summaries and excerpts are made of."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tests.harness import Site

DESCRIBED = [
    ("## H\n\n```\ncode\n```\n\n| a |\n|---|\n| b |\n\nA *para*.\n\n> A quote.\n\n- item\n", "A para. A quote."),
    ("- one\n- two\n  1. three\n", "one two three"),
    ("Term\n: means this\n", "means this"),
    ("> [!note] Title\n> Body.\n", "Body."),
    ("[![b](x.png)](https://example.org)\n\n![i](a.png)\n\nText.\n", "Text."),
    ("[TOC]\n\n##Heading\n\nText.\n", "Text."),
    ("Text.[^1]\n\n[^1]: A footnote.\n", "Text."),
    ("```\ncode\n```\n", ""),
    ("## Only headings\n\n### And more\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), DESCRIBED)
def test_descriptions_are_made_of_paragraphs(body: str, expected: str, site: Site) -> None:
    site.write("notes-site.toml", 'base_url = "https://example.org"\n')
    site.note("cloud/note.md", body, title="T", date="2018-10-29")
    site.build()
    found = re.search(r'<meta name="description" content="([^"]*)"', site.page("cloud/note.html"))
    assert (found[1] if found else "") == expected
    feed = ET.fromstring(site.page("feed.xml"))
    assert [e.text or "" for e in feed.iter("{http://www.w3.org/2005/Atom}summary")] == [expected]


def test_a_search_excerpt_is_of_one_block(site: Site) -> None:
    site.note(
        "cloud/note.md", "## H\n\nA para\ngraph.\n\n| a | b |\n|--|--|\n| c | d |\n\n```\ncode\nmore\n```\n", title="T"
    )
    site.build()
    assert r'"A para graph.\na\nb\nc\nd\ncode\nmore"' in site.page("search/_cloud/_note.js")
