"""`notes-site import PLAN.md --plan`: planned notes with estimates, and estimates for the notes there are."""

from __future__ import annotations

import json

import pytest

from notes_site.readme.importer.plan import address, with_estimate
from tests.harness import REPO, Site
from tests.test_import import run

PLAN = (REPO / "tests" / "plans" / "weaving.md").read_text(encoding="utf-8")


def test_a_plan_becomes_planned_notes(site: Site) -> None:
    site.write("PLAN.md", PLAN)
    result = run(site, "PLAN.md", "--plan")
    assert result.exit_code == 0
    written = {
        p.relative_to(site.root / "content").as_posix(): p.read_text() for p in site.root.rglob("content/*/*.md")
    }
    assert set(written) == {
        "looms/index.md", "looms/the-parts-of-a-loom.md", "looms/warping.md", "looms/broken-threads.md",
        "dyes/index.md", "dyes/madder.md",
    }  # fmt: skip
    home = (site.root / "content/index.md").read_text()
    assert home.endswith("\n---\n# Weaving, autumn term\n\n" + PLAN.split("\n")[2] + "\n")
    assert written["looms/warping.md"].startswith(
        "---\ntitle: Warping\nlevel: Beginner\nlink: https://example.org/warping\nestimate: 1 h 30 min\norder: 2\n"
    )
    assert "level: Intermediate" in written["looms/broken-threads.md"]
    assert site.build().published
    again = run(site, "PLAN.md", "--plan")
    assert "not written" not in again.output
    assert "0 new" in again.output


def test_what_a_plan_says_for_files_that_are_there_is_told_of(site: Site) -> None:
    source = PLAN.replace("## Dyes\n", "## Dyes\n\nMind the fumes.\n").replace(
        "1h 30 min\n", "1h 30 min\n\n  With wool.\n"
    )
    site.write("PLAN.md", source)
    mine = site.write("content/index.md", "My own words.\n")
    site.note("dyes/index.md", "Colours.\n", title="Dyes")
    site.note("x/warp.md", "Text\n", link="https://example.org/warping")
    shown = run(site, "PLAN.md", "--plan", "--dry-run").stdout
    expected = [(1, 3, "index.md"), (10, 12, "x/warp.md"), (19, 20, "dyes/index.md")]
    lines = [f"lines {a}-{b} are not written: {path} is there already" for a, b, path in expected]
    assert shown.split("\n\n")[1] == "\n".join(lines) + "\n"
    result = run(site, "PLAN.md", "--plan", "--json")
    remainder = json.loads(result.stdout)["remainder"]
    assert remainder == [{"line": a, "end_line": b, "path": path, "written": False} for a, b, path in expected]
    assert "PLAN.md: lines 1-3 are not written: content/index.md is there already" in result.stderr.replace("\\", "/")
    assert mine.read_text() == "My own words.\n"
    assert site.build().published


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_notes_with_the_same_link_get_the_estimate_and_keep_every_other_byte(end: str, site: Site) -> None:
    site.write("PLAN.md", PLAN)
    before = f'---{end}title: "My loom"{end}# mine{end}link: http://www.example.org/loom/#top{end}---{end}Text'
    mine = site.write("content/x/loom.md", "\ufeff" + before)
    result = run(site, "PLAN.md", "--plan")
    assert "estimate filled in: content/x/loom.md" in result.stderr.replace("\\", "/")
    assert mine.read_bytes().decode() == "\ufeff" + before.replace(f"#top{end}", f"#top{end}estimate: 30 min{end}")
    assert not (site.root / "content/looms/the-parts-of-a-loom.md").exists()
    again = run(site, "PLAN.md", "--plan")
    assert "has its estimate already: content/x/loom.md" in again.stderr.replace("\\", "/")
    assert "0 new" in again.output


def test_another_estimate_stays(site: Site) -> None:
    site.write("PLAN.md", PLAN)
    mine = site.note("x/loom.md", "Text\n", link="https://example.org/loom", estimate="2 h")
    before = mine.read_bytes()
    result = run(site, "PLAN.md", "--plan", "--json")
    assert mine.read_bytes() == before
    assert {"line": 9, "path": "x/loom.md", "estimate": 30, "what": "kept"} in json.loads(result.stdout)["estimates"]


def test_a_dry_run_of_a_plan_writes_nothing(site: Site) -> None:
    site.write("PLAN.md", PLAN)
    mine = site.note("x/loom.md", "Text\n", link="https://example.org/loom")
    before = mine.read_bytes()
    result = run(site, "PLAN.md", "--plan", "--dry-run", "--json")
    assert mine.read_bytes() == before
    assert [p.name for p in site.root.rglob("content/**/*.md")] == ["loom.md"]
    first = json.loads(result.stdout)["notes"][0]
    assert (first["time"], first["estimate"]) == (None, 30)


def test_an_empty_estimate_is_filled_in_place() -> None:
    assert with_estimate(b"---\nestimate:\ntitle: x\n---\n", 45) == b"---\nestimate: 45 min\ntitle: x\n---\n"
    assert with_estimate(b"No front matter\n", 45) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://Example.org/a/", "https://www.example.org/a#x", True),
        ("https://e.org/a?x=1&utm_source=y", "https://e.org/a?x=1", True),
        ("https://e.org:443/a", "https://e.org/a", True),
        ("https://e.org/a?x=1", "https://e.org/a?x=2", False),
        ("https://e.org/A", "https://e.org/a", False),
        ("https://e.org:8000/a", "https://e.org/a", False),
    ],
)
def test_addresses_are_compared_sensibly(one: str, other: str, same: bool) -> None:
    assert (address(one) == address(other)) is same
