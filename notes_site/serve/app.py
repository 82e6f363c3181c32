"""The preview's HTTP side: who may ask, what is answered, who is told of changes.

Addresses are looked up in the map of outputs; no path of the file system is ever made from one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import quote

from h11 import LocalProtocolError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from notes_site.base.diagnostics import Diagnostic
from notes_site.base.digest import digest
from notes_site.secrets import streams
from notes_site.serve.live_reload import Channel
from notes_site.serve.preview import Preview
from notes_site.serve.responses import OpenFileResponse, RenderedOutput

OWN = ".notes-site/"  # below the site's base: the script and the reload channel
_AGAIN = 0.04  # seconds after which a file that was empty or wrong is read again
_ATTEMPTS = 3  # until it is taken as it is
_QUIET, _IDLE = 0.15, 0.6  # seconds without a request until work that can wait is done
_BUSY = 10.0  # seconds of requests without such a pause after which memory is freed all the same
_NEW = 5  # addresses of new notes that are told one by one
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/?#@\[\]\\]+))(?::[0-9]+)?")
_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",  # no page elsewhere shows or runs what is previewed
}


class App:
    """The ASGI application of one preview. `origin` is where it is served: `http://127.0.0.1:8000`."""

    def __init__(
        self, preview: Preview, *, origin: str, allowed_hosts: Iterable[str] = (), say: Callable[[str], None]
    ) -> None:
        self.preview = preview
        self._channel = Channel(preview, f"{OWN}reload")
        self._origin = origin
        self._allowed = frozenset(host.casefold() for host in allowed_hosts if host)
        self._say = say
        self._script = Path(__file__).with_name("client.js").read_bytes()
        self._said: tuple[Diagnostic, ...] = ()
        self._page_errors: set[str] = set()
        self._away = False
        self._busy_since = 0.0  # the time of the first request since memory was freed, 0 for none
        self._timers: list[asyncio.TimerHandle] = []
        self._site = preview.shown.site
        self._pages = preview.note_pages()
        self._base = preview.base

    @property
    def address(self) -> str:
        """Where the home page is."""
        return self._origin + quote(self.preview.base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection (ASGI 3)."""
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            if self._host_problem(socket):
                await socket.close(1008)
            else:
                await self._channel.connect(socket)
        elif scope["type"] == "http":
            response: Response = PlainTextResponse("this could not be answered; the terminal says why\n", 500)
            with self._reporting(scope["path"]):
                response = await self._respond(Request(scope, receive))
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            self.rest()
            with self._reporting(scope["path"], sending=True):
                await response(scope, receive, send)

    @contextmanager
    def _reporting(self, what: str, *, sending: bool = False) -> Iterator[None]:
        """Say what went wrong where nobody else would. What went wrong in sending goes on to the server, which gives up
        the connection; that a request was refused already, or a file has shrunk meanwhile, is no error of ours.
        """
        try:
            yield
        except Exception as exc:
            if not (sending and isinstance(exc, LocalProtocolError)):
                self._say(
                    f"error: {streams.MASK(what)[:200]!r}: {type(exc).__name__}: {streams.MASK(str(exc))[:500]!r}"
                )
            if sending:
                raise

    # --- requests

    async def _respond(self, request: Request) -> Response:
        try:
            if problem := self._host_problem(request):
                raise HTTPException(400, problem)
            if request.method not in ("GET", "HEAD"):
                raise HTTPException(405, "only GET and HEAD", {"Allow": "GET, HEAD"})
            return await self._look_up(request, request.scope["path"])
        except HTTPException as exc:
            return PlainTextResponse(f"{exc.detail}\n", exc.status_code, exc.headers)

    def _host_problem(self, connection: HTTPConnection) -> str:
        """Refuse names that a page elsewhere could make point at this machine (DNS rebinding)."""
        found = _HOST.fullmatch(connection.headers.get("host", ""))
        host = (found[1] or found[2]).casefold() if found else ""
        if host in _LOCAL or host.endswith(".localhost") or (host and host in self._allowed):
            return ""
        return f"the host {host!r} is not served here; --allow-host admits it"

    async def _look_up(self, request: Request, path: str) -> Response:
        base = self.preview.base
        if path in ("/", base[:-1]) and base != "/":
            return RedirectResponse(quote(base))
        if not path.startswith(base) or "\ufffd" in path:  # where bytes that are no UTF-8 were
            raise HTTPException(404, f"there is nothing at this address; the site is at {quote(base)}")
        address = path.removeprefix(base)
        if address == f"{OWN}preview.js":
            return Response(self._script, media_type="text/javascript", headers={"Cache-Control": "no-store"})
        found = self.preview.output_at(address)
        if found and self.preview.is_touched(found):
            await self._update(self.preview.catch_up)
            found = self.preview.output_at(address)
        if not found and self.preview.is_folder(address):
            return RedirectResponse(quote(f"{base}{address}/"))
        return self._to_response(request, self.preview.render(found or "404.html"), 200 if found else 404)

    def _to_response(self, request: Request, output: RenderedOutput, status: int) -> Response:
        if output.error:
            self._say_error(output.error)
            status = 500
        data = output.data or b""
        if output.media_type.startswith("text/html") and output.data is not None:
            data = self._with_script(data, output)
        tag = f'"{output.version.key if output.file else digest(data)}"'
        headers = {"ETag": tag}
        if status == 200 and tag in re.findall(r'"[^"]*"', request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        if output.file is None:
            return Response(data, status, headers, output.media_type)
        file = self.preview.open_file(output)
        if file is None:
            raise HTTPException(404, "this file is no longer what it was; fix the problems to see the new one")
        return OpenFileResponse(file, status, headers, output.media_type)

    def _with_script(self, page: bytes, output: RenderedOutput) -> bytes:
        """The page with the reload script, which is never part of what is published."""
        error = f"<pre>{escape(output.error)}</pre>" if output.error else ""
        source = f"{quote(self.preview.base)}{OWN}preview.js"
        data = {"key": output.version.key, "token": self._channel.token, "style": output.version.style}
        told = "".join(f' data-{name}="{value}"' for name, value in data.items())
        tag = f'{error}<script src="{source}"{told}></script>'
        head, found, tail = page.rpartition(b"</body>")
        return head + tag.encode() + found + tail if found else page + tag.encode()

    # --- changes

    async def _update(self, update: Callable[..., bool]) -> None:
        """Bring the site up to date by a method of the preview's; a file that is still being written is waited for.
        While the project's folder is away the site stays as it is.
        """
        for attempt in range(_ATTEMPTS + 1):
            final = attempt == _ATTEMPTS
            if self._is_away():
                return
            try:
                if update(final=final):
                    return
            except OSError:  # gone while it was read
                if final and not self._is_away():
                    raise
            await asyncio.sleep(_AGAIN)

    def _is_away(self) -> bool:
        """Return whether the project's folder is not there, and say so once."""
        before, self._away = self._away, not self.preview.project.root.is_dir()
        if self._away and not before:
            self._say(f"{self.preview.project.root} is not there: the last good site is shown until it is back")
        return self._away

    async def changed(self, files: frozenset[Path] | None) -> None:
        """Take in what the watcher names, and tell the open pages that show any of it."""
        with self._reporting("a change"):
            await self._update(self.preview.reload if files is None else partial(self.preview.refresh, files))
            self._page_errors.clear()
            await self._channel.tell_changes(self.preview.origins(files or ()))
            self._say_news()
            self.say_problems()
            self.rest()

    def rest(self) -> None:
        """Do what can wait once nobody has asked for anything for a while, or nobody has paused for long."""
        for timer in self._timers:
            timer.cancel()
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._busy_since = self._busy_since or now
        idle = min(now + _IDLE, max(now, self._busy_since + _BUSY))
        self._timers = [loop.call_later(_QUIET, self._settle), loop.call_at(idle, self._tidy)]

    def _settle(self) -> None:
        with self._reporting("problems"):
            if self.preview.settle():
                self.say_problems()

    def _tidy(self) -> None:
        self._busy_since = 0.0
        with self._reporting("tidying"):
            self.preview.tidy()

    # --- the terminal

    def _say_news(self) -> None:
        """Say where new notes are, and where the site is when it has moved."""
        if self.preview.base != self._base:
            self._base = self.preview.base
            self._say(f"the site is now at {self.address}")
        if self.preview.shown.site is self._site:
            return
        before, self._site, self._pages = self._pages, self.preview.shown.site, self.preview.note_pages()
        new = sorted(self._pages - before)
        for path in new[:_NEW]:
            self._say(f"new: {self.address}{quote(path)}")
        if len(new) > _NEW:
            self._say(f"and {len(new) - _NEW} more new notes")

    def _say_error(self, error: str) -> None:
        """Say why a page could not be made, once until something changes."""
        if error not in self._page_errors:
            self._page_errors.add(error)
            if self.preview.problems == self._said:
                self._say(error)
            self.say_problems()

    def say_problems(self) -> None:
        """When the problems are not those of last time, print the new ones, and tell the open pages."""
        before, self._said = self._said, self.preview.problems
        if before == self._said:
            return
        new = set(self._said).difference(before)
        for line in self.preview.show(d for d in self._said if d in new):
            self._say(line)
        if before:
            errors = sum(d.severity == "error" for d in self._said)
            left = f"problems left: {errors} errors, {len(self._said) - errors} warnings"
            self._say(left if self._said else "no problems left")
        self._channel.tell_problems()
