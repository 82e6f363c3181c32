"""A site in a temporary folder: write files, build, look at what came out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from notes_site.build.build import Options, build
from notes_site.build.report import Report
from notes_site.config.project import Project
from notes_site.storage.cache import Cache
from notes_site.storage.files import STATE

REPO = Path(__file__).resolve().parent.parent
GOLDEN = REPO / "tests" / "golden"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


class Case(NamedTuple):
    """A golden case: text that is read, and what comes of it."""

    file: str
    title: str
    source: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


_SECTIONS = re.compile(r"^### ([^\n]+)\n(.*?)^>>>\n(.*?\n)\n*(?=^### |\Z)", re.MULTILINE | re.DOTALL)
_DOTS = re.compile(r"^([^\n]+)\n\.\n(.*?)^\.\n(.*?)^\.\n", re.MULTILINE | re.DOTALL)
_KINDS = {".txt": (_SECTIONS, "### {}\n{}>>>\n{}"), ".md": (_DOTS, "{}\n.\n{}.\n{}.\n")}


def golden_cases(folder: str, made: Callable[[str, str], str]) -> list[Case]:
    """Return the cases of `tests/golden/FOLDER`. In files `.txt` a case is `### title`, source, `>>>`, expected text;
    in files `.md` a title, then source and expected text, each ended by a line with one dot (as in CommonMark).

    `made` returns what comes of a title and a source; with UPDATE_GOLDEN it is written as the expected text.
    """
    found = []
    for file in sorted((GOLDEN / folder).iterdir()):
        pattern, form = _KINDS[file.suffix]
        cases = pattern.findall(file.read_text("utf-8"))
        if UPDATE:
            new = "\n".join(form.format(title, source, made(title, source)) for title, source, _ in cases)
            cases = pattern.findall(golden_text(file, new))
        found += [Case(file.stem, *case) for case in cases]
    return found


def golden_text(file: Path, made: str) -> str:
    """Return the text of a golden file; with UPDATE_GOLDEN (`make golden`) what was made is written to it first."""
    if UPDATE:
        file.write_text(made, "utf-8", newline="")
    return file.read_bytes().decode()


class Site:
    """One project under test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root / "public"
        (root / "content").mkdir(parents=True, exist_ok=True)
        self.project = Project(root, root / "notes-site.toml")

    def write(self, path: str, text: str | bytes) -> Path:
        """Write a file below the root, with its folders."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def note(self, path: str, body: str = "", **front: object) -> Path:
        """Write a note; its front matter's values are written as JSON, which YAML reads too."""
        lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in front.items())
        return self.write(f"content/{path}", f"---\n{lines}---\n{body}")

    def build(self, **options: object) -> Report:
        """Build as `notes-site build` does, in this process."""
        cache = Cache(self.project.state)
        try:
            return build(self.project, Options(**options), cache)  # type: ignore[arg-type]
        finally:
            cache.close()

    def clean_build(self, output: Path, **options: object) -> dict[str, bytes]:
        """Build the same input without any cache into another folder; return what was published."""
        cache = Cache(output.parent / "no-cache" / "cache.db")
        try:
            build(self.project, Options(output=str(output), **options), cache)  # type: ignore[arg-type]
        finally:
            cache.close()
        return published(output)

    def run(self, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
        """Run the command line in a process of its own."""
        return run(*arguments, cwd=self.root, **more)

    def page(self, path: str) -> str:
        """Return one published file."""
        return (self.output / path).read_text(encoding="utf-8")

    def published(self) -> dict[str, bytes]:
        """Return everything published, by path."""
        return published(self.output)


def run(*arguments: str, cwd: Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run `notes-site` in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(REPO), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "notes_site", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload,no-any-return]


def published(output: Path) -> dict[str, bytes]:
    """Return every file of an output folder, the build record with them, by path."""
    if not output.exists():
        return {}
    skipped = {f"{STATE}/lock"}
    files = (p for p in output.rglob("*") if p.is_file())
    return {name: p.read_bytes() for p in files if (name := p.relative_to(output).as_posix()) not in skipped}


def codes(report: Report, severity: str | None = None) -> list[str]:
    """Return the codes of a report's problems, in order."""
    return [d.code for d in report.diagnostics if severity in (None, d.severity)]
