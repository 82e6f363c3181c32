"""What a build does to an output folder, and what it never does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from benchmarks.generate import write_course
from notes_site.base.digest import digest
from notes_site.build import inputs
from notes_site.build.report import Report
from notes_site.storage.files import STATE
from notes_site.storage.lock import lock
from notes_site.storage.record import owned_files
from tests.harness import REPO, Site, codes, published, run

pytestmark = pytest.mark.slow


@pytest.fixture
def built(site: Site) -> Site:
    """A site of one area with three notes and a picture, built."""
    site.write("notes-site.toml", 'title = "Course"\n')
    site.note("cloud/one.md", "Text of one.\n\n![Picture](pic.svg)\n", title="One", time="30 min", tags=["x"])
    site.note("cloud/two.md", "Text of two, [data](data.csv).\n", title="Two", time="20 min")
    site.note("cloud/three.md", "See [one](one.md).\n", title="Three", time="10 min")
    site.write("content/cloud/pic.svg", "<svg/>")
    site.write("content/cloud/data.csv", "a,b\n")
    assert site.build().published
    return site


def equals_clean(site: Site, folder: str = "clean") -> bool:
    clean = site.clean_build(site.root.parent / folder / "out")
    return {k: v for k, v in site.published().items() if k in clean} == clean


def stamps(output: Path) -> dict[str, tuple[int, int]]:
    files = [p for p in output.rglob("*") if p.is_file() and p.name != "lock"]
    return {str(p): (p.stat().st_mtime_ns, p.stat().st_ino) for p in files}


# --- folders that are never written to


def refused(site: Site, output: str | Path) -> str:
    """Build to a folder that must be refused; return the message. Nothing may have been written."""
    before = sorted(site.root.parent.rglob("*"))
    done = site.run("build", "--output", str(output))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    state = {site.root / STATE, *(site.root / STATE).rglob("*")}
    assert sorted(set(site.root.parent.rglob("*")) - state) == [p for p in before if p not in state]
    return done.stderr


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("/", "is no folder for a site"),
        (".", "holds the site's content folder"),
        ("..", "holds the site's content folder"),
        ("content", "lies in the site's own content folder"),
        ("content/cloud", "lies in the site's own content folder"),
        ("content/../content/new", "lies in the site's own content folder"),
        ("templates", "lies in the site's own templates folder"),
        ("templates/out", "lies in the site's own templates folder"),
        ("static/out/deep", "lies in the site's own static folder"),
        ("link/out", "lies in the site's own content folder"),
    ],
)
def test_refused_output_folders(site: Site, output: str, reason: str) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    (site.root / "link").symlink_to("content")
    assert reason in refused(site, output)


def test_home_is_refused(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert "is no folder for a site" in refused(site, tmp_path / "home")


def test_folder_of_the_config_is_refused(site: Site) -> None:
    site.write("conf/notes-site.toml", 'content = "notes"\n')
    site.write("conf/notes/cloud/one.md", "Text.\n")
    site.write("conf/pages/keep.txt", "")
    done = site.run("--config", "conf/notes-site.toml", "build", "--output", "conf")
    assert (done.returncode, done.stdout) == (1, "")
    assert "choose a" in done.stderr


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_root_of_a_git_checkout_is_refused(site: Site, tmp_path: Path, kind: str) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    git = tmp_path / "checkout" / ".git"
    git.parent.mkdir()
    if kind == "folder":
        git.mkdir()
    else:
        git.write_text("gitdir: ../real")  # as a worktree has it
    assert "is the root of a git checkout" in refused(site, git.parent)


def test_foreign_folder_is_refused(site: Site, tmp_path: Path) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert "has files that notes-site did not write" in refused(site, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_another_project_is_refused(site: Site, tmp_path: Path) -> None:
    """Its cache lies in a folder of the same name as our marker."""
    site.note("cloud/one.md", "Text.\n", title="One")
    other = Site(tmp_path / "other")
    other.note("cloud/one.md", "Text.\n", title="Other")
    other.build()
    shutil.rmtree(other.output)
    assert "has files that notes-site did not write" in refused(site, other.root)


def test_file_is_refused(site: Site, tmp_path: Path) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    (tmp_path / "public").write_text("mine")
    done = site.run("build", "--output", str(tmp_path / "public"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is a file" in done.stderr
    assert (tmp_path / "public").read_text() == "mine"
    site.output.write_text("mine")  # as configured, not as given
    done = site.run("build")
    assert (done.returncode, done.stdout) == (1, "")
    assert "is a file" in done.stderr


def test_slip_in_the_name_of_the_content_folder_does_not_empty_the_site(built: Site) -> None:
    before = built.published()
    built.write("notes-site.toml", 'title = "Course"\ncontent = "contnet"\n')
    assert codes(built.build(), "error") == ["no-content"]
    assert built.published() == before


def test_config_that_cannot_be_read_says_nothing_about_the_output(site: Site) -> None:
    site.write("notes-site.toml", 'output = "build"\ntitle = "x\n')
    site.note("cloud/one.md", "Text.\n", title="One")
    assert codes(site.build(), "error") == ["toml-syntax"]
    assert not site.output.exists()


def test_empty_folder_is_taken(site: Site, tmp_path: Path) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    (tmp_path / "empty").mkdir()
    assert site.run("build", "--output", str(tmp_path / "empty")).returncode == 0
    assert (tmp_path / "empty" / "index.html").is_file()


# --- foreign files


def test_foreign_file_in_the_way_of_a_page_stops_all(built: Site) -> None:
    built.note("cloud/four.md", "New.\n", title="Four")
    built.note("cloud/one.md", "Edited.\n", title="One, edited")
    (built.output / "cloud/four.html").write_text("mine")
    before = built.published()
    report = built.build()
    assert codes(report, "error") == ["foreign-file"]
    assert any(d.path.endswith("cloud/four.html") for d in report.diagnostics)
    assert built.published() == before
    (built.output / "cloud/four.html").unlink()
    assert built.build().published
    assert equals_clean(built)


def test_foreign_folder_in_the_way_of_a_page_stops_all(built: Site) -> None:
    built.note("cloud/four.md", "New.\n", title="Four")
    mine = built.output / "cloud/four.html/mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    before = built.published()
    assert codes(built.build(), "error") == ["foreign-file"]
    assert built.published() == before


def test_foreign_link_in_a_folder_in_the_way_stops_all(built: Site, tmp_path: Path) -> None:
    built.note("cloud/four.md", "New.\n", title="Four")
    (tmp_path / "elsewhere").mkdir()
    (built.output / "cloud/four.html").mkdir()
    (built.output / "cloud/four.html/link").symlink_to(tmp_path / "elsewhere")
    assert codes(built.build(), "error") == ["foreign-file"]
    assert (built.output / "cloud/four.html/link").is_symlink()


def test_empty_folder_in_the_way_gives_way(built: Site) -> None:
    built.note("cloud/four.md", "New.\n", title="Four")
    (built.output / "cloud/four.html/empty").mkdir(parents=True)
    assert built.build().published
    assert equals_clean(built)


def test_foreign_file_in_the_way_of_a_folder_stops_all(built: Site) -> None:
    built.note("docker/four.md", "New.\n", title="Four")
    (built.output / "docker").write_text("mine")
    before = built.published()
    assert codes(built.build(), "error") == ["foreign-file"]
    assert built.published() == before


def test_linked_folder_is_not_written_through(built: Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (built.output / "cloud").rename(elsewhere)
    (built.output / "cloud").symlink_to(elsewhere)
    before = published(elsewhere)
    built.note("cloud/one.md", "Edited.\n", title="Edited")
    assert codes(built.build(), "error")[0] == "foreign-file"
    assert published(elsewhere) == before


def test_linked_folder_is_not_pruned_through(built: Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (built.output / "cloud").rename(elsewhere)
    (built.output / "cloud").symlink_to(elsewhere)
    before = published(elsewhere)
    shutil.rmtree(built.root / "content/cloud")
    assert built.build().published
    assert published(elsewhere) == before
    assert built.run("clean").returncode == 0
    assert published(elsewhere) == before


def test_link_in_the_place_of_a_page_is_replaced_not_followed(built: Site, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (built.output / "cloud/one.html").unlink()
    (built.output / "cloud/one.html").symlink_to(tmp_path / "mine.txt")
    assert built.build().published
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert not (built.output / "cloud/one.html").is_symlink()
    assert equals_clean(built)


def test_record_that_names_files_elsewhere_owns_nothing_there(built: Site, tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    marker = built.output / STATE / "build.json"
    record = json.loads(marker.read_text())
    record["files"] |= {"../../victim.txt": "0", str(victim): "0", "": "0", ".": "0"}
    marker.write_text(json.dumps(record))
    assert built.build().published
    assert built.run("clean").returncode == 0
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"files": 3}', '{"files": {"index.html": 1}}'])
def test_damaged_record_owns_nothing(built: Site, damage: str) -> None:
    """Files that may be somebody's are neither written over nor deleted."""
    (built.output / STATE / "build.json").write_text(damage)
    (built.root / "content/cloud/two.md").unlink()
    before = {k: v for k, v in built.published().items() if STATE not in k and k != "index.html"}
    built.build()
    after = built.published()
    assert {name: after[name] for name in before} == before


