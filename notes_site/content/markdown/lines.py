"""A document as lines that say something: where each stands in the structure, its plain text and its links.

For programs that read the structure of Markdown and keep its source: each line knows its number in the file.
The dialect is GitHub's: CommonMark and tables. Writers also mark headings and items in ways that CommonMark takes
for text (`##Heading`, `-item`, `<h2>`, `<summary>`); they are named by their look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notes_site.content.markdown import parser

_HTML_HEADING = re.compile(r"\s*(?:<details\b[^>]*>\s*)?<(h[1-6]|summary)\b[^>]*>(.*?)</\1>\s*", re.IGNORECASE)
_HREF = re.compile(r"""<a\s[^<>]*?href=["']([^"'<>\s()]+)["'][^<>]*>([^\[\]]*?)</a>""", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_LOOKS_HEADING = re.compile(r"(#{2,6})(?=[^\s#])")
_LOOKS_ITEM = re.compile(r"(?:[-+•·–]|\*(?![^*]*\*)|\d{1,3}[.)])(?=[^\W\d_]|\[)|[•·–]\s+")
_BOX = re.compile(r"<(/?(?:details|div|section|article|center|table|blockquote|ul|ol))\b", re.IGNORECASE)
_CONTAINERS = {"bullet_list_open": "ul", "ordered_list_open": "ol", "blockquote_open": "quote"}
_ANCHOR = re.compile(r"""<(?:a\s(?:[^<>]*\s)?name|[a-z][^<>]*\sid)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


class LineLink(NamedTuple):
    """A link in a line: where it goes, and the part of the line's text that carries it."""

    target: str
    start: int
    end: int


