"""The command line: what each command says, on which stream, with which exit code."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from benchmarks.generate import write_course
from notes_site.base.diagnostics import columns
from notes_site.cli.main import cli
from notes_site.content.frontmatter import json_schema
from notes_site.storage.files import STATE
from tests.harness import REPO, Site, run

COMMANDS = list(cli.commands)
SUMMARY = re.compile(r"(\d+) notes?, (\d+) pages: (\d+) written, (\d+) unchanged, (\d+) removed in \d+\.\d\d s\n")


@pytest.fixture
def course(site: Site) -> Site:
    """A site of two notes without any problem worth a warning."""
    site.write("notes-site.toml", 'title = "Course"\nbase_url = "https://example.org"\n')
    more = {"level": "beginner", "link": "https://example.org/x"}
    site.note("cloud/one.md", "Text.\n", title="Lab: One", time="30 min", estimate="20 min", date="2018-10-29", **more)
    site.note("cloud/two.md", title="Video: Two", estimate="10 min", **more)
    return site


def quick(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, where nothing but its words and exit code matters."""
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(cli, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def ok(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    """Return the standard output of a command that ended as expected."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout


def usage_error(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command said that was used wrongly."""
    assert ok(done, 2) == ""
    return done.stderr


# --- help and wrong usage


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_an_example(tmp_path: Path, command: str) -> None:
    text = ok(run(*command.split(), "-h" if command else "--help", cwd=tmp_path))
    assert text.startswith("Usage: ")
    example = text.split("Example:\n")[1]
    assert f"  notes-site {command}".rstrip() in example


def test_help_lists_every_command(tmp_path: Path) -> None:
    text = ok(run("--help", cwd=tmp_path)).split("Commands:\n")[1]
    assert re.findall(r"^  ([a-z]+) +\S.*\.$", text, re.MULTILINE) == COMMANDS
    assert "..." not in text, "a summary does not fit into its line"


def test_every_command_of_the_readme_exists() -> None:
    readme = (REPO / "README.md").read_text()
    assert set(re.findall(r"^\| `notes-site ([a-z]+)", readme, re.MULTILINE)) <= set(COMMANDS)


def test_version(tmp_path: Path) -> None:
    assert re.fullmatch(r"notes-site, version \d+\.\d+\.\d+\n", ok(run("--version", cwd=tmp_path)))


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["biuld"], "build"),
        (["stat"], "stats"),
        (["build", "--stirct"], "--strict"),
        (["build", "--draft"], "--drafts"),
        (["new", "x", "--lvel", "y"], "--level"),
        (["--confg", "x", "build"], "--config"),
    ],
)
def test_slips_get_a_suggestion(course: Site, arguments: list[str], suggestion: str) -> None:
    said = usage_error(quick(course.root, *arguments))
    assert "did you mean" in said.lower()
    assert suggestion in said.split("did you mean")[-1].split("Did you mean")[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["build", "extra"],
        ["build", "--jobs", "0"],
        ["build", "--jobs", "x"],
        ["init"],
        ["new"],
        ["build", "--today", "9999-12-31"],
        ["build", "--today", "0001-01-01"],
    ],
)
def test_wrong_usage_is_exit_code_2(course: Site, arguments: list[str]) -> None:
    assert "Error: " in usage_error(quick(course.root, *arguments))


@pytest.mark.parametrize("command", ["build", "check", "stats", "clean", "new"])
def test_outside_of_a_project_it_says_what_to_do(tmp_path: Path, command: str) -> None:
    said = usage_error(run(command, *(["Title"] if command == "new" else []), cwd=tmp_path))
    assert "notes-site init DIR" in said
    assert list(tmp_path.iterdir()) == []


# --- build


def test_build_says_what_it_did_in_one_line(course: Site) -> None:
    done = quick(course.root, "build")
    first = SUMMARY.fullmatch(ok(done))
    assert first
    pages = len([p for p in course.output.rglob("*") if p.is_file() and STATE not in p.parts])
    assert [int(n) for n in first.groups()] == [2, pages, pages, 0, 0]
    assert done.stderr == ""
    again = SUMMARY.fullmatch(ok(quick(course.root, "build")))
    assert again
    assert [int(n) for n in again.groups()] == [2, pages, 0, pages, 0]
    (course.root / "content/cloud/two.md").unlink()
    third = SUMMARY.fullmatch(ok(quick(course.root, "build")))
    assert third
    notes, left, written, unchanged, removed = (int(n) for n in third.groups())
    assert (notes, left, removed) == (1, pages - 1, 1)
    assert written + unchanged == left


def test_build_json(course: Site) -> None:
    course.note("cloud/one.md", "See [that](gone.md).\n", title="Lab: One")
    done = quick(course.root, "build", "--json")
    report = json.loads(ok(done))
    assert done.stderr == ""
    assert {k: type(v).__name__ for k, v in report.items()} == {
        "notes": "int", "pages": "int", "written": "int", "unchanged": "int", "removed": "int",
        "diagnostics": "list", "why": "dict", "published": "bool", "output": "str", "seconds": "float",
    }  # fmt: skip
    assert report["published"] is True
    assert Path(report["output"]) == course.output
    assert report["why"]["cloud/one.html"] == ["new"]
    broken = next(d for d in report["diagnostics"] if d["code"] == "broken-link")
    assert broken["path"] == "content/cloud/one.md"
    assert (broken["severity"], broken["line"], broken["text"]) == ("warning", 4, "See [that](gone.md).")
    assert set(broken) == {"path", "line", "column", "length", "severity", "code", "message", "hint", "text"}
    again = json.loads(ok(quick(course.root, "build", "--json")))
    assert (again["written"], again["unchanged"], again["why"]) == (0, report["pages"], {})
    assert again["diagnostics"] == report["diagnostics"]


