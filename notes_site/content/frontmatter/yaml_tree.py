"""A YAML block as a small tree in which every scalar is the text that was written, with its place.

Read from parser *events*, never by composing or loading: the C composer crashes on deep nesting, merge keys
make it explode, and YAML's own guesses (`1:30` as 90, `no` as false) must not reach us. What notes have no use
for is refused outright: anchors, aliases, `<<`, tags, and anything deeper than `MAX_DEPTH`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import yaml

from notes_site.base.codes import ErrorCode
from notes_site.base.errors import Problem

MAX_DEPTH = 8

# libyaml where PyYAML was built with it: ten times faster.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)

# YAML 1.1 ends lines at these, editors and we do not: a title must not smuggle in a second key.
_OTHER_LINE_ENDS = {0x85: " ", 0x2028: " ", 0x2029: " "}


class Scalar(NamedTuple):
    """A text; `plain` if written without quotes. `start` and `end` index the block, quotes included."""

    text: str
    plain: bool
    start: int
    end: int


@dataclass(slots=True)
class Sequence:
    """A list, inline or one item a line."""

    items: list[Node]
    start: int
    end: int


@dataclass(slots=True)
class Mapping:
    """Pairs of key and value in their order; a key may still stand there twice."""

    pairs: list[tuple[Scalar, Node]]
    start: int
    end: int


Node: TypeAlias = Scalar | Sequence | Mapping


def span(node: Node) -> tuple[int, int]:
    """Return the indexes in the block between which a node stands."""
    return node.start, node.end


def read(block: str) -> Node | None:
    """Return the block's tree, None when there is nothing in it but comments.

    Raises Problem for what we refuse, and lets yaml.YAMLError, ValueError and TypeError through.
    """
    loader = _Loader(block if block.isascii() else block.translate(_OTHER_LINE_ENDS))
    try:
        return _document(loader)
    finally:
        loader.dispose()


def _document(loader: Any) -> Node | None:
    next_event = loader.get_event
    next_event()  # the stream starts
    start = next_event()
    if isinstance(start, yaml.StreamEndEvent):
        return None
    if start.version or start.tags:
        raise _refusal("yaml-directive", "a YAML directive", "remove the line that starts with `%`", start)
    root = _node(next_event(), next_event)
    next_event()  # the document ends
    after = next_event()
    if not isinstance(after, yaml.StreamEndEvent):
        raise _refusal("yaml-documents", "a second YAML document", "keep one block of front matter", after)
    return None if isinstance(root, Scalar) and root.plain and not root.text else root


def _node(event: Any, next_event: Callable[[], Any]) -> Node:
    """Build one node without recursion: the depth is what the input says, and checked."""
    root = _opened(event)
    if isinstance(root, Scalar):
        return root
    open_nodes: list[Sequence | Mapping] = [root]
    keys: list[Scalar | None] = [None]
    while open_nodes:
        event = next_event()
        if type(event) in _ENDS:
            open_nodes.pop().end = event.end_mark.index
            keys.pop()
            continue
        node, parent = _opened(event), open_nodes[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := keys[-1]) is None:
            keys[-1] = _as_key(node)
        else:
            parent.pairs.append((key, node))
            keys[-1] = None
        if not isinstance(node, Scalar):
            if len(open_nodes) == MAX_DEPTH:
                raise _refusal("yaml-depth", f"more than {MAX_DEPTH} levels deep", "make it flatter", event)
            open_nodes.append(node)
            keys.append(None)
    return root


def _opened(event: Any) -> Node:
    """Return the node that an event opens, a scalar being complete already."""
    kind = type(event)
    if kind is yaml.AliasEvent or event.anchor is not None or event.tag is not None:
        raise _unwanted(event)
    start, end = event.start_mark.index, event.end_mark.index
    if kind is yaml.ScalarEvent:
        return Scalar(event.value, not event.style, start, end)
    return Sequence([], start, end) if kind is yaml.SequenceStartEvent else Mapping([], start, end)


def _unwanted(event: Any) -> Problem:
    if isinstance(event, yaml.AliasEvent):
        return _refusal("yaml-alias", f"`*{event.anchor}` is a YAML alias", "put quotes round the value", event)
    if event.anchor is not None:
        return _refusal("yaml-anchor", f"`&{event.anchor}` is a YAML anchor", "put quotes round the value", event)
    return _refusal("yaml-tag", f"`{event.tag}` is a YAML tag", "put quotes round the value", event)


def _as_key(node: Node) -> Scalar:
    if not isinstance(node, Scalar):
        hint = "put quotes round the text, if it is one: `[` and `{` open lists and maps"
        raise Problem("a list or map stands where a field's name should", hint, code="yaml-key", at=span(node))
    if node.plain and node.text == "<<":
        hint = "write the fields out"
        raise Problem("`<<` (a YAML merge) is not supported", hint, code="yaml-merge", at=span(node))
    return node


def _refusal(code: ErrorCode, what: str, hint: str, event: Any) -> Problem:
    message = what if code == "yaml-depth" else f"{what}, which notes have no use for"
    return Problem(message, hint, code=code, at=(event.start_mark.index, event.end_mark.index))
