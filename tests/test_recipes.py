"""docs/recipes.md, followed to the letter in a copy of the project: each step is made, then the session is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.harness import REPO

COPIED = ("notes_site", "templates", "static", "docs", "tools", "tests", "README.md", "pyproject.toml")
MOST_FILES = 6
TESTS = [f"tests/test_{name}.py" for name in ("problems", "config", "frontmatter", "architecture", "readme", "pages")]
"""Those that find a forgotten place."""
MADE = {
    "docs": ("-m", "tools.reference"),
    "golden": ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "test_golden"),
}
"""What `make docs` and `make golden` run."""

_STEP = re.compile(
    r"^\d+\. (?:In `(?P<path>[^`]+)`, (?P<where>above|below|instead of) (?P<tick>`+) ?(?P<anchor>.+?) ?(?P=tick):"
    r"|New file `(?P<new>[^`]+)`:|`make (?P<command>docs|golden)`)$"
)
_BLOCK = re.compile(r" {3,}```\w*\n(?P<text>.*?\n) {3,}```\n", re.DOTALL)


class Step(NamedTuple):
    """One step of a recipe: a text that comes above, below or instead of the one line that begins with the anchor,
    a new file, or a command.
    """

    path: str
    where: str
    anchor: str
    text: str


class Recipe(NamedTuple):
    """A recipe: its steps, and the terminal session that shows what they made."""

    name: str
    steps: tuple[Step, ...]
    session: str


def _steps(part: str) -> tuple[Step, ...]:
    steps = []
    lines = part.split("\n")
    for number, line in enumerate(lines):
        if not re.match(r"\d+\. ", line):
            continue
        found = _STEP.match(line)
        assert found, f"not a step: {line}"
        block = _BLOCK.search("\n".join(lines[number + 1 :]))
        assert found["command"] or block, f"no text: {line}"
        text = re.sub(r"^ {3}", "", block["text"], flags=re.MULTILINE) if block and not found["command"] else ""
        where = found["where"] or found["command"] or "new"
        steps.append(Step(found["path"] or found["new"] or "", where, found["anchor"] or "", text))
    return tuple(steps)


def _recipes() -> list[Recipe]:
    _, *parts = re.split(r"^## ", (REPO / "docs" / "recipes.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for part in parts:
        session = re.search(r"^```console\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
        assert session, part
        found.append(Recipe(part.partition("\n")[0], _steps(part), session[1]))
    return found


RECIPES = _recipes()


def _follow(root: Path, step: Step) -> None:
    if step.where in MADE:
        env = {**os.environ, "PYTHONPATH": str(root), "UPDATE_GOLDEN": "1"}
        subprocess.run([sys.executable, *MADE[step.where]], cwd=root, env=env, stdout=subprocess.DEVNULL, check=True)
        return
    file = root / step.path
    if step.where == "new":
        assert not file.exists()
        file.write_text(step.text, encoding="utf-8")
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    at = [number for number, line in enumerate(lines) if line.strip().startswith(step.anchor)]
    assert len(at) == 1, f"{step.path}: {len(at)} lines begin with {step.anchor!r}"
    first, last = {"above": (at[0], at[0]), "below": (at[0] + 1, at[0] + 1), "instead of": (at[0], at[0] + 1)}[
        step.where
    ]
    file.write_text("".join([*lines[:first], step.text, *lines[last:]]), encoding="utf-8")


def _run_session(session: str, cwd: Path, env: dict[str, str]) -> str:
    """Run each command after `$ `; return the session with what they print."""
    said = ""
    for line in session.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                ["bash", "-c", line[2:]], cwd=cwd, env=env, capture_output=True, text=True, check=False
            )
            said += f"{line}\n{done.stdout}{done.stderr}"
    return said


@pytest.mark.full
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_does_what_it_says(recipe: Recipe, tmp_path: Path) -> None:
    root = tmp_path / "project"
    for name in COPIED:
        if (REPO / name).is_dir():
            shutil.copytree(REPO / name, root / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        else:
            shutil.copy(REPO / name, root / name)
    for step in recipe.steps:
        _follow(root, step)
    assert len({step.path for step in recipe.steps if step.path}) <= MOST_FILES
    env = {
        **os.environ,
        "PYTHONPATH": str(root),
        "PATH": f"{_program(tmp_path / 'bin')}{os.pathsep}{os.environ['PATH']}",
    }
    notes = tmp_path / "notes"
    notes.mkdir()
    assert _run_session(recipe.session, notes, env) == recipe.session
    for check in (
        ("mypy", "notes_site", "tools"),
        ("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *TESTS),
    ):
        done = subprocess.run(
            [sys.executable, "-m", *check], cwd=root, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def _program(folder: Path) -> Path:
    """Put the copy's `notes-site` into a folder, and return that."""
    folder.mkdir()
    (folder / "notes-site").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m notes_site "$@"\n')
    (folder / "notes-site").chmod(0o755)
    return folder
