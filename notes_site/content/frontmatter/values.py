"""Parsers of single values: each takes a node of the tree and returns what a field holds.

None means that nothing was said. A value that is no such thing raises Problem with the mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from notes_site.base import characters, dates, durations, paths, urls
from notes_site.base.decoding import brief
from notes_site.base.diagnostics import suggestion
from notes_site.base.errors import Problem
from notes_site.base.language import is_language_tag
from notes_site.base.model import HtmlMode, Status
from notes_site.content.frontmatter.tree import Node, Scalar, Sequence, span

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
    """Any text, on one line."""
    return one(node) or None


def title(node: Node) -> str | None:
    """Any text but an empty one."""
    value = one(node)
    if not value:
        raise Problem("the title is empty", "write one, or remove the line: then the first heading is the title")
    return value


def word(node: Node) -> str | None:
    """A word for a sort of thing, as lower case letters, digits and `-`."""
    value = one(node)
    if value and not paths.slug(value):
        raise Problem(f"`{brief(value)}` has no letter in it", "write a word like `video` or `lab`")
    return paths.slug(value) or None


def language(node: Node) -> str | None:
    """A BCP 47 language tag."""
    value = one(node).replace("_", "-")
    if value and not is_language_tag(value):
        raise Problem(f"`{brief(value)}` is no language tag", "write one like `en`, `de` or `pt-BR`")
    return value or None


def texts(node: Node) -> tuple[str, ...]:
    """A list of texts, or one text with commas; each of them once."""
    return tuple(placed_texts(node))


def placed_texts(node: Node) -> dict[str, Node]:
    """Return what `texts` does, each with where it stands."""
    found: dict[str, tuple[str, Node]] = {}
    for value, item in _items(node):
        found.setdefault(value.casefold(), (value, item))
    return dict(found.values())


def tags(node: Node) -> tuple[str, ...]:
    """A list of tags, with or without Obsidian's `#`."""
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
    """Whole minutes, in the grammar of `durations`."""
    value = one(node)
    if not value:
        return None
    return durations.parse(value)


def date(node: Node) -> str | None:
    """A date in the grammar of `dates`, year first, as ISO 8601."""
    value = one(node)
    return dates.parse(value) if value else None


def whole(node: Node) -> int | None:
    """A whole number."""
    value = one(node)
    if not value:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", value):
        raise Problem(f"`{brief(value)}` is no whole number", "write a number like `3`; small ones come first")
    return int(value)


def boolean(node: Node) -> bool | None:
    """Yes or no."""
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
    """How far it is: a status or one of the words that people use for it."""
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
    """What becomes of raw HTML in the text."""
    value = one(node).lower()
    if value and value not in HTML:
        raise Problem(
            f"`{brief(value)}` is no way to treat HTML",
            "write `raw`, `safe` (sanitised) or `escaped` (shown as text)",
        )
    return HTML.get(value)


def link(node: Node) -> str | None:
    """An absolute http(s) URL or a relative path."""
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
    if urls.has_credentials(value):
        raise Problem("the link holds a user name or password, which would be published", "remove all before the `@`")
    if not urls.is_http(value):
        raise Problem(f"`{brief(value)}` names no host", "write the whole address, like `https://example.org/page`")
