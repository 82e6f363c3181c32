"""The preview's HTTP side: who may ask, what is answered, who is told of changes.

Addresses are looked up in the map of outputs; no path of the file system is ever made from one.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from notes_site.diagnostics import Diagnostic, show
from notes_site.digest import digest
from notes_site.serve.engine import Answer, Face, Preview

MAX_TABS = 100
OWN = ".notes-site/"  # below the site's base: the script and the reload channel
_AGAIN = 0.04  # seconds after which a file that was empty or wrong is read again
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Tab:
    """An open page: its connection, its output, and what it looked like when it was served."""

    def __init__(self, socket: WebSocket, path: str, face: Face | None) -> None:
        self.socket, self.path, self.face = socket, path, face


class App:
    """The ASGI application of one preview."""

    def __init__(self, preview: Preview, *, allowed_hosts: Iterable[str] = (), say: Callable[[str], None]) -> None:
        self.preview = preview
        self.token = secrets.token_urlsafe(18)
        self._allowed = frozenset(map(str.casefold, allowed_hosts))
        self._say = say
        self._tabs: set[Tab] = set()
        self._script = Path(__file__).with_name("client.js").read_bytes()
        self._said: tuple[Diagnostic, ...] = ()
        self._busy = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection (ASGI 3)."""
        if scope["type"] == "websocket":
            await self._connect(WebSocket(scope, receive, send))
        elif scope["type"] == "http":
            try:
                response = await self._respond(Request(scope, receive))
            except HTTPException as exc:
                response = PlainTextResponse(f"{exc.detail}\n", exc.status_code, exc.headers)
            await response(scope, receive, send)

    # --- requests

    async def _respond(self, request: Request) -> Response:
        self._check_host(request)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, "only GET and HEAD", {"Allow": "GET, HEAD"})
        path = self._address(request)
        if path is None:
            return RedirectResponse(self.preview.base)
        if path == f"{OWN}preview.js":
            return Response(self._script, media_type="text/javascript", headers={"Cache-Control": "no-store"})
        async with self._busy:
            answer, status = await self._answer(path)
        return self._as_response(request, answer, status)

    def _check_host(self, connection: HTTPConnection) -> None:
        """Refuse names that a page elsewhere could make point at this machine (DNS rebinding)."""
        host = _hostname(connection.headers.get("host", ""))
        if host not in _LOCAL and not host.endswith(".localhost") and host not in self._allowed:
            raise HTTPException(400, f"the host {host!r} is not served here; --allow-host admits it")

    def _address(self, request: Request) -> str | None:
        """The address below the site's base, decoded once; None for one outside of it that leads to it."""
        raw = request.scope.get("raw_path", b"") or b""
        try:
            path: str = request.scope["path"]
            path.encode()
            raw.decode("ascii")
        except UnicodeError:
            raise HTTPException(400, "the address is no text in UTF-8") from None
        base = self.preview.base
        if path in ("/", base.rstrip("/")) and base != "/":
            return None
        if "\0" in path or "\\" in path or "\ufffd" in path or ".." in path.split("/") or not path.startswith(base):
            raise HTTPException(404, "there is nothing at this address")
        return path[len(base) :]

    async def _answer(self, address: str) -> tuple[Answer, int]:
        path = self.preview.published(address)
        if path and (source := self.preview.touched(path)):
            await self._take_in([source])
            path = self.preview.published(address)
        status = 200 if path else 404
        answer = self.preview.answer(path or "404.html")
        return answer, 500 if answer.fault else status

    def _as_response(self, request: Request, answer: Answer, status: int) -> Response:
        headers = {"Cache-Control": "no-cache"}
        if answer.file is not None:
            return FileResponse(answer.file, status, headers, answer.media_type)
        data = answer.data or b""
        if answer.media_type.startswith("text/html"):
            data = self._with_script(data, answer)
        headers["ETag"] = f'"{digest(data)}"'
        if status == 200 and headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(data, status, headers, answer.media_type)

    def _with_script(self, data: bytes, answer: Answer) -> bytes:
        """The page with the reload script, which is never part of what is published."""
        fault = f"<pre>{escape(show(answer.fault))}</pre>" if answer.fault else ""
        source = f"{self.preview.base}{OWN}preview.js"
        tag = f'{fault}<script src="{source}" data-key="{answer.face.key}" data-token="{self.token}"></script>'
        head, found, tail = data.rpartition(b"</body>")
        return head + tag.encode() + found + tail if found else data + tag.encode()

    # --- changes

    async def _take_in(self, changed: Iterable[Path] | None) -> None:
        """Bring the site up to date; a file that is still being written is waited for."""
        if changed is None:
            self.preview.reload()
            return
        files = list(changed)
        if not self.preview.refresh(files):
            await asyncio.sleep(_AGAIN)
            self.preview.refresh(files, final=True)

    async def changed(self, files: frozenset[Path] | None) -> None:
        """Take in what the watcher names, and tell the open pages that show any of it."""
        async with self._busy:
            before = set(self.preview.outputs)
            await self._take_in(files)
            await self._tell()
            self.preview.settle()
            for path in sorted(set(self.preview.outputs) - before):
                if files and path.endswith(".html") and path in self.preview.pages_of(files):
                    self._say(f"new: {path}")
            await self._tell_problems()

    async def _tell(self) -> None:
        for tab in tuple(self._tabs):
            now = self._face_of(tab.path)
            if tab.face is None or now is None or now.key != tab.face.key:
                await self._send(tab, {"reload": True})
            elif now.styles != tab.face.styles:
                await self._send(tab, {"styles": now.styles})
            tab.face = now

    def _face_of(self, address: str) -> Face | None:
        return self.preview.face(self.preview.published(address) or "404.html")

    async def _tell_problems(self) -> None:
        if self.say_problems():
            message = self._message(self._said)
            for tab in tuple(self._tabs):
                await self._send(tab, message)

    def say_problems(self) -> bool:
        """Print the problems when they are not those of last time; tell whether they are new."""
        problems = self.preview.problems
        if problems == self._said:
            return False
        self._said = problems
        for problem in problems:
            if problem.severity != "note":
                self._say(show(problem))
        return True

    @staticmethod
    def _message(problems: Iterable[Diagnostic]) -> dict[str, object]:
        shown = [d for d in problems if d.severity != "note"]
        errors = sum(d.severity == "error" for d in shown)
        return {"errors": errors, "warnings": len(shown) - errors, "problems": [show(d) for d in shown]}

    async def _send(self, tab: Tab, message: dict[str, object]) -> None:
        try:
            await tab.socket.send_text(json.dumps(message))
        except (RuntimeError, WebSocketDisconnect):
            self._tabs.discard(tab)

    # --- the reload channel

    async def _connect(self, socket: WebSocket) -> None:
        """Accept a page of ours: same origin, and the token that only our pages hold."""
        try:
            self._check_host(socket)
        except HTTPException:
            await socket.close(1008)
            return
        origin = urlsplit(socket.headers.get("origin", ""))
        same = origin.scheme == "http" and origin.netloc == socket.headers.get("host")
        given = socket.query_params.get("token", "")
        path = socket.url.path == f"{self.preview.base}{OWN}reload"
        if not (same and path and secrets.compare_digest(given.encode(), self.token.encode())):
            await socket.close(1008)
            return
        if len(self._tabs) >= MAX_TABS:
            await socket.close(1013)
            return
        await socket.accept()
        await self._follow(socket)

    async def _follow(self, socket: WebSocket) -> None:
        tab: Tab | None = None
        try:
            hello = json.loads(await asyncio.wait_for(socket.receive_text(), 10))
            address = str(hello["path"]).removeprefix(self.preview.base)
            face = self._face_of(unquote(address))
            tab = Tab(socket, unquote(address), face)
            self._tabs.add(tab)
            if face is None or face.key != hello["key"]:
                await self._send(tab, {"reload": True})
            await self._send(tab, self._message(self.preview.problems))
            while True:
                await socket.receive_text()
        except (TimeoutError, WebSocketDisconnect, RuntimeError, ValueError, KeyError, TypeError):
            pass
        finally:
            if tab:
                self._tabs.discard(tab)


def _hostname(host: str) -> str:
    """The name in a Host header, without its port and brackets, case-folded."""
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""
