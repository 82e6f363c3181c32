"""Sites with a mistake in them: what is said, that nothing else breaks, and that the published site is left alone.

Each folder below `tests/broken/` is one case: its files are laid over those of `good`, a folder `content/` in
place of the whole content. `expected.txt` has the exit code with the flags of the commands in its first line
(`exit 1 --strict`), and below it what `notes-site check` prints to standard error, to the letter; `check` exits with 1
also where `build` publishes what `deploy` then refuses. Files that no repository should hold (pipes, bad names, five
megabytes) are made by the functions below.

`make golden` writes all `expected.txt` anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from notes_site.base.errors import DeployError
from notes_site.build import up_to_date
from notes_site.cli import main
from notes_site.deploy import local
from notes_site.storage.cache import Cache
from tests.harness import Site, golden_text, published, run

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(folder.name for folder in BROKEN.iterdir() if folder.is_dir())
ORDINARY = b"---\ntitle: Launch a VM\nlevel: beginner\nlink: https://example.org/vm\ntime: 30 min\n---\n\n"

MADE: dict[str, Callable[[Site], object]] = {}
"""What to do to a site, by the case's name."""


def made(name: str) -> Callable[[Callable[[Site], object]], Callable[[Site], object]]:
    def keep(function: Callable[[Site], object]) -> Callable[[Site], object]:
        MADE[name] = function
        return function

    return keep


@made("invalid-utf-8")
def _invalid_utf_8(site: Site) -> None:
    site.write("content/cloud/launch-a-vm.md", ORDINARY + b"Caf\xe9 and [gone](gone.md).\n")
    site.write("content/cloud/cut.md", ORDINARY + b"Text, cut in a character: \xe2\x82")


@made("nul-character")
def _nul(site: Site) -> None:
    site.write("content/cloud/launch-a-vm.md", ORDINARY + b"A \0 B\n")


@made("utf-16")
def _utf_16(site: Site) -> None:
    site.write("content/cloud/launch-a-vm.md", ORDINARY.decode().encode("utf-16"))


@made("file-too-large")
def _too_large(site: Site) -> None:
    site.write("content/cloud/launch-a-vm.md", ORDINARY + b"Words.\n" * 800_000)


@made("named-pipe")
def _named_pipe(site: Site) -> None:
    os.mkfifo(site.root / "content/cloud/pipe.md")
    os.mkfifo(site.root / "static/pipe.txt")


@made("socket")
def _socket(site: Site) -> None:
    os.chdir(site.root / "content/cloud")  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.md")


@made("link-loop")
def _link_loop(site: Site) -> None:
    (site.root / "content/cloud/again").symlink_to("../cloud", target_is_directory=True)
    (site.root / "content/cloud/itself.md").symlink_to("itself.md")


@made("dangling-link")
def _dangling_link(site: Site) -> None:
    (site.root / "content/cloud/gone.md").symlink_to("nowhere.md")
    (site.root / "content/cloud/gone.svg").symlink_to("/nowhere/at/all.svg")
    site.write("content/cloud/launch-a-vm.md", ORDINARY + b"# Stopping it\n\nSee [gone](gone.md) ![gone](gone.svg).\n")
    (site.root / "static/gone.css").symlink_to("nowhere.css")
    (site.root / "templates").mkdir()
    (site.root / "templates/page.html").symlink_to("nowhere.html")


@made("link-outside")
def _link_outside(site: Site) -> None:
    site.write("secret.md", "The password is 1234.\n")
    (site.root / "content/cloud/secret.md").symlink_to("../../secret.md")
    (site.root / "content/cloud/system").symlink_to("/etc", target_is_directory=True)


@made("name-not-utf-8")
def _name_not_utf_8(site: Site) -> None:
    path = os.path.join(os.fsencode(site.root), b"content", b"cloud", b"caf\xe9.md")
    with open(path, "wb") as file:
        file.write(ORDINARY)


