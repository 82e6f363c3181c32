"""What is packaged works where nothing else of this repository is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.harness import REPO

pytestmark = pytest.mark.slow

THEME = {
    f"{folder}/{path.relative_to(REPO / folder).as_posix()}"
    for folder in ("templates", "static")
    for path in (REPO / folder).rglob("*")
    if path.is_file()
}


def command(*arguments: str | Path, cwd: Path, code: int = 0) -> str:
    """Run a command that knows nothing of this checkout; return its standard output, or what it says when it fails."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env |= {"NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    done = subprocess.run(arguments, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr if code else done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that is made from it."""
    folder = tmp_path_factory.mktemp("dist")
    command(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, REPO, cwd=folder)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


@pytest.mark.xdist_group("wheel")
def test_packages_hold_the_program_the_theme_and_nothing_else(packages: tuple[Path, Path]) -> None:
    sdist, wheel = packages
    sources = {p.relative_to(REPO).as_posix() for p in (REPO / "notes_site").rglob("*") if p.is_file()}
    sources = {name for name in sources if "__pycache__" not in name}
    assert "notes_site/py.typed" in sources
    in_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert in_wheel == sources | {f"notes_site/_theme/{name}" for name in THEME}
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    assert in_sdist - {"PKG-INFO", ".gitignore"} == (
        sources | THEME | {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"}
    )


@pytest.mark.xdist_group("wheel")
def test_wheel_of_the_checkout_is_that_of_the_source_distribution(packages: tuple[Path, Path], tmp_path: Path) -> None:
    command(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, REPO, cwd=tmp_path)
    one, other = (zipfile.ZipFile(path) for path in (packages[1], next(tmp_path.glob("*.whl"))))
    assert {n: one.read(n) for n in one.namelist()} == {n: other.read(n) for n in other.namelist()}


@pytest.mark.xdist_group("wheel")
def test_wheel_in_a_fresh_environment(packages: tuple[Path, Path], tmp_path: Path) -> None:
    command(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python, program = scripts / "python", scripts / "notes-site"
    reached = subprocess.run(
        [
            python,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--retries",
            "1",
            "--timeout",
            "10",
            "-d",
            tmp_path / "x",
            "mdurl",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if reached.returncode:
        pytest.skip(f"pip reaches no package registry: {reached.stderr.strip().splitlines()[-1]}")
    command(python, "-m", "pip", "install", "--quiet", packages[1], cwd=tmp_path)
    command(python, "-m", "pip", "check", cwd=tmp_path)

    shown = command(python, "-m", "pip", "show", "notes-site", cwd=tmp_path)
    version = re.search(r"^Version: (.+)$", shown, re.MULTILINE)
    assert version
    assert command(program, "--version", cwd=tmp_path) == f"notes-site, version {version[1]}\n"
    assert command(python, "-m", "notes_site", "--version", cwd=tmp_path) == f"notes-site, version {version[1]}\n"
    theme = command(python, "-c", "from notes_site.config.project import theme; print(theme())", cwd=tmp_path).strip()
    assert Path(theme).parts[-2:] == ("notes_site", "_theme")
    assert (tmp_path / "venv").resolve() in Path(theme).resolve().parents

    command(program, "init", "course", cwd=tmp_path)
    arguments = ["--area", "Containers", "--level", "beginner", "--time", "45 min", "--link", "https://example.org"]
    command(program, "new", "Lab: Docker Intro", *arguments, cwd=tmp_path / "course")
    note = tmp_path / "course/content/containers/lab-docker-intro.md"
    note.write_text(note.read_text() + '\n```python\nprint("hello")\n```\n\n> [!NOTE]\n> A callout.\n')
    said = command(program, "build", "--strict", cwd=tmp_path / "course")
    assert re.fullmatch(r"2 notes, \d+ pages: \d+ written, 0 unchanged, 0 removed in .*\n", said)
    public = tmp_path / "course/public"
    page = (public / "containers/lab-docker-intro.html").read_text()
    assert "<h1>Lab: Docker Intro</h1>" in page
    assert '<span class="' in page  # highlighted
    assert re.search(r"<style>.*\.facts\{.*</style>", page)
    icon = re.search(r'<link rel="icon" href="\.\./([^"]+)"', page)
    assert icon
    assert (public / icon[1]).read_bytes() == (REPO / "static/icon.svg").read_bytes()
    assert " 0 written, " in command(program, "build", "--strict", cwd=tmp_path / "course")
    assert "45 min" in command(program, "stats", cwd=tmp_path / "course")

    assert "deployed" in command(program, "deploy", tmp_path / "site", cwd=tmp_path / "course")
    assert (tmp_path / "site/index.html").read_bytes() == (public / "index.html").read_bytes()
    said = command(program, "deploy", "s3://example-notes", cwd=tmp_path / "course", code=1)
    assert said == "error: deploying to S3 needs one more package: pip install 'notes-site[s3]'\n"
