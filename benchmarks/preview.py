"""Times the live preview: `python -m benchmarks.preview 100 1000 10000`.

For each size of a generated course: from starting `notes-site serve` with a warm cache to the first page in full; and
from `os.replace` of an edited note to the first response with the new text, and to the message on the reload channel.
Edits of a text change one page; those of a title change all that show it. A real process, real sockets.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from benchmarks.generate import write_course

REPO = Path(__file__).resolve().parent.parent
PAUSE = 0.5  # seconds between edits, as between two savings of one person at most
ADDRESS = re.compile(r"(http://\S+) \(Ctrl-C stops\)")


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Run `notes-site serve`; yield the site's address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "notes_site", "serve", "--port", "0"],
        cwd=root, env={**os.environ, "PYTHONPATH": str(REPO)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    try:
        yield next(found[1] for line in process.stderr if (found := ADDRESS.search(line)))
    finally:
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
        process.wait()


class Client:
    """A browser's two connections: one for pages, one for the reload channel."""

    def __init__(self, address: str) -> None:
        self.parts = urlsplit(address)
        self.connection = http.client.HTTPConnection(self.parts.netloc)

    def page(self, path: str) -> str:
        """Return a page."""
        self.connection.request("GET", self.parts.path + path)
        return self.connection.getresponse().read().decode()

    @contextmanager
    def channel(self, path: str) -> Iterator[ClientConnection]:
        """Open the reload channel as a page does."""
        found = re.search(r'data-key="([^"]*)" data-token="([^"]*)" data-style="([^"]*)"', self.page(path))
        assert found
        address = f"ws://{self.parts.netloc}{self.parts.path}.notes-site/reload?token={found[2]}"
        origin = Origin(f"http://{self.parts.netloc}")
        with connect(address, origin=origin, compression=None, proxy=None) as opened:
            opened.send(json.dumps({"path": self.parts.path + path, "key": found[1], "style": found[3]}))
            opened.recv()
            yield opened


def replace(path: Path, text: str) -> float:
    """Save as careful editors do; return when."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text)
    started = time.perf_counter()
    os.replace(beside, path)
    return started


def response_times(client: Client, note: Path, url: str, edits: int, edited: Callable[[str, int], str]) -> list[float]:
    """The times until a response has the edit: asked for at once, and again until it does."""
    times = []
    original = note.read_text()
    for number in range(edits):
        started = replace(note, edited(original, number))
        while f"EDIT{number}." not in client.page(url):
            pass
        times.append(time.perf_counter() - started)
        time.sleep(PAUSE)
    replace(note, original)
    time.sleep(PAUSE)
    return times


def message_times(client: Client, note: Path, url: str, edits: int, edited: Callable[[str, int], str]) -> list[float]:
    """The times until the open page is told to reload, when nobody asks meanwhile."""
    times = []
    original = note.read_text()
    with client.channel(url) as channel:
        for number in range(edits):
            started = replace(note, edited(original, number))
            while "reload" not in json.loads(channel.recv()):
                pass
            times.append(time.perf_counter() - started)
            time.sleep(PAUSE)
    replace(note, original)
    time.sleep(PAUSE)
    return times


def in_text(original: str, number: int) -> str:
    return f"{original}\nEDIT{number}.\n"


def in_title(original: str, number: int) -> str:
    return re.sub(r'title: ".*"', f'title: "EDIT{number}."', original, count=1)


def row(name: str, times: list[float]) -> None:
    """Print median and 95th percentile in ms."""
    ordered = sorted(times)
    p95 = ordered[round(0.95 * (len(ordered) - 1))]
    print(f"  {name:38} median {statistics.median(ordered) * 1000:7.1f} ms   p95 {p95 * 1000:7.1f} ms", flush=True)


def measure(root: Path, notes: int, edits: int) -> None:
    """Measure one size."""
    note = write_course(root, notes)[notes // 2]
    url = note.relative_to(root / "content").with_suffix(".html").as_posix()
    print(f"{notes} notes", flush=True)
    starts = []
    for _ in range(6):
        started = time.perf_counter()
        with serving(root) as address:
            Client(address).page("")
            starts.append(time.perf_counter() - started)
            time.sleep(2)  # what is compiled is kept in the quiet after it
    print(f"  {'start to first page, cold cache':38} {starts[0]:8.2f} s", flush=True)
    row("start to first page, warm cache", starts[1:])
    with serving(root) as address:
        Client(address).page(url)
        time.sleep(2)
        for what, edited in (("text", in_text), ("title", in_title)):
            row(f"{what} edited, to the response", response_times(Client(address), note, url, edits, edited))
            row(f"{what} edited, to the reload message", message_times(Client(address), note, url, edits, edited))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=int, nargs="*", default=[100, 1000])
    parser.add_argument("--edits", type=int, default=30)
    arguments = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}")
    for notes in arguments.notes:
        folder = Path(tempfile.mkdtemp())
        try:
            measure(folder, notes, arguments.edits)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
