"""What lies where a file of ours should: pipes, folders, damaged records, what nobody may read: an error, no hang."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_site.base import jsondata
from notes_site.storage.files import STATE, read_json, read_regular
from tests.harness import REPO, Site, codes

pytestmark = pytest.mark.slow

AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""What binds root to permissions, as they bind everybody else."""

pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
permissions = pytest.mark.skipif(sys.platform != "linux", reason="permissions bind root on Linux only, by setpriv")


@pytest.fixture
def built(site: Site) -> Site:
    site.write("notes-site.toml", 'title = "Course"\n')
    site.note("cloud/one.md", "Text of one.\n", title="One")
    assert site.build().published
    return site


def bound(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as somebody whom permissions bind."""
    prefix = AS_OTHERS if os.geteuid() == 0 else ()
    env = {**os.environ, "PYTHONPATH": str(REPO), "NO_COLOR": "1"}
    command = [*prefix, sys.executable, "-m", "notes_site", *arguments]
    return subprocess.run(command, cwd=site.root, env=env, capture_output=True, text=True, check=False, timeout=60)


# --- the output folder


@pipes
def test_a_pipe_in_the_place_of_a_page_is_an_error_and_stays(built: Site) -> None:
    page = built.output / "cloud/one.html"
    page.unlink()
    os.mkfifo(page)
    before = built.published()
    for command in (["build"], ["build"], ["check"]):
        done = built.run(*command, timeout=60)
        assert "public/cloud/one.html: error: this is in the way of `cloud/one.html`" in done.stderr
        assert done.returncode == 1
    assert built.published() == before
    done = built.run("clean", timeout=60)
    assert (done.returncode, page.is_fifo()) == (1, True)
    assert f"could not be deleted: {page}" in done.stderr
    page.unlink()
    assert built.run("build", timeout=60).returncode == 0
    assert page.is_file()


@pipes
def test_a_pipe_in_the_place_of_a_page_that_goes_stays(built: Site) -> None:
    page = built.output / "cloud/one.html"
    page.unlink()
    os.mkfifo(page)
    (built.root / "content/cloud/one.md").unlink()
    built.note("cloud/two.md", "Text.\n", title="Two")
    assert built.build().published
    assert page.is_fifo()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo if hasattr(os, "mkfifo") else Path.touch,
    "a folder": Path.mkdir,
    "deep": lambda path: path.write_text("[" * 100_000),
    "deep, as a record": lambda path: path.write_text('{"files": ' + '{"a":' * 100_000),
    "no record": lambda path: path.write_text("[]"),
    "a number too long": lambda path: path.write_text('{"files": ' + "9" * 10_000 + "}"),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\0"),
}


@pipes
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_one_problem_and_deletes_nothing(damage: str, built: Site) -> None:
    record = built.output / STATE / "build.json"
    pages = {path: data for path, data in built.published().items() if STATE not in path}
    record.unlink()
    DAMAGES[damage](record)
    built.note("cloud/one.md", "Text of one, edited.\n", title="One")
    for command in (["clean"], ["build"], ["check"]):
        done = built.run(*command, timeout=60)
        assert "Traceback" not in done.stderr, (command, done)
        assert done.stderr.count("error: ") <= 1, (command, done)
    assert {path: data for path, data in built.published().items() if STATE not in path} == pages


@permissions
def test_a_record_that_nobody_may_read_is_one_problem(built: Site) -> None:
    record = built.output / STATE / "build.json"
    record.chmod(0)
    built.note("cloud/one.md", "Text of one, edited.\n", title="One")
    done = bound(built, "build")
    assert done.stderr.startswith(
        f"public/{STATE}/build.json: error: this cannot be read: Permission denied [unreadable]"
    )
    assert done.stderr.count("error: ") == 1
    done = bound(built, "clean")
    assert (done.returncode, done.stderr) == (1, f"error: nothing was deleted: Permission denied: {record}\n")
    record.chmod(0o644)
    assert bound(built, "build").returncode == 0


@permissions
@pytest.mark.parametrize("folder", ["cloud", "."])
def test_what_cannot_be_written_is_called_by_its_own_name(folder: str, built: Site) -> None:
    built.note("cloud/one.md", "Text of one, edited.\n", title="One")
    built.write("static/new.txt", "x")
    (built.output / folder).chmod(0o555)
    done = bound(built, "build")
    (built.output / folder).chmod(0o755)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: the site could not be written: Permission denied: {built.output}")
    assert "staging" not in done.stderr


# --- the config


@permissions
def test_a_config_that_nobody_may_read_is_named(built: Site) -> None:
    config = built.root / "notes-site.toml"
    config.chmod(0)
    for command in (["build"], ["check"], ["clean"], ["new", "Title"], ["stats"]):
        done = bound(built, *command)
        assert done.stderr.startswith("notes-site.toml: error: this cannot be read: Permission denied [unreadable]")
        assert done.returncode == 1
    assert (built.output / "index.html").is_file()


@pipes
def test_a_config_that_is_no_file_is_never_no_config(built: Site) -> None:
    config = built.root / "notes-site.toml"
    before = built.published()
    for make in (os.mkfifo, Path.mkdir, lambda path: path.symlink_to("nowhere.toml")):
        config.rmdir() if config.is_dir() else config.unlink()
        make(config)
        for command in (["build"], ["new", "Title"], ["export", "readme"], ["deploy", "somewhere"], ["import", "x.md"]):
            built.write("x.md", "# Title\n")
            done = built.run(*command, timeout=60)
            assert "notes-site.toml: error: this" in done.stderr, (command, done)
            assert done.returncode == 1
        assert built.published() == before


def test_a_link_to_nothing_is_noticed_where_there_was_no_config(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    assert site.run("build").returncode == 0
    site.project.config.symlink_to("nowhere.toml")
    assert "[link-dangling]" in site.run("build").stderr
    assert codes(site.build(), "error") == ["link-dangling"]


# --- few descriptors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("cold", [True, False])
def test_too_few_descriptors_are_one_line(cold: bool, built: Site) -> None:
    import resource

    for most in range(5, 10):
        if cold:
            built.run("clean")
        done = built.run("build", preexec_fn=lambda n=most: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
        if "init_import_site" in done.stderr:  # with so few Python itself does not start
            continue
        assert "Traceback" not in done.stderr, (most, done.stderr)
        assert done.returncode == 0 or done.stderr.startswith("error: "), (most, done.stderr)
        assert "another build" not in done.stderr


# --- reading what others may have written


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    for place in (tmp_path, "/dev/null" if os.name != "nt" else tmp_path):
        with pytest.raises(OSError, match=r"regular|denied"):
            read_regular(place)
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    assert read_regular(tmp_path / "file") == b"x" * 100_000


@pytest.mark.parametrize("text", ["", "[" * 10**6, '{"a":' * 10**6, "NaN", "-Infinity", "1e999", "9" * 5000, "\ud800"])
def test_json_of_others_is_a_value_or_a_value_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ValueError, match=r"."):
        read_json(file)


VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_of_ours_is_read_as_it_was(value: object) -> None:
    assert jsondata.decode(json.dumps(value)) == value


# --- paths as people type them


def test_a_tilde_is_the_home_folder_on_the_command_line_and_refused_in_the_settings(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    site.note("cloud/one.md", "Text.\n", title="One")
    assert site.run("build", "--output=~/out").returncode == 0
    assert (tmp_path / "out/index.html").is_file()
    assert site.run("init", "~/begun").returncode == 0
    assert (tmp_path / "begun/content").is_dir()
    assert site.run("build", "--output", "~").returncode == 1
    assert not (site.root / "~").exists()
    for setting in ('output = "~/out"', 'content = "~"'):
        site.write("notes-site.toml", f"{setting}\n")
        assert codes(site.build(), "error") == ["bad-setting"], setting
    assert not (site.root / "~").exists()