def test_build_json_of_a_failure(course: Site) -> None:
    course.note("cloud/one.md", "Text.\n", title="One", level="expert")
    report = json.loads(ok(quick(course.root, "build", "--json"), 1))
    assert (report["published"], report["written"], report["unchanged"]) == (False, 0, 0)
    assert [d["code"] for d in report["diagnostics"] if d["severity"] == "error"] == ["unknown-level"]


def test_why(course: Site) -> None:
    quick(course.root, "build")
    course.note("cloud/three.md", "Text.\n", title="Three", time="5 min", link="https://example.org")
    (course.output / "cloud/two.html").unlink()
    lines = ok(quick(course.root, "build", "--why")).splitlines()
    assert "cloud/three.html: new" in lines
    assert "cloud.html: nav, sums, levels" in lines
    assert SUMMARY.fullmatch(lines[-1] + "\n")
    assert len(lines) - 1 == int(SUMMARY.fullmatch(lines[-1] + "\n")[3])  # type: ignore[index]
    assert len(ok(quick(course.root, "build", "--why")).splitlines()) == 1


def test_drafts(course: Site) -> None:
    course.note("cloud/draft.md", "Text.\n", title="Draft", draft=True)
    assert ok(quick(course.root, "build")).startswith("2 notes, ")
    assert not (course.output / "cloud/draft.html").exists()
    assert ok(quick(course.root, "build", "--drafts")).startswith("3 notes, ")
    assert (course.output / "cloud/draft.html").exists()
    assert ok(quick(course.root, "build")).startswith("2 notes, ")
    assert not (course.output / "cloud/draft.html").exists()


@pytest.mark.parametrize("command", ["build", "check"])
def test_strict_makes_warnings_stop(course: Site, command: str) -> None:
    course.note("cloud/one.md", "[unused]: x\n", title="One")
    done = quick(course.root, command)
    ok(done)
    assert "warning" in done.stderr
    before = course.published()
    for _ in range(2):  # found out, then remembered
        strict = quick(course.root, command, "--strict")
        said = ok(strict, 1)
        assert "unused-reference" in strict.stderr
        if command == "build":
            assert "1 warning under --strict, nothing published" in said
    assert course.published() == before
    ok(quick(course.root, command))


def test_errors_stop_and_are_shown_each_time(course: Site) -> None:
    ok(quick(course.root, "build"))
    before = course.published()
    course.note("cloud/one.md", "Text.\n", title="One", level="beginer")
    for _ in range(2):
        done = quick(course.root, "build")
        assert re.fullmatch(r"2 notes: 1 error, nothing published \(\d+\.\d\d s\)\n", ok(done, 1))
        assert done.stderr.startswith("content/cloud/one.md:3:8: error: `beginer` is not one of the levels")
        assert '    3 | level: "beginer"\n' in done.stderr
        assert "help: did you mean `Beginner`?" in done.stderr
    assert course.published() == before


def test_output_elsewhere(course: Site, tmp_path: Path) -> None:
    ok(quick(course.root, "build", "--output", str(tmp_path / "elsewhere")))
    assert (tmp_path / "elsewhere/index.html").is_file()
    assert not course.output.exists()


def test_output_is_relative_to_the_working_directory(course: Site) -> None:
    (course.root / "sub").mkdir()
    ok(run("build", "--output", "site", cwd=course.root / "sub"))
    assert (course.root / "sub/site/index.html").is_file()


def test_clean_flag_forgets_the_cache(course: Site) -> None:
    ok(quick(course.root, "build"))
    before = course.published()
    assert re.search(r": 0 written, \d+ unchanged", ok(quick(course.root, "build", "--clean")))
    assert course.published() == before


# --- check, clean


def test_check_writes_nothing_and_shows_all(course: Site) -> None:
    course.note("cloud/one.md", "See [that](gone.md).\n", title="One")
    done = quick(course.root, "check")
    assert ok(done, 1) == "0 errors, 1 warning\ndeploy would stop: 1 broken link\n"
    assert not course.output.exists()
    assert "broken-link" in done.stderr
    assert "no-link" in done.stderr  # notes too, which `build` only counts


