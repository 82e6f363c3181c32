"""Parser of `sessions`: the sittings in which a resource was worked through."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from notes_site.base.errors import Problem
from notes_site.base.model import Session
from notes_site.content.frontmatter.tree import Mapping, Node, Scalar, Sequence, span
from notes_site.content.frontmatter.values import date, duration

T = TypeVar("T")


_TEXT = re.compile(r"(\S+?)[:,]?(?:\s+(?:[-–—]\s+)?(.*))?")


def sessions(node: Node) -> tuple[Session, ...]:
    """Sittings: maps with `date` and `time`, texts `2018-10-29 45 min`, or one map from dates to times."""
    if isinstance(node, Mapping):
        if node.pairs and not node.pairs[0][0].text[:1].isdigit():
            return (_session(node),)
        return tuple(_session_of_pair(day, time) for day, time in node.pairs)
    if isinstance(node, Sequence):
        return tuple(_session(item) for item in node.items)
    if node.plain and node.text in ("~", "null"):
        return ()
    return tuple(_session_of_text(part.strip(), node) for part in re.split(r"[;\n]", node.text) if part.strip())


_SESSION_KEYS = {
    "date": "date", "day": "date", "on": "date", "when": "date", "time": "time", "duration": "time", "spent": "time",
    "minutes": "time", "timespent": "time",
}  # fmt: skip
_SESSION_HINT = "write `- {date: 2018-10-29, time: 45 min}` or `- 2018-10-29 45 min`"


def _session(item: Node) -> Session:
    if isinstance(item, Scalar):
        return _session_of_text(item.text, item)
    if isinstance(item, Sequence):
        raise Problem("a list inside the list of sessions", _SESSION_HINT, at=span(item))
    if len(item.pairs) == 1 and item.pairs[0][0].text[:1].isdigit():
        return _session_of_pair(*item.pairs[0])
    found: dict[str, Node] = {}
    for key, value in item.pairs:
        name = _SESSION_KEYS.get(key.text.casefold().replace("_", ""))
        if name is None:
            raise Problem(f"a session has no `{key.text}`", _SESSION_HINT, at=span(key))
        if name in found:
            raise Problem(f"the session's {name} stands there twice", "keep one", at=span(key))
        found[name] = value
    if missing := [name for name in ("date", "time") if name not in found]:
        raise Problem(f"the session lacks its {' and '.join(missing)}", _SESSION_HINT, at=span(item))
    return _session_of_pair(found["date"], found["time"])


def _session_of_text(value: str, node: Scalar) -> Session:
    match = _TEXT.fullmatch(value.strip())
    day, time = (match[1], match[2] or "") if match else ("", "")
    at = (node.start, node.end)
    return _session_of_pair(Scalar(day, False, *at), Scalar(time, False, *at))


def _session_of_pair(day: Node, time: Node) -> Session:
    return Session(_said(day, date), _said(time, duration))


def _said(node: Node, parser: Callable[[Node], T | None]) -> T:
    """Return a part of a session, which must be there; what is wrong with it stands where the part does."""
    try:
        value = parser(node)
    except Problem as bad:
        bad.at = bad.at or span(node)
        raise
    if value is None:
        raise Problem("a session needs a date and a time", _SESSION_HINT, at=span(node))
    return value
