"""Which part of a file a preview sends (RFC 9110, 14)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.serve import preview as engine
from notes_site.serve.preview import Preview
from notes_site.serve.responses import requested_range
from tests.harness import Site
from tests.serving import Serving, until
from tests.test_serve_laws import clean_build, previewed

pytestmark = pytest.mark.slow

WHOLE = None
NOTHING = range(0)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", range(1)), ("bytes=4-9", range(4, 10)), ("bytes=4-", range(4, 10)), ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)), ("bytes=9-99", range(9, 10)), ("BYTES=0-1", range(2)), (" bytes= 0-1 ", range(2)),
        ("bytes=10-", NOTHING), ("bytes=99-100", NOTHING), ("bytes=-0", NOTHING),
        ("", WHOLE), ("items=0-1", WHOLE), ("bytes", WHOLE), ("bytes=", WHOLE), ("bytes=-", WHOLE),
        ("bytes=a-b", WHOLE), ("bytes=5-4", WHOLE), ("bytes=0-1,3-4", WHOLE), ("bytes=0-1,", WHOLE),
        ("bytes=--1", WHOLE),
        ("bytes=1.5-2", WHOLE), ("bytes=0x1-2", WHOLE), ("bytes=+1-2", WHOLE), ("bytes=1_0-20", WHOLE),
        ("bytes=\u0661-\u0662", WHOLE), ("0-1", WHOLE), ("bytes:0-1", WHOLE), ("bytes=0-" + "9" * 5000, WHOLE),
    ],
)  # fmt: skip
def test_part_that_is_asked_for(asked: str, part: range | None) -> None:
    assert requested_range(10, asked) == part


@given(st.integers(0, 40), st.one_of(st.text(), st.from_regex(r"bytes=\d{0,3}-\d{0,3}")))
def test_part_lies_in_the_file(size: int, asked: str) -> None:
    part = requested_range(size, asked)
    assert part is None or (not part and part.start == 0) or 0 <= part.start < part.stop <= size


@pytest.fixture
def course(site: Site) -> Site:
    site.note("cloud/one.md", "Text. [data](data.csv)\n", title="One")
    site.write("content/cloud/data.csv", bytes(range(256)) * 4096)
    site.write("static/empty.bin", b"")
    return site


def test_what_is_no_range_is_answered_with_all(course: Site) -> None:
    data = (course.root / "content/cloud/data.csv").read_bytes()
    with Serving(course.root) as preview:
        for asked in ("items=0-1", "bytes=abc", "bytes=5-4", "bytes=0-1,5-9", "nonsense"):
            answer = preview.get("cloud/data.csv", {"Range": asked})
            assert (answer.status_code, answer.content == data) == (200, True), asked
        for asked, start, end in (("bytes=700000-", 700_000, len(data)), ("bytes=-5", len(data) - 5, len(data))):
            answer = preview.get("cloud/data.csv", {"Range": asked})
            assert (answer.status_code, answer.content == data[start:end]) == (206, True), asked
            assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(data)}"
        answer = preview.get("cloud/data.csv", {"Range": f"bytes={len(data)}-"})
        assert (answer.status_code, answer.content) == (416, b"")
        assert answer.headers["content-range"] == f"bytes */{len(data)}"
        assert preview.get("empty.bin").content == b""
        assert preview.get("empty.bin", {"Range": "bytes=0-"}).status_code == 416


def test_file_that_is_exchanged_is_never_another(course: Site, tmp_path: Path) -> None:
    """While it is asked for, another process puts a link to a secret in its place and takes it away again."""
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"SECRET" * 1000)
    file = course.write("static/data.txt", b"public " * 1000)
    (tmp_path / "kept").write_bytes(file.read_bytes())
    swap = (
        "import os, sys\nfile, kept, secret = sys.argv[1:]\nwhile True:\n"
        "    os.symlink(secret, file + '.new'); os.replace(file + '.new', file)\n"
        "    os.link(kept, file + '.new'); os.replace(file + '.new', file)\n"
    )
    with Serving(course.root) as preview:
        assert preview.get("data.txt").content == (tmp_path / "kept").read_bytes()
        other = subprocess.Popen([sys.executable, "-c", swap, file, tmp_path / "kept", secret])
        try:
            until = time.monotonic() + 3
            seen = set[bytes]()
            while time.monotonic() < until:
                answer = preview.get("data.txt")
                seen.add(answer.content[:6] if answer.status_code == 200 else b"")
        finally:
            other.kill()
            other.wait()
    assert b"SECRET" not in seen
    assert b"public" in seen


def test_what_was_opened_is_what_was_looked_at(course: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    data = course.root / "content/cloud/data.csv"
    with closing(Preview(course.project)) as preview:
        path = next(path for path in preview.outputs if path.endswith(".csv"))
        answer = preview.render(path)
        file = preview.open_file(answer)
        assert file
        before = data.read_bytes()
        data.unlink()
        data.symlink_to(secret)
        with file:
            assert file.read() == before
        assert preview.open_file(answer) is None
        data.unlink()
        os.mkfifo(data)
        assert preview.open_file(answer) is None


def test_a_file_is_sent_whole_when_its_stamp_is_not_known(course: Site) -> None:
    """It was too young to vouch for its bytes, or touched since."""
    data = course.root / "content/cloud/data.csv"
    with closing(Preview(course.project)) as preview:
        answer = preview.render(next(path for path in preview.outputs if path.endswith(".csv")))
        os.utime(data, (1, 1))
        file = preview.open_file(answer)
        assert file
        with file:
            assert file.read() == data.read_bytes() != b""


def test_project_that_is_away_is_shown_as_it_was(course: Site) -> None:
    pages = ("", "cloud/one.html", "tags.html", "nowhere.html")
    with Serving(course.root) as preview:
        before = {path: (preview.get(path).status_code, preview.page(path)) for path in pages}
        away = course.root.rename(course.root.with_name("away"))
        for _ in range(3):
            assert {path: (preview.get(path).status_code, preview.page(path)) for path in pages} == before
        assert len(re.findall("is not there: the last good site is shown", preview.said)) == 1
        assert "error" not in preview.said
        away.rename(course.root)
        course.note("cloud/one.md", "Text, back again.\n", title="One")
        until(lambda: b"back again" in preview.page("cloud/one.html"))


@pytest.fixture
def linked(site: Site) -> Site:
    """Note nine shows the title of note one."""
    site.note("cloud/one.md", "Text.\n", title="Old title")
    site.note("cloud/nine.md", "Old text.\n", title="Nine")
    return site


def edit_both(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="New title")
    site.note("cloud/nine.md", "New text.\n", title="Nine")


def test_an_answer_does_not_mix_two_states(linked: Site) -> None:
    """The watcher, which looks twice a second, has told of neither file."""
    with Serving(linked.root, "--poll") as preview:
        assert b"Old title" in preview.page("cloud/nine.html")
        edit_both(linked)
        page = preview.page("cloud/nine.html")
    assert b"New text." in page
    assert b"New title" in page
    assert b"Old title" not in page


def test_what_goes_on_changing_is_shown_as_it_was(linked: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Preview(linked.project)) as preview:
        before = preview.render("cloud/nine.html").data
        edit_both(linked)
        numbers = iter(range(1000))
        monkeypatch.setattr(engine, "stamps_now", lambda *_: {"content:cloud/nine.md": str(next(numbers))})
        assert preview.catch_up(final=True)
        assert preview.render("cloud/nine.html").data == before
        monkeypatch.undo()
        assert preview.catch_up(final=True)
        assert b"New title" in (preview.render("cloud/nine.html").data or b"")


def test_an_answer_does_not_mix_new_text_with_old_settings(linked: Site) -> None:
    linked.write("notes-site.toml", 'title = "Old site"\n')
    with Serving(linked.root, "--poll") as preview:
        assert b"Old site" in preview.page("cloud/nine.html")
        linked.write("notes-site.toml", 'title = "New site"\n')
        edit_both(linked)
        page = preview.page("cloud/nine.html")
    assert b"New text." in page
    assert b"New site" in page
    assert b"Old site" not in page


def test_settings_are_found_without_being_told(linked: Site, tmp_path: Path) -> None:
    with closing(Preview(linked.project)) as preview:
        for number, text in enumerate(('title = "One"\n', 'title = "Two"\ncontent = "docs"\n')):
            linked.write("notes-site.toml", text)
            linked.note(f"{'docs' if number else 'cloud'}/more.md", "Text.\n", title="More")
            if number:
                (linked.root / "content").rename(linked.root / "docs")
            assert preview.catch_up(final=True)
            assert previewed(preview) == clean_build(linked, tmp_path / f"clean{number}")[1]
        (linked.root / "notes-site.toml").unlink()
        (linked.root / "docs").rename(linked.root / "content")
        assert preview.catch_up(final=True)
        assert previewed(preview) == clean_build(linked, tmp_path / "clean")[1]


def test_all_that_changed_is_found_without_being_told(linked: Site, tmp_path: Path) -> None:
    with closing(Preview(linked.project)) as preview:
        edit_both(linked)
        linked.note("docker/new.md", "Text.\n", title="New")
        linked.write("templates/404.html", "<p>mine</p>")
        linked.write("static/data.txt", "text")
        assert preview.catch_up(final=True)
        assert previewed(preview) == clean_build(linked, tmp_path / "clean")[1]
        (linked.root / "content/cloud/one.md").unlink()
        (linked.root / "templates/404.html").unlink()
        assert preview.catch_up(final=True)
        assert previewed(preview) == clean_build(linked, tmp_path / "clean")[1]
