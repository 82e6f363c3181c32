"""Markup that is none here: other tools' syntax and slips of the pen, which readers see as they were typed.

Each form is a row of a table. They are looked for in what became text: code, links, images, HTML and mathematics are
out of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from markdown_it.token import Token

from notes_site.base.decoding import brief
from notes_site.content.markdown.parser import MAX_INLINE
from notes_site.content.markdown.source import Source

# Stand in a block's text for what is code or HTML, for a link or an image, and for an address alone.
_CODE, _LINKED, _URL = "\0\1\2"
_LINK = f"[{_LINKED}{_URL}]"


class Form(NamedTuple):
    """A form: what it looks like in a block's text, why it stays text, and our form."""

    pattern: str
    why: str
    hint: str


_ADDRESS = rf"(?:{_URL}|https?:|\.{{0,2}}/[^\s()]|#[\w-]|[^\s()\[\]]+\.(?:md|html?|pdf|png|jpe?g|gif|svg|webp)\b)"
_TARGET = rf"(?:{_URL}|https?:|[^\s\[\]{{}}]+\.(?:md|html?|pdf|png|jpe?g)\b)"
_SPACES = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
_TITLE = r"(?:\"[^\"\n]*\"|'[^'\n]*')"
_LINK_FORM = "write `[text](address)`"
_CALLOUT_FORM = "write a callout: `> [!NOTE] Title`, with `> ` before each line below it"
_FRONT_MATTER_FORM = "write it in the front matter, or leave it out"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TAGS = "(?i:todo|fixme|note|wip|done|xxx)"  # hashtags, whatever follows them
_SUFFIXES = "(?:css|html?|jpe?g|js|json|md|mp[34]|pdf|png|py|ts|txt|zip)"
_BULLETS = "•●▪◦‣"
_DASHES = r":?-+:?"
_ROW = r"\|(?:[^|\n]*\|){2,}[ \t]*"
_OPENERS = r"\w\s*|(\[{<\-/"  # behind these, stars begin emphasis

