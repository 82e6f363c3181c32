"""Runs a preview until it is stopped: finds a port, starts watcher and server, ends cleanly."""

from __future__ import annotations

import asyncio
import signal
import socket
import webbrowser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import uvicorn

from notes_site.loader import Progress
from notes_site.project import Project
from notes_site.serve.app import App
from notes_site.serve.engine import Preview
from notes_site.serve.watch import Watcher

_PORTS = 20  # tried after the one that was asked for
_CONNECTIONS = 250  # beyond it new ones are turned away: file descriptors must be left for files


class Settings(NamedTuple):
    """How to serve. `say` prints a line for the person at the terminal."""

    host: str
    port: int
    drafts: bool
    poll: bool
    open_browser: bool
    allowed_hosts: tuple[str, ...]
    say: Callable[[str], None]


def serve(project: Project, settings: Settings, progress: Progress) -> None:
    """Serve until SIGTERM, or KeyboardInterrupt.

    Raises:
        OSError: no port could be had.
        KeyboardInterrupt: Ctrl-C.
    """
    with bound(settings.host, settings.port) as listening:
        port = listening.getsockname()[1]
        if settings.port and port != settings.port:
            settings.say(f"port {settings.port} is taken: using {port}")
        preview = Preview(project, drafts=settings.drafts, progress=progress)
        try:
            asyncio.run(_serve(preview, settings, listening, port))
        finally:
            preview.close()


def bound(host: str, port: int) -> socket.socket:
    """Return a socket bound to the first free port from `port` on.

    Raises:
        OSError: none of the next twenty is free, or the host is not this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + _PORTS + 1):
        # Named as TCP, for asyncio then sends at once; else each answer waits 40 ms for an acknowledgement.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if hasattr(socket, "SO_REUSEADDR") and hasattr(signal, "SIGKILL"):  # on Windows it would share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            return listening
        except OSError:
            listening.close()
            if candidate == port + _PORTS or port == 0:
                raise
    raise AssertionError("unreachable")


async def _serve(preview: Preview, settings: Settings, listening: socket.socket, port: int) -> None:
    app = App(preview, allowed_hosts=(*settings.allowed_hosts, settings.host), say=settings.say)

    async def changed(files: frozenset[Path] | None) -> None:
        await app.changed(files)
        watcher.watch(_folders(preview), [preview.project.config])

    watcher = Watcher(changed, poll=settings.poll, say=settings.say)
    watcher.watch(_folders(preview), [preview.project.config])
    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="off",
        ws="websockets-sansio",
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    # uvicorn raises the signal again when it has ended; SIGTERM is a clean end, exit code 0.
    signal.signal(signal.SIGTERM, lambda *_: None)
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{name}:{port}{preview.base}"
    app.say_problems()
    settings.say(f"{address} (Ctrl-C stops)")
    if settings.open_browser:
        webbrowser.open(address)
    try:
        await uvicorn.Server(config).serve(sockets=[listening])
    finally:
        watcher.stop()


def _folders(preview: Preview) -> Iterable[Path]:
    return [Path(root) for layer, root in preview.roots.items() if layer != "program"]
