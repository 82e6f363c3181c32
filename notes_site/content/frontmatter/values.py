"""How values are written: a parser for each `ValueType`, which takes a node and returns what a field holds.

None means that nothing was said. A value that is no such thing raises `Problem`. `VALUES` at the end has them all, with
what the docs say and the JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from notes_site.base import characters, dates, durations, paths
from notes_site.base.decoding import brief
from notes_site.base.diagnostics import suggestion
from notes_site.base.errors import Problem
from notes_site.base.language import is_language_tag
from notes_site.base.model import FIELDS, STATUSES, HtmlMode, Session, Status, ValueType
from notes_site.content.frontmatter.yaml_tree import Mapping, Node, Scalar, Sequence, span

T = TypeVar("T")

_SPACES = re.compile(r"[ \t\n\v\f\r\x85\u2028\u2029]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_NO_ITEM = re.compile(r"-[^\W\d]")
_WORD = re.compile(r"\S+")
_BETWEEN_COMMAS = re.compile(r"[^, \t\n](?:[^,]*[^, \t\n])?")
_MARKDOWN_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")

TRUE = frozenset({"true", "yes", "on"})
FALSE = frozenset({"false", "no", "off"})

HTML: dict[str, HtmlMode] = {
    "safe": "safe", "sanitised": "safe", "sanitized": "safe", "raw": "raw", "true": "raw", "yes": "raw", "on": "raw",
    "escaped": "escaped", "false": "escaped", "no": "escaped", "off": "escaped",
}  # fmt: skip

_STATUS_WORDS: dict[Status, str] = {
    "planned": "planned plan todo to-do backlog next later not-started open pending queued upcoming unread to-read "
    "to-watch",
    "doing": "doing in-progress under-way wip work-in-progress started ongoing active current reading watching "
    "learning",
    "done": "done finished completed complete read watched closed true yes",
    "skipped": "skipped skip dropped drop abandoned cancelled canceled won-t-do wontfix wont-do",
}
_STATUSES: dict[str, Status] = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}


def clean(value: str) -> str:
    """Return the text on one line: runs of spaces are one space, and what no page may contain is gone."""
    return _SPACES.sub(" ", characters.cleaned(value)).strip(" ")


def one(node: Node) -> str:
    """Return the text of a scalar or of a list with just one, '' when nothing was said (`~`, `null`)."""
    if isinstance(node, Sequence) and len(node.items) == 1:
        node = node.items[0]
    if not isinstance(node, Scalar):
        what = "a list" if isinstance(node, Sequence) else "a map (`name: value`)"
        hint = "write one text; quotes keep `[`, `{` and `:` in it"
        raise Problem(f"{what} stands where one text should", hint, at=span(node))
    value = node.text
    if node.plain and value in ("~", "null"):
        return ""
    if value.isprintable() and "  " not in value:
        return value.strip(" ")
    value = _SPACES.sub(" ", value).strip(" ")
    if bad := characters.FORBIDDEN.search(value):
        raise Problem(f"the character U+{ord(bad[0]):04X} cannot stand in a page", "remove it", at=span(node))
    return value


def text(node: Node) -> str | None:
    """Return any text, on one line."""
    return one(node) or None


def title(node: Node) -> str | None:
    """Return any text but an empty one."""
    value = one(node)
    if not value:
        raise Problem("the title is empty", "write one, or remove the line: then the first heading is the title")
    return value


def word(node: Node) -> str | None:
    """Return a word for a sort of thing, as lower case letters, digits and `-`."""
    value = one(node)
    if value and not paths.slug(value):
        raise Problem(f"`{brief(value)}` has no letter in it", "write a word like `video` or `lab`")
    return paths.slug(value) or None


def language(node: Node) -> str | None:
    """Return a BCP 47 language tag."""
    value = one(node).replace("_", "-")
    if value and not is_language_tag(value):
        raise Problem(f"`{brief(value)}` is no language tag", "write one like `en`, `de` or `pt-BR`")
    return value or None


def texts(node: Node) -> tuple[str, ...]:
    """Return a list of texts, or one text with commas; each of them once."""
    return tuple(placed_texts(node))


def placed_texts(node: Node) -> dict[str, Node]:
    """Return what `texts` does, each with where it stands."""
    found: dict[str, tuple[str, Node]] = {}
    for value, item in _items(node):
        found.setdefault(value.casefold(), (value, item))
    return dict(found.values())


def tags(node: Node) -> tuple[str, ...]:
    """Return a list of tags, with or without Obsidian's `#`."""
    if isinstance(node, Scalar) and "," not in node.text:
        words = [*_pieces(node, _WORD)]
        if len(words) > 1 and all(word.text.startswith("#") for word in words):
            node = Sequence([*words], node.start, node.end)
    found: dict[str, str] = {}
    for value, item in _items(node):
        bare = value.lstrip("#").strip()
        if not paths.slug(bare):
            raise Problem(
                f"the tag `{brief(value)}` has no letter or digit", "name it in letters and digits", at=span(item)
            )
        found.setdefault(paths.slug(bare), bare)
    return tuple(found.values())