_ANYWHERE = (
    # Slips of Markdown
    Form(
        r"!\[[^\[\]\n]*\]\([^()\s]+[ \t]+=\d*%?(?:x\d*%?)?[ \t]*\)",
        "this is not how a size is given",
        "write `![text](image.png){width=300}`",
    ),
    Form(
        rf"(?<!\w)!?\[[^\[\]\n]*\]\((?=[^()\n]*[ \t])(?:(?<=!\[\]\()|{_URL}|https?:|\.{{0,2}}/|\#"
        rf"|(?=(?:[^()\n]|\([^()\n]*\))*\.[A-Za-z]\w{{0,4}}(?:\#[^()\n]*)?(?:[ \t]+{_TITLE})?[ \t]*\)))"
        r"(?:[^()\n]|\([^()\n]*\))*\)",
        "an address ends at a space",
        "put the address in angle brackets: `[text](<a b.md>)`",
    ),
    Form(
        rf"(?<![\w\]])!?\[(?![xX ]\])[^\[\]\n]*[^\W_][^\[\]\n]*\][ \t]+\({_ADDRESS}[^()\n]*\)",
        "there is a space between `]` and `(`",
        _LINK_FORM,
    ),
    Form(
        rf"\[[^\[\]\n]+\][（](?:{_URL}|https?:|\.{{0,2}}/|[^（）\n]+\.\w{{2,4}}）)[^（）\n]*）?",
        "the brackets of an address are `(` and `)`",
        _LINK_FORM,
    ),
    Form(rf"\([^()\n]+\)\[{_ADDRESS}[^\[\]\n]*\]", "the brackets are the wrong way round", _LINK_FORM),
    Form(
        rf"(?<!\[)!?\[[^\[\]\n]+\](?:\[{_TARGET}[^\[\]\n]*\]|\{{{_TARGET}[^{{}}\n]*\}})",
        "an address belongs in round brackets",
        _LINK_FORM,
    ),
    Form(rf"\[\[{_TARGET}[^\[\]\n]*\]\[[^\[\]\n]+\]\]", "this is a link of Org mode", _LINK_FORM),
    Form(
        r"!?\[\[[ \t]*(?:\#[\#\s]*(?:\|[^\[\]\n]*)?|\|[^\[\]\n]*)\]\]",
        "this wikilink names nothing",
        "write `[[note]]` or `[[#Heading]]`",
    ),
    Form(
        rf"!?\[\[[^\]\n]{{0,200}}{_LINK}[^\]\n]*\]\]",
        "a wikilink cannot contain a link",
        "name the heading by its words: `[[note#Heading]]`",
    ),
    Form(
        rf"\*\*(?=\S)[^*\n]+(?<=[^{_OPENERS}])\*\*(?=\w)|(?<=\w)\*\*(?=[^\w\s*])[^*\n]+(?<=\S)\*\*"
        r"|(?<![*\w])\*(?=[^\s*])[^*\n]*[^\x00-\x7f][^*\n]*(?<=[^\w\s*])\*(?=\w)",
        "emphasis cannot begin or end between punctuation and a letter",
        "move the punctuation out of the stars, or put a space beside them",
    ),
    Form(
        r"(?<!\S)\*\*(?=\w)[^*()\n]*[^*()\s][ \t]+\*\*(?=[\s.,:;!?)]|\Z)",
        "there is a space before the closing `**`",
        "write `**text**`",
    ),
    # Other tools
    Form(
        r"\{:(?:toc|:|[ \t]*[.\#][\w-]|[ \t]*[\w-]+[:=]|[ \t]+[\w-]+[ \t]*=)[^{}\n]*\}",
        "this is markup of kramdown",
        "write attributes as `{#id .class}`, or leave it out",
    ),
    Form(r"\{\{[<%][^\n]{0,300}?[>%]\}\}", "Hugo's shortcodes are not supported", "write Markdown or HTML"),
    Form(r"\{%-?[ \t]*[a-z][^\n]{0,300}?%\}", "Liquid's tags are not supported", "write Markdown or HTML"),
    Form(r"<%[-=*_+]?[ \t]*[\w.]+[^\n]{0,300}?%>", "templates are not filled in here", "write the text itself"),
    Form(r"(?<![$\\{])\{\{[^{}\n]+\}\}", "nothing is filled in here", "write the text itself, or put it in backticks"),
    Form(
        r"(?<![\w:/])(?::[a-z][a-z0-9_+-]*[a-z0-9]|:[+-]1):(?![\w:/\0])",
        "short codes of emoji are not supported",
        "write the character itself, such as ⚠",
    ),
    Form(
        r"(?:^|(?<=[ \t]))\^(?=[\w-]*[A-Za-z])[A-Za-z0-9-]{3,}[ \t]*\Z",
        "no block stands before it that could have a name",
        "write it at the end of a paragraph or list item, or on a line below the block",
    ),
    Form(
        r"\[[A-Za-z][\w-]*::[ \t]+[^\[\]\n]+\]|\([A-Za-z][\w-]*::[ \t]+[^()\n]+\)",
        "fields of Dataview are not supported",
        _FRONT_MATTER_FORM,
    ),
    Form(
        r"\[-?@[A-Za-z][\w:.-]*\d{2}[^\[\]\n]*\]",
        "citations of Pandoc are not supported",
        "write a link or a footnote: `[^1]`",
    ),
    Form(r"(?<=\w)~[^~\s]{1,10}~(?!~)", "subscripts are not written like this", "write `<sub>2</sub>`"),
    Form(r"(?<=[\w)])\^[^\^\s\[\]]{1,10}\^(?!\w)", "superscripts are not written like this", "write `<sup>2</sup>`"),
    Form(
        rf"\(\({_UUID}\)\)",
        "Logseq's block references are not supported",
        "link to a heading: `[text](note.md#heading)`",
    ),
)
"""What may stand anywhere in a block."""