def test_check_tells_dates_in_the_future(course: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1540684800")  # 2018-10-28
    told = "content/cloud/one.md:5:7: note: the date 2018-10-29 is in the future"
    assert told in quick(course.root, "check").stderr
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1540771200")
    assert "future" not in quick(course.root, "check").stderr


def test_check_json_and_github(course: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    course.note("cloud/one.md", "See [that](gone.md).\n", title="One", level="expert")
    found = json.loads(ok(quick(course.root, "check", "--json"), 1))
    assert [d["code"] for d in found if d["severity"] != "note"] == ["unknown-level", "broken-link"]
    assert json.loads(ok(quick(course.root, "check", "--format", "json"), 1)) == found
    assert quick(course.root, "check", "--json").stderr == "deploy would stop: 1 broken link\n"
    lines = ok(quick(course.root, "check", "--format", "github"), 1).splitlines()
    assert len(lines) == len(found)
    assert "::error file=content/cloud/one.md,line=3,col=8,title=unknown-level::" in lines[2]
    assert any(line.startswith("::warning file=content/cloud/one.md,line=5,col=") for line in lines)
    assert any(line.startswith("::notice file=content/cloud/one.md,title=no-link::") for line in lines)


def test_clean_deletes_only_what_is_ours(course: Site) -> None:
    ok(quick(course.root, "build"))
    mine = course.output / "cloud/mine.txt"
    mine.write_text("mine")
    pages = len([p for p in course.output.rglob("*") if p.is_file() and STATE not in p.parts]) - 1
    sources = {p: p.read_bytes() for p in (course.root / "content").rglob("*") if p.is_file()}
    assert f"removed {pages} files" in ok(quick(course.root, "clean"))
    assert [p for p in course.output.rglob("*") if p.is_file()] == [mine]
    assert not (course.root / STATE).exists()
    assert {p: p.read_bytes() for p in (course.root / "content").rglob("*") if p.is_file()} == sources
    mine.unlink()
    assert "removed 0 files" in ok(quick(course.root, "clean"))


def test_clean_removes_an_output_folder_that_it_empties(course: Site, tmp_path: Path) -> None:
    ok(quick(course.root, "build", "--output", str(tmp_path / "elsewhere")))
    ok(quick(course.root, "clean", "--output", str(tmp_path / "elsewhere")))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("folder", ["content", ".", ".."])
def test_clean_of_a_foreign_folder_takes_nothing(course: Site, folder: str) -> None:
    before = {p: p.read_bytes() for p in course.root.rglob("*") if p.is_file()}
    assert "removed 0 files" in ok(quick(course.root, "clean", "--output", folder))
    assert {p: p.read_bytes() for p in course.root.rglob("*") if p.is_file()} == before


# --- init, new, stats


def test_from_an_empty_folder_to_a_site(tmp_path: Path) -> None:
    done = run("init", "my course", cwd=tmp_path)
    assert ok(done).splitlines() == [
        str(Path("my course") / name)
        for name in ("notes-site.toml", ".gitignore", "content/index.md", "content/first-area/first-resource.md")
    ]
    root = tmp_path / "my course"
    assert ok(run("new", "Lab: Mine", "--area", "First area", "--time", "1h 5m", cwd=root)) == (
        str(Path("content/first-area/lab-mine.md")) + "\n"
    )
    done = run("build", "--strict", cwd=root)
    assert SUMMARY.fullmatch(ok(done))
    assert "error" not in done.stderr
    assert "warning" not in done.stderr
    home = (root / "public/index.html").read_text()
    assert "<title>My course</title>" in home
    assert "1 h 25 min" in home


@pytest.mark.parametrize(
    ("folder", "following"),
    [("my course", "cd 'my course' && notes-site build"), ("a", "cd a && notes-site build"), (".", "notes-site build")],
)
def test_init_says_what_to_type_next(tmp_path: Path, folder: str, following: str) -> None:
    done = quick(tmp_path, "init", folder)
    assert ok(done)
    assert done.stderr == f"\nNext: {following}\n"
    subprocess.run(["sh", "-c", following.replace("notes-site build", "ls notes-site.toml")], cwd=tmp_path, check=True)


def test_new_without_an_area_says_that_it_is_a_plain_page(course: Site) -> None:
    done = quick(course.root, "new", "About me")
    assert ok(done) == f"{Path('content/about-me.md')}\n"
    assert "plain page" in done.stderr
    assert quick(course.root, "new", "Lab: X", "--area", "Cloud").stderr == ""


def test_init_touches_nothing_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/mine.md").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine")
    assert ok(run("init", ".", cwd=tmp_path)) == "notes-site.toml\n"
    assert (tmp_path / ".gitignore").read_text() == "mine"
    assert sorted(p.name for p in (tmp_path / "content").iterdir()) == ["mine.md"]
    done = run("init", ".", cwd=tmp_path)
    assert (ok(done, 1), done.stderr) == ("", "error: notes-site.toml is there already\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ['quo"te # ünï', "back\\slash 'x'", "a\x01b", "a\x7fb\tc\x85d", "a\u2028b", os.fsdecode(b"caf\xe9"), "\x01"]
)
def test_init_quotes_the_title(tmp_path: Path, name: str) -> None:
    ok(run("init", name, cwd=tmp_path))
    ok(run("build", "--strict", cwd=tmp_path / name))


TITLES = {
    "Video: Why Docker?": "video-why-docker",
    'He said "hi" \\ there': "he-said-hi-there",
    "it's # not: a comment": "it-s-not-a-comment",
    "🐳 Docker": "docker",
    "分散システム: 入門": "分散システム-入門",
    "- dash": "dash",
    "@at & *star* [list] {map} | > % !": "at-star-list-map",
    "true": "true",
    "2018-10-29": "2018-10-29",
    "1:30": "1-30",
    "  spaces  ": "spaces",
    "tab\tand\nline": "tab-and-line",
    "README": "readme-note",
    "Index": "index-note",
    "CON": "con-note",
}


def test_new_quotes_its_title(course: Site) -> None:
    for title, name in TITLES.items():
        path = ok(quick(course.root, "new", "--area", "cloud", "--", title)).strip()
        assert path == str(Path("content/cloud") / f"{name}.md")
    ok(quick(course.root, "build", "--strict"))
    data = json.loads(course.page("notes.json"))["notes"]
    written = {Path(note["source"]).stem: note["title"] for note in data}
    assert {name: written[name] for name in TITLES.values()} == {n: " ".join(t.split()) for t, n in TITLES.items()}


def test_new_with_a_leading_dash(course: Site) -> None:
    assert usage_error(quick(course.root, "new", "-x"))
    assert "content" in ok(quick(course.root, "new", "--", "-x"))


def test_new_cuts_a_long_name_at_a_word(course: Site) -> None:
    name = Path(ok(quick(course.root, "new", "word " * 100, "--area", "cloud")).strip()).name
    assert re.fullmatch(r"word(-word){5,20}\.md", name)
    ok(quick(course.root, "new", "x" * 1000, "--area", "y" * 200))
    ok(quick(course.root, "build", "--strict"))


def test_new_fills_in_all_fields(course: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1540771200")
    arguments = ["--level", "Beginner", "--link", "https://example.org/a?b=1#c", "--time", "1:30", "--estimate", "2"]
    arguments += ["--kind", "lab", "--tag", "a b", "--tag", "c: d"]
    path = ok(quick(course.root, "new", "Title", "--area", "Cloud", *arguments)).strip()
    assert (course.root / path).read_text() == (
        '---\ntitle: Title\nlevel: Beginner\nkind: lab\nlink: "https://example.org/a?b=1#c"\n'
        'time: 1 h 30 min\nestimate: 2 min\ndate: 2018-10-29\ntags: [a b, "c: d"]\n---\n'
    )
    ok(quick(course.root, "build", "--strict"))


@pytest.mark.parametrize(
    ("there", "arguments", "said"),
    [
        (
            "docker.md",
            ["Intro", "--area", "Docker"],
            "docker.md and the page of the area Docker would both be written to",
        ),
        ("docker/intro.md", ["Docker"], "the page of the area in content/docker and content/docker.md would both"),
        ("docker/Why_Docker.md", ["Why Docker", "--area", "docker"], "content/docker/why-docker.md would both"),
        ("one.md", ["Tags"], "a page that every site has and content/tags.md would both"),
        ("one.md", ["Intro", "--area", "Timeline"], "a page that every site has and the page of the area Timeline"),
    ],
)
def test_new_says_so_when_the_next_build_would_fail(site: Site, there: str, arguments: list[str], said: str) -> None:
    site.note(there, "Text.\n", title="There")
    done = quick(site.root, "new", *arguments)
    assert ok(done, 1) == ""
    assert said in done.stderr.replace("\\", "/")
    assert [path.name for path in (site.root / "content").rglob("*.md")] == [there.rpartition("/")[2]]
    site.note("docker/index.md", "Text.\n", title="Docker")
    if there == "docker/intro.md":
        ok(quick(site.root, "new", "Other", "--area", "Docker"))
        ok(quick(site.root, "build"))


@pytest.mark.parametrize("area", ["con", "NUL", "a" * 260])
def test_new_refuses_an_area_that_has_no_page_everywhere(site: Site, area: str) -> None:
    assert "rename it" in usage_error(quick(site.root, "new", "Intro", "--area", area))
    assert not [*(site.root / "content").rglob("*.md")]


@pytest.mark.parametrize("command", ["new Title --time 5", "build", "build --today 2018-10-29", "check", "stats"])
@pytest.mark.parametrize("epoch", ["soon", "9" * 20, "253402214400"])  # the last is 9999-12-31
def test_an_epoch_that_is_none_is_wrong_usage_everywhere(
    course: Site, monkeypatch: pytest.MonkeyPatch, epoch: str, command: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    said = usage_error(quick(course.root, *command.split()))
    assert f"SOURCE_DATE_EPOCH: `{epoch}` is no count of seconds since 1970" in said


def test_new_has_a_date_only_when_time_was_spent(course: Site) -> None:
    path = ok(quick(course.root, "new", "Title", "--area", "Cloud", "--estimate", "2h")).strip()
    assert "date" not in (course.root / path).read_text()


def test_new_never_overwrites(course: Site) -> None:
    note = course.root / "content/cloud/one.md"
    before = note.read_bytes()
    done = quick(course.root, "new", "One", "--area", "cloud")
    assert ok(done, 1) == ""
    assert done.stderr.startswith("error: ")
    assert "one.md is there already" in done.stderr
    assert note.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--level", "beginer"], "did you mean `beginner`"),
        (["--level", "expert"], "beginner, intermediate, advanced"),
        (["--kind", "vidoe"], "did you mean `video`"),
        (["--time", "soon"], "`soon` is no duration: write it like `30 min`"),
        (["--estimate", "1h 75m"], "does not add up"),
        (["--area", "🐳"], "no letter or digit"),
        (["--area", "a\x01b"], "the character U+0001 cannot stand in a page"),
        (["--link", "javascript:x"], "link: a link with `javascript:` is not published"),
        (["--link", "www.example.org"], "write `https://www.example.org`"),
        (["--tag", "fine", "--tag", ".."], "the tag `..` has no letter or digit"),
    ],
)
def test_new_refuses_what_the_build_would(course: Site, arguments: list[str], said: str) -> None:
    before = sorted((course.root / "content").rglob("*"))
    assert said in usage_error(quick(course.root, "new", "Title", *arguments))
    assert sorted((course.root / "content").rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["--kind", "Video"], ["kind: video"]),
        (["--tag", "#aws", "--tag", "AWS", "--tag", ""], ["tags: [aws]"]),
        (["--level", " Beginner "], ["level: Beginner"]),
        (["--link", "<https://example.org>"], ["link: https://example.org"]),
        (["--estimate", ""], []),
    ],
)
def test_new_takes_what_the_build_would(course: Site, arguments: list[str], lines: list[str]) -> None:
    path = ok(quick(course.root, "new", "Title", "--area", "Cloud", *arguments)).strip()
    assert (course.root / path).read_text().splitlines() == ["---", "title: Title", *lines, "---"]
    ok(quick(course.root, "check", "--strict"))


