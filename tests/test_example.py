"""The example course: valid HTML, no dead link or anchor, wherever it stands."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import urlopen

import pytest

from tests.harness import REPO, Site, run

VNU = REPO / "tests/node_modules/vnu-jar/build/dist/vnu.jar"
CONTENT = REPO / "content"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The example course, built under a prefix (`/course/`) of what is served."""
    root = tmp_path_factory.mktemp("example") / "site"
    shutil.copytree(CONTENT, root / "content")
    config = (REPO / "notes-site.toml").read_text(encoding="utf-8")
    site = Site(root)
    site.write("notes-site.toml", 'base_url = "http://localhost/course"\n' + config)
    site.output = root.parent / "served" / "course"
    report = site.build(output=str(site.output))
    assert report.published
    assert [d for d in report.diagnostics if d.severity != "note"] == []
    return site


class Page(HTMLParser):
    """The links of a page, its ids, and the resources that it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids += [values[name] for name in ("id",) if name in values]
        if "src" in values:
            self.loads.append(values["src"])
        if "action" in values:
            self.links.append(values["action"])
        if "href" in values and values.get("rel") not in ("canonical", "alternate"):
            (self.loads if tag == "link" else self.links).append(values["href"])


def fetch(url: str) -> bytes:
    with urlopen(url) as answer:
        return bytes(answer.read())


def crawl(start: str) -> dict[str, Page]:
    """Follow every link from a page within its folder; fail on what is not there. Returns pages by address."""
    base = urljoin(start, ".")
    pages: dict[str, Page] = {}
    loaded: set[str] = set()
    pending = [start]
    wanted: list[tuple[str, str, str]] = []
    while pending:
        address = pending.pop()
        if address in pages:
            continue
        page = pages[address] = Page(fetch(address).decode())
        for link in page.links:
            target, fragment = urldefrag(urljoin(address, link))
            if not target.startswith(base):
                assert urlsplit(target).scheme in ("http", "https", "mailto"), f"{address}: {link}"
                assert not urlsplit(target).netloc.startswith(("localhost", "127.")), f"{address}: {link}"
                continue
            if target.endswith(".html"):
                pending.append(target)
                wanted.append((address, target, unquote(fragment)))
            else:
                loaded.add(target)
        for resource in page.loads:
            target = urljoin(address, resource)
            assert target.startswith(base), f"{address} loads {resource} from elsewhere"
            loaded.add(target)
    for target in loaded:
        assert fetch(target)
    for address, target, fragment in wanted:
        assert not fragment or fragment in pages[target].ids, f"{address}: no #{fragment} in {target}"
    return pages


@pytest.fixture(scope="module")
def server(example: Site) -> Iterator[str]:
    """An HTTP server of the folder that holds the site's folder."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(example.output.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def all_pages(example: Site) -> set[str]:
    return {p.relative_to(example.output).as_posix() for p in example.output.rglob("*.html")}


def test_no_dead_link_under_a_prefix(example: Site, server: str) -> None:
    pages = crawl(f"{server}/course/index.html")
    assert {p.removeprefix(f"{server}/course/") for p in pages} == all_pages(example) - {"404.html"}
    lost = Page(fetch(f"{server}/course/404.html").decode())
    for link in (*lost.links, *lost.loads):
        if not link.startswith(("#", "http")):
            assert link.startswith("/course/")
            assert fetch(server + link)


def test_no_dead_link_from_files(example: Site) -> None:
    pages = crawl(example.output.joinpath("index.html").as_uri())
    assert len(pages) == len(all_pages(example)) - 1


def test_no_dead_link_at_the_root(example: Site, tmp_path: Path) -> None:
    shutil.copytree(example.output, tmp_path / "root")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "root"))
    handler.func.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        start = f"http://127.0.0.1:{listening.server_port}/"
        assert len(crawl(start + "index.html")) == len(all_pages(example)) - 1
        with pytest.raises(HTTPError):
            fetch(start + "no-such-page.html")
        listening.shutdown()


def test_a_crawl_finds_what_is_broken(example: Site, tmp_path: Path) -> None:
    """The crawler itself can fail."""
    shutil.copytree(example.output, tmp_path / "broken")
    (tmp_path / "broken/tags.html").unlink()
    with pytest.raises(OSError, match=r"tags\.html"):
        crawl((tmp_path / "broken/index.html").as_uri())


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("java"), reason="the Nu HTML checker needs Java")
@pytest.mark.skipif(not VNU.is_file(), reason="the Nu HTML checker is not installed: npm is missing")
def test_html_is_valid(example: Site) -> None:
    command = ["java", "-Xss2m", "-jar", str(VNU), "--format", "json", "--skip-non-html", str(example.output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(done.stderr)["messages"]
    found = [f"{m['url'].rpartition('/course/')[2]}:{m.get('lastLine')}: {m['message']}" for m in messages]
    assert found == []


def test_every_item_of_the_plan_has_a_note_with_its_facts(example: Site) -> None:
    notes = json.loads((example.output / "notes.json").read_text(encoding="utf-8"))["notes"]
    assert len(notes) == 37
    assert {n["area"] for n in notes} == {
        "Cloud Web Apps",
        "Docker and Containers",
        "Big Data and Machine Learning",
        "SDN and NFV",
    }
    assert sum(n["time"] or 0 for n in notes) == 300
    assert sum(n["status"] == "done" for n in notes) == 8


def test_the_example_is_built_by_the_command_itself(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    shutil.copy(REPO / "notes-site.toml", tmp_path)
    done = run("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("37 notes, ")
