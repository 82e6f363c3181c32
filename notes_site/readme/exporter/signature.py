"""The first line of an exported README: that we wrote it, and whether anybody changed it since."""

from __future__ import annotations

import re

from notes_site.base.digest import digest

_SIGNATURE = re.compile(r"<!-- notes-site:export ([0-9a-f]{12}) -->\n")


def sign(text: str) -> str:
    """Return the README with the line in front; it has a digest of all that follows."""
    return f"<!-- notes-site:export {_digest(text)} -->\n{text}"


def is_signed(text: str) -> bool:
    """Return whether the README was exported, changed since or not."""
    return _SIGNATURE.match(text) is not None


def is_unchanged(text: str) -> bool:
    """Return whether an exported README is as we wrote it, line ends aside."""
    text = text.replace("\r\n", "\n")
    found = _SIGNATURE.match(text)
    return found is not None and found[1] == _digest(text[found.end() :])


def without(text: str) -> str:
    """Return a README with an empty line in place of the signature, if it has one, so that no other line moves."""
    return _SIGNATURE.sub("\n", text, count=1) if is_signed(text) else text


def _digest(text: str) -> str:
    return digest(text.encode())[:12]