def _items(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Sequence):
        items: Iterable[Node] = node.items
    elif isinstance(node, Scalar) and one(node):
        if node.plain and _NO_ITEM.match(node.text):
            first = brief(node.text[1:].split()[0])
            raise Problem("there is no space behind the `-` of a list", f"write `- {first}`", at=span(node))
        if node.plain and node.text.count("]") > node.text.count("["):
            raise Problem("there is one `]` too many", f"write `[{brief(node.text.replace(']', ''))}]`", at=span(node))
        items = _pieces(node, _BETWEEN_COMMAS)
    else:
        items = [node]  # a lone map is refused by `one`
    return ((value, item) for item in items if (value := one(item)))


def _pieces(node: Scalar, pattern: re.Pattern[str]) -> Iterator[Scalar]:
    """Yield the parts of a text, each where it stands; all where the text does if escapes or line ends are in it."""
    around = node.end - node.start - len(node.text)
    exact = around == (0 if node.plain else 2)
    first = node.start + around // 2
    for piece in pattern.finditer(node.text):
        place = (first + piece.start(), first + piece.end()) if exact else (node.start, node.end)
        yield Scalar(piece[0], False, *place)


def duration(node: Node) -> int | None:
    """Return whole minutes, in the grammar of `durations`."""
    value = one(node)
    return durations.parse(value) if value else None


def date(node: Node) -> str | None:
    """Return a date in the grammar of `dates`, year first, as ISO 8601."""
    value = one(node)
    return dates.parse(value) if value else None


def whole(node: Node) -> int | None:
    """Return a whole number."""
    value = one(node)
    if not value:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", value):
        raise Problem(f"`{brief(value)}` is no whole number", "write a number like `3`; small ones come first")
    return int(value)


def boolean(node: Node) -> bool | None:
    """Return true or false; `yes`, `on`, `no` and `off` are read too."""
    value = one(node).lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    if not value:
        return None
    raise Problem(f"`{brief(value)}` is neither true nor false", "write `true` or `false`")


def status_of(text: str) -> Status | None:
    """Return the status that a word means, None if it is no such word."""
    return _STATUSES.get(paths.slug(text))


def status(node: Node) -> Status | None:
    """Return how far it is: a status or one of the words that people use for it."""
    value = one(node)
    if known := status_of(value):
        return known
    name = paths.slug(value)
    if name in ("", "false", "no"):
        return None
    if name == "draft":
        raise Problem("`draft` is no status", "write `draft: true` instead")
    near = suggestion(name, _STATUSES)
    raise Problem(f"`{brief(value)}` is no status", near or "write `planned`, `doing`, `done` or `skipped`")


def html(node: Node) -> HtmlMode | None:
    """Return what becomes of raw HTML in the text."""
    value = one(node).lower()
    if value and value not in HTML:
        raise Problem(
            f"`{brief(value)}` is no way to treat HTML",
            "write `raw`, `safe` (sanitised) or `escaped` (shown as text)",
        )
    return HTML.get(value)


def link(node: Node) -> str | None:
    """Return an absolute http(s) URL or a relative path."""
    value = one(node)
    if value.startswith("<") and value.endswith(">"):
        value = value[1:-1]
    if value:
        check_link(value)
    return value or None


def check_link(value: str) -> None:
    """Raise Problem unless the text is an absolute http(s) URL or a relative path."""
    if inner := _MARKDOWN_LINK.fullmatch(value):
        raise Problem("a Markdown link stands where its address should", f"write `{inner[1]}`")
    if " " in value or not value.isprintable():  # no other space is printable
        raise Problem("a link has no spaces in it", f"write `{'%20'.join(value.split())}`, if it is one link")
    scheme = _SCHEME.match(value)
    if scheme and scheme[1].casefold() not in ("http", "https"):
        raise Problem(f"a link with `{scheme[0]}` is not published", "link to a page: `https://...`")
    if "\\" in value:
        raise Problem("a link has no backslashes in it", f"write `{value.replace(chr(92), '/')}`")
    if value.startswith("//") or value[:4].casefold() == "www.":
        raise Problem("the link lacks its scheme", f"write `https://{value.lstrip('/')}`")
    if not scheme:
        return
    if paths.has_credentials(value):
        raise Problem("the link holds a user name or password, which would be published", "remove all before the `@`")
    if not paths.is_http(value):
        raise Problem(f"`{brief(value)}` names no host", "write the whole address, like `https://example.org/page`")


_SESSION_TEXT = re.compile(r"(\S+?)[:,]?(?:\s+(?:[-–—]\s+)?(.*))?")


