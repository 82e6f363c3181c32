"""Times cold, no-op and one-edit builds of generated notes: `make bench`; `--profile` shows where a cold one goes.

Each figure is the median of several runs of the real command in a process of its own: wall and CPU seconds (children
included), and the peak memory of the largest process.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.generate import write_course

REPO = Path(__file__).resolve().parent.parent


def measured(command: list[str], cwd: Path) -> tuple[float, float, float]:
    """Run a command; return wall seconds, CPU seconds, peak MB."""
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    assert os.waitstatus_to_exitcode(status) == 0, command
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(name: str, before: Callable[[], None], root: Path, runs: int, *options: str) -> None:
    """Measure `build` several times, each after `before`, and print the medians."""
    results = []
    for _ in range(runs):
        before()
        results.append(measured([sys.executable, "-m", "notes_site", "build", *options], root))
    wall, cpu, memory = (statistics.median(r[n] for r in results) for n in range(3))
    print(f"{name:28} {wall:8.3f} s wall {cpu:8.3f} s CPU {memory:8.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=int, nargs="?", default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="profile one cold build in one process instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = write_course(root, arguments.notes)
        if arguments.profile:
            profile(root)
            return
        size = sum(p.stat().st_size for p in paths) / len(paths)
        print(
            f"{arguments.notes} notes of {size:.0f} bytes; Python {platform.python_version()}, {os.cpu_count()} cores"
        )
        edited = paths[len(paths) // 2]

        def forget() -> None:
            shutil.rmtree(root / "public", ignore_errors=True)
            shutil.rmtree(root / ".notes-site", ignore_errors=True)

        def edit_body() -> None:
            edited.write_text(edited.read_text() + f"\nAnother line, at {time.time_ns()}.\n")

        def edit_title() -> None:
            lines = edited.read_text().split("\n")
            lines[1] = f'title: "Video: Edited {time.time_ns()}"'
            edited.write_text("\n".join(lines))

        row("cold", forget, root, arguments.runs)
        row("cold, one process", forget, root, arguments.runs, "--jobs", "1")
        row("nothing to do", lambda: None, root, arguments.runs)
        row("one body edited", edit_body, root, arguments.runs)
        row("one title edited", edit_title, root, arguments.runs)
        row("one file touched", edited.touch, root, arguments.runs)


def profile(root: Path) -> None:
    """Print where a cold build in one process spends its time."""
    code = (
        "import cProfile, pstats, sys; sys.argv = ['notes-site', 'build', '--jobs', '1']\n"
        "from notes_site.cli.main import main\nwatch = cProfile.Profile()\n"
        "try:\n    watch.runcall(main)\nexcept SystemExit:\n    pass\n"
        "pstats.Stats(watch).sort_stats('cumulative').print_stats(60)"
    )
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    subprocess.run([sys.executable, "-c", code], cwd=root, env=env, check=True)


if __name__ == "__main__":
    main()
