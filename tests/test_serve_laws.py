"""What you preview is what you publish: after any sequence of edits every output equals that of a clean build."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from notes_site.base.diagnostics import Diagnostic
from notes_site.build.build import Options, build
from notes_site.build.report import Report
from notes_site.serve.preview import Preview
from notes_site.serve.responses import RenderedOutput
from notes_site.storage.cache import Cache
from notes_site.storage.files import STATE
from tests.harness import Site, published
from tests.test_laws import Edits

pytestmark = pytest.mark.slow


def previewed(preview: Preview) -> dict[str, bytes]:
    """The bytes of every output."""
    answers = [preview.render(path) for path in preview.outputs]
    assert not any(answer.error for answer in answers)
    return {a.path: _sent(preview, a) for a in answers}


def _sent(preview: Preview, answer: RenderedOutput) -> bytes:
    if answer.file is None:
        return answer.data or b""
    file = preview.open_file(answer)
    assert file
    with file:
        file.seek(0)
        return file.read()


def clean_build(site: Site, folder: Path, **options: object) -> tuple[Report, dict[str, bytes]]:
    """A build without any cache: its report, and what it published."""
    shutil.rmtree(folder, ignore_errors=True)
    cache = Cache(folder / "no-cache" / "cache.db")
    try:
        report = build(site.project, Options(output=str(folder / "out"), **options), cache)  # type: ignore[arg-type]
    finally:
        cache.close()
    return report, without_record(published(folder / "out"))


def without_record(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if not path.startswith(f"{STATE}/")}


def counted(report: Report) -> tuple[Diagnostic, ...]:
    return tuple(d for d in report.diagnostics if d.severity != "note")


class Previews(Edits):
    """Edits of a site, each told to one preview that stays; see the invariant for the law."""

    def __init__(self) -> None:
        super().__init__()
        self.preview: Preview | None = None
        self.files: dict[Path, bytes] = {}
        self.last: dict[str, bytes] | None = None

    def teardown(self) -> None:
        if self.preview:
            self.preview.close()
        super().teardown()

    def inputs(self) -> dict[Path, bytes]:
        found = (p for p in self.site.root.rglob("*") if p.is_file() and STATE not in p.parts)
        return {path: path.read_bytes() for path in found}

    @initialize()
    def start(self) -> None:
        self.preview, self.files = Preview(self.site.project), self.inputs()

    # What concerns the publish folder is no move here.
    def spoil_output(self) -> None:
        """No rule."""

    def put_foreign(self) -> None:
        """No rule."""

    @rule()
    def toggle_drafts_flag(self) -> None:
        self.drafts = not self.drafts
        if self.preview:
            self.preview.close()
        self.preview, self.last = Preview(self.site.project, drafts=self.drafts), None

    @precondition(lambda self: self.notes())
    @rule(data=st.data(), text=st.sampled_from(["Another line.\n\n", "## A new heading\n\n", "[away](gone.md)\n\n"]))
    def put_on_top(self, data: st.DataObject, text: str) -> None:
        note = data.draw(st.sampled_from(self.notes()))
        _, front, body = note.read_text().split("---\n", 2)
        note.write_text(f"---\n{front}---\n{text}{body}")

    @precondition(lambda self: self.notes())
    @rule(data=st.data())
    def break_front_matter(self, data: st.DataObject) -> None:
        note = data.draw(st.sampled_from(self.notes()))
        text = note.read_text()
        note.write_text(text.replace("\ntime:", "\ntime: ten\nbefore:") if "\nbefore:" not in text else text)

    @rule()
    def mend_front_matter(self) -> None:
        for note in self.notes():
            note.write_text(note.read_text().replace("\ntime: ten\nbefore:", "\ntime:"))

    @rule()
    def have_a_rest(self) -> None:
        assert self.preview
        self.preview.tidy()

    @rule()
    def doubt(self) -> None:
        assert self.preview
        self.files = self.inputs()
        self.preview.reload()

    @invariant()
    def incremental_equals_clean(self) -> None:
        if not self.preview:
            return
        now = self.inputs()
        changed = [path for path in {**self.files, **now} if self.files.get(path) != now.get(path)]
        self.files = now
        if not self.preview.refresh(changed):
            assert self.preview.refresh(changed, final=True)
        report, clean = clean_build(self.site, self.folder / "clean", drafts=self.drafts)
        if report.published:
            assert previewed(self.preview) == clean
            self.last = clean
        elif self.last is not None:
            assert previewed(self.preview) == self.last  # the last good site
        self.preview.settle()
        problems = self.preview.problems
        assert self.preview.show(problems) == self.preview.show(d._replace(text="") for d in counted(report))
        if report.published:
            assert previewed(self.preview) == clean


TestPreviews = Previews.TestCase
TestPreviews.settings = settings(settings.get_profile("default"), max_examples=12, stateful_step_count=12)


class ManyPreviews(Previews):
    """The same, longer."""


TestManyPreviews = pytest.mark.full(ManyPreviews.TestCase)
TestManyPreviews.settings = settings(settings.get_profile("default"), max_examples=15, stateful_step_count=20)
