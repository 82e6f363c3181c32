"""The README's session in a terminal is what a newcomer sees, to the letter."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from notes_site.cli.main import cli
from tests.harness import REPO, UPDATE

README = REPO / "README.md"

COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def sessions(heading: str) -> list[list[tuple[str, str]]]:
    """The commands of each console block below a heading, each with what it prints."""
    text = README.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [COMMAND.findall(block) for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def printed(cwd: Path, command: list[str]) -> str:
    """What a command of ours prints on a terminal, both streams in their order."""
    assert command[0] == "notes-site"
    env = {**os.environ, "PYTHONPATH": str(REPO), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "notes_site", *command[1:]],
        cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.stdout


def without_seconds(text: str) -> str:
    return re.sub(r"\d+\.\d\d s\b", "0.00 s", text)


def check(line: str, expected: str, made: str) -> None:
    """Hold the README against what a command prints, its timings aside; `make golden` writes it there."""
    if UPDATE and without_seconds(made) != without_seconds(expected):
        text = README.read_text("utf-8")
        README.write_text(text.replace(f"$ {line}\n{expected}", f"$ {line}\n{made}"), "utf-8", newline="")
        return
    assert without_seconds(made) == without_seconds(expected), line


def test_golden_session_from_an_empty_folder_to_a_site(tmp_path: Path) -> None:
    begun, slipped = sessions("Five minutes from an empty folder to a site")
    folder = tmp_path
    for line, expected in begun:
        command = shlex.split(line.replace("\\\n", ""))
        if command[0] == "cd":
            folder /= command[1]
        else:
            check(line, expected, printed(folder, command))
    note = folder / "content/docker-and-containers/video-why-docker.md"
    note.write_text(note.read_text("utf-8").replace("level: beginner", "level: beginer"), "utf-8")
    [(line, expected)] = slipped
    check(line, expected, printed(folder, shlex.split(line)))


def test_golden_session_from_one_long_readme(tmp_path: Path) -> None:
    """The README that the session imports: two resources, the second on line 33."""
    steps = "".join(f"  Step {number}.\n\n" for number in range(10))
    (tmp_path / "README.md").write_text(
        "# My course\n\nWhat I learned.\n\n## Cloud Web Apps\n\n### Beginner\n\n"
        f"- [Lab: Launch a VM](https://example.org/vm) (30 min)\n\n{steps}"
        "### Intermediate\n\n- [Video: Virtualization](https://example.org/video) (20 min)\n",
        "utf-8",
    )
    [commands] = sessions("Coming from one long README")
    for line, expected in commands:
        check(line, expected, printed(tmp_path, shlex.split(line)))


def test_the_readme_names_every_command() -> None:
    readme = README.read_text("utf-8")
    assert [name for name in cli.commands if f"| `notes-site {name}" not in readme] == []
