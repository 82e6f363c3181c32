"""The parser against the examples of the CommonMark specification 0.31.2 (npm package `commonmark-spec`).

`make test` installs them with npm; elsewhere set COMMONMARK_SPEC to the path of `spec.txt`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from notes_site.content.markdown import commonmark

ROOT = Path(__file__).parent.parent
SPEC = Path(os.environ.get("COMMONMARK_SPEC") or ROOT / "tests/node_modules/commonmark-spec" / "spec.txt")
EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", re.MULTILINE | re.DOTALL)

needs_spec = pytest.mark.skipif(not SPEC.is_file(), reason=f"no {SPEC}: run `npm install commonmark-spec`")


def examples() -> list[tuple[str, str]]:
    """Return the examples, Markdown and HTML. In the file `→` stands for a tab."""
    text = SPEC.read_text(encoding="utf-8").replace("→", "\t") if SPEC.is_file() else ""
    return [(source, html) for source, html in EXAMPLE.findall(text)]


@needs_spec
def test_the_specification_is_the_one_we_mean() -> None:
    assert "version: '0.31.2'" in SPEC.read_text(encoding="utf-8")[:200]
    assert len(examples()) == 652


@pytest.mark.parametrize("number", range(1, 653))
@needs_spec
def test_example(number: int) -> None:
    source, html = EXAMPLES[number - 1]
    assert commonmark(source) == html


@needs_spec
def test_our_dialect_deviates_only_where_the_documentation_says_so() -> None:
    deviating = {n for n, (source, html) in enumerate(EXAMPLES, 1) if commonmark(source, extensions=True) != html}
    section = (ROOT / "docs" / "markdown.md").read_text(encoding="utf-8").partition("## Deviations from CommonMark")[2]
    documented = {int(number) for number in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)}
    assert deviating == documented


EXAMPLES = examples()