def sessions(node: Node) -> tuple[Session, ...]:
    """Return sessions, of maps with `date` and `time`, texts `2018-10-29 45 min`, or one map from dates to times."""
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
    match = _SESSION_TEXT.fullmatch(value.strip())
    day, time = (match[1], match[2] or "") if match else ("", "")
    at = (node.start, node.end)
    return _session_of_pair(Scalar(day, False, *at), Scalar(time, False, *at))


def _session_of_pair(day: Node, time: Node) -> Session:
    return Session(_said(day, date), _said(time, duration))


def _said(node: Node, parse: Callable[[Node], T | None]) -> T:
    """Return a part of a session, which must be there; what is wrong with it stands where the part does."""
    try:
        value = parse(node)
    except Problem as bad:
        bad.at = bad.at or span(node)
        raise
    if value is None:
        raise Problem("a session needs a date and a time", _SESSION_HINT, at=span(node))
    return value


class Value(NamedTuple):
    """A way to write a value: how it is read, what the docs call it ("a text"), its JSON Schema.

    `prose` marks values in which ` #` may be meant as text.
    """

    parse: Callable[[Node], Any]
    says: str
    schema: dict[str, Any]
    prose: bool = False


def _one(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that may stand in a list of its own, as `one` takes it."""
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1, "maxItems": 1}]}


def _spelled(*words: str) -> str:
    """Return a pattern for words in any case and nothing; JSON Schema's regular expressions have no flag for it."""
    letters = ("".join(f"[{c}{c.upper()}]" for c in word) for word in words)
    return f"^{_SPACE}({'|'.join(letters)})?{_SPACE}$"


_SPACE = r"[ \t-\r\u0085\u2028\u2029]*"
_DAY = r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_ONE_TEXT = _one(_TEXT)
_FIRST_TEXT: dict[str, Any] = {"anyOf": [_TEXT, {"type": "array", "prefixItems": [_ONE_TEXT], "minItems": 1}]}
_TEXTS: dict[str, Any] = {"anyOf": [_TEXT, {"type": "array", "items": _ONE_TEXT}]}
_DURATION = _one({"type": ["number", "string", "null"], "minimum": 0, "examples": [30, "45 min", "1h 10m", "1:30"]})
_DATE = _one({"type": ["string", "null"], "pattern": f"^{_SPACE}({_DAY}([Tt \\s][\\s\\S]*)?)?$"})
_BOOLEAN = _one({"type": ["boolean", "string", "null"], "pattern": _spelled(*sorted(TRUE | FALSE))})
_MODES: dict[str, Any] = {"enum": ["raw", "safe", "escaped", True, False, None]}  # what editors offer
_HTML = _one({"anyOf": [_MODES, {"type": "string", "pattern": _spelled(*HTML)}]})
_WHOLE = _one({"type": ["integer", "string", "null"], "pattern": f"^{_SPACE}([+-]?[0-9]{{1,9}})?{_SPACE}$"})
_SESSION: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^\\s*{_DAY}"},
        {"type": "object", "properties": {"date": _DATE, "time": _DURATION}},
    ]
}


VALUES: dict[ValueType, Value] = {
    "text": Value(text, "a text", _ONE_TEXT, prose=True),
    "first": Value(text, "a text", _FIRST_TEXT, prose=True),
    "title": Value(title, "a text", _one({"type": ["string", "number", "boolean"]}), prose=True),
    "word": Value(word, "a word", _ONE_TEXT, prose=True),
    "link": Value(link, "an http(s) URL or a relative path", _ONE_TEXT, prose=True),
    "duration": Value(duration, "a duration", _DURATION),
    "date": Value(date, "a date", _DATE),
    "sessions": Value(
        sessions, "a list of sessions", {"type": ["array", "object", "string", "null"], "items": _SESSION}
    ),
    "status": Value(
        status,
        "`planned`, `doing`, `done` or `skipped`",
        _one({"type": ["string", "boolean", "null"], "examples": list(STATUSES)}),
    ),
    "tags": Value(tags, "a list of texts", _TEXTS, prose=True),
    "paths": Value(texts, "a list of paths", _TEXTS, prose=True),
    "whole": Value(whole, "a whole number", _WHOLE),
    "boolean": Value(boolean, "true or false", _BOOLEAN),
    "html": Value(html, "`raw`, `safe` or `escaped`", _HTML),
    "language": Value(language, "a language tag", _ONE_TEXT),
}

BY_NAME = {field.name: field for field in FIELDS}


def value_of(name: str, given: str | Iterable[str]) -> Any:
    """Return what the field of this name holds when it is given a text or, where it takes one, a list of texts.

    Raises:
        Problem: front matter could not say this.
    """

    def scalar(text: str) -> Scalar:
        return Scalar(text, False, 0, len(text))

    node = scalar(given) if isinstance(given, str) else Sequence([*map(scalar, given)], 0, 0)
    return VALUES[BY_NAME[name].type].parse(node)
