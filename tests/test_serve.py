"""The preview as people meet it: a real process, real sockets. What it shows is what a build publishes."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from websockets.sync.client import ClientConnection

from benchmarks.generate import write_course
from notes_site.deploy.store import headers_of
from notes_site.serve.watch import QUIET
from tests.harness import REPO, Site
from tests.serving import Serving, message, until
from tests.test_serve_laws import clean_build

pytestmark = pytest.mark.slow

NOTE = "---\ntitle: {}\ntime: 30 min\n---\n{}\n"


LISTS = {"resources.html", "notes.json", "robots.txt", "404.html", "tags.html"}


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
    # What no request looks at the disk for, only the watcher can have told of: that first.
    told = {path: data for path, data in clean.items() if path in LISTS}
    until(lambda: everything(preview, told) == told, f"{[*told]} as published")
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


def edits(root: Path) -> Iterator[None]:
    """Changes of a course, one by one."""
    notes = root / "content" / "cloud"
    save(notes / "one.md", NOTE.format("One", "Another text."))  # a text
    yield
    save(notes / "one.md", NOTE.format("One anew", "Another text."))  # a title
    yield
    save(notes / "four.md", NOTE.format("Four", "[[One anew]] and [gone](gone.md)"))  # a new note
    yield
    save(notes / "four.md", NOTE.format("Four", "\nA line.\n\n[gone](gone.md)"))  # a text with a broken link
    yield
    (notes / "five").mkdir()
    save(notes / "five" / "five.md", NOTE.format("Five", "In a folder."))  # a new folder
    yield
    (notes / "four.md").rename(notes / "vier.md")  # a rename
    yield
    (notes / "two.md").unlink()  # a note deleted
    yield
    shutil.rmtree(notes / "five")  # a folder deleted
    yield
    (notes / "pic.svg").write_text("<svg/>")  # an attachment
    yield
    save(notes / "one.md", NOTE.format("One", "![pic](pic.svg)"))  # an image shown
    yield
    save(root / "templates.html", "{% extends 'default/404.html' %}{% block content %}<p>Lost.</p>{% endblock %}")
    (root / "templates").mkdir()
    (root / "templates.html").rename(root / "templates" / "404.html")  # a template
    yield
    (root / "static" / "css").mkdir(parents=True)
    save(root / "static" / "css" / "mine.css", "body { color: green }\n")  # the stylesheet
    yield
    save(root / "static" / "robots.txt", "User-agent: *\n")  # a file of the site's own
    yield
    save(root / "notes-site.toml", 'title = "Renamed"\nlevels = ["One", "Two"]\n')  # the config
    yield
    shutil.rmtree(root / "templates")  # templates deleted
    yield
    (root / "notes-site.toml").unlink()  # no config
    yield


@pytest.mark.parametrize("options", [(), ("--poll",)])
def test_after_every_edit_all_is_as_published(course: Site, tmp_path: Path, options: tuple[str, ...]) -> None:
    with Serving(course.root, *options) as preview:
        for _ in edits(course.root):
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
    """In the processes that are started no watcher speaks."""
    (tmp_path / "startup").mkdir()
    (tmp_path / "startup" / "sitecustomize.py").write_text(
        "import notes_site.serve.watch as watch\nwatch.Watcher._on_events = lambda self, files: None\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "startup"))


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


HALVES = ["", "---\ntitle: One\n", "---\ntitle: One\ntime: 3x\n---\n"]


@pytest.mark.parametrize("half", HALVES)
def test_a_half_written_file_is_never_shown(course: Site, half: str) -> None:
    note = course.root / "content" / "cloud" / "one.md"
    counted = 0
    with Serving(course.root) as preview:
        for number in range(300):
            with note.open("w") as file, socket.create_connection(("127.0.0.1", preview.port)) as asking:
                begun = time.monotonic()
                file.write(half)
                file.flush()
                asking.sendall(b"GET /cloud/one.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                early = select.select([asking], [], [], QUIET / 3)[0] if number % 2 else []
                file.seek(0)
                file.write(NOTE.format("One", f"Text {number}."))
                file.flush()
                one_save = time.monotonic() - begun < QUIET  # a busy machine may pause us for longer than saves take
                answer = b"".join(iter(lambda asking=asking: asking.recv(65536), b""))  # type: ignore[misc]
            if one_save:
                assert early == []  # it waits for the rest
                assert f"Text {number}.".encode() in answer
                counted += 1
            if counted == 10:
                break
        assert counted == 10
        assert "error" not in preview.said


def test_an_empty_file_is_shown_in_the_end(course: Site) -> None:
    with Serving(course.root) as preview:
        (course.root / "content" / "cloud" / "one.md").write_text("")
        assert "Text of one" not in preview.get("cloud/one.html").text


# --- how it is sent


def test_heads_tags_and_ranges(course: Site) -> None:
    data = (course.root / "content" / "cloud" / "data.csv").read_bytes()
    with Serving(course.root) as preview:
        for path in ("", "cloud/one.html", "cloud/data.csv", "notes.json", "nowhere.html"):
            full, head = preview.get(path), preview.get(path, method="HEAD")
            assert head.content == b""
            assert dict(head.headers) | {"date": ""} == dict(full.headers) | {"date": ""}
            assert int(full.headers["content-length"]) == len(full.content)
        for path in ("", "cloud/one.html", "cloud/data.csv"):
            tag = preview.get(path).headers["etag"]
            for given in (tag, f'"x", W/{tag}'):
                again = preview.get(path, {"If-None-Match": given})
                assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert preview.get(path, {"If-None-Match": '"other"'}).status_code == 200
        part = preview.get("cloud/data.csv", {"Range": "bytes=4-9"})
        assert (part.status_code, part.content) == (206, data[4:10])
        assert part.headers["content-range"] == f"bytes 4-9/{len(data)}"
        assert preview.get("cloud/data.csv", {"Range": "bytes=999999-"}).status_code == 416
        assert preview.get("cloud/data.csv", {"Range": "bytes=0-1", "If-Range": '"old"'}).content == data


def test_media_types_and_headers(course: Site) -> None:
    course.write("static/lab.py", "print(1)\n")
    with Serving(course.root) as preview:
        picture = re.search(r'src="([^"]*pic[^"]*)"', preview.get("cloud/one.html").text)
        assert picture
        expected = {
            "": "text/html; charset=utf-8",
            "cloud/data.csv": "text/csv; charset=utf-8",
            f"cloud/{picture[1]}": "image/svg+xml; charset=utf-8",
            "lab.py": headers_of("lab.py", fingerprinted=False).content_type,  # as it is deployed
            "nearest.js": "text/javascript; charset=utf-8",
            "notes.json": "application/json; charset=utf-8",
            "robots.txt": "text/plain; charset=utf-8",
            ".notes-site/preview.js": "text/javascript; charset=utf-8",
        }
        for path, media_type in expected.items():
            answer = preview.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "server" not in answer.headers


def test_addresses_as_on_a_static_host(course: Site) -> None:
    with Serving(course.root) as preview:
        missing = preview.get("nowhere.html")
        assert (missing.status_code, "Page not found" in missing.text) == (404, True)
        to_slash = preview.get("old")
        assert (to_slash.status_code, to_slash.headers["location"]) == (307, "/old/")
        assert "cloud/two.html" in preview.get("old/").text
        for path in ("cloud", "cloud/", "cloud/one", "cloud/one.html/", "old//", "index.html/", "cloud//one.html"):
            assert preview.get(path).status_code == 404, path
        assert preview.get("cloud/one.html?query=1").status_code == 200
        own = preview.get("extra/page.html").content
        assert own == (course.root / "static" / "extra" / "page.html").read_bytes()  # no script in a file of theirs


def test_names_in_any_script(course: Site, tmp_path: Path) -> None:
    course.note("Größe/日本 語.md", "Text.\n", title="Ünï", time="10 min")
    course.write("notes-site.toml", 'base_url = "https://example.org/%C3%BC-b/c/"\n')
    with Serving(course.root) as preview:
        assert preview.base.endswith("/%C3%BC-b/c/")
        compare(preview, course, tmp_path / "clean")
        with preview.reload_socket("gr%C3%B6sse/%E6%97%A5%E6%9C%AC-%E8%AA%9E.html") as channel:
            save(course.root / "content" / "Größe" / "日本 語.md", NOTE.format("Ünï", "Other."))
            assert message(channel, "reload")


# --- the publish folder


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {p: (p.stat().st_mtime_ns, p.stat().st_ctime_ns) for p in [folder, *folder.rglob("*")]}


def test_the_publish_folder_is_never_touched(course: Site, tmp_path: Path) -> None:
    with Serving(course.root) as preview:
        compare(preview, course, tmp_path / "clean")
    assert not course.output.exists()
    course.build()
    before = stamps(course.output), course.published()
    with Serving(course.root) as preview:
        save(course.root / "content" / "cloud" / "one.md", NOTE.format("Other", "Text."))
        compare(preview, course, tmp_path / "clean")
    assert (stamps(course.output), course.published()) == before


def test_a_build_and_a_clean_beside_it(course: Site, tmp_path: Path) -> None:
    with Serving(course.root) as preview:
        for command in (("build",), ("build", "--clean"), ("clean",), ("build", "--drafts")):
            save(course.root / "content" / "cloud" / "one.md", NOTE.format("One", " ".join(command)))
            assert course.run(*command).returncode == 0
            compare(preview, course, tmp_path / "clean")


# --- problems


def test_the_last_good_site_stays_while_there_is_an_error(course: Site, tmp_path: Path) -> None:
    note = course.root / "content" / "cloud" / "one.md"
    with Serving(course.root) as preview, preview.reload_socket("docker/three.html") as other:
        good = preview.page("cloud/one.html")
        save(note, "---\ntitle: One\nlevel: <b>none</b>\n---\nBroken.\n")
        shown = message(other, "problems")
        assert "content/cloud/one.md:3:8: error: `<b>none</b>` is not one of the levels" in shown[0]
        assert preview.line(r"^content/cloud/one\.md:3:8: error: ")
        assert preview.page("cloud/one.html") == good
        save(course.root / "content" / "docker" / "three.md", NOTE.format("Three", "Changed too."))
        lines = preview.lines
        save(note, NOTE.format("One", "Mended."))
        assert message(other, "problems") == []
        assert preview.line("^no problems left$", lines)
        compare(preview, course, tmp_path / "clean")


@pytest.mark.parametrize("commands", [[("check",)], [("check",), ("build",)], [("build", "--clean")]])
def test_the_last_good_site_outlives_what_is_done_in_another_terminal(
    course: Site, commands: list[tuple[str, ...]]
) -> None:
    folder = course.root / "content" / "cloud"
    with Serving(course.root):
        pass  # all is in the cache, nothing in memory
    with Serving(course.root) as preview, preview.reload_socket("docker/three.html") as other:
        addresses = ("cloud/one.html", "cloud/two.html", "search/entry.js", "search/_cloud/_two.js")
        good = {path: preview.page(path) for path in ("", "cloud/index.html")}
        save(folder / "one.md", "---\ntitle: One\nlevel: none\n---\nBroken.\n")
        assert message(other, "problems")
        save(folder / "two.md", NOTE.format("Two", "Changed, and the other is not yet mended."))
        save(folder / "two.md", "---\ntitle: [\n---\nBroken.\n")
        until(lambda: len(message(other, "problems")) == 2)
        for command in commands:
            assert course.run(*command).returncode == 1
        answers = {path: preview.get(path) for path in addresses}
        assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(addresses, 200)
        assert "Text of one." in answers["cloud/one.html"].text
        assert 'one.html">one</a>' in answers["cloud/two.html"].text
        assert {path: preview.page(path) for path in good} == good


def test_errors_at_the_start(course: Site, tmp_path: Path) -> None:
    course.note("cloud/one.md", "Text.\n", title="One", level="none")
    with Serving(course.root) as preview:
        assert "content/cloud/one.md:3:8: error" in preview.said
        assert preview.get("cloud/two.html").status_code == 200
        save(course.root / "content" / "cloud" / "two.md", NOTE.format("Two", "Newer."))
        until(lambda: "Newer." in preview.get("cloud/two.html").text)
        course.note("cloud/one.md", "Text.\n", title="One")
        compare(preview, course, tmp_path / "clean")


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"note.html": "{{ view.<script> }}"}, "note.html:1:"),
        (
            {"note.html": "{% extends 'base.html' %}\n{% block main %}{{ view.meta.title | titel }}{% endblock %}"},
            "note.html:2:",
        ),
        ({"parts.html": "{% if %}", "note.html": "{% include 'parts.html' %}"}, "parts.html:1"),
        ({"note.html": "{% include view.meta.title %}"}, "note.html:1:"),
    ],
)
def test_templates_that_cannot_be_used_leave_the_last_good_site(
    course: Site, tmp_path: Path, broken: dict[str, str], place: str
) -> None:
    with Serving(course.root) as preview, preview.reload_socket() as home:
        good = preview.page("cloud/one.html")
        (course.root / "templates").mkdir()
        for name, text in broken.items():
            save(course.root / "templates" / name, text)
        (problem,) = until(lambda: message(home, "problems"))
        assert problem.startswith(f"templates/{place}")
        assert preview.line(rf"^templates/{re.escape(place)}")
        assert preview.page("cloud/one.html") == good
        save(course.root / "content" / "cloud" / "one.md", NOTE.format("One", "Changed meanwhile."))
        shutil.rmtree(course.root / "templates")
        assert message(home, "problems") == []
        compare(preview, course, tmp_path / "clean")


def test_a_template_that_no_page_uses_is_no_problem(course: Site, tmp_path: Path) -> None:
    with Serving(course.root) as preview:
        course.write("templates/unused.html", "{% if %}")
        save(course.root / "content" / "cloud" / "one.md", NOTE.format("One", "Changed."))
        compare(preview, course, tmp_path / "clean")
        assert "unused" not in preview.said


def test_a_page_that_its_template_cannot_make(course: Site, tmp_path: Path) -> None:
    with Serving(course.root) as preview, preview.reload_socket("resources.html") as other:
        template = course.write("templates/note.html", "{{ view.note.nothing }}<script>")
        until(lambda: preview.get("cloud/one.html").status_code == 500)
        shown = preview.get("cloud/one.html").text
        assert escape("templates/note.html:1:") in shown
        assert escape("{{ view.note.nothing }}<script>") in shown
        assert preview.line(r"^templates/note\.html:1:")
        (problem,) = message(other, "problems")
        assert problem.startswith("templates/note.html:1:")
        assert preview.get("cloud/two.html").status_code == 500
        assert preview.get("").status_code == 200
        save(course.root / "content" / "docker" / "three.md", NOTE.format("Three", "This mends nothing."))
        with preview.reload_socket("cloud/one.html") as channel:
            template.unlink()
            assert message(channel, "reload")
            assert message(other, "problems") == []
        compare(preview, course, tmp_path / "clean")


def test_a_template_at_fault_at_the_start(course: Site, tmp_path: Path) -> None:
    template = course.write("templates/note.html", "{% if %}")
    with Serving(course.root) as preview:
        assert preview.line(r"^templates/note\.html:1")
        assert preview.get("cloud/one.html").status_code == 500
        assert preview.get("").status_code == 200
        template.unlink()
        compare(preview, course, tmp_path / "clean")


def test_a_problem_moves_with_its_line(course: Site) -> None:
    note = course.root / "content" / "cloud" / "one.md"
    with Serving(course.root) as preview, preview.reload_socket("cloud/one.html") as channel:
        save(note, NOTE.format("One", "[x](gone.md)"))
        assert ":5:" in message(channel, "problems")[0]
        save(note, NOTE.format("One", "A line.\n\n[x](gone.md)"))
        until(lambda: ":7:" in message(channel, "problems")[0])


@pytest.mark.parametrize("path", ["static/keys.txt", "content/cloud/data.csv"])
def test_a_secret_in_a_file_is_told_and_withdrawn(course: Site, path: str) -> None:
    secret = "AKIA" + "QYLPMN5HNM4RTW2K"
    with Serving(course.root) as preview, preview.reload_socket("docker/three.html") as channel:
        for before, place in (("a,b\nkey,", "2:5"), ("a,b\n\nkey,", "3:5"), ("a,b\n", ""), ("", "1:1"), (None, "")):
            if before is None:
                (course.root / path).unlink()
            else:
                course.write(path, before + (secret if place else ""))
            told = [f"{path}:{place}: warning"] if place else []
            until(lambda told=told: _leaks(message(channel, "problems")) == told)  # type: ignore[misc]


def _leaks(problems: list[str]) -> list[str]:
    return [": ".join(line.split(": ")[:2]) for line in problems if "for all to see" in line]


# --- the terminal, and the open pages


def test_only_pages_that_show_the_change_are_told(course: Site) -> None:
    with (
        Serving(course.root) as preview,
        preview.reload_socket("cloud/one.html") as one,
        preview.reload_socket("docker/three.html") as three,
    ):
        save(course.root / "content" / "cloud" / "one.md", NOTE.format("One", "New text."))
        assert message(one, "reload")
        save(course.root / "content" / "docker" / "three.md", NOTE.format("Three", "New text."))
        assert message(three, "reload")
        for channel in (one, three):
            assert not any("reload" in told or "css" in told for told in _rest(channel))


def _rest(channel: ClientConnection) -> list[dict[str, object]]:
    """What else comes on a channel until it is quiet."""
    found = []
    with suppress(TimeoutError):
        while True:
            found.append(json.loads(channel.recv(0.1)))
    return found


def test_open_pages_are_told_when_what_the_search_works_on_changed(course: Site) -> None:
    with Serving(course.root) as preview, preview.reload_socket("docker/three.html") as channel:
        keys = [message(channel, "search")]
        save(course.root / "content" / "cloud" / "one.md", NOTE.format("One", "A neutrino."))
        keys.append(message(channel, "search"))
        course.write("static/css/mine.css", "body { color: green }\n")
        assert message(channel, "css")
        assert _rest(channel) == []
        save(course.root / "content" / "cloud" / "one.md", NOTE.format("One anew", "A neutrino."))
        keys.append(message(channel, "search"))
        assert len({*keys}) == 3


def test_a_changed_stylesheet_is_swapped(course: Site) -> None:
    with Serving(course.root) as preview, preview.reload_socket("cloud/one.html") as channel:
        course.write("static/css/mine.css", "body { color: green }\n")
        assert "color:green" in message(channel, "css")


def test_a_page_that_is_out_of_date_is_told_at_once(course: Site) -> None:
    with Serving(course.root) as preview, preview.reload_socket("cloud/one.html", hello=False) as channel:
        channel.send('{"path": "/cloud/one.html", "key": "old", "style": ""}')
        assert message(channel, "reload")


def test_a_new_note_is_told_with_its_address(course: Site) -> None:
    with Serving(course.root) as preview:
        course.note("cloud/neü.md", "Text.\n", title="New")
        assert preview.line(f"^new: {re.escape(preview.base)}cloud/ne%C3%BC\\.html$")
        assert preview.said.count("new: ") == 1


def test_the_site_moves(course: Site) -> None:
    with Serving(course.root) as preview:
        course.write("notes-site.toml", 'base_url = "https://example.org/there/"\n')
        assert preview.line(f"^the site is now at {re.escape(preview.base)}there/$")
        assert preview.get("there/").status_code == 200


@pytest.mark.parametrize("options", [(), ("--poll",)])
def test_the_content_folder_is_replaced(course: Site, tmp_path: Path, options: tuple[str, ...]) -> None:
    other = tmp_path / "other"
    shutil.copytree(course.root / "content", other)
    (other / "cloud" / "one.md").write_text(NOTE.format("One", "From the other folder."))
    with Serving(course.root, *options) as preview:
        (course.root / "content").rename(tmp_path / "away")
        other.rename(course.root / "content")
        compare(preview, course, tmp_path / "clean")
        save(course.root / "content" / "cloud" / "two.md", NOTE.format("Two anew", "Seen in the new folder."))
        compare(preview, course, tmp_path / "clean")
        shutil.rmtree(course.root / "content")
        assert preview.line("there is no folder `content`")
        assert preview.get("cloud/one.html").status_code == 200  # the last good site
        shutil.copytree(tmp_path / "away", course.root / "content")
        compare(preview, course, tmp_path / "clean")


def test_a_file_that_has_several_names_is_shown_anew_under_each(course: Site, tmp_path: Path) -> None:
    folder = course.root / "content"
    (folder / "cloud" / "linked.md").symlink_to("one.md")
    (folder / "mirror").symlink_to("docker")
    (course.root / "static" / "copy").symlink_to("extra")
    with Serving(course.root) as preview, preview.reload_socket("mirror/three.html") as mirrored:
        compare(preview, course, tmp_path / "clean")
        course.write("static/extra/page.html", "<!DOCTYPE html><title>Mine anew</title></body>\n")
        save(folder / "docker" / "three.md", NOTE.format("Three anew", "Changed."))
        assert message(mirrored, "reload")
        compare(preview, course, tmp_path / "clean")
        save(folder / "cloud" / "one.md", NOTE.format("One anew", "Changed."))
        compare(preview, course, tmp_path / "clean")
        save(folder / "docker" / "more.md", NOTE.format("More", "Changed."))
        compare(preview, course, tmp_path / "clean")
        (folder / "mirror").unlink()
        compare(preview, course, tmp_path / "clean")
        assert preview.get("mirror/three.html").status_code == 404


def test_links_out_of_the_content_folder_are_refused(course: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    data = course.root / "content" / "cloud" / "data.csv"
    with Serving(course.root) as preview:
        assert preview.get("cloud/data.csv").status_code == 200
        (tmp_path / "link").symlink_to(secret)
        os.replace(tmp_path / "link", data)
        assert b"secret" not in preview.get("cloud/data.csv").content
        assert preview.line("symbolic link leads out")
        assert b"secret" not in preview.get("cloud/data.csv").content


# --- the start and the end


def test_a_taken_port(course: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Serving(course.root, port=port) as preview:
            assert preview.port != port
            assert f"port {port} is taken: using {preview.port}" in preview.said
            assert preview.get("").status_code == 200


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1", ""])
def test_a_bad_host(course: Site, host: str) -> None:
    done = course.run("serve", "--port", "0", "--host", host, timeout=60)
    assert done.returncode == 1
    assert re.search(r"^error: cannot listen at .*: \w", done.stderr, re.MULTILINE)
    assert "Traceback" not in done.stderr


def test_other_addresses_are_warned_of(course: Site) -> None:
    with Serving(course.root, "--host", "0.0.0.0", "--allow-host", "My-Machine.lan") as preview:
        assert "warning: at 0.0.0.0 anyone on the network can read this preview" in preview.said
        assert preview.get("", {"Host": "my-machine.LAN:8000"}).status_code == 200
        assert preview.get("", {"Host": "other.lan"}).status_code == 400


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run, those of the session it leads with them."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,sid="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [own for own, parent, session in rows if pid in (parent, session) and own != pid]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_clean_end(course: Site, how: signal.Signals, code: int) -> None:
    with Serving(course.root) as preview:
        with ExitStack() as opened:
            for _ in range(3):
                opened.enter_context(preview.reload_socket())
            slow = opened.enter_context(socket.create_connection(("127.0.0.1", preview.port)))
            slow.send(b"GET / HTT")
            assert preview.stop(how) == code
        assert "Traceback" not in preview.said
        assert children(preview.process.pid) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_clean_end_while_notes_are_parsed(tmp_path: Path, how: signal.Signals, code: int) -> None:
    write_course(tmp_path, 600)
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    process = subprocess.Popen(
        [sys.executable, "-m", "notes_site", "serve", "--port", "0"],
        cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    until(lambda: children(process.pid), "parsing in workers")
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in said) == (code, False)
    assert children(process.pid) == []
