"""What a note's source consists of, by lines: for those who move its text into another document."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, NamedTuple

from markdown_it.token import Token

from notes_site.content.markdown import comments, parser
from notes_site.content.markdown.headings import plain_text
from notes_site.content.markdown.source import Source

_OPEN_HTML = re.compile(r"\s*(?:<!--(?!.*-->)|<(script|pre|style|textarea)\b(?!.*</\1>))", re.IGNORECASE | re.DOTALL)


class OutlineHeading(NamedTuple):
    """A heading as written: its lines (from 0, `end` behind the last), level, and text without marks.

    `prefix` is the length of what stands before it on its first line: marks of quotes and lists.
    """

    start: int
    end: int
    level: int
    text: str
    prefix: int


class TextOutline(NamedTuple):
    """`title`: the heading that is the note's title. `definitions`: lines of link definitions, by pairs. `code`: lines
    of code blocks. `footnotes`: labels. `fence`: what must close the last block if more text shall follow, '' mostly.
    `stray`: the line of a comment or tag that is never closed, which is shown as text.
    """

    title: OutlineHeading | None
    headings: tuple[OutlineHeading, ...]
    definitions: tuple[tuple[int, int], ...]
    code: frozenset[int]
    footnotes: tuple[str, ...]
    fence: str
    stray: int | None


def outline(source: str, title: str | None) -> TextOutline:
    """Return the outline of a note's text. `title`: that of its front matter, as `render` takes it."""
    tokens, env = parser.parse(comments.cut_out(Source(source)))
    lines = source.split("\n")
    headings = [_heading(tokens[i], tokens[i + 1], lines) for i, t in enumerate(tokens) if t.type == "heading_open"]
    first = next((i for i, t in enumerate(tokens) if t.tag == "h1" and t.type == "heading_open" and not t.level), None)
    taken = None
    if first is not None:
        text = " ".join(plain_text(tokens[first + 1].children or []).split())
        start = (tokens[first].map or [0])[0]
        if text and (title is None or text == " ".join(title.split())):
            taken = next(h for h in headings if h.start == start)
    code = (t.map or [0, 0] for t in tokens if t.type in ("fence", "code_block"))
    return TextOutline(
        title=taken,
        headings=tuple(h for h in headings if h is not taken),
        definitions=tuple(d["map"] for d in _definitions(env) if lines[d["map"][0]].lstrip().startswith("[")),
        code=frozenset(line for start, end in code for line in range(start, end)),
        footnotes=tuple(label[1:] for label in env.get("footnotes", {}).get("refs", ())),
        fence=_open_fence(tokens, lines),
        stray=_stray(tokens),
    )


def _definitions(env: parser.Env) -> list[dict[str, Any]]:
    return [*env.get("references", {}).values(), *env.get("duplicate_refs", ())]


def _heading(opening: Token, inline: Token, lines: list[str]) -> OutlineHeading:
    start, end = opening.map or [0, 1]
    first = inline.content.partition("\n")[0]
    at = max(lines[start].rfind(first), 0) if first else len(lines[start])
    if opening.markup[0] == "#":
        at = lines[start].find("#")
    return OutlineHeading(start, end, int(opening.tag[1]), " ".join(inline.content.split()), at)


def _open_fence(tokens: list[Token], lines: list[str]) -> str:
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence" or last.level or not last.map:
        return ""
    end = lines[last.map[1] - 1].strip()
    closed = last.map[1] - last.map[0] > 1 and re.fullmatch(f"{last.markup[0]}{{{len(last.markup)},}}", end)
    return "" if closed else last.markup


def _stray(tokens: list[Token]) -> int | None:
    last = tokens[-1] if tokens else None
    if last is None or last.type != "html_block" or last.level or not last.map:
        return None
    return last.map[0] if _OPEN_HTML.match(last.content) else None


class Definition(NamedTuple):
    """What other places of a text refer to by `label`: a link's address or a footnote's text, and its lines (from 0,
    `end` behind the last). `uses`: the lines in which a footnote's label stands as a reference.
    """

    label: str
    start: int
    end: int
    uses: tuple[int, ...] = ()


def definitions(source: str) -> tuple[tuple[Definition, ...], tuple[Definition, ...]]:
    """Return the link definitions of a text and its footnotes, of each label the first, in order.

    Labels of links are folded as `fold_label` does.
    """
    env = parser.new_env()
    tokens = parser.extended(html=True, typographer=False).parse(source, env)
    lines = source.split("\n")
    uses: dict[str, set[int]] = defaultdict(set)
    for token in tokens:
        for label in {c.meta["label"] for c in token.children or () if "label" in c.meta and c.type == "footnote_ref"}:
            start, end = token.map or (0, 0)
            uses[label].update(n for n in range(start, end) if f"[^{label}]" in lines[n])
    links = [Definition(fold_label(label), *found["map"]) for label, found in env.get("references", {}).items()]
    notes: dict[str, Definition] = {}
    for token in tokens:
        if token.type == "footnote_reference_open":
            label, (start, end) = token.meta["label"], token.map or (0, 0)
            while end > start + 1 and not lines[end - 1].strip():
                end -= 1
            notes.setdefault(label, Definition(label, start, end, tuple(sorted(uses[label]))))
    return tuple(sorted(links, key=lambda d: d.start)), tuple(notes.values())


def fold_label(label: str) -> str:
    """Return a link's label as labels are compared (CommonMark, "link reference definitions")."""
    return " ".join(label.split()).casefold()