def test_new_refuses_a_title_without_a_letter(course: Site) -> None:
    assert "no letter or digit" in usage_error(quick(course.root, "new", "🐳", "--area", "cloud"))


@pytest.mark.parametrize(
    ("folder", "area", "path"),
    [
        ("Cloud Web Apps", "cloud web apps", "Cloud Web Apps"),
        ("cloud-web-apps", "Cloud Web Apps", "cloud-web-apps"),
        ("cloud_web_apps", "Cloud Web Apps", "cloud_web_apps"),
        (None, "Cloud Web Apps", "cloud-web-apps"),
    ],
)
def test_new_uses_the_folder_that_an_area_has(course: Site, folder: str | None, area: str, path: str) -> None:
    if folder:
        course.note(f"{folder}/a.md", "Text.\n", title="A")
    assert ok(quick(course.root, "new", "Title", "--area", area)).strip() == str(Path("content") / path / "title.md")
    ok(quick(course.root, "build"))
    assert (course.output / "cloud-web-apps/title.html").is_file()
    data = json.loads(course.page("notes.json"))["notes"]
    assert len({n["area"] for n in data if n["source"].endswith(("title.md", "/a.md"))}) == 1


def test_new_from_a_subfolder_names_the_file_as_seen_from_there(course: Site) -> None:
    path = ok(run("new", "Title", "--area", "docker", cwd=course.root / "content/cloud")).strip()
    assert (course.root / "content/cloud" / path).resolve() == course.root / "content/docker/title.md"


