"""The preview as people meet it: a real process, real sockets. What it shows is what a build publishes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest

from benchmarks.generate import write_course
from tests.harness import REPO, Site
from tests.serving import Serving, message, stripped, until
from tests.test_serve_laws import clean_build

NOTE = "---\ntitle: {}\ntime: 30 min\n---\n{}\n"


def save(path: Path, text: str) -> None:
    """Write as careful editors do: beside the file, then in its place."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text)
    os.replace(beside, path)


def everything(preview: Serving, paths: dict[str, bytes]) -> dict[str, bytes]:
    return {path: preview.page(quote(path)) for path in paths}


def compare(preview: Serving, site: Site, folder: Path, **options: object) -> None:
    """Wait until every address gives what a clean build publishes; nothing else is there."""
    _, clean = clean_build(site, folder, **options)
    assert clean
    shown = everything(preview, clean)
    if shown != clean:
        until(lambda: everything(preview, clean) == clean, f"{[p for p in clean if shown[p] != clean[p]]} as published")


@pytest.fixture
def course(site: Site) -> Site:
    site.write("notes-site.toml", 'title = "Course"\n')
    site.note("cloud/one.md", "Text of one.\n\n![pic](pic.svg) [data](data.csv)\n", title="One", time="30 min")
    site.note("cloud/two.md", "See [one](one.md).\n", title="Two", time="10 min", aliases=["/old/"], tags=["all"])
    site.note("docker/three.md", "Text of three.\n", title="Three", time="10 min", date="2018-10-29")
    site.note("cloud/secret.md", "Not yet.\n", title="Secret", draft=True)
    site.write("content/cloud/pic.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    site.write("content/cloud/data.csv", "a,b\n" * 1000)
    site.write("static/extra/page.html", "<!DOCTYPE html><title>Mine</title></body>\n")
    return site


# --- what is served is what is published


def test_the_example_course_is_served_as_published(tmp_path: Path) -> None:
    site = Site(tmp_path / "course")
    for name in ("content", "static", "templates"):
        shutil.copytree(REPO / name, site.root / name, dirs_exist_ok=True)
    shutil.copy(REPO / "notes-site.toml", site.root)
    with Serving(site.root) as preview:
        compare(preview, site, tmp_path / "clean")


def test_a_course_under_a_prefix_is_served_as_published(tmp_path: Path) -> None:
    site = Site(tmp_path / "course")
    write_course(site.root, 60)
    with Serving(site.root) as preview:
        assert preview.base.endswith("/notes/")
        compare(preview, site, tmp_path / "clean")
        assert preview.get(preview.origin + "/").headers["location"] == "/notes/"
        assert preview.get(preview.origin + "/index.html").status_code == 404


@pytest.mark.parametrize("options", [(), ("--drafts",)])
def test_drafts_are_shown_when_asked_for(course: Site, tmp_path: Path, options: tuple[str, ...]) -> None:
    with Serving(course.root, *options) as preview:
        compare(preview, course, tmp_path / "clean", drafts=bool(options))
        assert preview.get("cloud/secret.html").status_code == (200 if options else 404)


def edits(root: Path) -> Iterator[str]:
    """Changes of a course, one by one."""
    notes = root / "content" / "cloud"
    yield save(notes / "one.md", NOTE.format("One", "Another text.")) or "a text"
    yield save(notes / "one.md", NOTE.format("One anew", "Another text.")) or "a title"
    yield save(notes / "four.md", NOTE.format("Four", "[[One anew]] and [gone](gone.md)")) or "a new note"
    yield save(notes / "four.md", NOTE.format("Four", "\nA line.\n\n[gone](gone.md)")) or "a text with a broken link"
    (notes / "five").mkdir()
    yield save(notes / "five" / "five.md", NOTE.format("Five", "In a folder.")) or "a new folder"
    yield (notes / "four.md").rename(notes / "vier.md") and "a rename"
    yield (notes / "two.md").unlink() or "a note deleted"
    yield shutil.rmtree(notes / "five") or "a folder deleted"
    yield (notes / "pic.svg").write_text("<svg/>") and "an attachment"
    yield save(notes / "one.md", NOTE.format("One", "![pic](pic.svg)")) or "an image shown"
    save(root / "templates.html", "{% extends 'default/404.html' %}{% block content %}<p>Lost.</p>{% endblock %}")
    (root / "templates").mkdir()
    yield (root / "templates.html").rename(root / "templates" / "404.html") and "a template"
    yield save(root / "static" / "style.css", "body { color: green }\n") or "the stylesheet"
    yield save(root / "static" / "robots.txt", "User-agent: *\n") or "a file of the site's own"
    yield save(root / "notes-site.toml", 'title = "Renamed"\nlevels = ["One", "Two"]\n') or "the config"
    yield shutil.rmtree(root / "templates") or "templates deleted"
    yield (root / "notes-site.toml").unlink() or "no config"


@pytest.mark.parametrize("options", [(), ("--poll",)])
def test_after_every_edit_all_is_as_published(course: Site, tmp_path: Path, options: tuple[str, ...]) -> None:
    with Serving(course.root, *options) as preview:
        for edit in edits(course.root):
            print(edit)
            compare(preview, course, tmp_path / "clean")


def test_a_hundred_files_at_once(tmp_path: Path) -> None:
    site = Site(tmp_path / "course")
    paths = write_course(site.root, 120)
    with Serving(site.root) as preview:
        for path in paths[:100]:
            save(path, path.read_text().replace('title: "', 'title: "Other '))
        for path in paths[100:]:
            path.unlink()
        compare(preview, site, tmp_path / "clean")


# --- a request is never behind the disk


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No watcher speaks in the processes that are started."""
    startup = tmp_path / "startup"
    startup.mkdir()
    (startup / "sitecustomize.py").write_text(
        "import notes_site.serve.watch as watch\nwatch.Watcher.on_any_event = lambda self, event: None\n"
    )
    monkeypatch.setenv("NOTES_SITE_TEST_PATH", str(startup))


def test_a_reload_is_fresh_though_no_watcher_speaks(course: Site, unwatched: None) -> None:
    note = course.root / "content" / "cloud" / "one.md"
    with Serving(course.root) as preview:
        for number in range(30):
            save(note, NOTE.format("One", f"Text {number:02}."))
            assert f"Text {number:02}." in preview.get("cloud/one.html").text
        for number in range(30):  # of one size, in one place, perhaps within one tick of the clock
            note.write_text(NOTE.format("One", f"Text {number:02}."))
            assert f"Text {number:02}." in preview.get("cloud/one.html").text
        (course.root / "content" / "cloud" / "data.csv").unlink()
        assert preview.get("cloud/data.csv").status_code in (200, 404)  # no longer shown by any note
        note.unlink()
        assert preview.get("cloud/one.html").status_code == 404


def test_a_half_written_file_is_never_shown(course: Site, unwatched: None) -> None:
    note = course.root / "content" / "cloud" / "one.md"
    with Serving(course.root) as preview:
        address = ("127.0.0.1", preview.port)
        for number in range(5):
            with note.open("w") as file, socket.create_connection(address) as asking:
                asking.sendall(b"GET /cloud/one.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                until(lambda asking=asking: not _readable(asking) or _readable(asking))  # type: ignore[misc]
                file.write(NOTE.format("One", f"Text {number}."))
                file.flush()
                answer = b"".join(iter(lambda asking=asking: asking.recv(65536), b""))  # type: ignore[misc]
                assert f"Text {number}.".encode() in answer
