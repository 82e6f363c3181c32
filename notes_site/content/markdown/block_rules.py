"""Blocks of our dialect: callouts, task lists, attributes. One pass over the block tokens, before inlines are read."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from notes_site.content.markdown import attributes
from notes_site.content.markdown.lead import ENOUGH

# Word after `[!`: the style it gets. GitHub's five and Obsidian's thirteen, with Obsidian's aliases.
CALLOUTS = {
    "abstract": "abstract",
    "attention": "warning",
    "bug": "bug",
    "caution": "caution",
    "check": "success",
    "cite": "quote",
    "danger": "danger",
    "done": "success",
    "error": "danger",
    "example": "example",
    "fail": "failure",
    "failure": "failure",
    "faq": "question",
    "help": "question",
    "hint": "tip",
    "important": "important",
    "info": "info",
    "missing": "failure",
    "note": "note",
    "question": "question",
    "quote": "quote",
    "success": "success",
    "summary": "abstract",
    "tip": "tip",
    "tldr": "abstract",
    "todo": "todo",
    "warning": "warning",
}

_CALLOUT = re.compile(r"\[!([^\[\]\n|]+)(?:\|([^\[\]\n]*))?\]([+-]?)(?:[ \t]+([^\n]*))?[ \t]*(?:\n|$)")
_TASK = re.compile(r"\[([ xX])\][ \t\n]+(?=\S)")
_BLOCK_ID = re.compile(r"(?:^|[ \t\n])(\^(?=[a-zA-Z0-9-]*[a-zA-Z])[a-zA-Z0-9-]{3,}|\^[0-9]{6})[ \t]*\Z")
_TRAILING = re.compile(r"[ \t]+(\{[^{}]*\})$")

# Blocks that show attributes, by the type of their first token.
_TAKERS = frozenset(
    {
        "blockquote_open", "bullet_list_open", "callout_open", "code_block", "dl_open", "fence", "heading_open",
        "hr", "ordered_list_open", "paragraph_open", "table_open",
    }
)  # fmt: skip


def install(md: MarkdownIt) -> None:
    """Add the rules to the parser."""
    md.block.ruler.before("fence", "attributes", _attributes_line)
    md.core.ruler.after("block", "structure", _structure)


def _attributes_line(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A line of braces and nothing else: attributes of the next block."""
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
    """Turn quotes into callouts, items into tasks, braces into attributes; mark the paragraphs that come first."""
    tokens = state.tokens
    out: list[Token] = []
    quotes: list[Token | None] = []  # for each open quote its callout, if it is one
    waiting: list[Token] = []
    lists: list[Token] = []
    skip, room = 0, ENOUGH
    for i, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        kind = token.type
        if kind == "attributes":
            waiting.append(token)
            continue
        if waiting:
            _attach(waiting, token, out, state.env)
            waiting = []
        out.append(token)
        if kind == "blockquote_open":
            skip = _callout(tokens, i, out)
            quotes.append(token if token.type == "callout_open" else None)
        elif kind == "blockquote_close":
            if (callout := quotes.pop()) is not None:
                token.type, token.tag, token.meta = "callout_close", callout.tag, callout.meta
        elif kind in ("bullet_list_open", "ordered_list_open"):
            lists.append(token)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif kind == "paragraph_open":
            skip = _block_id(tokens[i + 1], out, state.env)
            if room > 0 and not skip:
                tokens[i + 1].meta["lead"] = bool(lists)
                room -= 0 if lists else len(tokens[i + 1].content)
        elif kind == "list_item_open":
            _task(tokens, i, lists[-1])
        elif kind == "heading_open":
            _heading_attributes(token, tokens[i + 1], state.env)
        elif kind == "html_block":
            state.env["html"] = True
            remember_ids(token.content, state.env)
    for left in waiting:
        out.extend(_as_paragraph(left))
    state.tokens = out


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
        if target is None or target.level < paragraph.level or target.type not in _TAKERS:
            return 0
        out.pop()
    else:
        tight = paragraph.hidden and len(out) > 1 and out[-2].type == "list_item_open"
        target = out[-2] if tight else paragraph
        block.content = block.content[: found.start()]
    attributes.give(target, {"id": found[1]}, env, block.map[0] if block.map else 0)
    return 2 if alone else 0


def _heading_attributes(heading: Token, block: Token, env: Any) -> None:
    """`## Title {#id}`, the way most tools write it."""
    if block.content.endswith("}") and not block.children and (found := _TRAILING.search(block.content)):
        read = attributes.match(found[1])
        if read is not None and read[0] == len(found[1]):
            block.content = block.content[: found.start()]
            attributes.give(heading, read[1], env, block.map[0] if block.map else 0)


def _attach(waiting: list[Token], target: Token, out: list[Token], env: Any) -> None:
    """Give the attributes to the block that follows; where none does, they are text after all."""
    if target.type == "paragraph_open" and target.hidden and out and out[-1].type == "list_item_open":
        target = out[-1]  # the paragraph of a tight list shows no tag of its own
    elif target.type not in _TAKERS or target.hidden:
        for left in waiting:
            out.extend(_as_paragraph(left))
        return
    for token in waiting:
        attributes.give(target, token.meta["attributes"], env, token.map[0] if token.map else 0)


def _as_paragraph(token: Token) -> list[Token]:
    block = Token("inline", "", 0, content=token.content, map=token.map, children=[])
    return [Token("paragraph_open", "p", 1, map=token.map), block, Token("paragraph_close", "p", -1)]


_ID = re.compile(r"""\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)


def remember_ids(html: str, env: Any) -> None:
    """Keep the ids in raw HTML from being given to headings."""
    if "=" in html:
        env["ids"].update(found[1] or found[2] or found[3] for found in _ID.finditer(html))