class Line(NamedTuple):
    """A source line. `number` counts from 0; a heading that is underlined ends before `end`.

    `shape`: `h1` to `h6`, `summary`, `quote`, `ul`, `ol` (the first line of a list item), `dash` (text that looks
    like an item), `p`, `row` (of a table's body), `head` (of its head), and for what carries no structure `text`,
    `code`, `html`, `rule`. `depth` counts the lists and quotes around it (for a heading only the lists); `block` is
    where its list, quote or paragraph begins, `first` and `alone` tell where in its paragraph it stands.
    """

    number: int
    end: int
    shape: str
    depth: int
    first: bool
    alone: bool
    text: str
    links: tuple[LineLink, ...] = ()
    bounds: frozenset[int] = frozenset()  # offsets in `text` at which a link or an emphasis begins or ends
    strong: bool = False  # all of it is emphasised
    cells: tuple[Line, ...] = ()
    block: int = 0
    anchors: tuple[str, ...] = ()  # `<a name>`
    source: str = ""  # of a table's cell
    tags: tuple[str, ...] = ()  # of HTML: those that open (`div`) or close (`/div`) a box

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading, underlined and HTML ones and those that only look like one too."""
        return self.shape[0] == "h" and self.shape[1:].isdigit()


def read(source: str) -> tuple[Line, ...]:
    """Return the lines of a text (LF line ends) that say something, in order."""
    found: dict[int, Line] = {}
    for line in _Reader(source).walk():
        found.setdefault(line.number, line)
    for number, text in enumerate(source.split("\n")):  # reference definitions and the like make no token
        if text.strip() and number not in found:
            found[number] = Line(number, number + 1, "text", 0, False, False, text.strip())
    return tuple(found[number] for number in sorted(found))


@lru_cache(maxsize=1)
def _blocks() -> MarkdownIt:
    md = parser.plain()
    md.core.ruler.disable(["inline"])  # line by line instead, so that every line keeps its number
    return md


class _Reader:
    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._env = parser.new_env()  # holds the link definitions, once the blocks are parsed
        self._tokens = _blocks().parse(source, self._env)

    def walk(self) -> Iterator[Line]:
        """Yield what each line is that makes a token; a line may come twice."""
        opened: list[tuple[str, int]] = []  # containers: `ul`, `ol` or `quote`, and the line at which each begins
        table = 0
        for at, token in enumerate(self._tokens):
            start, end = token.map or (0, 0)
            if token.type in _CONTAINERS:
                opened.append((_CONTAINERS[token.type], start))
            elif token.type.removesuffix("_close") + "_open" in _CONTAINERS:
                opened.pop()
            elif token.type == "table_open":
                table = start
            elif token.type == "tr_open":
                yield self._row(at, len(opened), table)
            elif token.type == "inline" and self._tokens[at - 1].type in ("paragraph_open", "heading_open"):
                yield from self._text(at, opened)
            elif token.type in ("fence", "code_block"):
                yield from (self._silent("code", n, len(opened)) for n in self._said(start, end))
            elif token.type == "html_block":
                yield from (self._html(n, len(opened)) for n in self._said(start, end))
            elif token.type == "hr":
                yield self._silent("rule", start, len(opened))

    def _said(self, start: int, end: int) -> Iterator[int]:
        return (n for n in range(start, min(end, len(self._lines))) if self._lines[n].strip())

    def _silent(self, shape: str, number: int, depth: int) -> Line:
        return Line(number, number + 1, shape, depth, False, False, self._lines[number].strip())

    def _text(self, at: int, opened: Sequence[tuple[str, int]]) -> Iterator[Line]:
        token, around = self._tokens[at], self._tokens[at - 1]
        start, end = around.map or (0, 0)
        texts = re.sub(r"(?<!\\)\\\n", "\n", token.content).split("\n")  # without the backslashes of hard breaks
        shape = around.tag if around.type == "heading_open" else "p"
        underlined = around.type == "heading_open" and around.markup in ("-", "=")
        if underlined and (len(texts) > 1 or _is_slip(texts[0], self._lines[end - 1])):
            shape, underlined = "p", False
            yield self._silent("rule", end - 1, len(opened))
        if shape == "p" and opened:
            begins = at > 1 and self._tokens[at - 2].type == "list_item_open"
            shape = opened[-1][0] if begins or opened[-1][0] == "quote" else "text"
        block = opened[-1][1] if opened else start
        first = True  # tags on lines of their own do not count
        for row, text in enumerate(texts):
            here = shape if row == 0 or shape in ("p", "quote") else "text"
            depth = (
                len(opened)
                if shape in ("p", "quote", "ul", "ol", "text")
                else sum(kind != "quote" for kind, _ in opened)
            )
            line = self._line(start + row, here, depth, text)
            yield line._replace(end=end if underlined else line.end, first=first, alone=len(texts) == 1, block=block)
            first = first and line.shape == "html"

    def _line(self, number: int, shape: str, depth: int, text: str) -> Line:
        if shape in ("p", "text") and (looks := _LOOKS_HEADING.match(text)) and not depth:
            shape, text = f"h{len(looks[1])}", text[looks.end() :].rstrip("# ")
        elif shape == "p" and (dash := _LOOKS_ITEM.match(text)):
            shape, text = "dash", text[dash.end() :]
        plain, links, bounds, strong = self._inline(text)
        if not plain.strip() and "<" in text:
            shape = "html"
        anchors = tuple(_ANCHOR.findall(text)) if "<" in text else ()
        return Line(number, number + 1, shape, depth, True, True, plain, links, bounds, strong, anchors=anchors)

    def _html(self, number: int, depth: int) -> Line:
        text = self._lines[number]
        if heading := _HTML_HEADING.fullmatch(text):
            line = self._line(number, heading[1].lower(), depth, _TAG.sub("", _HREF.sub(r"[\2](\1)", heading[2])))
        else:
            line = Line(number, number + 1, "html", depth, False, False, _TAG.sub("", text).strip())
        boxes = tuple(tag.lower() for tag in _BOX.findall(text))
        return line._replace(anchors=tuple(_ANCHOR.findall(text)), tags=boxes)

    def _row(self, at: int, depth: int, table: int) -> Line:
        number = (self._tokens[at].map or (0, 0))[0]
        cells = []
        for token in self._tokens[at + 1 :]:
            if token.type == "tr_close":
                break
            if token.type == "inline":
                cells.append(self._line(number, "text", 1, token.content)._replace(source=token.content))
        shape = "head" if self._tokens[at + 1].type == "th_open" else "row"
        text = " | ".join(cell.text for cell in cells)
        return Line(number, number + 1, shape, depth, True, True, text, cells=tuple(cells), block=table)

    def _inline(self, text: str) -> tuple[str, tuple[LineLink, ...], frozenset[int], bool]:
        """Return the plain text, its links, where markup begins and ends in it, and whether all is emphasised."""
        if len(text) > parser.MAX_INLINE:
            return text, (), frozenset(), False
        tokens: list[Token] = []
        _blocks().inline.parse(text, _blocks(), self._env, tokens)
        plain, strong, covered = "", 0, 0
        links, opened, bounds = list[LineLink](), list[tuple[str, int]](), set[int]()
        for token in tokens:
            if token.nesting:
                bounds.add(len(plain))
            if token.type == "link_open":
                opened.append((str(token.attrs.get("href", "")), len(plain)))
            elif token.type == "link_close":
                links.append(LineLink(*opened.pop(), len(plain)))
            elif token.nesting:
                strong += token.nesting
            elif token.type not in ("image", "html_inline"):
                if token.type == "code_inline":
                    bounds |= {len(plain), len(plain) + len(token.content)}
                plain += token.content
                covered += len(token.content.strip()) if strong else 0
        whole = bool(covered) and covered >= len(plain.strip()) - 2
        return plain, tuple(links), frozenset(bounds), whole


def _is_slip(text: str, rule: str) -> bool:
    """Tell whether an underlined line was meant as text above a rule: a short rule, a sentence or a number."""
    return rule.strip("- ") == "" and len(rule.strip()) <= 3 and re.search(r"\d|[.!?;]$", text) is not None
