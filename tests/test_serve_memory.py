"""What a preview holds on to, counted: a day of edits must not fill the memory."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from notes_site.serve import app as apps
from notes_site.serve import preview as engine
from notes_site.serve.app import App
from notes_site.serve.preview import Preview
from tests.harness import Site
from tests.test_serve_laws import clean_build, previewed

pytestmark = pytest.mark.slow

NOTES = 8
EDITS = 40


@pytest.fixture
def course(site: Site) -> Site:
    for number in range(NOTES):
        write(site, number, "Text", f"Note {number}")
    return site


@pytest.fixture
def preview(course: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preview]:
    monkeypatch.setattr(engine, "_SPARE", 20)
    with closing(Preview(course.project)) as opened:
        yield opened


def write(site: Site, number: int, text: str, title: str) -> Path:
    return site.note(f"area/n{number}.md", f"{text} {number}\n", title=title, time="5 min")


def held(preview: Preview) -> int:
    return preview._cache.held


@pytest.mark.parametrize("what", ["text", "title", "a new note", "with an error elsewhere"])
def test_old_texts_are_let_go_of(course: Site, preview: Preview, tmp_path: Path, what: str) -> None:
    if what == "with an error elsewhere":
        preview.refresh([course.note("area/n7.md", "", title="Seven", time="ten")], final=True)
    for number in range(EDITS):
        file = write(course, 0, f"Edit {number}", f"Title {number}" if what == "title" else "Note 0")
        preview.refresh([file], final=True)
        if what == "a new note":
            extra = write(course, 100 + number, "New", "New")
            preview.refresh([extra], final=True)
            extra.unlink()
            preview.refresh([extra], final=True)
        preview.render("area/n0.html"), preview.render("search/entry.js")
        assert held(preview) <= 4 * NOTES + engine._SPARE
    if what == "with an error elsewhere":
        preview.refresh([write(course, 7, "Mended", "Seven")], final=True)
    assert previewed(preview) == clean_build(course, tmp_path / "clean")[1]


@pytest.mark.parametrize("what", ["text", "title"])
def test_what_is_needed_stays(course: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Also when it is looked for at every edit, with an error, and with an edit while there is one."""
    monkeypatch.setattr(engine, "_SPARE", 0)
    with closing(Preview(course.project)) as preview:
        good = previewed(preview)
        file = write(course, 0, "Edited", "Title" if what == "title" else "Note 0")
        preview.refresh([file], final=True)
        edited = previewed(preview)
        assert edited == clean_build(course, tmp_path / "clean")[1] != good
        preview.refresh([course.note("area/n0.md", "", title="Zero", time="ten")], final=True)
        assert previewed(preview) == edited
        preview.refresh([write(course, 1, "Edited", "One")], final=True)
        assert previewed(preview) == edited
        preview.reload()
        assert previewed(preview) == edited
        preview.refresh([file := write(course, 0, "Mended", "Note 0")], final=True)
        assert previewed(preview) == clean_build(course, tmp_path / "clean")[1]
        file.unlink()
        preview.refresh([file], final=True)
        assert previewed(preview) == clean_build(course, tmp_path / "clean")[1]


def test_memory_is_freed_though_nobody_pauses(course: Site, preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "_BUSY", 0.3)
    app = App(preview, origin="http://localhost", say=lambda line: None)
    kept = []

    async def edit_without_a_pause() -> None:
        for number in range(EDITS):
            preview.refresh([write(course, 0, "Text", f"Title {number}")], final=True)
            previewed(preview)
            kept.append(gc.get_freeze_count())  # objects that the collector is kept away from
            app.rest()
            await asyncio.sleep(0.01)

    asyncio.run(edit_without_a_pause())
    assert any(later < earlier for earlier, later in pairwise(kept))
