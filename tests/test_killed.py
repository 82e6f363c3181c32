"""Law 4: killed at any moment, every file is whole, old or new, and the next build mends the rest."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import REPO, Site

pytestmark = pytest.mark.slow

# Builds in a process that kills itself at the n-th event of the file system (PEP 578 audit hooks see them all).
DRIVER = """
import os, signal, sys
events = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "sqlite3.connect")
limit, seen = int(sys.argv[1]), 0
from tests.harness import Site
from pathlib import Path
# Their imports open files too.
import notes_site.content.highlight, notes_site.content.markdown, notes_site.content.frontmatter
import notes_site.pages.templates
site = Site(Path(sys.argv[2]))

def hook(event, arguments):
    global seen
    if event in events and str(site.root) in str(arguments):
        seen += 1
        if seen == limit:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

sys.addaudithook(hook)
site.build(jobs=1)
print(seen)
"""


def build_killed_at(event: int, site: Site) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    command = [sys.executable, "-c", DRIVER, str(event), str(site.root)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def old_site(site: Site) -> None:
    site.write("notes-site.toml", 'title = "Old"\n')
    for name in ("one", "two", "three"):
        site.note(f"cloud/{name}.md", f"Text of {name}.\n\n![p](pic.svg)\n", title=name, time="30 min", tags=["x"])
    site.write("content/cloud/pic.svg", "<svg/>")


def edit(site: Site) -> None:
    site.write("notes-site.toml", 'title = "New"\n')
    site.note("cloud/one.md", "Another text.\n", title="One", time="1h")
    (site.root / "content/cloud/two.md").unlink()
    site.note("docker/four.md", "A new note.\n", title="Four")
    site.write("content/cloud/pic.svg", "<svg></svg>")


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, dict[str, bytes], dict[str, bytes], int]:
    """A site built and then edited; what was published before, what a clean build gives, how many events there are."""
    site = Site(tmp_path_factory.mktemp("killed") / "site")
    old_site(site)
    site.build()
    old = site.published()
    edit(site)
    new = site.clean_build(site.root.parent / "clean")
    copy = copy_of(site, site.root.parent / "count")
    done = build_killed_at(0, copy)
    assert done.returncode == 0, done.stderr
    return site, old, new, int(done.stdout)


def copy_of(site: Site, folder: Path) -> Site:
    shutil.copytree(site.root, folder)
    return Site(folder)


def check_killed_at(event: int, stages: tuple[Site, dict[str, bytes], dict[str, bytes], int], folder: Path) -> None:
    site, old, new, _ = stages
    copy = copy_of(site, folder)
    done = build_killed_at(event, copy)
    assert done.returncode == -signal.SIGKILL, done.stderr
    for path, data in copy.published().items():
        if "/staging/" not in path and not path.endswith("build.json"):
            assert data in (old.get(path), new.get(path)), path
    assert copy.build().published
    assert copy.published() == new


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("part", range(16))
def test_killed_at_many_points(
    part: int, stages: tuple[Site, dict[str, bytes], dict[str, bytes], int], tmp_path: Path
) -> None:
    check_killed_at(max(1, stages[3] * part // 16), stages, tmp_path / "site")


@pytest.mark.full
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_at_every_point(stages: tuple[Site, dict[str, bytes], dict[str, bytes], int], tmp_path: Path) -> None:
    for event in range(1, stages[3] + 1):
        check_killed_at(event, stages, tmp_path / str(event))
