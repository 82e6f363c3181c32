"""The watcher against the real file system, saved to as editors save."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from notes_site.serve import watch
from notes_site.serve.watch import Watcher
from tests.harness import REPO

pytestmark = pytest.mark.slow

PATIENCE = 10.0
SILENCE = 0.3  # seconds without a report that tell that none is coming: many times the quiet one


class Log:
    """A watcher of a project, and what it reports."""

    def __init__(self, root: Path, *, poll: bool = False, **layers: Path) -> None:
        self.root = root
        self.config = root / "notes-site.toml"
        self.layers = layers or {"content": root / "content", "static": root / "static"}
        self.said: list[str] = []
        self.reports: asyncio.Queue[frozenset[Path] | None] = asyncio.Queue()
        self._again = True
        self.watcher = Watcher(self._report, poll=poll, say=self.said.append)
        self.watch()

    def watch(self) -> None:
        self.watcher.watch(self.layers, [self.config])

    async def _report(self, changed: frozenset[Path] | None) -> None:
        self.watch()
        self.reports.put_nowait(changed)

    async def next(self) -> frozenset[Path] | None:
        return await asyncio.wait_for(self.reports.get(), PATIENCE)

    async def names(self) -> set[str]:
        """The next report, as paths below the root."""
        changed = await self.next()
        assert changed is not None
        return {path.relative_to(self.root).as_posix() for path in changed}

    async def doubt(self) -> None:
        """Wait for a report that asks for a full scan."""
        while await self.next() is not None:
            pass

    async def quiet(self) -> list[frozenset[Path] | None]:
        """Everything else that is reported until it stays quiet."""
        found = []
        while True:
            try:
                found.append(await asyncio.wait_for(self.reports.get(), SILENCE))
            except TimeoutError:
                return found


Story = Callable[[Log], Awaitable[None]]


def told(root: Path, story: Story, *, poll: bool = False, **layers: Path) -> None:
    """Run a story beside a watcher."""

    async def run() -> None:
        log = Log(root, poll=poll, **layers)
        try:
            await log.doubt()  # what happened before it began, only a scan can tell
            await story(log)
        finally:
            log.watcher.stop()

    asyncio.run(run())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FIRST_SCAN", 0.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("content/area/deep", "static/css"):
        (tmp_path / "project" / folder).mkdir(parents=True)
    for file in ("content/area/a.md", "content/area/b.md", "static/css/mine.css", "notes-site.toml", "other.txt"):
        (tmp_path / "project" / file).write_text("old\n")
    return tmp_path / "project"


# --- one report for a save, whichever way an editor goes


def by_atomic_replace(file: Path) -> None:
    new = file.with_name(f".{file.name}.new")
    new.write_text("new\n")
    os.replace(new, file)


def by_truncating(file: Path) -> None:
    with file.open("w") as opened:
        opened.flush()
        time.sleep(watch.QUIET / 4)  # the two steps of a slow writer
        opened.write("new\n")


def by_vim(file: Path) -> None:
    """`:set backup` off and `backupcopy` no: may I create files here? then away with the old one."""
    probe = file.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = file.with_name(file.name + "~")
    file.rename(backup)
    file.write_text("new\n")
    file.chmod(0o644)
    backup.unlink()


def by_vscode(file: Path) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_TRUNC)
    os.write(descriptor, b"new\n")
    os.fsync(descriptor)
    os.close(descriptor)


def by_jetbrains(file: Path) -> None:
    new, old = (file.with_name(f"{file.name}___jb_{kind}___") for kind in ("tmp", "old"))
    new.write_text("new\n")
    file.rename(old)
    new.rename(file)
    old.unlink()


def by_emacs(file: Path) -> None:
    lock = file.with_name(f".#{file.name}")
    lock.symlink_to("somebody@here.1234:5678")
    auto = file.with_name(f"#{file.name}#")
    auto.write_text("ne")
    shutil.copy2(file, file.with_name(file.name + "~"))
    file.write_text("new\n")
    auto.unlink()
    lock.unlink()


def by_touching_finder_files_too(file: Path) -> None:
    file.with_name(".DS_Store").write_bytes(b"\0")
    file.write_text("new\n")
    file.with_name(".DS_Store").write_bytes(b"\1")


WAYS = [by_atomic_replace, by_truncating, by_vim, by_vscode, by_jetbrains, by_emacs, by_touching_finder_files_too]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("path", ["content/area/a.md", "static/css/mine.css"])
def test_a_save_is_one_report(root: Path, way: Callable[[Path], None], path: str) -> None:
    async def story(log: Log) -> None:
        counts = []
        for _ in range(5):
            way(root / path)
            reports = [await log.next(), *await log.quiet()]
            reported = {file.relative_to(root).as_posix() for report in reports for file in report or ()}
            assert path in reported
            # in `static` most names are part of the site; what is gone again by then is read as gone
            assert path.startswith("static/") or reported == {path}
            counts.append(len(reports))
            if counts[-1] == 1:
                break
        assert counts[-1] == 1, counts  # a busy machine may stretch a save beyond the quiet time, but not each one

    told(root, story)


@pytest.mark.skipif(not shutil.which("vim"), reason="vim is not installed")
def test_vim_itself(root: Path) -> None:
    async def story(log: Log) -> None:
        command = ["vim", "-Nu", "NONE", "-es", "-c", "normal Gonew", "-c", "wq", str(root / "content/area/a.md")]
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
        await process.wait()
        assert await log.names() == {"content/area/a.md"}
        assert set(await log.quiet()) <= {frozenset({root / "content/area/a.md"})}  # it takes its time
        assert "new" in (root / "content/area/a.md").read_text()

    told(root, story)


def test_several_files_at_once_are_one_report(root: Path) -> None:
    async def story(log: Log) -> None:
        for path in ("content/area/a.md", "content/area/b.md", "static/css/mine.css", "notes-site.toml"):
            by_atomic_replace(root / path)
        files = ("content/area/a.md", "content/area/b.md", "static/css/mine.css", "notes-site.toml")
        assert await log.names() >= set(files)
        assert await log.quiet() == []

    told(root, story)


def test_the_report_comes_at_once(root: Path) -> None:
    assert watch.QUIET <= 0.02

    async def story(log: Log) -> None:
        taken = []
        for _ in range(15):
            started = time.perf_counter()
            by_atomic_replace(root / "content/area/a.md")
            await log.next()
            taken.append(time.perf_counter() - started)
        assert sorted(taken)[len(taken) // 2] < 0.1  # the quiet time, and a busy machine

    told(root, story)


def test_what_keeps_changing_is_told_all_the_same(root: Path) -> None:
    async def story(log: Log) -> None:
        until = time.monotonic() + 1.5
        while time.monotonic() < until and log.reports.empty():
            (root / "content/area/a.md").write_text(f"{time.monotonic()}\n")
            await asyncio.sleep(watch.QUIET / 6)
        assert not log.reports.empty()

    told(root, story)


# --- what is none of ours


def test_ignored_names_and_mere_reading_are_no_reports(root: Path) -> None:
    async def story(log: Log) -> None:
        for name in (".hidden.md", "#a.md#", ".#a.md", "a.md~", ".a.md.swp", "4913", ".DS_Store", "a.md___jb_tmp___"):
            (root / "content/area" / name).write_text("x")
            os.replace(root / "content/area" / name, root / "content/area/.again")
            (root / "content/area/.again").unlink()
        (root / "content/.git/objects").mkdir(parents=True)
        (root / "content/.git/objects/a.md").write_text("x")
        shutil.rmtree(root / "content/.git")
        (root / "other.txt").write_text("beside the config")
        (root / ".notes-site").mkdir()
        (root / ".notes-site/cache.db").write_text("x")
        (root / "public").mkdir()
        for file in root.rglob("*.md"):
            file.read_bytes()
        assert await log.quiet() == []

    told(root, story)


def test_hidden_files_of_static_are_part_of_a_site(root: Path) -> None:
    async def story(log: Log) -> None:
        (root / "static/.nojekyll").write_text("")
        assert await log.names() == {"static/.nojekyll"}

    told(root, story)


# --- files and folders that come and go


def test_a_file_that_comes_moves_and_goes(root: Path, tmp_path: Path) -> None:
    async def story(log: Log) -> None:
        new = root / "content/area/deep/new.md"
        new.write_text("new\n")
        assert await log.names() == {"content/area/deep/new.md"}
        new.rename(root / "content/moved.md")
        assert await log.names() == {"content/area/deep/new.md", "content/moved.md"}
        (root / "content/moved.md").rename(tmp_path / "away.md")
        assert await log.names() == {"content/moved.md"}
        (tmp_path / "away.md").rename(root / "content/back.md")
        assert await log.names() == {"content/back.md"}
        (root / "content/back.md").unlink()
        assert await log.names() == {"content/back.md"}
        assert await log.quiet() == []

    told(root, story)


def test_a_folder_that_moves_in_or_out_asks_for_a_scan_and_is_watched(root: Path, tmp_path: Path) -> None:
    async def story(log: Log) -> None:
        outside = tmp_path / "outside"
        (outside / "sub").mkdir(parents=True)
        (outside / "sub/c.md").write_text("c")
        outside.rename(root / "content/inside")
        await log.doubt()
        await log.quiet()
        by_atomic_replace(root / "content/inside/sub/c.md")
        assert await log.names() == {"content/inside/sub/c.md"}
        (root / "content/inside").rename(root / "content/renamed")
        await log.doubt()
        await log.quiet()
        by_atomic_replace(root / "content/renamed/sub/c.md")
        assert await log.names() == {"content/renamed/sub/c.md"}
        (root / "content/renamed").rename(tmp_path / "gone")
        await log.doubt()
        await log.quiet()
        for depth in range(3):  # made at once, and written to at once
            folder = root / f"content/one{depth}/two/three"
            folder.mkdir(parents=True)
            (folder / "d.md").write_text("d")
        await log.doubt()
        await log.quiet()
        for depth in range(3):
            by_truncating(root / f"content/one{depth}/two/three/d.md")
            assert await log.names() == {f"content/one{depth}/two/three/d.md"}
            await log.quiet()
        shutil.rmtree(root / "content/one0")
        await log.doubt()
        assert log.said == []

    told(root, story)


def test_folders_that_come_move_and_go_in_a_row_are_all_watched(root: Path) -> None:
    async def story(log: Log) -> None:
        for number in range(40):
            folder = root / f"content/new{number}"
            (folder / "two/three").mkdir(parents=True)
            if number % 3 == 0:
                shutil.rmtree(folder)
            elif number % 3 == 1:
                folder.rename(root / f"content/moved{number}")
        await log.doubt()
        await log.quiet()
        for folder in (root / "content").rglob("three"):
            (folder / "c.md").write_text("c")
            assert await log.next() == frozenset({folder / "c.md"})

    told(root, story)


def replaced_by_rename(content: Path) -> None:
    shutil.copytree(content, content.with_name("copy"))
    content.rename(content.with_name("old"))
    content.with_name("copy").rename(content)


def replaced_at_once(content: Path) -> None:
    """As a checkout does: gone and there again before anybody looks."""
    shutil.rmtree(content)
    (content / "area").mkdir(parents=True)
    (content / "area/a.md").write_text("another\n")


@pytest.mark.parametrize("replaced", [replaced_by_rename, replaced_at_once])
def test_a_root_that_is_replaced_is_watched_again(root: Path, replaced: Callable[[Path], None]) -> None:
    async def story(log: Log) -> None:
        for _ in range(2):
            replaced(root / "content")
            await log.doubt()
            await log.quiet()
            shutil.rmtree(root / "old", ignore_errors=True)
            by_atomic_replace(root / "content/area/a.md")
            assert await log.names() == {"content/area/a.md"}
            assert await log.quiet() == []

    told(root, story)


def test_a_root_that_is_gone_for_a_while_and_one_that_comes_late(root: Path) -> None:
    async def story(log: Log) -> None:
        shutil.rmtree(root / "content")
        await log.doubt()
        await log.quiet()
        (root / "content").mkdir()
        (root / "content/a.md").write_text("a")
        await log.doubt()
        await log.quiet()
        by_truncating(root / "content/a.md")
        assert await log.names() == {"content/a.md"}
        await log.quiet()
        (root / "far/off").mkdir(parents=True)  # its layer was given before it was there
        await log.doubt()
        await log.quiet()
        (root / "far/off/x.html").write_text("x")
        assert await log.names() == {"far/off/x.html"}

    told(root, story, content=root / "content", templates=root / "far/off")


def deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def renamed(folder: Path) -> None:
    folder.rename(folder.with_name("away"))


@pytest.mark.parametrize("goes", [deleted, renamed])
@pytest.mark.parametrize("layer", ["content", "static"])
def test_a_root_that_goes_is_no_reason_to_poll(root: Path, layer: str, goes: Callable[[Path], None]) -> None:
    async def story(log: Log) -> None:
        other = root / ("static/css/mine.css" if layer == "content" else "content/area/a.md")
        for _ in range(2):
            goes(root / layer)
            await log.doubt()
            await log.quiet()
            by_vscode(other)
            assert await log.names() == {other.relative_to(root).as_posix()}
            (root / layer / "deep").mkdir(parents=True)
            await log.doubt()
            await log.quiet()
            (root / layer / "deep/new.md").write_text("x")
            assert await log.names() == {f"{layer}/deep/new.md"}
            await log.quiet()
            shutil.rmtree(root / "away", ignore_errors=True)
        assert log.said == []

    told(root, story)


def test_a_root_that_is_a_link_is_reported_by_its_own_name(root: Path, tmp_path: Path) -> None:
    shutil.move(root / "content", tmp_path / "elsewhere")
    (root / "content").symlink_to(tmp_path / "elsewhere")
    shutil.copytree(tmp_path / "elsewhere", tmp_path / "second")

    async def story(log: Log) -> None:
        by_atomic_replace(root / "content/area/a.md")
        assert await log.names() == {"content/area/a.md"}
        (root / "link").symlink_to(tmp_path / "second")
        os.replace(root / "link", root / "content")
        await log.doubt()
        await log.quiet()
        by_atomic_replace(tmp_path / "second/area/b.md")
        assert await log.names() == {"content/area/b.md"}

    told(root, story)


def test_the_config_may_come_and_go(root: Path) -> None:
    async def story(log: Log) -> None:
        for change in (by_vim, by_truncating, Path.unlink, by_truncating):
            change(root / "notes-site.toml")
            assert await log.names() == {"notes-site.toml"}
            assert await log.quiet() == []

    told(root, story)


def test_so_many_changes_that_some_may_be_lost_ask_for_a_scan(root: Path) -> None:
    async def story(log: Log) -> None:
        for number in range(3000):
            (root / f"content/area/n{number}.md").write_text("x")
        await log.doubt()
        await log.quiet()
        by_atomic_replace(root / "content/area/a.md")
        assert await log.names() == {"content/area/a.md"}

    told(root, story)


# --- polling


def test_polling(root: Path) -> None:
    async def story(log: Log) -> None:
        by_atomic_replace(root / "content/area/a.md")
        assert await log.names() == {"content/area/a.md"}
        (root / "content/area/.hidden").write_text("x")
        by_truncating(root / "notes-site.toml")
        assert await log.names() == {"notes-site.toml"}
        (root / "content/new").mkdir()
        await log.doubt()
        (root / "content/new/c.md").write_text("x")
        assert await log.names() == {"content/new/c.md"}
        replaced_at_once(root / "content")
        await log.doubt()
        await log.quiet()
        await asyncio.sleep(watch.POLL_EVERY)
        await log.quiet()
        by_atomic_replace(root / "content/area/a.md")
        assert await log.names() == {"content/area/a.md"}
        assert log.said == []

    told(root, story, poll=True)


LIMITED = """
    import asyncio, os, sys
    from pathlib import Path
    open(f"/proc/sys/user/max_inotify_{sys.argv[1]}", "w").write(sys.argv[2])
    from tests.test_watch import by_atomic_replace, told
    root = Path(sys.argv[3])
    async def story(log):
        for number in range(int(sys.argv[4])):
            (root / f"content/later{number}").mkdir()
        if sys.argv[4] != "0":
            await log.doubt()
        assert len(log.said) == 1 and "polling" in log.said[0], log.said
        await log.quiet()
        last = sorted((root / "content").iterdir())[-1] / "last.md"
        last.write_text("x")
        while (report := await log.next()) is None or last not in report:
            pass
        print("seen")
    told(root, story)
"""


@pytest.fixture
def unshared() -> list[str]:
    """The command that runs another where limits of inotify are its own."""
    command = ["unshare", "--user", "--map-root-user"]
    setting = ["sh", "-c", "echo 100 > /proc/sys/user/max_inotify_watches"]
    if not shutil.which("unshare") or subprocess.run([*command, *setting], check=False, capture_output=True).returncode:
        pytest.skip("no user namespace with limits of its own can be had")
    return command


@pytest.mark.parametrize(
    ("limit", "value", "later"), [("instances", 0, 0), ("watches", 0, 0), ("watches", 6, 0), ("watches", 20, 30)]
)
def test_where_the_system_has_no_watches_left_it_polls_and_says_so(
    root: Path, unshared: list[str], limit: str, value: int, later: int
) -> None:
    for number in range(6 if not later else 0):
        (root / f"content/folder{number}").mkdir()
    command = [*unshared, sys.executable, "-c", textwrap.dedent(LIMITED), limit, str(value), str(root), str(later)]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "seen\n", done.stderr


def test_nothing_of_what_watchdog_logs_reaches_the_terminal() -> None:
    script = "import logging, notes_site.serve.watch\nlogging.getLogger('watchdog.observers.inotify').error('inactive')"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPO, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