# --- pruning and transitions


def test_pruning_takes_what_is_ours_and_empty_folders_only(built: Site) -> None:
    built.note("cloud/deep/er/four.md", "New.\n", title="Four")
    built.note("cloud/side/five.md", "New.\n", title="Five")
    built.build()
    mine = built.output / "cloud/side/mine.txt"
    mine.write_text("mine")
    shutil.rmtree(built.root / "content/cloud/deep")
    shutil.rmtree(built.root / "content/cloud/side")
    assert built.build().removed == 4  # the pages, and the texts that the search shows of them
    assert not (built.output / "cloud/deep").exists()
    assert [p.name for p in mine.parent.iterdir()] == ["mine.txt"]


def transition(site: Site, before: dict[str, str], after: dict[str, str]) -> Report:
    """Build with some files, then with others in their place."""
    for files in (before, after):
        for name in {name.split("/")[0] for name in before}:
            shutil.rmtree(site.root / name, ignore_errors=True)
        for name, text in files.items():
            site.write(name, text)
        report = site.build()
        assert report.published
        assert equals_clean(site, f"clean-{len(os.listdir(site.root.parent))}")
    return report


TRANSITIONS = {
    "file to folder": (["x"], ["x/y"]),
    "file to deep folder": (["x"], ["x/y/z", "x/w"]),
    "folder to file": (["x/y"], ["x"]),
    "deep folder to file": (["x/y/z", "x/w"], ["x"]),
    "another case": (["Logo.png"], ["logo.png"]),
    "another case of the folder": (["Img/logo.png"], ["img/logo.png"]),
    "another normal form": (["caf\u00e9.txt"], ["cafe\u0301.txt"]),
    "swapped": (["a/b", "c"], ["a", "c/b"]),
}


