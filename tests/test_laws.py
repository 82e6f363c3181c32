"""The laws of the build, over any sequence of edits."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from notes_site.config.project import theme
from tests.harness import Site

pytestmark = pytest.mark.slow

NAMES = st.sampled_from(["one", "two", "three", "Four five", "sechs-ü"])
AREAS = st.sampled_from(["", "cloud", "docker", "Big Data"])
TITLES = st.sampled_from(["Video: Why?", "Lab", "A & B", "Ünï <code>", "QwikLab: S3"])
BODIES = st.sampled_from(
    [
        "",
        "Plain text.\n",
        "# A heading\n\nSee [one](../cloud/one.md) and [two](two.md#steps).\n",
        "## Steps\n\n```python\nprint(1)\n```\n\n![pic](pic.svg)\n",
        "[[Lab]] and [gone](nowhere.md), [file](data.csv)\n\n> [!NOTE]\n> Text\n",
        "A footnote[^1].\n\n[^1]: Here.\n",
    ]
)
LEVELS = st.sampled_from(["", "beginner", "Intermediate"])


class Edits(RuleBasedStateMachine):
    """Edits of a site, each followed by a build; see the invariants for the laws."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.site = Site(self.folder / "site")
        self.drafts = False
        self.foreign: set[str] = set()

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        self.site.write("notes-site.toml", 'title = "Course"\n')
        self.site.note("cloud/one.md", "Text.\n", title="One", time="30 min")

    def notes(self) -> list[Path]:
        return sorted((self.site.root / "content").rglob("*.md"))

    @rule(area=AREAS, name=NAMES, title=TITLES, body=BODIES, level=LEVELS, draft=st.booleans())
    def create(self, area: str, name: str, title: str, body: str, level: str, draft: bool) -> None:
        more = {"level": level} if level else {}
        folder = f"{area}/" if area else ""
        self.site.note(f"{folder}{name}.md", body, title=title, draft=draft, time="10", tags=[title, "all"], **more)

    @precondition(lambda self: self.notes())
    @rule(data=st.data(), body=BODIES)
    def edit_body(self, data: st.DataObject, body: str) -> None:
        note = data.draw(st.sampled_from(self.notes()))
        front = note.read_text().split("---\n")[1]
        note.write_text(f"---\n{front}---\n{body}")

    @precondition(lambda self: self.notes())
    @rule(data=st.data(), title=TITLES)
    def edit_title(self, data: st.DataObject, title: str) -> None:
        note = data.draw(st.sampled_from(self.notes()))
        lines = note.read_text().splitlines(keepends=True)
        note.write_text("".join(f'title: "{title}"\n' if line.startswith("title") else line for line in lines))

    @precondition(lambda self: self.notes())
    @rule(data=st.data())
    def toggle_draft(self, data: st.DataObject) -> None:
        note = data.draw(st.sampled_from(self.notes()))
        text = note.read_text()
        swapped = text.replace("draft: true", "draft: #").replace("draft: false", "draft: true")
        note.write_text(swapped.replace("draft: #", "draft: false"))

    @precondition(lambda self: self.notes())
    @rule(data=st.data(), area=AREAS, name=NAMES)
    def rename(self, data: st.DataObject, area: str, name: str) -> None:
        note = data.draw(st.sampled_from(self.notes()))
        target = self.site.root / "content" / area / f"{name}.md"
        target.parent.mkdir(exist_ok=True)
        note.rename(target)

    @precondition(lambda self: self.notes())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.notes())).unlink()

    @rule(area=AREAS, text=st.sampled_from(["<svg/>", "<svg></svg>"]), name=st.sampled_from(["pic.svg", "data.csv"]))
    def attach(self, area: str, text: str, name: str) -> None:
        self.site.write(f"content/{area}/{name}" if area else f"content/{name}", text)

    @rule(text=st.sampled_from(["<p>own</p>", '{% extends "default/404.html" %}', '{% include "more.html" %}']))
    def change_template(self, text: str) -> None:
        self.site.write("templates/404.html", text)
        self.site.write("templates/more.html", "<p>more</p>")

    @rule()
    def drop_templates(self) -> None:
        shutil.rmtree(self.site.root / "templates", ignore_errors=True)

    @rule(name=st.sampled_from(["robots.txt", "css/mine.css", "img/a.png"]), text=st.sampled_from(["a", "b {}\n"]))
    def change_static(self, name: str, text: str) -> None:
        self.site.write(f"static/{name}", text)

    @rule(
        lines=st.sampled_from(
            ['title = "Other"', 'base_url = "https://example.org/x"', 'levels = ["Beginner", "Intermediate", "Expert"]']
        )
    )
    def change_config(self, lines: str) -> None:
        self.site.write("notes-site.toml", lines + "\n")

    @rule()
    def toggle_drafts_flag(self) -> None:
        self.drafts = not self.drafts

    @rule()
    def lose_cache(self) -> None:
        shutil.rmtree(self.site.root / ".notes-site", ignore_errors=True)

    @rule(data=st.data(), text=st.sampled_from([None, "spoiled"]))
    def spoil_output(self, data: st.DataObject, text: str | None) -> None:
        files = sorted(p for p in self.site.output.rglob("*") if p.is_file() and ".notes-site" not in p.parts)
        if files:
            chosen = data.draw(st.sampled_from(files))
            if chosen.name not in self.foreign:
                chosen.unlink() if text is None else chosen.write_text(text)

    @rule(name=st.sampled_from(["CNAME", "mine.txt"]))
    def put_foreign(self, name: str) -> None:
        if self.site.output.exists():
            (self.site.output / name).write_text("not ours")
            self.foreign.add(name)

    @invariant()
    def incremental_equals_clean(self) -> None:
        before = self.site.published()
        report = self.site.build(drafts=self.drafts)
        shutil.rmtree(self.folder / "clean", ignore_errors=True)
        clean = self.site.clean_build(self.folder / "clean" / "out", drafts=self.drafts)
        published = self.site.published()
        foreign = {name: published.pop(name) for name in self.foreign}
        assert set(foreign.values()) <= {b"not ours"}  # law 5
        if report.published:
            assert published == clean  # law 1
            again = self.site.build(drafts=self.drafts)
            assert (again.written, again.removed, again.diagnostics) == (0, 0, report.diagnostics)  # law 2
        else:
            assert clean == {}
            assert published == {name: data for name, data in before.items() if name not in self.foreign}


TestEdits = Edits.TestCase
TestEdits.settings = settings(settings.get_profile("default"), max_examples=12, stateful_step_count=12)


def without_sources(files: dict[str, bytes]) -> dict[str, object]:
    """The record says from which bytes a site was built."""
    record = json.loads(files[".notes-site/build.json"])
    return {**files, ".notes-site/build.json": {**record, "sources": None}}


@settings(max_examples=15)
@given(body=BODIES, bom=st.booleans(), crlf=st.booleans(), final=st.booleans())
def test_line_ends_bom_and_final_newline_change_nothing(body: str, bom: bool, crlf: bool, final: bool) -> None:
    """Law 3."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "site")
        text = f"---\ntitle: One\nsummary: >\n  two\n  lines\n---\n{body}"
        site.write("content/cloud/one.md", text)
        plain = site.clean_build(Path(folder) / "plain")
        data = text if final else text.rstrip("\n")
        data = data.replace("\n", "\r\n") if crlf else data
        site.write("content/cloud/one.md", ("\ufeff" if bom else "") + data)
        other = site.clean_build(Path(folder) / "other")
        assert without_sources(other) == without_sources(plain)


def test_theme_is_found() -> None:
    assert (theme() / "templates" / "base.html").is_file()
