"""From bytes to text: the one door through which every source file comes in.

What comes out has no byte order mark, only LF line ends, a final one too, and no NUL: so CRLF, a BOM and a
missing final newline can change nothing downstream, and NUL can serve as a delimiter in bodies.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from notes_site.base.diagnostics import Diagnostic, error

LIMIT = 5_000_000
"""The largest source file that is read, in bytes. Whoever reads files may look at the size first."""

_WIDE_MARKS = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"),
               (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))  # fmt: skip


class Decoded(NamedTuple):
    """A file's text, or (with an empty text) why it is none."""

    text: str
    problem: Diagnostic | None


def decode(path: str, data: bytes) -> Decoded:
    """Return the file's text: BOM dropped, CRLF and lone CR folded to LF, a final newline unless it is empty.

    Bytes that are no UTF-8 (lone surrogates among them), NUL, and more than `LIMIT` bytes are an error that
    names the byte's offset, line and column.
    """
    if len(data) > LIMIT:
        return Decoded("", too_large(path, len(data)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        # utf-8-sig counts from behind the mark
        skipped = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        return Decoded("", _no_text(path, data, bad.start + skipped))
    if "\0" in text:
        return Decoded("", _no_text(path, data, data.index(b"\0")))
    if "\r" in text:
        text = _fold(text)
    if text and not text.endswith("\n"):
        text += "\n"
    return Decoded(text, None)


def too_large(path: str, size: int) -> Diagnostic:
    """Return the error for a file of `size` bytes, more than `LIMIT`."""
    return error(
        path,
        "file-too-large",
        f"the file has {size:,} bytes; more than {LIMIT:,} are not read",
        hint="split it, or move data and images into files of their own",
    )


def position(text: str, index: int) -> tuple[int, int]:
    """Return line and column, from 1 and in characters, of the character at `index` (lines end with LF)."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def line_at(text: str, index: int) -> str:
    """Return the line, without its end, in which the character at `index` stands."""
    end = text.find("\n", index)
    return text[text.rfind("\n", 0, index) + 1 : len(text) if end < 0 else end]


def brief(text: str) -> str:
    """Return the text as a message quotes it: cut after 60 characters."""
    return text if len(text) <= 60 else text[:60] + "…"


def _fold(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _no_text(path: str, data: bytes, offset: int) -> Diagnostic:
    before = _fold(data[:offset].decode("utf-8-sig", "replace"))
    line, column = position(before, len(before))
    rest = re.match(rb"(?s:.)[^\r\n\0]{0,200}", data[offset : offset + 200])  # behind a NUL there is no text
    after = rest[0].decode("utf-8", "replace") if rest else ""
    what, hint = _reason(data, offset)
    return error(
        path,
        "not-text",
        f"{what} at byte {offset} (offset from 0)",
        line=line,
        column=column,
        length=1,
        text=line_at(before, len(before)) + after,
        hint=hint,
    )


def _reason(data: bytes, offset: int) -> tuple[str, str]:
    """Return what is wrong at the offset, and what helps."""
    for mark, name in _WIDE_MARKS:
        if data.startswith(mark):
            return f"the file is {name}, not UTF-8: first foreign byte", "save it as UTF-8"
    byte = data[offset]
    if byte == 0:
        return "a NUL character", "remove it; is this a binary file, or text saved as UTF-16?"
    if byte == 0xED and 0xA0 <= int.from_bytes(data[offset + 1 : offset + 2], "big") <= 0xBF:
        return "half of a surrogate pair", "write the whole character, and save the file as UTF-8"
    likely = bytes([byte]).decode("cp1252", "ignore")
    also = f" (in Windows-1252 it would be `{likely}`)" if likely.isprintable() and likely else ""
    return f"byte 0x{byte:02X} is no UTF-8{also}", "save the file as UTF-8"
