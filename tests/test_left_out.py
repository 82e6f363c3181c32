"""What stays at home, and what is published though its date has not come."""

from __future__ import annotations

import pytest

from tests.harness import Site, codes


@pytest.mark.parametrize(
    "folder", ["_drafts", "_Draft", ".trash", ".obsidian", "#recycle", "@eaDir", "_templates", "node_modules"]
)
@pytest.mark.parametrize("above", ["", "cloud/"])
def test_folders_that_stay_at_home(above: str, folder: str, site: Site) -> None:
    site.note("cloud/shown.md", "Text.\n")
    site.note(f"{above}{folder}/hidden.md", "Quokka.\n", title="Quokka")
    report = site.build()
    left = [(d.severity, d.path) for d in report.diagnostics if d.code == "left-out"]
    assert left == [("note", f"content/{above}{folder}")]
    assert not [path for path, data in site.published().items() if b"uokka" in data]


def test_a_date_in_the_future_is_told_of(site: Site) -> None:
    site.note("cloud/later.md", "Text.\n", publishDate="2199-01-01")
    site.note("cloud/planned.md", "Text.\n", date="2199-01-01", status="planned")
    site.note("cloud/past.md", "Text.\n", date="2018-10-29")
    told = [(d.severity, d.path, d.line) for d in site.build().diagnostics if d.code == "future-date"]
    assert told == [("note", "content/cloud/later.md", 2)]
    assert "future-date" in codes(site.build(today="2018-01-01"))
    assert [d.path for d in site.build(today="2018-01-01").diagnostics if d.code == "future-date"] == [
        "content/cloud/later.md", "content/cloud/past.md",
    ]  # fmt: skip