STATS = """\
By area  notes  done  doing  planned   spent  estimate    left
Cloud        2     1      0        1  30 min    30 min  10 min

By level  notes  done  doing  planned   spent  estimate    left
Beginner      2     1      0        1  30 min    30 min  10 min

By kind  notes  done  doing  planned   spent  estimate    left
lab          1     1      0        0  30 min    20 min   0 min
video        1     0      0        1   0 min    10 min  10 min

Total  notes  done  doing  planned   spent  estimate    left
all        2     1      0        1  30 min    30 min  10 min

By week    spent
2018-W44  30 min

Active days: 1
Planned against spent, where both are noted (1): 20 min planned, 30 min spent.
"""


def test_stats(course: Site) -> None:
    assert ok(quick(course.root, "stats")) == STATS
    assert not course.output.exists()


def test_stats_names_the_notes_without_a_time_as_seen_from_here(course: Site) -> None:
    course.note("cloud/three.md", "Text.\n", title="Three", status="done")
    assert ok(quick(course.root, "stats")).endswith("Without a time (1):\n  content/cloud/three.md: Three\n")
    assert ok(quick(course.root / "content", "stats")).endswith("(1):\n  cloud/three.md: Three\n")


def test_stats_json(course: Site) -> None:
    stats = json.loads(ok(quick(course.root, "stats", "--json")))
    assert [*stats] == [
        "total", "areas", "levels", "kinds", "weeks", "active_days", "planned_against_spent", "without_time",
    ]  # fmt: skip
    assert stats["total"] == {
        "notes": 2, "done": 1, "doing": 0, "planned": 1, "skipped": 0, "time": 30, "estimate": 30, "left": 10,
        "missing": 0,
    }  # fmt: skip
    assert stats["planned_against_spent"] == {"notes": 1, "estimate": 20, "time": 30}


def test_stats_csv(course: Site) -> None:
    rows = list(csv.DictReader(io.StringIO(ok(quick(course.root, "stats", "--csv")), newline="")))
    assert {(row["by"], row["name"], row["time"]) for row in rows} == {
        ("area", "Cloud", "30"), ("level", "Beginner", "30"), ("kind", "lab", "30"), ("kind", "video", "0"),
        ("total", "all", "30"), ("week", "2018-W44", "30"),
    }  # fmt: skip


def test_stats_of_drafts(course: Site) -> None:
    course.note("cloud/draft.md", "Text.\n", title="Draft", draft=True, time="1h")
    assert "1 h" not in ok(quick(course.root, "stats"))
    assert "1 h 30 min" in ok(quick(course.root, "stats", "--drafts"))


def test_stats_with_an_error(course: Site) -> None:
    course.write("content/cloud/bad.md", b"\xff\xfe")
    done = quick(course.root, "stats", "--json")
    assert json.loads(ok(done, 1))["total"]["notes"] == 2
    assert "content/cloud/bad.md" in done.stderr


