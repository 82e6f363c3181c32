"""A preview under test: `notes-site serve` as a process of its own, at a free port."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.harness import REPO

PATIENCE = 20.0  # seconds after which a condition that does not come true is a failure
_ADDRESS = re.compile(r"^(http://\S+) \(Ctrl-C stops\)$")
_SCRIPT = re.compile(
    rb'<script src="[^"]*preview\.js" data-key="([^"]*)" data-token="([^"]*)" data-style="([^"]*)"></script>'
)


class Script(NamedTuple):
    """What the script tag of a page holds."""

    key: str
    token: str
    style: str


class Serving:
    """`with Serving(root) as preview:` starts a preview, waits for its address, and stops it at the end."""

    def __init__(self, root: Path, *options: str, port: int = 0) -> None:
        self.root = root
        self._command = [sys.executable, "-m", "notes_site", "serve", "--port", str(port), *options]
        self._lines: list[str] = []
        self._news = threading.Condition()
        self.base = ""

    def __enter__(self) -> Serving:
        path = os.pathsep.join([str(REPO), *filter(None, [os.environ.get("PYTHONPATH")])])
        env = {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            self._command, cwd=self.root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.base = self.line(_ADDRESS).group(1)
        except BaseException:
            self.stop()
            raise
        # As a browser does: a connection of its own for each asker would be another thing to test.
        self.client = httpx.Client(base_url=self.base, timeout=PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.stop()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._news:
                self._lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    # --- the terminal

    @property
    def said(self) -> str:
        """Everything that the terminal shows so far."""
        with self._news:
            return "\n".join(self._lines)

    def line(self, pattern: str | re.Pattern[str], after: int = 0) -> re.Match[str]:
        """Wait for a line on the terminal; the first `after` lines do not count."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while True:
                for line in self._lines[after:]:
                    if found := re.search(pattern, line):
                        return found
                left = deadline - time.monotonic()
                if left <= 0 or not self._reader.is_alive():
                    raise AssertionError(f"no line {pattern!r} in:\n" + "\n".join(self._lines))
                self._news.wait(min(left, 0.2))

    @property
    def lines(self) -> int:
        """How many lines the terminal shows so far."""
        with self._news:
            return len(self._lines)

    # --- requests

    @property
    def port(self) -> int:
        """The port that was found."""
        return urlsplit(self.base).port or 80

    @property
    def origin(self) -> str:
        """What a browser sends as the origin of our pages."""
        return f"http://{urlsplit(self.base).netloc}"

    def get(self, path: str = "", headers: dict[str, str] | None = None, method: str = "GET") -> httpx.Response:
        """Ask for a path below the site's base; redirections are not followed."""
        return self.client.request(method, path, headers=headers)

    def page(self, path: str = "") -> bytes:
        """The bytes of an output, without the reload script."""
        return stripped(self.get(path).content)

    def script(self, path: str = "") -> Script:
        """What the script tag of a page holds."""
        found = _SCRIPT.search(self.get(path).content)
        assert found, f"{path} has no script"
        return Script(*(part.decode() for part in found.groups()))

    def raw(self, data: bytes, timeout: float = PATIENCE) -> bytes:
        """Send bytes on a connection of their own; return what is answered until the server closes or goes quiet."""
        with socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            answer = b""
            try:
                connection.sendall(data)
                while part := connection.recv(65536):
                    answer += part
            except (TimeoutError, ConnectionError):
                pass
            return answer

    # --- the reload channel

    @contextmanager
    def reload_socket(self, path: str = "", *, hello: bool = True, **more: Any) -> Iterator[ClientConnection]:
        """Open the reload channel as the page at `path` does. `more` goes to `websockets.sync.client.connect`."""
        script = self.script(path)
        more.setdefault("origin", self.origin)
        more.setdefault("compression", None)
        address = f"ws{self.base.removeprefix('http')}.notes-site/reload?token={script.token}"
        with connect(address, open_timeout=PATIENCE, proxy=None, **more) as opened:
            if hello:
                opened.send(
                    json.dumps({"path": urlsplit(self.base).path + path, "key": script.key, "style": script.style})
                )
                first = json.loads(opened.recv(PATIENCE))
                assert "problems" in first, first
            yield opened

    # --- the end

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop the process; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self._reader.join(PATIENCE)
        if self.process.stdout:
            self.process.stdout.close()
        return code


def stripped(page: bytes) -> bytes:
    """A page without the reload script: what is published."""
    return _SCRIPT.sub(b"", page, count=1)


def message(channel: ClientConnection, name: str) -> Any:
    """Wait for the next message with such a field on a reload channel; return the field's value."""
    deadline = time.monotonic() + PATIENCE
    while True:
        received = json.loads(channel.recv(max(deadline - time.monotonic(), 0)))
        if name in received:
            return received[name]


def until(condition: Callable[[], Any], what: str = "") -> Any:
    """Wait until a condition holds; return its value."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError(f"never: {what or condition}")
