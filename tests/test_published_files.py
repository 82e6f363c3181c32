"""Attachments, static files and the logo are published without their metadata, and the originals stay as they are."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from notes_site.base.digest import digest
from notes_site.base.paths import Origin
from notes_site.metadata import ByteSource, edited, examine
from notes_site.storage.output import look, write_cleaned
from notes_site.storage.record import OutputFile, owned_files
from tests import browser, photos
from tests.harness import Site, codes
from tests.photos import SECRET
from tests.serving import Serving
from tests.test_startup import loaded_by

pytestmark = pytest.mark.slow

PHOTO = photos.jpeg()
IN_ARCHIVE = b"PK\3\4" + PHOTO


def clean(data: bytes) -> bytes:
    source = ByteSource(io.BytesIO(data))
    return b"".join(edited(source, examine(source).edits))


@pytest.fixture
def course(site: Site) -> Site:
    """A site with photos in all places where one can be."""
    site.write("notes-site.toml", '[theme]\nlogo = "logo.png"\n')
    site.note("cloud/vm.md", "![A rack](rack.jpg) [the film](film.mp4) ![[drawn.svg]]\n", title="VM", time="1h")
    site.write("content/cloud/rack.jpg", PHOTO)
    site.write("content/cloud/film.mp4", photos.film())
    site.write("content/cloud/drawn.svg", photos.SVG)
    site.write("content/cloud/unused.jpg", PHOTO)
    site.write("static/logo.png", photos.png())
    site.write("static/team/lab.webp", photos.webp())
    return site


def test_metadata_is_published_nowhere(course: Site) -> None:
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    report = course.build()
    assert report.published
    assert "leak" not in codes(report)
    assert not [path for path, data in course.published().items() if SECRET in data]
    assert {path: path.read_bytes() for path in before} == before
    assert course.published()["team/lab.webp"] == clean(photos.webp())


def test_names_and_records_are_those_of_what_is_published(course: Site) -> None:
    course.build()
    name = f"cloud/rack.{digest(clean(PHOTO))[:8]}.jpg"
    assert name.removeprefix("cloud/") in course.page("cloud/vm.html")
    record = owned_files(course.output)
    assert record[name] == OutputFile(digest(clean(PHOTO)), "asset", True, Origin("content", "cloud/rack.jpg"))
    assert {path: file.digest for path, file in record.items()} == {
        path: digest(data) for path, data in course.published().items() if path in record
    }


def test_a_file_that_tells_nothing_is_copied_as_it_is(site: Site) -> None:
    plain = photos.saved(photos.picture(), "PNG")
    for name, data in {"a.png": plain, "data.csv": b"a,b\n", "b.bin": bytes(range(256)), "empty.jpg": b""}.items():
        site.write(f"static/{name}", data)
    site.build()
    assert {name: site.published()[name] for name in ("a.png", "data.csv", "b.bin", "empty.jpg")} == {
        "a.png": plain, "data.csv": b"a,b\n", "b.bin": bytes(range(256)), "empty.jpg": b"",
    }  # fmt: skip


def test_a_photo_is_looked_at_once(course: Site) -> None:
    assert "notes_site.metadata" in loaded_by("notes-site build", course.root)
    first = course.published()
    course.note("cloud/vm.md", "![A rack](rack.jpg) [the film](film.mp4) ![[drawn.svg]] Now.\n", title="VM", time="1h")
    assert "notes_site.metadata" not in loaded_by("notes-site build", course.root)
    assert course.published().keys() == first.keys()
    assert course.published() == course.clean_build(course.root.parent / "clean")


def test_more_metadata_changes_nothing_that_is_published(course: Site) -> None:
    course.build()
    at = PHOTO.index(b"\xff\xe1")
    course.write("content/cloud/rack.jpg", PHOTO[:at] + photos.segment(0xFE, b"more " + SECRET) + PHOTO[at:])
    report = course.build()
    assert (report.written, report.removed) == (0, 0)


def test_an_output_that_was_replaced_by_the_original_is_mended(course: Site) -> None:
    course.build()
    output = course.output / "team/lab.webp"
    output.write_bytes(photos.webp())
    course.build()
    assert output.read_bytes() == clean(photos.webp())


def test_a_place_that_stays_is_a_leak(site: Site) -> None:
    site.note("cloud/vm.md", "[All photos](all.zip)\n", title="VM", time="1h")
    site.write("content/cloud/all.zip", IN_ARCHIVE)
    site.write("content/cloud/unused.zip", IN_ARCHIVE + b"2")
    site.write("static/raw.dng", b"\0" + photos.exif())
    report = site.build()
    assert report.published
    leaks = [d for d in report.diagnostics if d.code == "leak"]
    assert [(d.path, d.severity) for d in leaks] == [
        ("content/cloud/all.zip", "warning"),
        ("static/raw.dng", "warning"),
    ]
    assert "the place where it was taken" in leaks[0].message
    assert site.published()["cloud/all.zip"] == IN_ARCHIVE
    assert codes(site.build()).count("leak") == 2
    mark = digest(IN_ARCHIVE)[:12]
    assert f'"{mark}"' in leaks[0].hint
    site.write("notes-site.toml", f'[leaks]\nallow = ["{mark}"]\n')
    assert [d.path for d in site.build().diagnostics if d.code == "leak"] == ["static/raw.dng"]


def test_deploy_stops_where_a_place_stays(site: Site) -> None:
    site.note("cloud/vm.md", "[All photos](all.zip)\n", title="VM", time="1h")
    site.write("content/cloud/all.zip", IN_ARCHIVE)
    site.build()
    done = site.run("deploy", str(site.root.parent / "target"), "--yes")
    assert done.returncode == 1
    assert "leak" in done.stderr + done.stdout


def test_the_preview_shows_what_is_published(course: Site) -> None:
    course.build()
    with Serving(course.root) as preview:
        for path in ("team/lab.webp", f"cloud/rack.{digest(clean(PHOTO))[:8]}.jpg", "cloud/film.mp4"):
            assert preview.client.get(path).content == course.published()[path]
        part = preview.client.get("cloud/film.mp4", headers={"Range": "bytes=8-15"})
        assert part.content == course.published()["cloud/film.mp4"][8:16]
        course.write("static/team/lab.webp", photos.webp(lossless=True))
        assert preview.client.get("team/lab.webp").content == clean(photos.webp(lossless=True))


def test_a_large_film_is_not_held_in_memory(site: Site) -> None:
    large = photos.film() + photos.box(b"mdat", bytes(30 << 20)) + photos.box(b"udta", SECRET * 1_000_000)
    film = site.write("static/large.mp4", large)
    copy = film.with_name("copy.mp4")
    tracemalloc.start()
    try:
        look(film)
        with film.open("rb") as opened:
            write_cleaned(opened, copy)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert SECRET not in copy.read_bytes()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as found:
        yield found


@pytest.mark.xdist_group("images-browser")
def test_a_browser_turns_photos_as_before(chromium: Browser, tmp_path: Path) -> None:
    sizes = "[...document.images].map(image => [image.naturalWidth, image.naturalHeight])"
    made: dict[str, Callable[..., bytes]] = {"jpg": photos.jpeg, "png": photos.png, "webp": photos.webp}
    for name, make in made.items():
        (tmp_path / f"old.{name}").write_bytes(make(orientation=6))
        (tmp_path / f"new.{name}").write_bytes(clean(make(orientation=6)))
    shown = "".join(f"<img src=old.{name}><img src=new.{name}>" for name in made)
    (tmp_path / "page.html").write_text(shown)
    with browser.windows(chromium) as open_window:
        found = open_window().open((tmp_path / "page.html").as_uri()).evaluate(sizes)
    assert found[0::2] == found[1::2]
    assert found[0] == [32, 48]
    with Image.open(tmp_path / "new.jpg") as image:
        assert image.size == (48, 32)
