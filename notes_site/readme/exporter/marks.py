"""The notation of an exported README: comments that say what stands below them. docs/export.md describes it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from notes_site.base import paths
from notes_site.base.digest import digest

SUMS = "<!-- notes-site:sums -->"
SUMS_END = "<!-- /notes-site:sums -->"

_FIRST = re.compile(r"<!-- notes-site:export ([0-9a-f]{12}) -->\n")
_MARK = re.compile(
    r"^<!-- notes-site:(home|area|level|group|note|page)(?: shift=(-?[0-5]))?(?: path=([^\n>]*?))?(?: -->|\n)",
    re.MULTILINE,
)
_RESERVED = re.compile(r"^(?= *<!-- /?notes-site:)", re.MULTILINE)
_INDENTED = re.compile(r"^ (?= *<!-- /?notes-site:)", re.MULTILINE)
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~^$&]|!(?=\[)|^[-+=](?=\s|$)|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class Mark(NamedTuple):
    """A comment: what stands below, the note's path, how far its headings were moved down, more fields as YAML."""

    kind: str
    path: str = ""
    shift: int = 0
    fields: str = ""


def write(mark: Mark) -> str:
    """Return the comment."""
    shift = f" shift={mark.shift}" if mark.shift else ""
    path = re.sub(r"[%<>\x00-\x1f]", lambda found: f"%{ord(found[0]):02X}", mark.path)
    head = f"<!-- notes-site:{mark.kind}{shift}" + (f" path={path}" if path else "")
    fields = mark.fields.replace(">", "\\u003e")  # which stands in quoted values only
    return f"{head}\n{fields}-->" if fields else f"{head} -->"


def split(text: str) -> list[tuple[Mark, str]]:
    """Return every comment of a README with the text below it."""
    parts: list[tuple[Mark, str]] = []
    at = 0
    while found := _MARK.search(text, at):
        if parts:
            parts[-1] = (parts[-1][0], text[at : found.start()])
        at = found.end()
        fields = ""
        if found[0].endswith("\n"):
            fields, _, _ = text[at:].partition("-->")
            at += len(fields) + len("-->")
        parts.append((Mark(found[1], unquote(found[3] or ""), int(found[2] or 0), fields), ""))
    if parts:
        parts[-1] = (parts[-1][0], text[at:])
    return parts


def above(text: str) -> str:
    """Return what stands above the first comment, the line that says that the README is ours aside."""
    text = _FIRST.sub("", text, count=1)
    found = _MARK.search(text)
    return text[: found.start()] if found else text


def sign(text: str) -> str:
    """Return the README with its first line: that we wrote it, and a digest by which a change by hand shows."""
    return f"<!-- notes-site:export {_digest(text)} -->\n{text}"


def is_ours(text: str) -> bool:
    """Tell whether the README was exported."""
    return _FIRST.match(text) is not None


def is_unchanged(text: str) -> bool:
    """Tell whether an exported README is as we wrote it, line ends aside."""
    text = text.replace("\r\n", "\n")
    first = _FIRST.match(text)
    return first is not None and first[1] == _digest(text[first.end() :])


def _digest(text: str) -> str:
    return digest(text.encode())[:12]


def anchor(url: str, heading: str = "") -> str:
    """Return the id of a page (by its output path) within the README, or of a heading on it.

    No segment of an output path has two hyphens in a row, so `--` for `/` and `---` before the heading's id are
    unmistakable.
    """
    return url.removesuffix(".html").replace("/", "--") + (f"---{heading}" if heading else "")


def anchor_of(path: str, heading: str = "") -> str:
    """Return the same by the note's path."""
    return anchor(paths.note_url(path), heading)


def keep_apart(text: str) -> str:
    """Return a note's text so that nothing in it looks like one of our comments."""
    return _RESERVED.sub(" ", text)


def restored(text: str) -> str:
    """Return what `keep_apart` was given."""
    return _INDENTED.sub("", text)


def escape(text: str) -> str:
    """Return a plain text as Markdown that shows it."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def unescape(text: str) -> str:
    """Return what `escape` was given."""
    return _ESCAPED.sub(r"\1", text)