# --- schema


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_schema_is_what_the_module_says(tmp_path: Path, validator: Any) -> None:
    assert json.loads(ok(run("schema", cwd=tmp_path))) == validator.schema


def test_schema_takes_the_notes_of_the_example_course(validator: Any) -> None:
    yaml = pytest.importorskip("yaml")
    notes = sorted((REPO / "content").rglob("*.md"))
    assert notes
    for note in notes:
        text = note.read_text()
        if text.startswith("---\n"):
            # Dates as texts: JSON has none, and editors' YAML has none either.
            front = yaml.load(text.split("---\n")[1], Loader=yaml.BaseLoader)
            errors = [e.message for e in validator.iter_errors(_typed(front))]
            assert not errors, (note, errors)


def _typed(front: dict[str, Any]) -> dict[str, Any]:
    """Booleans and numbers as an editor's YAML 1.2 would read them."""
    words = {"true": True, "false": False}
    return {
        k: words.get(v, int(v) if isinstance(v, str) and v.isdigit() else v) if isinstance(v, str) else v
        for k, v in front.items()
    }


@pytest.mark.parametrize(
    ("front", "valid"),
    [
        ({"title": "A", "time": 30, "tags": ["a", "b"]}, True),
        ({"time": "1h 10m", "date": "2018-10-29", "status": "done", "draft": False}, True),
        ({"sessions": [{"date": "2018-10-29", "time": 30}]}, True),
        ({"time_spent": "30 min", "some_other_tool": {"x": 1}}, True),
        ({"time": -1}, False),
        ({"time": ["a", "b"]}, False),
        ({"date": "29.10.2018"}, False),
        ({"title": ["a", "b"]}, False),
        ({"draft": "maybe"}, False),
        ({"tags": {"a": 1}}, False),
        ({"order": "first"}, False),
    ],
)
def test_schema_tells_good_from_bad(validator: Any, front: dict[str, Any], valid: bool) -> None:
    assert validator.is_valid(front) is valid


def test_schema_of_the_config(tmp_path: Path) -> None:
    import tomllib

    schema = json.loads(ok(run("schema", "--config", cwd=tmp_path)))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    assert validator.is_valid(tomllib.loads((REPO / "notes-site.toml").read_text()))
    assert not validator.is_valid({"titel": "x"})


# --- where the project is


def test_config_is_found_upwards(course: Site) -> None:
    ok(run("build", cwd=course.root / "content/cloud"))
    assert (course.output / "index.html").is_file()


def test_named_config(course: Site, tmp_path: Path) -> None:
    course.write("other.toml", 'title = "Other"\noutput = "other"\n')
    ok(run("--config", str(course.root / "other.toml"), "build", cwd=tmp_path))
    ok(run("build", "--config", str(course.root / "other.toml"), cwd=tmp_path))
    assert "<title>Other</title>" in (course.root / "other/index.html").read_text()
    assert not course.output.exists()
    said = usage_error(run("--config", "nowhere.toml", "build", cwd=course.root))
    assert "there is no config file nowhere.toml" in said


@pytest.mark.parametrize(
    ("config", "said"),
    [('content = "notes"\nstray\n', "toml-syntax"), ('content = "notes"\noutput = "../x"\n', "bad-setting")],
)
@pytest.mark.parametrize("command", ["new Q3", "clean", "import PLAN.md", "deploy target", "export readme"])
def test_no_command_guesses_what_a_broken_config_meant(course: Site, config: str, said: str, command: str) -> None:
    course.write("PLAN.md", "# Cloud\n\n- [Lab: Launch a VM](https://example.org/vm) (30 min)\n")
    ok(quick(course.root, "build"))
    course.write("notes-site.toml", config)
    (course.root / "notes").mkdir()
    before = files(course)
    done = quick(course.root, *command.split())
    assert ok(done, 1) == ""
    assert f"notes-site.toml:2:{6 if said == 'toml-syntax' else 10}: error: " in done.stderr
    assert f"[{said}]" in done.stderr
    assert files(course) == before


@pytest.mark.parametrize(
    ("named", "mend"), [("contnet", "did you mean `content`?"), ("notes", "make it, or let `content` name yours")]
)
def test_a_content_folder_that_is_not_there_is_told_of_where_it_is_named(course: Site, named: str, mend: str) -> None:
    course.write("notes-site.toml", f'base_url = "https://example.org"\ncontent = "{named}"\n')
    done = quick(course.root, "check")
    ok(done, 1)
    assert done.stderr == (
        f"notes-site.toml:2:11: error: there is no folder `{named}`, in which the notes should lie [no-content]\n"
        f'    2 | content = "{named}"\n'
        f"      |           {'^' * len(named)}^^\n"
        f"  help: {mend}\n"
    )


def files(site: Site) -> dict[Path, bytes]:
    """Every file of a site but its cache."""
    return {p: p.read_bytes() for p in site.root.rglob("*") if p.is_file() and "cache.db" not in p.name}


def test_content_folder_alone_is_a_project(site: Site) -> None:
    site.note("cloud/one.md", "Text.\n", title="One")
    ok(site.run("build"))
    assert "<title>Learning notes</title>" in site.page("index.html")


# --- terminals, pipes, signals


