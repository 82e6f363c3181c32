"""What a request is answered with: a rendered output, a file or a part of it, or a page that shows an error."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from notes_site.base.digest import combine, digest, digest_of
from notes_site.base.mediatypes import media_type
from notes_site.build.inputs import stamp_of
from notes_site.build.load import Loaded
from notes_site.build.render import Renderer, SourceFile
from notes_site.pages.outputs import Output
from notes_site.storage.files import digest_of_open, open_plain, stat_of
from notes_site.storage.output import write_cleaned

PUBLISHED_LAYERS = ("content", "static", "theme-static")
"""The layers whose files are published as they stand."""
_CHUNK = 256 * 1024  # bytes
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Version(NamedTuple):
    """What an output looks like, without rendering it: `key` covers all but the stylesheet, whose digest is `style`."""

    key: str
    style: str


class RenderedOutput(NamedTuple):
    """An output as it is published: `data`, or the `file` to be sent as it stands, if it still is what it was (see
    `Preview.open_file`). `error` says why a page could not be made.
    """

    path: str
    data: bytes | None
    file: SourceFile | None
    media_type: str
    version: Version
    error: str = ""


def versioned(renderer: Renderer, output: Output) -> tuple[Version, Callable[[], bytes]]:
    """Return the version of an output, and the function that renders it."""
    parts, render = renderer.parts(output)
    style = ""
    if "site" in parts:
        site = renderer.composed.plan.views.site
        style = digest(site.style.encode())
        parts["site"] = digest_of(msgspec.structs.replace(site, style="", policy=""))
    return Version(combine(*(text for part in parts.items() for text in part)), style), render


def error_page(path: str, message: str) -> RenderedOutput:
    """Return what stands in the place of a page that cannot be made."""
    version = Version(digest_of(message), "")
    return RenderedOutput(path, _ERROR_PAGE.encode(), None, media_type("error.html"), version, message)


_ERROR_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>This page cannot be made</title>
<style>
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
pre { padding: 1rem 0; border-block: 1px solid; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.875rem; }
</style>
<body>
<h1>This page cannot be made</h1>
</body>
</html>
"""


# --- files


def open_unchanged(file: Path, digest: str, loaded: Loaded, stamps: Mapping[str, str]) -> BinaryIO | None:
    """Open a file of a layer that still has the bytes of this digest, None when it no longer has. What is looked at is
    what was opened, whatever takes its place meanwhile. `stamps`: those that were read, by `layer:path`.
    """
    try:
        opened = open_plain(Path(os.path.realpath(file)))
    except OSError:
        return None
    known = digest, stamp_of(stat_of(os.fstat(opened.fileno())))
    if known in _as_read(file, loaded, stamps) or digest_of_open(opened) == digest:
        opened.seek(0)
        return opened
    opened.close()
    return None


def _as_read(file: Path, loaded: Loaded, stamps: Mapping[str, str]) -> Iterator[tuple[str | None, str | None]]:
    """Yield the digest and stamp of a file in each layer that it is part of."""
    for layer in PUBLISHED_LAYERS:
        root = loaded.roots.get(layer)
        if root and file.is_relative_to(root):
            name = file.relative_to(root).as_posix()
            yield loaded.inputs.digests[layer].get(name), stamps.get(f"{layer}:{name}")


class CleanedCopies:
    """Copies of files without their metadata, in a temporary folder, made when they are asked for."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def open(self, file: BinaryIO, digest: str) -> BinaryIO:
        """Open the copy of a file that is published with this digest."""
        self._folder = self._folder or TemporaryDirectory(prefix="notes-site-", ignore_cleanup_errors=True)
        copy = Path(self._folder.name, digest)
        if not copy.exists():
            write_cleaned(file, copy.with_suffix(".new"))
            copy.with_suffix(".new").replace(copy)
        return copy.open("rb")

    def close(self) -> None:
        """Delete them."""
        if self._folder:
            self._folder.cleanup()


class OpenFileResponse(Response):
    """Sends an open file or the part of it that was asked for, and closes it.

    Starlette's own opens a path again: it could send other bytes than those that were looked at.
    """

    def __init__(self, file: BinaryIO, status: int, headers: Mapping[str, str], media_type: str) -> None:
        super().__init__(None, status, headers, media_type)
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self.headers["accept-ranges"] = "bytes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        with self._file:
            part = self._select_range(Headers(scope=scope))
            self.headers["content-length"] = str(len(part))
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            left = 0 if scope["method"] == "HEAD" else len(part)
            self._file.seek(part.start)
            while left:
                data = await asyncio.to_thread(self._file.read, min(left, _CHUNK))
                if not data:
                    break  # it has shrunk; the server sees that something is missing
                left -= len(data)
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    def _select_range(self, request: Headers) -> range:
        """Return the bytes to send, and set the status and the headers that tell of a part."""
        part = None
        etag = self.headers.get("etag")
        if self.status_code == 200 and request.get("if-range", etag) == etag:
            part = requested_range(self._size, request.get("range", ""))
        if part is None:
            return range(self._size)
        self.status_code = 206 if part else 416
        sent = f"{part.start}-{part.stop - 1}" if part else "*"
        self.headers["content-range"] = f"bytes {sent}/{self._size}"
        return part


def requested_range(size: int, header: str) -> range | None:
    """Return the bytes that a `Range` header asks for, none where there are no such; None for the whole, which also
    answers what is malformed, in another unit, or more than one part (RFC 9110, 14.2).
    """
    found = _RANGE.fullmatch(header.strip())
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return None
    if not first:
        return range(max(size - int(last), 0), size) if int(last) else range(0)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size) or range(0)
