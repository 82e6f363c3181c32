"""Code blocks: what their info string says, and their HTML."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from notes_site.content import highlight
from notes_site.content.markdown.source import Source

_BRACED = re.compile(r"\{\s*([^{}]*)\}\s*")
_TITLES = ("title=", "filename=")
_LINENOS = frozenset({"linenos", "line-numbers", "lineNumbers", "number-lines", "numberLines", "showLineNumbers"})
_ROLES = frozenset({"code", "code-cell", "code-block", "sourcecode"})  # of MyST, before the language
_LANGUAGE = re.compile(r"(?:lang(?:uage)?-)?([^\s{}:=,]+)")
_ITEM = re.compile(r"""\{\s*([\d\s,-]*)\}|(title|filename)=(?:"([^"]*)"|'([^']*)'|(\S+))|(\S+)""")


class Info(NamedTuple):
    """An info string: `python title="app.py" {2,4-6} linenos diff`."""

    language: str = ""
    title: str = ""
    marks: highlight.Ranges = ()
    linenos: bool = False
    diff: bool = False
    unknown: tuple[str, ...] = ()


def parse_info(text: str) -> Info:
    """Read an info string; words that mean nothing are in `unknown`."""
    if text.isalnum():  # nearly all
        return Info(text)
    text = _plain_info(text)
    found = Info()
    for number, item in enumerate(_ITEM.finditer(text)):
        title, word = item[3] or item[4] or item[5], item[6]
        if item[1] is not None:
            found = found._replace(marks=(*found.marks, *_ranges(item[1])))
        elif item[2]:
            found = found._replace(title=title or "")
        elif number == 0:
            found = found._replace(language=word)
        elif word in _LINENOS:
            found = found._replace(linenos=True)
        elif word == "diff":
            found = found._replace(diff=True)
        else:
            found = found._replace(unknown=(*found.unknown, word))
    return found


def _plain_info(text: str) -> str:
    """Return an info string of another tool as we write it: the language, and what else stands there, between spaces.

    `{.python .numberLines}` (Pandoc), `{r, echo=FALSE}` (R Markdown), `{code-cell} python` (MyST), `js{1,3}` (Gatsby),
    `python:app.py`, `python=12`, `language-js`.
    """
    if braced := _BRACED.match(text):
        inner = braced[1].replace(",", " ").split()
        if inner and not inner[0][0].isdigit():
            words, behind = [word.removeprefix(".") for word in inner], text[braced.end() :]
            text = " ".join([behind, *words[1:]] if words[0] in _ROLES else [*words, behind])
    language = _LANGUAGE.match(text)
    if language is None or text.startswith(_TITLES):
        return text
    rest = text[language.end() :]
    if rest[:1] == ":":
        return f"{language[1]} title={rest[1:]}"
    return f"{language[1]} {rest.lstrip(',')}" if rest[:1] in ("{", ",", "=") else language[1] + rest


def code_html(info: Info, attributes: str, shown: highlight.Code) -> str:
    """Return the figure of a code block; `attributes` are escaped HTML. What may scroll can be reached by keyboard."""
    caption = f"<figcaption>{escape(info.title)}</figcaption>\n" if info.title else ""
    language = f' class="language-{escape(info.language)}"' if info.language else ""
    pre = f'<pre tabindex="0"><code{language}>{shown.html}</code></pre>'
    return f'<figure{attributes}>\n{caption}<div class="highlight">{pre}</div>\n</figure>\n'


def highlighted(token: Token, source: Source, code: highlight.Highlighter) -> tuple[Info, highlight.Code]:
    """Return what a fence says and its code as HTML, and report what is wrong with it."""
    index = token.map[0] if token.map else 0
    info = parse_info(unescapeAll(token.info).strip())
    if info.unknown:
        words = ", ".join(f"`{word}`" for word in info.unknown)
        hint = 'after the language: title="…", {2,4-6}, linenos, diff'
        source.report("code-option", f"a code block knows nothing of {words}", hint, index=index)
    shown = code.highlight(token.content, info.language, marks=info.marks, linenos=info.linenos, diff=info.diff)
    if shown.problem:
        line = source.lines[index] if index < len(source.lines) else ""
        column = line.find(info.language) + 1
        length = len(info.language) if column else 0
        source.report_problem(shown.problem, index=index, column=column, length=length)
    return info, shown


def _ranges(text: str) -> highlight.Ranges:
    ranges = []
    for part in text.replace(",", " ").split():
        first, _, last = part.partition("-")
        if first.isdigit() and (last.isdigit() or not last):
            ranges.append((int(first[:9]), int((last or first)[:9])))
    return tuple(ranges)
