"""Markup that is none here: other tools' syntax and slips of the pen, which readers see as they were typed.

Each form is a row of the table in `lookalike_forms`. What a note's text could hold at all is found by one look at its
source, so that a note without any costs next to nothing; only blocks with such a line are then read, and of them only
what became text: code, links, images, HTML and mathematics are out of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it.token import Token

from notes_site.base.decoding import brief
from notes_site.content.markdown.lookalike_forms import BULLETS, CODE, FORMS, LINKED, OPENERS, SPACES, URL, Form
from notes_site.content.markdown.parser import MAX_INLINE
from notes_site.content.markdown.source import Source


@lru_cache(maxsize=2)
def _forms(*, paragraph: bool) -> re.Pattern[str]:
    """Return all forms as one expression, with a group for each: of a paragraph, or of any other block."""
    named = [(form.first, f"(?P<f{n}>{form.pattern})") for n, form in enumerate(FORMS)]
    anywhere = "|".join(pattern for first, pattern in named if not first)
    begin = "|".join(pattern for first, pattern in named if first)
    whole = rf"(?=[!\[(*{{<:^~])(?:{anywhere})" + (f"|^(?:{begin})" if paragraph else "")
    return re.compile(whole, re.MULTILINE)


# What a source has where any form may stand: line by line, and of the others the parts that are rare elsewhere.
_FIRSTS = re.compile(
    rf"\n[ \t>]*+(?:(?:[-*+]|\d+[.)])[ \t]+)*+(?:[A-Za-z][\w-]*+::|[{BULLETS}]|(?=[-#*+\d\[|@:!?=/\\<\uff03])(?:"
    rf"[*+][^\W\d_][^\n]*\n[ \t>]*[*+]|#+(?:\w|[{SPACES}])|\#\+|[-*+\d.)]+[{SPACES}]|\d{{1,2}}[.)](?:[^\W\d_]|[*\[])"
    r"|-[*_]{0,3}(?:[^\W\d_]|\[)"
    r"|\*\*[ \t]|\|?[ \t]*:?-+:?[ \t]*\||\+[-=]{3}|\[(?:T|t|_T)[Oo]|-?\[[ xX]?\]|@\[|<<<|!!!include|\uff03"
    r"|:::|!!![ \t]|\?\?\?|===|///|--8|\\[a-z]{3}))"
)
_OTHERS = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (  # what it needs, and what is looked for
        ("{", r"\{[{%:]"),
        ("]", r"\][ \t]+\("),
        ("]", r"\]\([^()\n]*[ \t]"),
        (")", r"\)\["),
        ("]", r"\][\[{](?:https?:|[^\s\[\]{}]+\.(?:md|html?|pdf|png|jpe?g)\b)"),
        ("[", r"\[\[(?:[ \t]*[#|]|https?:[^\]\n]*\]\[)"),
        ("|", r"(?:(?<=\n\n)|\A)\|[^\n]*\|[ \t]*\n\|[^\n]*[^\s|:-]"),
        ("<%", "<%"),
        ("::", r"[\[(][A-Za-z][\w-]*::[ \t]"),
        ("~", r"\w~[^~\s]{1,10}~"),
        ("^", r"\^[^\^\s\[\]]{1,10}\^"),
        ("**", r"[ \t]\*\*(?=[\s.,:;!?)])"),
        ("(", r"\(\([0-9a-f]{8}-"),
        ("[", r"\[\[[^\]\n]{0,200}(?:\]\(|https?:)"),
        ("*", rf"\*\*(?:(?<=[^{OPENERS}]\*\*)\w|(?<=\w\*\*)[^\w\s*|)\]}}>.,;:!?'/-])"),
        ("*", r"\*(?<=[^\x00-\x7f]\*)\w"),
        (":", r":[a-z+-][a-z0-9_+-]+:"),
        ("@", r"\[-?@"),
        ("（", r"\]（"),
        ("^", r"\^[A-Za-z0-9-]{3,}[ \t]*\n"),
    )
)
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
_MOST = 100  # told of in one note


def report(tokens: Sequence[Token], file: Source) -> set[int]:
    """Report what is shown as text and was meant as markup: once a line, where nothing else is wrong with it.

    Returns the lines, by index, that hold nothing else: they say nothing to readers.
    """
    told = {problem.line - file.first_line for problem in file.problems}
    bare = set[int]()
    if (found := _NOT_FRONT_MATTER.match(file.text)) and (found["first"] or file.first_line == 1):
        bare.update(range(found[0].count("\n")))
        first = found["first"] or found["bare"]
        index = file.text.count("\n", 0, found.start("first" if found["first"] else "bare"))
        _tell(file, index, 1, len(first), "this is no front matter", _FRONT_MATTER)
    suspects = sorted(_suspects(file.text) - told - bare)
    for number, token in enumerate(tokens if suspects else ()):
        if token.type != "inline" or not token.map:
            continue
        at = bisect_left(suspects, token.map[0])
        if at == len(suspects) or suspects[at] >= token.map[1]:
            continue
        for index, column, length, form in _in_block(token, tokens[number - 1].type, file):
            if index not in told | bare and len(told) < _MOST:
                _tell(file, index, column, length, form.why, form.hint)
                told.add(index)
                if length and not file.lines[index][column - 1 + length :].strip() and form.first:
                    bare.add(index)
    return bare


def _tell(file: Source, index: int, column: int, length: int, why: str, hint: str) -> None:
    written = file.lines[index][max(column - 1, 0) :][: length or None]
    message = f"`{brief(written.strip())}` is shown as text: {why}"
    file.report("note", "shown-as-text", message, hint, index=index, column=column, length=length)


def _suspects(text: str) -> set[int]:
    """Return the lines of a source that may hold a form."""
    found = [match.start() for match in _FIRSTS.finditer(f"\n{text}")]
    for sign, pattern in _OTHERS:
        if sign in text:
            found += [match.start() for match in pattern.finditer(text)]
    lines, line, before = set[int](), 0, 0
    for at in sorted(found):
        line += text.count("\n", before, at)
        before = at
        lines.add(line)
    return lines


def _in_block(block: Token, opener: str, file: Source) -> Iterator[tuple[int, int, int, Form]]:
    """Yield line index, column, length and form of each that stands in an inline block."""
    if len(block.content) > MAX_INLINE:
        return
    text, places = _text_of(block)
    forms = _forms(paragraph=opener == "paragraph_open")
    cell = file.lines[(block.map or [0])[0]].find(block.content) if opener in ("td_open", "th_open") else None

    def place(at: int) -> int:
        number = bisect_right(places, (at, len(block.content))) - 1
        return places[number][1] + at - places[number][0]

    for found in forms.finditer(text):
        start = place(found.start())
        index, column = file.spot(block, start, cell)
        end = place(found.start() + len(found[0].partition("\n")[0]))  # on its first line
        length = len(block.content[start:end].rstrip(" \t")) if column else 0
        yield index, column, length, FORMS[int((found.lastgroup or "f0")[1:])]


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
    return _MATHS.sub(lambda found: CODE * len(found[0]), text) if "$" in text else text, places


def _piece(token: Token, source: str, at: int) -> tuple[str, int, int]:
    """Return what stands for a token in the block's text, and where it begins and ends in its source."""
    kind, start = token.type, at
    if kind == "text_special" and token.content != token.markup:  # else a backslash before a letter
        return CODE, at, at + len(token.markup)
    if kind in ("text", "text_special"):
        start = max(source.find(token.content, at), at)
        return token.content, start, start + len(token.content)
    if kind in ("softbreak", "hardbreak"):
        start = max(source.find("\n", at), at)
        return "\n", start, start + 1
    if "at" in token.meta:
        sign = URL if token.info == "auto" else LINKED if kind in ("link_open", "image") else CODE
        start, end = token.meta["at"]
        return sign, start, source.find("]]", end) + 2 if token.markup == "wikilink" else end
    if kind == "code_inline":
        start = max(source.find(token.markup, at), at)
        end = source.find(token.markup, start + len(token.markup) + 1)
        return CODE, start, max(end, start) + len(token.markup)
    return "", at, at + len(token.markup)