@made("control-characters")
def _control_characters(site: Site) -> None:
    site.write("content/cloud/launch-a-vm.md", ORDINARY + b"# Stopping it\n\n[\x1b[31mred](\xe2\x80\xaegone.md)\n")
    site.write("content/cloud/a\x1b[2Jb.md", ORDINARY.replace(b"beginner", b"\x1b[2J"))
    site.write("static/tab\there.txt", "x")


@made("reserved-name")
def _reserved_name(site: Site) -> None:
    site.write("content/cloud/con.md", ORDINARY)
    site.write("content/nul/note.md", ORDINARY)
    site.write("static/con.txt", "x")
    site.write("static/AUX.d/x.txt", "x")
    aliases = b"area: lpt1\ntags: [aux]\naliases: [con.html, a/nul, 'old/<b>.html', a|b/c, old./x, com1.old/x.html]\n"
    site.write("content/cloud/x.md", ORDINARY.replace(b"---\ntitle", b"---\n" + aliases + b"title", 1))


@made("windows-name")
def _windows_name(site: Site) -> None:
    site.write("content/cloud/Lecture 1: virtual machines.pdf", "x")
    site.write("content/cloud/launch-a-vm.md", ORDINARY + b"[l](<Lecture 1: virtual machines.pdf>)\n\n# Stopping it\n")
    site.write("static/what.", "x")
    site.write("static/a|b/c.txt", "x")


@made("config-is-a-pipe")
def _config_is_a_pipe(site: Site) -> None:
    _no_config(site)
    os.mkfifo(site.root / "notes-site.toml")


@made("config-is-a-folder")
def _config_is_a_folder(site: Site) -> None:
    _no_config(site)
    (site.root / "notes-site.toml").mkdir()


@made("config-link-dangling")
def _config_link_dangling(site: Site) -> None:
    _no_config(site)
    (site.root / "notes-site.toml").symlink_to("settings.toml")


def _no_config(site: Site) -> None:
    (site.root / "notes-site.toml").unlink(missing_ok=True)


@made("name-too-long")
def _name_too_long(site: Site) -> None:
    site.write(f"content/cloud/{'long' * 62}est.md", ORDINARY)
    site.write(f"content/cloud/{'λ' * 125}x.md", ORDINARY)


@made("limits")
def _limits(site: Site) -> None:
    deep = "".join(f"{'  ' * n}- item {n}\n" for n in range(60))
    wide = f"{'| a ' * 120}|\n{'| - ' * 120}|\n| 1 |\n"
    long = "word " * 4_000
    large = f"```python\nx = '{'y' * 6_000}'\n```\n"
    site.write("content/cloud/launch-a-vm.md", ORDINARY + "\n\n".join((deep, wide, long, large)).encode())


@made("template-not-utf-8")
def _template_not_utf_8(site: Site) -> None:
    site.write("templates/page.html", b"<!doctype html>\n<p>Caf\xe9</p>\n")


@made("style-not-utf-8")
def _style_not_utf_8(site: Site) -> None:
    site.write("static/css/mine.css", b"body {}\n/* caf\xe9 */\n")


@made("template-with-nul")
def _template_with_nul(site: Site) -> None:
    site.write("templates/page.html", b"<!doctype html>\n<p>A\0B</p>\n")


@made("config-not-utf-8")
def _config_not_utf_8(site: Site) -> None:
    site.write("notes-site.toml", b'title = "Caf\xe9"\n')


class Outcome(NamedTuple):
    """What a command did: its exit code and what it wrote to standard error."""

    code: int
    said: str