_AT_LINE_STARTS = (
    # Slips of Markdown
    Form(r"\*\*[ \t]+\w[^*\n]*\*\*", "there is a space after the opening `**`", "write `**text**`"),
    Form(
        rf"(?:\#{{2,6}}(?=\w)|\uff03+|\#(?!{_TAGS}\b)(?=[A-Z][\w'’-]*[a-z])(?![A-Z][a-z]+[A-Z])(?=[^\#\n]*\#*$)"
        rf"|\#(?!{_TAGS}\b)(?=[A-Z][A-Z\d]*[ \t]+\S[^\#\n]*$)|\#(?=[^\x00-\x7f][^\s\#]*[ \t]+\S[^\#\n]*$))[^\n]*",
        "a heading needs a space after `#`",
        "write `# Heading`",
    ),
    Form(
        rf"(?:\#{{1,6}}|[-*+]|\d{{1,9}}[.)])[{_SPACES}]",
        "the space after the marker is not an ordinary space",
        "type the space again",
    ),
    Form(
        rf"\d{{1,2}}[.)](?:{_LINK}|[^\W\d_a-zA-Z]|(?![\w-]+\.\w|{_SUFFIXES}\b)[A-Za-z]{{2}})\S*",
        "a list item needs a space after its number",
        "write `1. item`",
    ),
    Form(
        rf"(?<!\n)-(?:{_LINK}|[^\W\d_a-zA-Z]|[A-Za-z]{{3,}}(?=[ \t.,:;!?]|$))[^\n]*(?:\n-[^\n]*)*\Z",
        "a list item needs a space after the dash",
        "write `- item`",
    ),
    Form(r"-\[[ xX]\][ \t]+[^\n]+|\[\][ \t]+\w[^\n]*", "this is no task", "write `- [ ] task` or `- [x] task`"),
    Form(
        r"(?<!\n)[*+](?=[^\W\d_])[^\n]*(?:\n[*+](?=[^\W\d_])[^\n]*)+\Z",
        "a list item needs a space after its marker",
        "write `- item`",
    ),
    Form(
        rf"(?<!\n)[{_BULLETS}][^\n]*(?:\n[{_BULLETS}][^\n]*)+\Z", "no list begins with this character", "write `- item`"
    ),
    Form(
        rf"(?:\|[ \t]*{_DASHES}|{_DASHES}[ \t]*\|[ \t]*{_DASHES})[ \t]*(?:\|[ \t]*{_DASHES}[ \t]*){{0,98}}\|?[ \t]*$",
        "this line makes no table",
        "write a header row with as many cells above it",
    ),
    Form(
        rf"(?<!\n)(?![\s\S]*^\|?[ \t]*{_DASHES}[ \t]*\|){_ROW}(?:\n{_ROW})+\Z",
        "a table needs a line of dashes below its header",
        "write `|---|---|` there",
    ),
    # Other tools
    Form(r"\+(?:[-=]{3,}\+)+[ \t]*$", "grid tables are not supported", "write `| a | b |` and `|---|---|`"),
    Form(r"\[(?:TOC|toc|Toc|_TOC_|TOCM)\][ \t]*$", "the page has a table of contents anyway", "leave it out"),
    Form(
        r"@\[(?:toc|code)[^\n]*|<<<[ \t]*@[^\n]*|!!!include\([^\n]*",
        "this is markup of VuePress",
        "leave it out, or write the text itself",
    ),
    Form(r":{3,}[ \t]*(?:\{[^}\n]*\}|[A-Za-z][\w-]*)[^\n]*", "`:::` is not supported", _CALLOUT_FORM),
    Form(
        r"(?:!!!|\?\?\?\+?)[ \t]+[A-Za-z][\w-]*(?:[ \t]+[a-z]+){0,2}(?:[ \t]+[\"“][^\n]*[\"”])?[ \t]*$",
        "admonitions of MkDocs are not supported",
        _CALLOUT_FORM,
    ),
    Form(r"===[!+]?[ \t]+\"[^\"\n]+\"[ \t]*$", "tabs of MkDocs are not supported", "write headings"),
    Form(r"/{3,}[ \t]+[a-z][\w-]*(?:[ \t]*\|[^\n]*)?$", "blocks of MkDocs are not supported", _CALLOUT_FORM),
    Form(r"--8<--[^\n]*", "nothing is included here", "write the text itself"),
    Form(r"\#\+[A-Za-z_]+[^\n]*", "Org mode is not supported", "write Markdown"),
    Form(
        r"\\(?:newpage|pagebreak|clearpage|tableofcontents|begin\{|end\{)[^\n]*",
        "LaTeX is not supported",
        "leave it out",
    ),
    Form(r"[A-Za-z][\w-]*::[ \t]+[^\n]+", "properties of Logseq and Dataview are not supported", _FRONT_MATTER_FORM),
)
"""What begins a line of a paragraph."""

_FORMS = (*_ANYWHERE, *_AT_LINE_STARTS)


@lru_cache(maxsize=2)
def _forms(*, paragraph: bool) -> re.Pattern[str]:
    """Return all forms as one expression, with a group for each: of a paragraph, or of any other block."""
    named = [f"(?P<f{n}>{form.pattern})" for n, form in enumerate(_FORMS)]
    anywhere, begin = ("|".join(part) for part in (named[: len(_ANYWHERE)], named[len(_ANYWHERE) :]))
    whole = rf"(?=[!\[(*{{<:^~])(?:{anywhere})" + (f"|^(?:{begin})" if paragraph else "")
    return re.compile(whole, re.MULTILINE)


_SIGN = re.compile(r"[!\[(*{<:^~]|^[^\sA-Za-z]", re.MULTILINE)  # one of them is in every form
_MATHS = re.compile(r"\$\$[^$]+\$\$|(?<![\\\w$])\$(?!\s)[^$\n]+(?<!\s)\$(?!\d)")

