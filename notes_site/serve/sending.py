"""A file as an answer: the bytes that were looked at, whole or the part that was asked for."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from typing import BinaryIO

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_CHUNK = 256 * 1024  # bytes
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class FileAnswer(Response):
    """Sends an open file, and closes it."""

    def __init__(self, file: BinaryIO, status: int, headers: Mapping[str, str], media_type: str) -> None:
        super().__init__(None, status, headers, media_type)
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self.headers["accept-ranges"] = "bytes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3)."""
        with self._file:
            part = self._wanted(Headers(scope=scope))
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

    def _wanted(self, asked: Headers) -> range:
        """The bytes to send; sets the status and the headers that tell of a part."""
        part = None
        if self.status_code == 200 and asked.get("if-range", self.headers.get("etag")) == self.headers.get("etag"):
            part = part_of(self._size, asked.get("range", ""))
        if part is None:
            return range(self._size)
        self.status_code = 206 if part else 416
        self.headers["content-range"] = (
            f"bytes {part.start}-{part.stop - 1}/{self._size}" if part else f"bytes */{self._size}"
        )
        return part


def part_of(size: int, asked: str) -> range | None:
    """Return the bytes that a `Range` header asks for, none where there are no such; None for the whole, which also
    answers what is malformed, in another unit, or more than one part (RFC 9110, 14.2).
    """
    found = _RANGE.fullmatch(asked.strip())
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return None
    if not first:
        return range(max(size - int(last), 0), size) if int(last) else range(0)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size) or range(0)
