"""Times deploys of a large site beside `aws s3 sync`, against the same server in the same run: `make bench-deploy`.

Each figure is that of the real command in a process of its own: wall and CPU seconds. The server runs on the same
cores, so it bounds both; the CPU seconds are the command's own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.generate import write_course
from tests.deploying import KEYS, SERVERS, Bucket, Server

REPO = Path(__file__).resolve().parent.parent


def measured(command: list[str], cwd: Path) -> tuple[float, float]:
    """Run a command; return wall and CPU seconds."""
    env = {**os.environ, **KEYS, "PYTHONPATH": str(REPO), "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": ""}
    env |= {"AWS_DEFAULT_REGION": "us-east-1"}
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        if os.waitstatus_to_exitcode(status):
            said.seek(0)
            raise SystemExit(f"{command}: {said.read().decode()}")
    return wall, usage.ru_utime + usage.ru_stime


def commands(server: Server, ours: Bucket, theirs: Bucket) -> dict[str, list[str]]:
    aws = str(Path(sys.executable).with_name("aws"))
    lock = [] if server.conditional else ["--no-lock"]
    return {
        "notes-site deploy": [
            sys.executable, "-m", "notes_site", "deploy", ours.target, "--endpoint-url", server.url, *lock,
        ],
        "aws s3 sync": [
            aws, "s3", "sync", "public", theirs.target, "--endpoint-url", server.url, "--delete",
            "--exclude", ".notes-site/*",
        ],
    }  # fmt: skip


def compare(name: str, pair: dict[str, list[str]], root: Path, runs: int) -> None:
    """Measure both commands in turn and print the medians."""
    results: dict[str, list[tuple[float, float]]] = {tool: [] for tool in pair}
    for _ in range(runs):
        for tool, command in pair.items():
            results[tool].append(measured(command, root))
    for tool, found in results.items():
        wall, cpu = (statistics.median(each[n] for each in found) for n in range(2))
        print(f"{name:20} {tool:20} {wall:8.2f} s wall {cpu:8.2f} s CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=int, nargs="?", default=4900)
    parser.add_argument("--server", choices=SERVERS, default="radosgw")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with contextlib.ExitStack() as running:
        root = Path(running.enter_context(tempfile.TemporaryDirectory()))
        server = running.enter_context(SERVERS[arguments.server]())
        paths = write_course(root, arguments.notes)

        def build() -> None:
            measured([sys.executable, "-m", "notes_site", "build"], root)

        build()
        files = [p for p in (root / "public").rglob("*") if p.is_file() and ".notes-site" not in p.parts]
        size = sum(p.stat().st_size for p in files) / 1e6
        print(
            f"{len(files)} files, {size:.0f} MB; {server.name}; "
            f"Python {platform.python_version()}, {os.cpu_count()} cores"
        )
        pair = commands(server, server.bucket(), server.bucket())
        compare("first", pair, root, 1)
        compare("unchanged", pair, root, arguments.runs)
        for _ in range(arguments.runs):
            edited = paths[len(paths) // 2]
            edited.write_text(edited.read_text() + f"\nAnother line, at {time.time_ns()}.\n")
            build()
            compare("one page changed", pair, root, 1)


if __name__ == "__main__":
    main()