@pytest.mark.parametrize("name", TRANSITIONS)
def test_static_files_change_places(site: Site, name: str) -> None:
    before, after = ({f"static/{path}": path for path in paths} for paths in TRANSITIONS[name])
    transition(site, before, after)
    for path, text in after.items():
        published = normalize("NFC", path.removeprefix("static/"))
        assert (site.output / published).read_text() == text


@pytest.mark.parametrize("name", TRANSITIONS)
def test_linked_files_change_places(site: Site, name: str) -> None:
    def files(paths: list[str]) -> dict[str, str]:
        links = " ".join(f"[a file]({path})" for path in paths)
        return {**{f"content/cloud/{path}": path for path in paths}, "content/cloud/note.md": f"{links}\n"}

    before, after = TRANSITIONS[name]
    transition(site, files(before), files(after))


def test_page_gives_way_to_a_folder_of_its_name(site: Site) -> None:
    before = {"content/cloud/x.md": "Text.\n"}
    after = {"static/cloud/x.html/y.txt": "y", "content/docker/z.md": "Text.\n"}
    transition(site, {**before, "static/one.txt": ""}, after)


# --- disks that do not do what one wants


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small file system of its own on a folder, where the system lets us."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("no mount command")
    if done.returncode:
        pytest.skip(f"this test must be allowed to mount a file system: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fails_in_one_line(site: Site, *words: str) -> None:
    done = site.run("build")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: the site could not be written: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert "None" not in done.stderr
    for word in words:
        assert word in done.stderr


def fill(folder: Path) -> Path:
    """Leave no byte free on a file system."""
    filler = folder / "filler.bin"
    with filler.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    return filler


def test_full_disk_leaves_the_old_site(site: Site) -> None:
    with mounted(site.output, "size=1m"):
        site.note("cloud/one.md", "Text of one.\n", title="One")
        site.note("cloud/two.md", "Text of two.\n", title="Two")
        assert site.build().published
        filler = fill(site.output)
        before = site.published()
        site.note("cloud/one.md", "Edited.\n", title="One, edited")
        (site.root / "content/cloud/two.md").unlink()
        fails_in_one_line(site, "No space left on device")
        assert site.published() == before
        filler.unlink()
        assert site.run("build").returncode == 0
        assert equals_clean(site)


def test_disk_that_gets_full_while_staging_leaves_the_old_site(site: Site) -> None:
    with mounted(site.output, "size=1m"):
        site.note("cloud/one.md", "Text of one.\n", title="One")
        assert site.build().published
        before = site.published()
        site.note("cloud/one.md", "Edited.\n", title="One, edited")
        site.write("static/large.bin", b"x" * 2_000_000)
        fails_in_one_line(site, "No space left on device")
        assert site.published() == before
        site.write("static/large.bin", b"x" * 2_000)
        assert site.run("build").returncode == 0
        assert equals_clean(site)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that cannot be written to; permissions do not bind root, a file system does."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        with mounted(folder, "size=1m,ro"):
            yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(0o755)


def test_read_only_output_is_one_line(site: Site) -> None:
    site.note("cloud/one.md", "Text of one.\n", title="One")
    with read_only(site.output):
        fails_in_one_line(site, str(site.output))
    assert site.run("build").returncode == 0
    assert equals_clean(site)


def test_what_begins_a_site_is_written_whole_or_not_at_all(site: Site) -> None:
    with mounted(site.root / "disk", "size=64k"):
        for name in ("site/content", "empty"):
            (site.root / "disk" / name).mkdir(parents=True)
        fill(site.root / "disk")
        config = site.root / "disk/site/notes-site.toml"
        for command in (["new", "Title"], ["init", "."]):
            cwd = config.parent if command[0] == "new" else site.root / "disk/empty"
            done = run(*command, cwd=cwd)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
            assert "No space left on device" in done.stderr
            assert not [path for path in cwd.rglob("*") if path.is_file()]


def test_read_only_place_of_a_new_site_is_one_line(site: Site) -> None:
    with read_only(site.root / "content"):
        for command in (["new", "Title"], ["init", "content/sub"]):
            done = site.run(*command)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
            assert done.stderr.startswith("error: ")


# --- one build at a time


def test_second_build_says_who_holds_the_lock(built: Site) -> None:
    built.note("cloud/one.md", "Edited.\n", title="One, edited")
    before = built.published()
    with lock(built.output / STATE):
        done = built.run("build")
        assert done.returncode == 1
        assert f"another build of this folder is running (process {os.getpid()})" in done.stderr
        assert built.published() == before
        assert built.run("check").returncode == 0  # writes nothing, so needs no lock
    assert built.run("build").returncode == 0


def test_builds_of_other_folders_do_not_wait(built: Site, tmp_path: Path) -> None:
    with lock(built.output / STATE):
        assert built.run("build", "--output", str(tmp_path / "other")).returncode == 0


# --- the same bytes


def test_one_and_four_processes_give_the_same_bytes(site: Site) -> None:
    write_course(site.root, 120)
    assert site.run("build", "--jobs", "1", "--output", "one").returncode == 0
    shutil.rmtree(site.root / STATE)
    assert site.run("build", "--jobs", "4", "--output", "four").returncode == 0
    one, four = published(site.root / "one"), published(site.root / "four")
    assert len(one) > 150
    assert one == four


def test_the_folder_and_its_name_change_nothing(built: Site, tmp_path: Path) -> None:
    shutil.copytree(built.root / "content", tmp_path / "another place/content")
    other = Site(tmp_path / "another place")
    other.write("notes-site.toml", 'title = "Course"\n')
    other.build(output="somewhere else")
    assert published(other.root / "somewhere else") == built.published()


# --- the cache


@pytest.mark.parametrize(
    "damage",
    [
        "random bytes", "text", "truncated 0", "truncated 0.01", "truncated 0.3", "truncated 0.7", "zeros 0.2",
        "zeros 0.5", "zeros 0.8", "another schema", "a folder", "its folder is a file",
    ],
)  # fmt: skip
def test_damaged_cache_is_an_empty_cache(built: Site, damage: str) -> None:
    path = built.root / STATE / "cache.db"
    data = path.read_bytes()
    size = len(data)
    if damage == "random bytes":
        path.write_bytes(bytes(n * n % 251 for n in range(size)))
    elif damage == "text":
        path.write_text("not a database")
    elif damage.startswith("truncated"):
        path.write_bytes(data[: int(size * float(damage.split()[1]))])
    elif damage.startswith("zeros"):
        start = int(size * float(damage.split()[1]))
        path.write_bytes(data[:start] + bytes(8192) + data[start + 8192 :])
    elif damage == "another schema":
        path.unlink()
        script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('CREATE TABLE memo (x)'); "
        script += "db.execute('PRAGMA user_version = 999'); db.commit()"
        subprocess.run([sys.executable, "-c", script, path], check=True)
    elif damage == "a folder":
        path.unlink()
        (path / "inside").mkdir(parents=True)
    elif damage == "its folder is a file":
        shutil.rmtree(path.parent)
        path.parent.write_text("")
    before = built.published()
    assert built.run("build").returncode == 0
    assert built.published() == before
    built.note("cloud/one.md", "Edited.\n", title="One, edited", time="5 min")
    assert built.build().published
    assert equals_clean(built)


def test_init_on_a_full_disk_leaves_no_file_and_can_be_done_again(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    for inodes in range(3, 7):
        with mounted(disk, f"nr_inodes={inodes}"):
            done = run("init", ".", cwd=disk)
            assert done.returncode == 1, inodes
            assert "No space left" in done.stderr
            assert [path for path in disk.rglob("*") if path.is_file()] == []
            subprocess.run(["mount", "-o", "remount,nr_inodes=100", disk], check=True)
            assert run("init", ".", cwd=disk).returncode == 0
            assert {path.name for path in disk.rglob("*.*")} >= {"notes-site.toml", "index.md", "first-resource.md"}


def test_read_only_place_for_the_cache_is_no_cache(site: Site) -> None:
    site.note("cloud/one.md", "Text of one.\n", title="One")
    with read_only(site.root / STATE):
        for text in ("Text of one.\n", "Edited.\n"):
            site.note("cloud/one.md", text, title="One")
            assert site.run("build").returncode == 0
            assert equals_clean(site, text[:6])


def test_read_only_cache_is_used_as_it_is(site: Site) -> None:
    with mounted(site.root / STATE, "size=4m"):
        site.note("cloud/one.md", "Text of one.\n", title="One")
        assert site.build().published
        subprocess.run(["mount", "-o", "remount,ro", site.root / STATE], check=True)
        site.note("cloud/one.md", "Edited.\n", title="One, edited")
        assert site.run("build").returncode == 0
        assert equals_clean(site)


def test_cache_of_another_program_is_not_believed(built: Site, tmp_path: Path) -> None:
    """The other program shows times in another way."""
    other = tmp_path / "program"
    for name in ("notes_site", "templates", "static"):
        shutil.copytree(REPO / name, other / name)
    durations = other / "notes_site/base/durations.py"
    durations.write_text(durations.read_text().replace('return f"{rest} min"', 'return f"{rest} minutes"'))
    env = {**os.environ, "PYTHONPATH": str(other)}
    done = subprocess.run([sys.executable, "-m", "notes_site", "build"], cwd=built.root, env=env, check=False)
    assert done.returncode == 0
    assert "30 minutes" in built.page("cloud/one.html")
    assert built.run("build").returncode == 0
    assert "30 minutes" not in built.page("cloud/one.html")
    assert equals_clean(built)


# --- what is written, and when


def test_touched_inputs_write_nothing(built: Site) -> None:
    before = stamps(built.output)
    for path in [*(built.root / "content").rglob("*"), built.root / "notes-site.toml"]:
        path.touch()
    report = built.build()
    assert (report.written, report.removed) == (0, 0)
    assert stamps(built.output) == before


def test_files_that_stay_the_same_are_not_touched(built: Site) -> None:
    before = stamps(built.output)
    built.note("cloud/two.md", "Another text, [data](data.csv).\n", title="Two", time="20 min")
    report = built.build()
    after = stamps(built.output)
    changed = {Path(path).relative_to(built.output).as_posix() for path in before if after[path] != before[path]}
    assert changed - {f"{STATE}/build.json"} == {path for path, _ in report.why}
    assert {"cloud/two.html"} <= changed
    assert "index.html" not in changed
    assert "cloud/one.html" not in changed


def test_output_that_was_tampered_with_is_mended(built: Site) -> None:
    before = built.published()
    (built.output / "cloud/one.html").write_text("spoiled")
    (built.output / "cloud/two.html").unlink()
    shutil.rmtree(built.output / "tags")
    report = built.build()
    assert built.published() == before
    assert dict(report.why)["cloud/one.html"] == ("changed in the output",)
    assert dict(report.why)["cloud/two.html"] == ("deleted from the output",)


@pytest.mark.parametrize("name", ["lock", "staging/x.txt"])
def test_names_of_our_own_files_are_nothing_special_elsewhere(built: Site, name: str) -> None:
    built.write(f"static/{name}", "mine")
    assert built.run("build").returncode == 0
    (built.output / name).write_text("spoiled")
    assert built.run("build").returncode == 0
    assert (built.output / name).read_text() == "mine"


def test_state_folder_in_static_is_no_part_of_the_site(built: Site) -> None:
    built.write(f"static/{STATE}/build.json", "{}")
    built.write("static/.well-known/security.txt", "Contact: x")
    assert built.build().published
    assert json.loads(built.page(f"{STATE}/build.json"))["state"] == "complete"
    assert built.page(".well-known/security.txt") == "Contact: x"


def test_staging_is_gone_after_success_and_failure(built: Site) -> None:
    assert sorted(os.listdir(built.output / STATE)) == ["build.json", "lock"]
    built.note("cloud/one.md", "Edited.\n", title="One", level="nonsense")
    assert not built.build().published
    assert sorted(os.listdir(built.output / STATE)) == ["build.json", "lock"]
    assert (built.output / STATE / "lock").read_bytes() == b""


def test_complete_record_names_all_files_with_their_digests(built: Site) -> None:
    record = json.loads(built.page(f"{STATE}/build.json"))
    files = {k: digest(v) for k, v in built.published().items() if not k.startswith(STATE)}
    assert {**record, "files": {path: row[0] for path, row in record["files"].items()}} == {
        "schema": 2,
        "state": "complete",
        "drafts": False,
        "diagnostics": {"no-base-url": 1, "no-link": 3},
        "sources": record["sources"],
        "files": files,
    }
    lists = {path for path, row in record["files"].items() if row[1] == "list"}
    named = {path for path in files if path.endswith(".html") and not path.startswith(("cloud/", "docker/"))}
    assert lists == named - {"index.html"}
    built.build(drafts=True)
    assert json.loads(built.page(f"{STATE}/build.json"))["drafts"] is True


def of_schema_1(site: Site) -> None:
    """Turn the record of a site into one that earlier versions wrote."""
    path = site.output / STATE / "build.json"
    record = json.loads(path.read_bytes())
    lists = [name for name, row in record["files"].items() if row[1] in ("list", "home")]
    files = {name: row[0] for name, row in record["files"].items()}
    path.write_text(json.dumps({**record, "schema": 1, "lists": lists, "files": files}))


def test_a_record_of_an_earlier_version_is_read(built: Site) -> None:
    before = owned_files(built.output)
    of_schema_1(built)
    assert {p: f[:3] for p, f in owned_files(built.output).items()} == {p: f[:3] for p, f in before.items()}
    target = built.root.parent / "target"
    assert built.run("deploy", "--stale", str(target)).returncode == 0
    assert (target / "cloud/two.html").is_file()
    (built.root / "content/cloud/two.md").unlink()
    report = built.build()
    assert (report.published, "cloud/two.html" in built.published()) == (True, False)
    assert {path for path in before if "two" not in path} - {*owned_files(built.output)} == {"cloud/data.csv"}


DRIVER = """
import os, signal, sys
from pathlib import Path
from typing import Any
from tests.harness import Site
site, renames = Site(Path(sys.argv[1])), 0

def hook(event, arguments):
    global renames
    if event == "os.rename" and str(site.output) in str(arguments):
        renames += 1
        if renames == 3:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
site.build(jobs=1)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_record_of_a_killed_build_names_old_and_new_files(built: Site) -> None:
    old = set(json.loads(built.page(f"{STATE}/build.json"))["files"])
    (built.root / "content/cloud/two.md").unlink()
    built.note("docker/four.md", "New.\n", title="Four")
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    done = subprocess.run([sys.executable, "-c", DRIVER, built.root], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    record = json.loads(built.page(f"{STATE}/build.json"))
    assert record["state"] == "in-progress"
    assert set(record["files"]) == old | {
        "docker/four.html",
        "docker.html",
        "search/_docker/_four.js",
        "print/docker.html",
    }
    assert built.build().published
    assert json.loads(built.page(f"{STATE}/build.json"))["state"] == "complete"
    assert built.published() == built.clean_build(built.root.parent / "clean")


def test_failed_first_build_leaves_no_site(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One", level="nonsense")
    assert not site.build().published
    assert {k for k in site.published() if STATE not in k} == set()
    site.note("cloud/one.md", "Text.\n", title="One")
    assert site.build().published


# --- templates


def pages_of(report: Report, reason: str = "template") -> set[str]:
    return {path for path, reasons in report.why if reason in reasons}


def test_template_is_overridden(built: Site) -> None:
    built.write("templates/note.html", "<p>own: {{ view.row.title }}</p>\n")
    report = built.build()
    assert pages_of(report) == {path for path, _ in report.why} == {f"cloud/{n}.html" for n in ("one", "two", "three")}
    assert built.page("cloud/one.html") == "<p>own: One</p>"
    (built.root / "templates/note.html").unlink()
    built.build()
    assert "<h1>One</h1>" in built.page("cloud/one.html")


def test_template_extends_the_one_that_it_replaces(built: Site) -> None:
    built.write(
        "templates/note.html",
        '{% extends "default/note.html" %}\n{% block main %}<p>before</p>{{ super() }}{% endblock %}\n',
    )
    built.build()
    page = built.page("cloud/one.html")
    assert page.index("<p>before</p>") < page.index("<h1>One</h1>")


def test_part_is_overridden_for_all_that_use_it(built: Site) -> None:
    default = (REPO / "templates/parts.html").read_text()
    built.write(
        "templates/parts.html",
        default.replace("{% macro numbers(sums, more=()) %}", "{% macro numbers(sums, more=()) %}<p>numbers</p>"),
    )
    report = built.build()
    assert pages_of(report) == {path for path, _ in report.why}
    assert "<p>numbers</p>" in built.page("index.html")
    assert "404.html" not in pages_of(report)


@pytest.mark.parametrize(
    "include", ['["a.html", "b.html"]', '["a.html", "b.html"] ignore missing', '"a.html" ignore missing']
)
def test_template_that_comes_into_being_is_seen(built: Site, include: str) -> None:
    built.write("templates/404.html", f"[{{% include {include} %}}]")
    alone = "ignore missing" in include
    if not alone:
        built.write("templates/b.html", "b")
    assert built.build().published
    assert built.page("404.html") == ("[]" if alone else "[b]")
    built.write("templates/a.html", "a")
    assert {path for path, _ in built.build().why} == {"404.html"}
    assert built.page("404.html") == "[a]"
    (built.root / "templates/a.html").unlink()
    built.build()
    assert built.page("404.html") == ("[]" if alone else "[b]")


def test_template_that_is_not_there_is_an_error_that_names_it(built: Site) -> None:
    before = built.published()
    built.write("templates/404.html", '<p>\n{% include "partz.html" %}')
    report = built.build()
    problem = next(d for d in report.diagnostics if d.severity == "error")
    assert (problem.path, problem.line, problem.code) == ("templates/404.html", 2, "no-template")
    assert "parts.html" in problem.hint
    assert built.published() == before


@pytest.mark.parametrize(
    ("template", "pages"),
    [
        ("note.html", {"cloud/one.html", "cloud/two.html", "cloud/three.html"}),
        ("home.html", {"index.html"}),
        ("area.html", {"cloud.html"}),
        ("resources.html", {"resources.html", "resources-by-time.html", "resources-by-date.html"}),
        ("tag.html", {"tags/x.html"}),
        ("404.html", {"404.html"}),
    ],
)
def test_template_change_rewrites_exactly_its_pages(built: Site, template: str, pages: set[str]) -> None:
    built.write(f"templates/{template}", (REPO / "templates" / template).read_text() + "<!-- changed -->")
    report = built.build()
    # Nothing stands outside of the blocks of a child template: the key changes, the bytes do not.
    assert {path for path, _ in report.why} <= pages
    built.write(
        f"templates/{template}",
        f'{{% extends "default/{template}" %}}{{% block main %}}<p>changed</p>{{{{ super() }}}}{{% endblock %}}',
    )
    report = built.build()
    assert {path for path, _ in report.why} == pages_of(report) == pages
    for page in pages:
        assert "<p>changed</p>" in built.page(page)


def test_a_note_saved_between_scan_and_parse_is_never_kept_under_its_old_digest(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = site.note("cloud/one.md", "Old text.\n", title="One")
    site.write("notes-site.toml", 'title = "x"\n')
    site.build()
    site.write("notes-site.toml", 'title = "x"\ntypographer = true\n')  # every note is parsed again
    scan = inputs.read_inputs

    def save_after(*arguments: Any) -> Any:
        found = scan(*arguments)
        note.write_text(note.read_text().replace("Old", "New"))
        return found

    monkeypatch.setattr("notes_site.build.load.read_inputs", save_after)
    site.build()
    monkeypatch.undo()
    note.write_text(note.read_text().replace("New", "Old"))
    site.build()
    assert "Old text." in site.page("cloud/one.html")


def test_a_build_beside_a_file_that_keeps_growing_ends_with_or_without_it_and_the_next_has_it_whole(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    log = site.write("static/log.txt", "")
    done = threading.Event()

    def grow() -> None:
        while not done.wait(0.002):
            with log.open("a") as file:
                file.write("line\n")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        first = site.run("build", timeout=60)
    finally:
        done.set()
        writer.join()
    assert (first.returncode, "[changed]" in first.stderr) in ((0, False), (1, True))
    assert site.build().published
    assert site.page("log.txt") == log.read_text()


FILM = """
import os, resource, sys
from pathlib import Path
from notes_site.serve.preview import Preview
from tests.harness import Site

site = Site(Path(sys.argv[1]))
site.build()
film = site.root / "static/film.mp4"
preview = Preview(site.project)
film.touch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
os.truncate(film, 300_000_001)
assert preview.refresh([film])
assert site.build().published
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // (1024 if sys.platform == "darwin" else 1))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no `resource`")
def test_a_film_is_never_in_memory_as_a_whole(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    site.write("static/film.mp4", b"film")
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    command = [sys.executable, "-c", FILM, str(site.root)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60_000, "kilobytes"
    assert (site.output / "film.mp4").stat().st_size == 300_000_001


def test_a_content_folder_made_after_its_absence_was_told_is_seen(site: Site) -> None:
    (site.root / "content").rmdir()
    site.write("notes-site.toml", 'title = "x"\n')
    assert site.run("build").returncode == 1
    (site.root / "content").mkdir()
    assert site.run("build").returncode == 0


def test_check_tells_what_is_in_the_way(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    site.build()
    site.write("static/extra.html", "<p>x")
    site.write("public/extra.html", "foreign")
    assert "foreign-file" in site.run("check").stderr


def test_clean_waits_for_no_build_and_spoils_none(built: Site) -> None:
    before = built.published()
    with lock(built.output / STATE):
        done = built.run("clean")
        assert (done.returncode, done.stdout) == (1, "")
        assert f"another build of this folder is running (process {os.getpid()})" in done.stderr
    assert built.published() == before
    assert (built.root / STATE / "cache.db").is_file()
    assert built.run("clean").returncode == 0
    assert not built.output.exists()


def test_clean_spoils_no_first_build(site: Site) -> None:
    with lock(site.output / STATE):
        assert site.run("clean").returncode == 1


def test_clean_names_what_it_could_not_delete(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    assert site.build().published
    files = len(site.published()) - 1  # less the record
    with mounted(site.output / "cloud", "size=1m"):
        (site.output / "cloud/one.html").write_text("cannot be deleted")
        subprocess.run(["mount", "-o", "remount,ro", site.output / "cloud"], check=True)
        done = site.run("clean")
        assert done.returncode == 1
        assert done.stdout == f"removed {files - 1} files from {site.output}, and the cache\n"
        assert done.stderr == f"error: could not be deleted: {site.output}/cloud/one.html\n"
        subprocess.run(["mount", "-o", "remount,rw", site.output / "cloud"], check=True)
        assert site.run("clean").returncode == 0  # it still knows that this is ours
        assert site.published() == {}


def test_clean_of_a_read_only_folder_claims_nothing(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    with mounted(site.output, "size=4m"), mounted(site.root / STATE, "size=4m"):
        assert site.build().published
        before = site.published()
        for folder in (site.output, site.root / STATE):
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        done = site.run("clean")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("error: nothing was deleted: Read-only file system: ")
        assert site.published() == before
        done = site.run("clean", "--output", "elsewhere")
        assert (done.returncode, done.stdout) == (1, "removed 0 files from elsewhere\n")
        assert "could not be deleted: " in done.stderr


def test_clean_leaves_a_folder_alone_that_is_not_ours(site: Site) -> None:
    empty = site.root / "empty"
    empty.mkdir()
    assert site.run("clean", "--output", "empty").returncode == 0
    assert empty.is_dir()