Command = Callable[..., Outcome]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run the command line as the installed program does, in this process."""

    def call(site: Site, *arguments: str) -> Outcome:
        monkeypatch.chdir(site.root)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.cli.main([*arguments], standalone_mode=False)
        return Outcome(int(ended.value.code or 0), capfd.readouterr().err)

    return call


def lay(site: Site, name: str) -> None:
    """Lay a case's files over the site."""
    if (BROKEN / name / "content").exists():
        shutil.rmtree(site.root / "content")
    for file in sorted((BROKEN / name).rglob("*")):
        if file.is_file() and file.name != "expected.txt":
            site.write(file.relative_to(BROKEN / name).as_posix(), file.read_bytes())
    if name in MADE:
        try:
            MADE[name](site)
        except (AttributeError, OSError) as exc:  # Windows has no pipes, macOS takes no name that is not UTF-8
            pytest.skip(f"this system cannot make the case: {exc}")


def without_notes(said: str) -> str:
    """What `build` says where `check` says this: notes are only counted."""
    problems = re.findall(r"^\S.*\n(?: .*\n)*", said, re.MULTILINE)
    assert "".join(problems) == said
    notes = [re.findall(r"\[([\w-]+)\]$", p.split("\n")[0])[0] for p in problems if re.match(r".*?: note: ", p)]
    kept = "".join(p for p in problems if not re.match(r".*?: note: ", p))
    if notes:
        counts = ", ".join(f"{code} {notes.count(code)}" for code in sorted(set(notes)))
        plural = "" if len(notes) == 1 else "s"
        kept += f"{len(notes)} note{plural} ({counts}): `notes-site check` shows them\n"
    return kept


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, tmp_path: Path, command: Command) -> None:
    site = Site(tmp_path / "site")
    lay(site, "good")
    assert command(site, "build") == Outcome(0, "")
    good = published(site.output)

    lay(site, name)
    golden = BROKEN / name / "expected.txt"
    flags = golden.read_text("utf-8").partition("\n")[0].split()[2:] if golden.exists() else []
    checked = command(site, "check", *flags)
    assert published(site.output) == good, "`check` has written"
    built = command(site, "build", *flags)
    first = " ".join(("exit", str(built.code), *flags))
    assert f"{first}\n{checked.said}" == golden_text(golden, f"{first}\n{checked.said}")
    assert built.said == without_notes(checked.said)
    assert checked.code == int(bool(built.code) or not deployable(site)), "`check` and `deploy` agree"
    if built.code:
        assert published(site.output) == good, "something was published"
    else:
        assert published(site.output) == site.clean_build(tmp_path / "clean" / "public")
    assert remembered(site, flags), "the next build has nothing to do"
    assert command(site, "build", *flags) == built
    assert command(site, "check", *flags) == checked


def deployable(site: Site) -> bool:
    try:
        local.refuse_problems(site.output, local.complete_record(site.output), ())
    except DeployError:
        return False
    return True


def remembered(site: Site, flags: list[str]) -> bool:
    cache = Cache(site.project.state)
    try:
        key = up_to_date.run_key(site.project.config, None, drafts=False, today="", strict="--strict" in flags)
        return up_to_date.recall(cache, key, site.project.config) is not None
    finally:
        cache.close()


def test_there_are_many() -> None:
    assert len(CASES) >= 36
    assert MADE.keys() <= set(CASES)


@pytest.mark.parametrize("name", ["several-problems", "strict-warning"])
def test_the_installed_program_says_the_same(name: str, tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    lay(site, "good")
    lay(site, name)
    first, _, expected = (BROKEN / name / "expected.txt").read_text("utf-8").partition("\n")
    done = run("check", *first.split()[2:], cwd=site.root)
    assert (done.returncode, done.stderr) == (int(first.split()[1]), expected)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_terminal_can_show_it(encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    site = Site(tmp_path / "site")
    lay(site, "good")
    site.write("content/cloud/日本.md", ORDINARY + "See [これ](無い.md) “x”.\n".encode())
    problems = json.loads(site.run("check", "--json", encoding=encoding).stdout)
    assert [problem["message"] for problem in problems] == ["there is nothing at `cloud/無い.md`"]
    commands = {"check": 1, "check --format github": 1, "build --why": 0, "build --json": 0}
    assert {c: site.run(*c.split(), encoding=encoding).returncode for c in commands} == commands
