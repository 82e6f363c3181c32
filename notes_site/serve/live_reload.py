"""The reload channel: which pages are open in browsers, and telling them what changed. Nobody waits for a slow one."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Collection, Iterable
from contextlib import suppress
from urllib.parse import unquote

from starlette.websockets import WebSocket, WebSocketDisconnect

from notes_site.base.paths import Origin
from notes_site.search.files import ENTRY
from notes_site.serve.preview import Preview
from notes_site.serve.responses import Version

MAX_TABS = 100
HELLO_WITHIN = 10.0  # seconds until a connection must have said which page it is
_SHOWN = 50  # problems shown in the browser at most


class Tab:
    """An open page: its connection, its address, what it looked like when it was served, what it last heard of the
    search (the key of `search/entry.js`), what it is yet to hear.
    """

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.address = ""
        self.version: Version | None = None
        self.search = ""
        self._pending: dict[str, object] = {}
        self._wake = asyncio.Event()

    def tell(self, kind: str, message: dict[str, object]) -> None:
        """Send a message when the page can take it; a later one of its kind replaces it."""
        self._pending[kind] = message
        self._wake.set()

    async def send(self) -> None:
        """Send messages until the page is gone."""
        with suppress(RuntimeError, WebSocketDisconnect):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._pending:
                    await self._socket.send_text(json.dumps(self._pending.pop(next(iter(self._pending)))))


class Channel:
    """All open pages of one preview. `token` is what only our own pages know."""

    def __init__(self, preview: Preview, address: str) -> None:
        """`address` is that of the channel, below the site's base."""
        self.token = secrets.token_urlsafe(18)
        self._preview, self._address = preview, address
        self._tabs: dict[Tab, None] = {}

    async def connect(self, socket: WebSocket) -> None:
        """Accept a page of ours: from the same origin, with the token."""
        if not self._is_ours(socket):
            await socket.close(1008)
        elif len(self._tabs) >= MAX_TABS:
            await socket.close(1013)
        else:
            tab = Tab(socket)
            self._tabs[tab] = None
            try:
                await socket.accept()
                await self._listen(socket, tab)
            finally:
                del self._tabs[tab]

    def _is_ours(self, socket: WebSocket) -> bool:
        same = socket.headers.get("origin", "") == f"http://{socket.headers.get('host')}"
        here = socket.scope["path"] == f"{self._preview.base}{self._address}"
        given = socket.query_params.get("token", "")
        return same and here and secrets.compare_digest(given.encode(), self.token.encode())

    async def _listen(self, socket: WebSocket, tab: Tab) -> None:
        sender = asyncio.create_task(tab.send())
        try:
            self._register(tab, json.loads(await asyncio.wait_for(socket.receive_text(), HELLO_WITHIN)))
            while True:
                await socket.receive_text()
        except (TimeoutError, WebSocketDisconnect, RuntimeError, ValueError, LookupError, TypeError):
            pass  # gone, or none of ours after all
        finally:
            sender.cancel()
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(1008)

    def _register(self, tab: Tab, hello: dict[str, object]) -> None:
        """A page says what it is; it may be out of date by now."""
        tab.address = unquote(str(hello["path"])).removeprefix(self._preview.base)
        tab.version = self._version_of(tab.address)
        if tab.version.key != hello["key"]:
            tab.tell("reload", {"reload": True})
        if tab.version.style != hello["style"]:  # missed while the tab was hidden
            tab.tell("style", self._style(tab.version))
        tab.tell("problems", self._problems())
        self._tell_search(tab, self._search())

    async def tell_changes(self, first: Collection[Origin] = ()) -> None:
        """Tell the pages that look otherwise now, those of the files in `first` before all others."""
        outputs = self._preview.outputs
        waiting = [(self._preview.output_at(tab.address) or "404.html", tab) for tab in self._tabs if tab.version]
        for _, tab in sorted(waiting, key=lambda item: outputs[item[0]].origin not in first):
            now, before = self._version_of(tab.address), tab.version
            tab.version = now
            if before is None or now.key != before.key:
                tab.tell("reload", {"reload": True})
            elif now.style != before.style:
                tab.tell("style", self._style(now))
            await asyncio.sleep(0)  # a heavy page does not keep the others waiting
        search = self._search() if waiting else ""
        for _, tab in waiting:
            self._tell_search(tab, search)

    def _search(self) -> str:
        return self._version_of(ENTRY).key

    def _tell_search(self, tab: Tab, key: str) -> None:
        """Tell a page when what its search works on has changed; only one that has searched does anything about it."""
        if tab.search != key:
            tab.search = key
            tab.tell("search", {"search": key})

    def tell_problems(self) -> None:
        """Tell every page the problems."""
        for tab in self._tabs:
            if tab.version:
                tab.tell("problems", self._problems())

    def _style(self, version: Version) -> dict[str, object]:
        return {"style": version.style, "css": self._preview.shown.plan.views.site.style if version.style else ""}

    def _version_of(self, address: str) -> Version:
        return self._preview.version(self._preview.output_at(address) or "404.html")

    def _problems(self) -> dict[str, object]:
        problems = sorted(self._preview.problems, key=lambda d: d.severity != "error")
        errors = sum(d.severity == "error" for d in problems)
        shown: Iterable[str] = self._preview.show(problems[:_SHOWN])
        if len(problems) > _SHOWN:
            shown = (*shown, f"and {len(problems) - _SHOWN} more: `notes-site check` shows them all")
        return {"errors": errors, "warnings": len(problems) - errors, "problems": [*shown]}
