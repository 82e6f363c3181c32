"""An old build is told from a fresh one: by what its sources say, not when they were saved, wherever it was built."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes_site.build.sources import current
from notes_site.config.load import load_config
from notes_site.storage.files import STATE
from tests.harness import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def built(site: Site) -> Site:
    site.write("notes-site.toml", 'title = "Notes"\n')
    site.note("cloud/one.md", "See ![x](x.svg).\n", title="One", time="30 min")
    site.note("cloud/two.md", "Text.\n", title="Two", draft=True)
    site.write("content/cloud/x.svg", "<svg/>")
    site.write("static/data.csv", "1\n")
    site.write("templates/base.html", "{% extends 'default/base.html' %}\n")
    site.build()
    return site


def deploy(site: Site, *more: str) -> str:
    """Deploy into a folder. Return what was said: nothing when the build is fresh."""
    done = site.run("deploy", str(site.root.parent / "target"), *more)
    assert done.returncode == (1 if "error: " in done.stderr else 0), done.stderr
    return done.stderr


def touch(site: Site) -> None:
    for path in site.root.rglob("*.*"):
        path.touch()


FRESH: dict[str, Callable[[Site], object]] = {
    "nothing": lambda site: None,
    "saved again": lambda site: site.note("cloud/one.md", "See ![x](x.svg).\n", title="One", time="30 min"),
    "touched": touch,
    "cache deleted": lambda site: shutil.rmtree(site.root / STATE),
    "checked": lambda site: site.run("check"),
    "built with other options": lambda site: site.run("build", "--today", "2020-01-01", "--clean", "--jobs", "2"),
    "built elsewhere": lambda site: site.run("build", "--output", str(site.root.parent / "else")),
    "a file of the editor": lambda site: site.write("content/cloud/.one.md.swp", "x"),
}


@pytest.mark.parametrize("name", FRESH)
def test_what_does_not_make_a_build_old(name: str, built: Site) -> None:
    FRESH[name](built)
    assert deploy(built) == ""


STALE: dict[str, tuple[Callable[[Site], object], str]] = {
    "edited": (lambda site: site.note("cloud/one.md", "Other.\n", title="One"), " (content/cloud/one.md)"),
    "edited, checked": (
        lambda site: site.note("cloud/one.md", "O.\n", title="One") and site.run("check"), " (content/cloud/one.md)"
    ),
    "new": (lambda site: site.note("cloud/three.md", title="Three"), " (content/cloud/three.md)"),
    "deleted": (lambda site: (site.root / "content/cloud/one.md").unlink(), ""),
    "renamed": (lambda site: (site.root / "content/cloud/one.md").rename(site.root / "content/cloud/eins.md"), ""),
    "draft": (lambda site: site.note("cloud/two.md", "Text.\n", title="Two"), " (content/cloud/two.md)"),
    "image": (lambda site: site.write("content/cloud/x.svg", "<svg />"), " (content/cloud/x.svg)"),
    "static": (lambda site: site.write("static/data.csv", "2\n"), " (static/data.csv)"),
    "template": (lambda site: site.write("templates/base.html", "x"), " (templates/base.html)"),
    "settings": (lambda site: site.write("notes-site.toml", 'title = "Other"\n'), " (notes-site.toml)"),
    "no settings": (
        lambda site: (site.root / "notes-site.toml").unlink(), ""
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STALE)
def test_what_makes_a_build_old(name: str, built: Site) -> None:
    edit, shown = STALE[name]
    edit(built)
    said = deploy(built)
    assert f"error: public is older than its sources{shown}: " in said
    assert "--build" in said
    assert len(said.splitlines()) == 1
    assert not (built.root.parent / "target").exists()
    assert deploy(built, "--stale") == ""
    assert " written, " in deploy(built, "--build")
    assert deploy(built) == ""


def test_errors_leave_the_old_build_and_stop(built: Site) -> None:
    built.note("cloud/one.md", "Text.\n", title="One", time="soon")
    assert "[bad-time]" in deploy(built, "--build")
    done = built.run("deploy", str(built.root.parent / "target"), "--build", "--json")
    assert json.loads(done.stdout)["state"] == "failed"
    assert not (built.root.parent / "target").exists()


def record(site: Site, **fields: object) -> None:
    path = site.output / STATE / "build.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **fields}))


def test_a_build_by_another_version(built: Site) -> None:
    found = json.loads(built.page(f"{STATE}/build.json"))["sources"]
    record(built, sources=[found[0], "0" * 32])
    assert "built by another version of notes-site" in deploy(built)
    assert deploy(built, "--stale") == ""


def test_what_cannot_be_told_is_said_and_goes_on(built: Site, tmp_path: Path) -> None:
    artifact = shutil.copytree(built.output, tmp_path / "artifact" / "public")
    elsewhere = Site(tmp_path / "empty")
    (elsewhere.root / "content").rmdir()
    done = elsewhere.run("deploy", "--output", str(artifact), "./site")
    assert (done.returncode, done.stderr.count("note: ")) == (0, 1), done.stderr
    assert "is not here, so nobody can tell" in done.stderr
    assert (elsewhere.root / "site" / "index.html").is_file()
    built.note("cloud/one.md", "Other.\n", title="One")
    done = elsewhere.run("deploy", "--output", str(built.output), "./site")
    assert "is older than its sources" in done.stderr, "its project is found from the built site"
    record(built, sources=[])
    assert "does not say what it was built from" in deploy(built)
    assert built.run("deploy", "--output", "nowhere", "./x").returncode == 1
    assert elsewhere.run("deploy", "./x").returncode == 2


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "1", "2", None]), st.booleans()), max_size=8))
def test_a_build_is_old_when_its_sources_differ_and_only_then(edits: list[tuple[str, str | None, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "site")
        places = {"a": "content/cloud/a.md", "b": "static/b.txt", "c": "templates/c.html"}
        now: dict[str, str] = {}
        then = None
        for name, text, builds in [("a", "0", True), *edits]:
            if text is None:
                (site.root / places[name]).unlink(missing_ok=True)
                now.pop(name, None)
            else:
                site.write(places[name], text)
                now[name] = text
            if builds:
                site.build(jobs=1)
                then = dict(now)
            found = current(site.project, load_config(site.project))
            assert found
            recorded = json.loads(site.page(f"{STATE}/build.json"))["sources"]
            assert ([*found.sources] == recorded) == (now == then)