def raw(arguments: list[str], cwd: Path, **more: Any) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI", "PYTHONUNBUFFERED")}
    env |= {"PYTHONPATH": str(REPO), **more.pop("env", {})}
    return subprocess.Popen(
        [sys.executable, "-m", "notes_site", *arguments],
        cwd=cwd,
        env=env,
        text=True,
        **{"stderr": subprocess.PIPE, **more},
    )


def on_a_terminal(arguments: list[str], cwd: Path, **env: str) -> str:
    """Return what a command writes to a terminal on both streams."""
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    process = raw(arguments, cwd, stdout=child, stderr=child, env={"TERM": "xterm", **env})
    os.close(child)
    data = b""
    while True:
        try:
            part = os.read(parent, 4096)
        except OSError:  # how Linux ends a terminal
            break
        if not part:
            break
        data += part
    os.close(parent)
    process.wait()
    return data.decode()


def test_paths_are_those_that_open_the_file_from_here(course: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    course.note("cloud/one.md", "Text.\n", title="One", time="soon", link="https://example.org")
    above, inside = course.root.parent, course.root / "content/cloud"
    named = ["--config", str(course.root / "notes-site.toml")]
    for command in ("check", "build", "stats", "export readme"):
        said = [quick(cwd, *named, *command.split()).stderr for cwd in (course.root, above, inside)]
        assert said[0].startswith("content/cloud/one.md:3:7: error: ")
        assert said[1] == said[0].replace("content/cloud/", "site/content/cloud/")
        assert said[2] == said[0].replace("content/cloud/", "")

    def annotated(cwd: Path) -> set[str]:
        lines = quick(cwd, *named, "check", "--format", "github").stdout
        return set(re.findall(r"^::\w+ file=([^,]+)", lines, re.MULTILINE))

    assert annotated(inside) == {"one.md"}
    assert annotated(above) == {"site/content/cloud/one.md"}
    monkeypatch.setenv("GITHUB_WORKSPACE", str(above))
    assert annotated(inside) == {"site/content/cloud/one.md"}

    def data(cwd: Path) -> Any:
        return json.loads(quick(cwd, *named, "check", "--json").stdout)

    assert data(above) == data(course.root)
    assert data(above)[0]["path"] == "content/cloud/one.md"


def test_import_aligns_its_table_in_every_script(course: Site) -> None:
    links = "".join(f"- [{title}](https://example.org/{n}) 30 min\n" for n, title in enumerate(("日本語", "Docker")))
    course.write("PLAN.md", f"# Course\n\n## Cloud\n\n{links}")
    rows = ok(quick(course.root, "import", "PLAN.md", "--dry-run")).splitlines()
    assert [columns(row[: row.index("30 min")]) for row in rows if "30 min" in row] == [rows[0].index("time")] * 2


def test_import_names_its_document_as_seen_from_here(course: Site) -> None:
    course.write("docs/PLAN.md", b"# Caf\xe9\n\n- [Lab: VM](https://example.org/vm) (30 min)\n")
    done = quick(course.root, "import", "docs/PLAN.md", "--dry-run")
    assert done.stderr.startswith("docs/PLAN.md: warning: ")


def test_colours_on_a_terminal_only(course: Site) -> None:
    course.note("cloud/one.md", "See [that](gone.md).\n", title="One")
    assert "\x1b[33;1mwarning\x1b[0m" in on_a_terminal(["build"], course.root)
    assert "\x1b[" not in on_a_terminal(["build"], course.root, NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(["build"], course.root, TERM="dumb")
    _, errors = raw(["build"], course.root, stdout=subprocess.PIPE).communicate()
    assert "warning" in errors
    assert "\x1b" not in errors


@pytest.mark.slow
def test_progress_on_a_terminal_only(site: Site) -> None:
    write_course(site.root, 150)
    shown = on_a_terminal(["build", "--jobs", "2"], site.root)
    assert re.search(r"\r(parsing notes|rendering) \d+/\d+", shown)
    assert "parsing notes" not in on_a_terminal(["build", "--clean", "--jobs", "2"], site.root, CI="true")


def test_input_does_not_drive_the_terminal(course: Site) -> None:
    course.note("cloud/one.md", "See [that](gone\x9b31m.md) and [this](\u202egone.md).\n", title="One")
    done = quick(course.root, "check")
    assert not set("\x1b\x9b\u202e") & set(done.stdout + done.stderr)


def test_module_is_the_same_command(tmp_path: Path) -> None:
    assert ok(run("--help", cwd=tmp_path)).startswith("Usage: ")
    script = Path(sys.executable).with_name("notes-site")
    if script.exists():
        done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == ok(run("--version", cwd=tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["schema"], ["stats"], ["build", "--why"], ["check", "--json"], ["--help"]])
def test_reader_that_has_gone_is_no_problem(course: Site, arguments: list[str]) -> None:
    """As in `notes-site schema | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    process = raw(arguments, course.root, stdout=writing)
    os.close(writing)
    _, errors = process.communicate()
    assert "Traceback" not in errors
    assert "Broken" not in errors
    assert "Exception" not in errors


def test_reader_that_goes_early_is_no_problem(site: Site) -> None:
    write_course(site.root, 60)
    with raw(["build", "--why"], site.root, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert "Traceback" not in errors
    assert "Exception" not in errors


# --- what the system cannot do


def in_a_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line with which a command failed."""
    assert ok(done, 1) == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def test_a_file_where_a_folder_must_be_is_one_line(course: Site) -> None:
    course.write("content/area", "a file")
    assert "content/area" in in_a_line(course.run("new", "Title", "--area", "area"))
    assert "content/area" in in_a_line(course.run("init", "content/area/sub"))


@pytest.mark.skipif(os.name == "nt", reason="Windows lets not everyone make links")
def test_init_beside_a_dangling_config_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes-site.toml").symlink_to("nowhere")
    assert "notes-site.toml is there already" in in_a_line(run("init", ".", cwd=tmp_path))
    assert os.listdir(tmp_path) == ["notes-site.toml"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_init_in_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    ok(run("init", os.fsdecode(b"b\xffd"), cwd=tmp_path))
    assert 'title = "Bd"' in (tmp_path / os.fsdecode(b"b\xffd/notes-site.toml")).read_text()


def in_a_shell(script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    script = script.replace("notes-site", f"'{sys.executable}' -m notes_site")
    return subprocess.run(["sh", "-c", script], cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no folder in use")
@pytest.mark.parametrize("command", ["build", "check", "stats", "import README.md"])
def test_a_working_directory_that_has_gone_is_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "gone").mkdir()
    done = in_a_shell(f'rmdir "$PWD"; notes-site {command}', tmp_path / "gone")
    if command == "import README.md":
        assert "Traceback" not in done.stderr
        assert done.returncode == 2
    else:
        assert in_a_line(done) == "error: the working directory is no longer there"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["stats", "check", "build", "schema"])
def test_output_that_cannot_be_written_is_one_line(course: Site, command: str) -> None:
    done = in_a_shell(f"notes-site {command} > /dev/full", course.root)
    assert ok(done, 1) == ""
    assert done.stderr.splitlines()[-1] == "error: No space left on device"
    assert done.stderr.count("error: ") == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_problem(course: Site, closed: str) -> None:
    for command in ("check", "build", "stats"):
        ok(in_a_shell(f"notes-site {command} {closed}", course.root))
    assert "<h1>" in course.page("index.html")


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the build was over too soon"
        assert time.monotonic() < limit
        time.sleep(0.005)  # the build needs the processor too


INTERRUPTED = (130, -2)
"""What a shell calls 130: where the signal came within `eval`, as while a named tuple is made, CPython ends by it."""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
@pytest.mark.parametrize(("moment", "jobs"), [("parsing", "1"), ("parsing", "2"), ("staging", "2")])
def test_ctrl_c_stops_at_once_and_the_next_build_is_fine(site: Site, moment: str, jobs: str) -> None:
    write_course(site.root, 800 if moment == "staging" else 400)
    process = raw(["build", "--jobs", jobs], site.root, stdout=subprocess.PIPE, start_new_session=True)
    staging = site.output / STATE / "staging"
    if moment == "staging":
        wait_until(staging.is_dir, process)
    else:
        wait_until((site.root / STATE / "cache.db").is_file, process)
    os.killpg(process.pid, signal.SIGINT)  # to all of its processes, as a terminal does
    output, errors = process.communicate(timeout=60)
    assert process.returncode in INTERRUPTED, (output, errors)
    assert (output, errors.strip()) == ("", "stopped")
    assert not staging.exists()
    if moment == "parsing":
        assert not site.output.exists()
    if moment == "staging":
        ok(site.run("build"))
        assert site.published() == site.clean_build(site.root.parent / "clean")


@pytest.mark.skipif(sys.platform != "linux", reason="the workers are found in /proc")
@pytest.mark.parametrize(("ending", "code"), [("SIGTERM", 143), ("SIGKILL", -9)])
def test_no_worker_outlives_a_build_that_is_ended(site: Site, ending: str, code: int) -> None:
    write_course(site.root, 400)
    process = raw(["build", "--jobs", "2"], site.root, stdout=subprocess.PIPE)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    wait_until(lambda: len(children.read_text().split()) == 2, process)
    process.send_signal(signal.Signals[ending])
    output, errors = process.communicate(timeout=60)  # until no process has the pipe open
    assert (process.returncode, output, errors) == (code, "", "")
    assert not site.output.exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM for other processes")
@pytest.mark.parametrize("command", ["build", "check", "stats"])
def test_sigterm_puts_away_what_was_begun(site: Site, command: str) -> None:
    write_course(site.root, 800 if command == "build" else 400)
    process = raw([command, "--jobs", "1"] if command != "stats" else [command], site.root, stdout=subprocess.PIPE)
    staging = site.output / STATE / "staging"
    wait_until(staging.is_dir if command == "build" else (site.root / STATE / "cache.db").is_file, process)
    process.terminate()
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (143, "", "")
    assert not staging.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
@pytest.mark.parametrize("module", ["click", "notes_site.cli.begin"])
def test_ctrl_c_while_the_program_is_loaded_is_one_word(tmp_path: Path, module: str) -> None:
    finder = f"""
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""
    (tmp_path / "sitecustomize.py").write_text(finder)
    env = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{REPO}"}
    process = raw(["--version"], tmp_path, stdout=subprocess.PIPE, env=env)
    assert process.communicate(timeout=60) == ("", "stopped\n")
    assert process.returncode == 130
