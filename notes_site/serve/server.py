"""Runs a live preview until it is stopped: finds a port, starts the watcher and the server, ends cleanly."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, NoReturn

import uvicorn

from notes_site.base.errors import PortUnavailable
from notes_site.base.progress import Progress
from notes_site.config.project import Project
from notes_site.serve.app import App
from notes_site.serve.preview import Preview
from notes_site.serve.watch import Watcher

_PORTS = 20  # tried after the one that was asked for
_CONNECTIONS = 200  # open at a time, those of live reload included; beyond it requests are answered with 503
_BACKLOG = 100  # accepted in one go at most


class Settings(NamedTuple):
    """How to serve. `say` prints a line for the person at the terminal."""

    host: str
    port: int
    drafts: bool
    today: str
    poll: bool
    open_browser: bool
    allowed_hosts: tuple[str, ...]
    say: Callable[[str], None]


def serve(project: Project, settings: Settings, progress: Callable[[], AbstractContextManager[Progress]]) -> NoReturn:
    """Serve until a signal ends it. `progress` shows how loading gets on.

    Raises:
        PortUnavailable: all are taken, or the host is not this machine.
        KeyboardInterrupt: Ctrl-C.
    """
    try:
        listening = bound(settings.host, settings.port)
    except OSError as exc:
        raise PortUnavailable(f"cannot listen at {settings.host}:{settings.port}: {exc.strerror}") from exc
    with listening:
        port = listening.getsockname()[1]
        if settings.port and port != settings.port:
            settings.say(f"port {settings.port} is taken: using {port}")
        with progress() as shown:
            preview = Preview(project, drafts=settings.drafts, today=settings.today, progress=shown)
        try:
            asyncio.run(_serve(preview, settings, listening, port))
        finally:
            preview.close()
    raise SystemExit(0)


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens at the first free port from `port` on; 0 is any free one.

    Raises:
        OSError: none of the next twenty is free, or the host is not this machine.
    """
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    candidates = range(port, min(port + _PORTS, 65535) + 1) if port else [0]
    for candidate in candidates:
        # Named as TCP, for asyncio then sends at once; else each answer waits 40 ms for an acknowledgement.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if sys.platform != "win32":  # there it would share the port
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((place[0], candidate))
            listening.listen(_BACKLOG)
            return listening
        except OSError as exc:
            listening.close()
            if exc.errno != errno.EADDRINUSE or candidate == candidates[-1]:
                raise
    raise AssertionError("unreachable")


async def _serve(preview: Preview, settings: Settings, listening: socket.socket, port: int) -> None:
    origin = f"http://{_name(settings.host)}:{port}"
    app = App(preview, origin=origin, allowed_hosts=(*settings.allowed_hosts, settings.host), say=settings.say)

    def watch() -> None:
        layers = {layer: root for layer, root in preview.roots.items() if layer != "program"}
        watcher.watch(layers, [preview.project.config])

    async def changed(files: frozenset[Path] | None) -> None:
        await app.changed(files)
        watch()  # folders come and go, and a config may name others

    watcher = Watcher(changed, poll=settings.poll, say=settings.say)
    watch()
    try:
        app.say_problems()
        settings.say(f"{app.address} (Ctrl-C stops)")
        if settings.open_browser:
            # In a thread: one that runs in the terminal would come back when it is closed.
            threading.Thread(target=webbrowser.open, args=[app.address], daemon=True).start()
        app.rest()
        await uvicorn.Server(_server_config(app)).serve(sockets=[listening])
    finally:
        watcher.stop()


def _name(host: str) -> str:
    """The host as it stands in addresses; for every address of this machine the one that is always there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _server_config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="websockets-sansio",
        ws_max_size=16_384,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,  # nobody else says who asks
        server_header=False,
        backlog=_BACKLOG,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=32_768,
    )
