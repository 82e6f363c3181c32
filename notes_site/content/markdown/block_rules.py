"""Blocks of our dialect: tables, and in one pass over the block tokens callouts, task lists, attributes."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from notes_site.content.markdown import attributes
from notes_site.content.markdown.headings import LEAD_LENGTH

# GitHub's five callouts and Obsidian's thirteen: the style, and the words after `[!` that give it.
_CALLOUT_WORDS = {
    "abstract": "abstract summary tldr",
    "bug": "bug",
    "caution": "caution",
    "danger": "danger error",
    "example": "example",
    "failure": "failure fail missing",
    "important": "important",
    "info": "info",
    "note": "note",
    "question": "question faq help",
    "quote": "quote cite",
    "success": "success check done",
    "tip": "tip hint",
    "todo": "todo",
    "warning": "warning attention",
}
CALLOUTS = {word: style for style, words in _CALLOUT_WORDS.items() for word in words.split()}

MAX_COLUMNS = 100
"""Of a table: a header of 1.5 KB and short rows would otherwise yield 650 KB."""

_CALLOUT = re.compile(r"\[!([^\[\]\n|]+)(?:\|([^\[\]\n]*))?\]([+-]?)(?:[ \t]+([^\n]*))?[ \t]*(?:\n|$)")
_TASK = re.compile(r"\[([ xX])\][ \t\n]+(?=\S)")
_BLOCK_ID = re.compile(r"(?:^|[ \t\n])(\^(?=[a-zA-Z0-9-]*[a-zA-Z])[a-zA-Z0-9-]{3,}|\^[0-9]{6})[ \t]*\Z")
_TRAILING = re.compile(r"[ \t]+(\{[^{}]*\})$")

# Blocks that show attributes, by the type of their first token.
_WITH_ATTRIBUTES = frozenset(
    {
        "blockquote_open", "bullet_list_open", "callout_open", "code_block", "dl_open", "fence", "heading_open",
        "hr", "ordered_list_open", "paragraph_open", "table_open",
    }
)  # fmt: skip


def install(md: MarkdownIt) -> None:
    """Add the rules to the parser."""
    md.block.ruler.before("fence", "attributes", _attributes_line)
    md.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    md.core.ruler.after("block", "structure", _structure)


def _attributes_line(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """Read a line of braces and nothing else: attributes of the next block."""
    begin = state.bMarks[start] + state.tShift[start]
    if state.src[begin : begin + 1] != "{" or state.is_code_block(start):
        return False
    text = state.src[begin : state.eMarks[start]].rstrip()
    found = attributes.match(text)
    if found is None or found[0] != len(text):
        return False
    if not silent:
        token = state.push("attributes", "", 0)
        token.map = [start, start + 1]
        token.content = text
        token.meta = {"attributes": found[1]}
        state.line = start + 1
    return True


def _structure(state: StateCore) -> None:
    state.tokens = _Structure(state.tokens, state.env).read()


class _Structure:
    """Quotes become callouts, items tasks, braces attributes; the paragraphs that come first are marked."""

    def __init__(self, tokens: list[Token], env: Any) -> None:
        self._tokens = tokens
        self._env = env
        self._out: list[Token] = []
        self._quotes: list[Token | None] = []  # for each open quote its callout, if it is one
        self._lists: list[Token] = []
        self._lead_left = LEAD_LENGTH

    def read(self) -> list[Token]:
        """Return the tokens as they become."""
        out = self._out
        waiting: list[Token] = []  # attributes
        skip = 0
        for i, token in enumerate(self._tokens):
            if skip:
                skip -= 1
            elif token.type == "attributes":
                waiting.append(token)
            else:
                if waiting:
                    _attach(waiting, token, out, self._env)
                    waiting = []
                out.append(token)
                skip = self._block(i, token)
        for left in waiting:
            out.extend(_as_paragraph(left))
        return out

    def _block(self, i: int, token: Token) -> int:
        """Read the token at `i`; return how many of the next ones are dealt with."""
        kind = token.type
        if kind == "blockquote_open":
            skip = _callout(self._tokens, i, self._out)
            self._quotes.append(token if token.type == "callout_open" else None)
            return skip
        if kind == "blockquote_close":
            if (callout := self._quotes.pop()) is not None:
                token.type, token.tag, token.meta = "callout_close", callout.tag, callout.meta
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._lists.append(token)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind == "paragraph_open":
            return self._paragraph(self._tokens[i + 1])
        elif kind == "list_item_open":
            _task(self._tokens, i, self._lists[-1])
        elif kind == "heading_open":
            _heading_attributes(token, self._tokens[i + 1], self._env)
        elif kind == "html_block":
            self._env["html"] = True
            remember_ids(token.content, self._env)
        return 0

    def _paragraph(self, block: Token) -> int:
        skip = _block_id(block, self._out, self._env)
        if self._lead_left > 0 and not skip:
            block.meta["lead"] = bool(self._lists)
            self._lead_left -= 0 if self._lists else len(block.content)
        return skip


def _callout(tokens: list[Token], i: int, out: list[Token]) -> int:
    """Make the quote at `i` a callout if it starts like one; return how many of the next tokens are dealt with."""
    block = tokens[i + 2] if i + 3 < len(tokens) and tokens[i + 1].type == "paragraph_open" else None
    found = _CALLOUT.match(block.content) if block else None
    if block is None or found is None or block.children:
        return 0
    word, fold, title = found[1].strip(), found[3], (found[4] or "").strip()
    quote = tokens[i]
    quote.type, quote.tag = "callout_open", "details" if fold else "div"
    quote.meta = {"style": CALLOUTS.get(word.lower(), "note"), "open": fold == "+", "metadata": found[2]}
    line = block.map[0] if block.map else 0
    heading = Token("inline", "", 0, content=title, map=[line, line + 1], children=[])
    if not title:
        default = word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:])
        heading.children = [Token("generated", "", 0, content=default)]
    tag = "summary" if fold else "p"
    out += [Token("callout_title_open", tag, 1), heading, Token("callout_title_close", tag, -1)]
    rest = block.content[found.end() :]
    block.map = [line + 1, block.map[1] if block.map else line + 1]
    block.content = rest.lstrip()
    return 0 if rest.strip() else 3


def _task(tokens: list[Token], i: int, parent: Token) -> None:
    if i + 2 >= len(tokens) or tokens[i + 1].type != "paragraph_open":
        return
    item, block = tokens[i], tokens[i + 2]
    if block.children or (found := _TASK.match(block.content)) is None:
        return
    item.attrs["class"] = "task-list-item"
    parent.attrs["class"] = "contains-task-list"
    if block.map:
        block.map = [block.map[0] + block.content.count("\n", 0, found.end()), block.map[1]]
    block.content = block.content[found.end() :]
    block.meta = {"task": found[1] != " "}


def _block_id(block: Token, out: list[Token], env: Any) -> int:
    """Make `^name` at the end of a paragraph its id, and alone in one that of the block above, as Obsidian does.

    Return how many of the next tokens are dealt with. `out` ends with the paragraph's opening.
    """
    found = _BLOCK_ID.search(block.content) if "^" in block.content and not block.children else None
    if found is None:
        return 0
    paragraph = out[-1]
    alone = not block.content[: found.start()].strip()
    if alone:
        above = (t for t in reversed(out[:-1]) if t.level <= paragraph.level and t.nesting >= 0)
        target = next(above, None)
        if target is None or target.level < paragraph.level or target.type not in _WITH_ATTRIBUTES:
            return 0
        out.pop()
    else:
        tight = paragraph.hidden and len(out) > 1 and out[-2].type == "list_item_open"
        target = out[-2] if tight else paragraph
        block.content = block.content[: found.start()]
    attributes.apply(target, {"id": found[1]}, env, block.map[0] if block.map else 0)
    return 2 if alone else 0


def _heading_attributes(heading: Token, block: Token, env: Any) -> None:
    """Read `## Title {#id}`, the way most tools write it."""
    if block.content.endswith("}") and not block.children and (found := _TRAILING.search(block.content)):
        read = attributes.match(found[1])
        if read is not None and read[0] == len(found[1]):
            block.content = block.content[: found.start()]
            attributes.apply(heading, read[1], env, block.map[0] if block.map else 0)


def _attach(waiting: list[Token], target: Token, out: list[Token], env: Any) -> None:
    """Give the attributes to the block that follows; where none does, they are text after all."""
    if target.type == "paragraph_open" and target.hidden and out and out[-1].type == "list_item_open":
        target = out[-1]  # the paragraph of a tight list shows no tag of its own
    elif target.type not in _WITH_ATTRIBUTES or target.hidden:
        for left in waiting:
            out.extend(_as_paragraph(left))
        return
    for token in waiting:
        attributes.apply(target, token.meta["attributes"], env, token.map[0] if token.map else 0)


def _as_paragraph(token: Token) -> list[Token]:
    block = Token("inline", "", 0, content=token.content, map=token.map, children=[])
    return [Token("paragraph_open", "p", 1, map=token.map), block, Token("paragraph_close", "p", -1)]


_ID = re.compile(r"""\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)