# Front matter that none of its readers would take for such: below a comment, indented, between other dashes, or
# without its first line.
_FIELD_LINES = r"[A-Za-z_][\w-]*:(?:[ \t][^\n]*)?\n(?:[ \t#-][^\n]*\n)*"
_RULE = r"[ \t\u00a0\ufeff\u200b]*(?:-{2,}|[—–]+-?)[ \t]*"
_NOT_FRONT_MATTER = re.compile(
    r"\A(?:(?:[ \t\ufeff\u200b]*\n|[ \t]*<!--(?:(?!-->)[^\0])*+-->[ \t]*\n|#[^\n]*\n)*"
    rf"(?P<first>{_RULE})\n(?:{_FIELD_LINES})+"
    r"|(?P<bare>(?:title|date|tags|layout|draft|area|aliases|created|author|categories):[ \t][^\n]*)\n"
    rf"(?:{_FIELD_LINES})*)"
    rf"{_RULE}(?:\n|\Z)"
)
_FRONT_MATTER = "begin the file with a line `---`, and end the fields with another one"
_MOST_REPORTED = 100  # in one note


def report(tokens: Sequence[Token], source: Source) -> set[int]:
    """Report what is shown as text and was meant as markup: once a line, where nothing else is wrong with it.

    Returns the lines, by index, that hold nothing else: they say nothing to readers.
    """
    reported = {problem.line - source.first_line for problem in source.problems}
    bare = set[int]()
    if (found := _NOT_FRONT_MATTER.match(source.text)) and (found["first"] or source.first_line == 1):
        bare.update(range(found[0].count("\n")))
        first = found["first"] or found["bare"]
        index = source.text.count("\n", 0, found.start("first" if found["first"] else "bare"))
        _report(source, index, 1, len(first), "this is no front matter", _FRONT_MATTER)
    for number, token in enumerate(tokens):
        if token.type != "inline" or not token.map or not _SIGN.search(token.content):
            continue
        for index, column, length, form in _in_block(token, tokens[number - 1].type, source):
            if index not in reported | bare and len(reported) < _MOST_REPORTED:
                _report(source, index, column, length, form.why, form.hint)
                reported.add(index)
                if length and not source.lines[index][column - 1 + length :].strip() and form in _AT_LINE_STARTS:
                    bare.add(index)
    return bare


def _report(source: Source, index: int, column: int, length: int, why: str, hint: str) -> None:
    written = source.lines[index][max(column - 1, 0) :][: length or None]
    message = f"`{brief(written.strip())}` is shown as text: {why}"
    source.report("shown-as-text", message, hint, index=index, column=column, length=length)


def _in_block(block: Token, opener: str, source: Source) -> Iterator[tuple[int, int, int, Form]]:
    """Yield line index, column, length and form of each that stands in an inline block."""
    if len(block.content) > MAX_INLINE:
        return
    text, places = _text_of(block)
    forms = _forms(paragraph=opener == "paragraph_open")

    def place(at: int) -> int:
        number = bisect_right(places, (at, len(block.content))) - 1
        return places[number][1] + at - places[number][0]

    for found in forms.finditer(text):
        start = place(found.start())
        end = place(found.start() + len(found[0].partition("\n")[0]))  # on its first line
        spot = source.locate(block, start, len(block.content[start:end].rstrip(" \t")))
        yield *spot, _FORMS[int((found.lastgroup or "f0")[1:])]


def _text_of(block: Token) -> tuple[str, list[tuple[int, int]]]:
    """Return what is text in a block, with a sign for all else, and where pieces of it stand in the block's source."""
    parts: list[str] = []
    places = [(0, 0)]
    length = at = depth = 0
    source = block.content
    for token in block.children or ():
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type == "link_close" or (depth and token.type != "link_open"):
            continue  # a link's own end is known
        piece, begin, at = _piece(token, source, at)
        places.append((length, begin))
        parts.append(piece)
        length += len(piece)
    places.append((length, at))
    text = "".join(parts)
    return _MATHS.sub(lambda found: _CODE * len(found[0]), text) if "$" in text else text, places


def _piece(token: Token, source: str, at: int) -> tuple[str, int, int]:
    """Return what stands for a token in the block's text, and where it begins and ends in its source."""
    kind, start = token.type, at
    if kind == "text_special" and token.content != token.markup:  # else a backslash before a letter
        return _CODE, at, at + len(token.markup)
    if kind in ("text", "text_special"):
        start = max(source.find(token.content, at), at)
        return token.content, start, start + len(token.content)
    if kind in ("softbreak", "hardbreak"):
        start = max(source.find("\n", at), at)
        return "\n", start, start + 1
    if "at" in token.meta:
        sign = _URL if token.info == "auto" else _LINKED if kind in ("link_open", "image") else _CODE
        start, end = token.meta["at"]
        return sign, start, source.find("]]", end) + 2 if token.markup == "wikilink" else end
    if kind == "code_inline":
        start = max(source.find(token.markup, at), at)
        end = source.find(token.markup, start + len(token.markup) + 1)
        return _CODE, start, max(end, start) + len(token.markup)
    return "", at, at + len(token.markup)