def remember_ids(html: str, env: Any) -> None:
    """Keep the ids in raw HTML from being given to headings."""
    if "=" in html:
        env["ids"].update(found[1] or found[2] or found[3] for found in _ID.finditer(html))


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if start + 2 > end:
        return False
    second = start + 1
    first = state.src[state.bMarks[second] + state.tShift[second] : state.eMarks[second]]
    if not first or first[0] not in "|-:":
        return False
    if first.count("|") > MAX_COLUMNS:
        if not silent:
            message = f"a table of more than {MAX_COLUMNS} columns is shown as text"
            hint = "split it, or turn rows into columns"
            state.env["source"].report("wide-table", message, hint, index=start)
        return False
    before = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    if not silent:
        _report_extra_cells(state, before, start)
    return True


def _report_extra_cells(state: StateBlock, before: int, start: int) -> None:
    columns = 0
    for token in state.tokens[before:]:
        if token.type == "th_close":
            columns += 1
        elif token.type == "thead_close":
            break
    for line in range(start + 2, state.line):
        row = state.src[state.bMarks[line] : state.eMarks[line]]
        if row.count("|") >= columns and any(lost := _cells(row)[columns:]):
            message = f"this row has more cells than the table has columns; not shown: {' | '.join(lost)}"
            hint = "add a column to the header, or write `\\|` for a bar"
            state.env["source"].report("extra-cells", message, hint, index=line)


def _cells(row: str) -> list[str]:
    """Return the cells of a row; a bar after a backslash is text."""
    cells = row.strip().replace("\\|", "\0").removeprefix("|").removesuffix("|").split("|")
    return [cell.replace("\0", "|").strip() for cell in cells]
