"""Inline rules of our dialect. Every link, image and tag keeps where it stands: `meta["at"]`, in its block's text."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import autolink as _md_autolink
from markdown_it.rules_inline import html_inline as _md_html
from markdown_it.rules_inline import image as _md_image
from markdown_it.rules_inline import link as _md_link
from markdown_it.token import Token

from notes_site.content.markdown import attributes, urls, wikilinks
from notes_site.content.markdown.block_rules import remember_ids

Rule = Callable[[StateInline, bool], bool]

# All characters that some rule may start at; `h` and `w` only where a bare URL may (`urls`).
_STOP = re.compile(r"[\n&*<\[\\\]_`{~!=^hw](?:(?<![hw])|(?<=h)(?=ttps?://)|(?<=w)(?=ww\.))")

_FOOTNOTE = re.compile(r"\[\^([^\s\[\]]+)\]")

_SHORTCODE = re.compile(r"\{\{<[^\n]{0,300}?>\}\}")  # of Hugo: no tag, whatever it is called

_BEFORE_ATTRIBUTES = frozenset({"code_inline", "image", "link_close", "mark_close", "span_close"})


def install(md: MarkdownIt) -> None:
    """Add the rules to the parser, in the place of markdown-it's where it has one."""
    ruler = md.inline.ruler
    ruler.at("text", _text)
    ruler.at("link", _link)
    ruler.at("image", _image)
    ruler.at("autolink", _placed(_md_autolink, "<"))
    ruler.at("html_inline", _html)
    ruler.at("footnote_ref", _footnote)
    ruler.after("link", "span", _span)
    ruler.push("mark", _mark)
    ruler.push("attributes", _attributes)
    ruler.push("url", urls.bare)


def _text(state: StateInline, silent: bool) -> bool:
    start = state.pos
    found = _STOP.search(state.src, start, state.posMax)
    end = found.start() if found else state.posMax
    if end == start:
        return False
    if not silent:
        state.append_pending(state.src[start:end])
    state.pos = end
    return True


def _placed(rule: Rule, first: str) -> Rule:
    """Return the rule, noting where its first token came from."""

    def placed(state: StateInline, silent: bool) -> bool:
        start = state.pos
        if state.src[start] != first:
            return False
        if silent:
            return rule(state, True)
        before = len(state.tokens)
        if not rule(state, False):
            return False
        _place(state, before, start)
        return True

    return placed


def _place(state: StateInline, before: int, start: int) -> None:
    """Note the place in the first token since `before` that is not the text in front of it."""
    token = state.tokens[before]
    if token.type == "text":
        token = state.tokens[before + 1]
    token.meta["at"] = (start, state.pos)


_standard_link = _placed(_md_link, "[")
_standard_image = _placed(_md_image, "!")


def _link(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "[":
        return False
    if state.src.find("]", start, state.posMax) < 0:  # what makes a run of brackets quadratic
        return False
    if state.src.startswith("[[", start) and (found := wikilinks.match(state.src, start, state.posMax)):
        if state.linkLevel > 0:
            return False
        if not silent:
            wikilinks.push_link(state, found)
        state.pos = found.end()
        return True
    return _standard_link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "!":
        return False
    if state.src.startswith("![[", start) and (found := wikilinks.match(state.src, start + 1, state.posMax)):
        if not silent:
            if wikilinks.is_image(found):
                wikilinks.push_image(state, found)
            elif state.linkLevel > 0:
                return False
            else:
                wikilinks.push_link(state, found)
        state.pos = found.end()
        return True
    return _standard_image(state, silent)


def _html(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "<" or _SHORTCODE.match(state.src, max(start - 2, 0)):
        return False
    before = len(state.tokens)
    if not _md_html(state, silent):
        return False
    if not silent:
        _place(state, before, start)
        state.env["html"] = True
        remember_ids(state.tokens[-1].content, state.env)
    return True


def _footnote(state: StateInline, silent: bool) -> bool:
    """`[^label]` of a footnote that is defined, and `^[a footnote in place]`."""
    start = state.pos
    first = state.src[start]
    if first == "^":
        return _footnote_in_place(state, silent)
    if first != "[" or (found := _FOOTNOTE.match(state.src, start, state.posMax)) is None:
        return False
    if f":{found[1]}" not in state.env.get("footnotes", {}).get("refs", {}):
        if not silent:
            _undefined(state, found[0])
        return False
    if not silent:
        state.push("footnote_ref", "", 0).meta = {"label": found[1]}
    state.pos = found.end()
    return True


def _undefined(state: StateInline, written: str) -> None:
    block = state.env["block"]
    line = block.content.count("\n", 0, state.pos) + (block.map[0] if block.map else 0)
    hint = f"add a line `{written}: ...`, or put it between backticks"
    state.env["findings"].append(("note", "undefined-footnote", f"no footnote `{written}` is defined", hint, line))


def _footnote_in_place(state: StateInline, silent: bool) -> bool:
    start = state.pos + 2
    if not state.src.startswith("^[", state.pos) or state.src.find("]", start, state.posMax) < 0:
        return False
    end = parseLinkLabel(state, state.pos + 1)
    if end < 0 or not state.src[start:end].strip():
        return False
    if not silent:
        outer = state.env["block"]
        token = state.push("footnote_ref", "", 0)
        children: list[Token] = []
        state.md.inline.parse(state.src[start:end], state.md, state.env, children)
        _shift(children, start)
        inner = Token("inline", "", 0, content=outer.content, map=outer.map, children=children)
        token.meta = {"inline": inner}
    state.pos = end + 1
    return True


def _shift(tokens: list[Token], by: int) -> None:
    for token in tokens:
        if "at" in token.meta:
            token.meta["at"] = (token.meta["at"][0] + by, token.meta["at"][1] + by)


def _span(state: StateInline, silent: bool) -> bool:
    """`[text]{.class}`; links go first."""
    start, maximum = state.pos, state.posMax
    if state.src[start] != "[" or state.src.find("]{", start, maximum) < 0:
        return False
    end = parseLinkLabel(state, start)
    found = attributes.match(state.src, end + 1, maximum) if end >= 0 else None
    if found is None:
        return False
    if not silent:
        token = state.push("span_open", "span", 1)
        _give(state, token, found[1])
        _inside(state, start + 1, end)
        state.push("span_close", "span", -1)
    state.pos, state.posMax = found[0], maximum
    return True


def _mark(state: StateInline, silent: bool) -> bool:
    """`==marked==`: between words, without spaces on the inner side."""
    start, src, maximum = state.pos, state.src, state.posMax
    if not src.startswith("==", start) or start + 4 >= maximum:
        return False
    end = src.find("==", start + 2, maximum)
    if end < 0 or src[start + 2].isspace() or src[start + 2] == "=" or src[end - 1].isspace():
        return False
    after = src[end + 2 : min(end + 3, maximum)]
    if after == "=" or after.isalnum() or (start and (src[start - 1] == "=" or src[start - 1].isalnum())):
        return False
    if not silent:
        state.push("mark_open", "mark", 1)
        _inside(state, start + 2, end)
        state.push("mark_close", "mark", -1)
    state.pos, state.posMax = end + 2, maximum
    return True


def _inside(state: StateInline, start: int, end: int) -> None:
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)


def _attributes(state: StateInline, silent: bool) -> bool:
    """`{...}` right behind an image, a link, code or a span."""
    if silent or state.src[state.pos] != "{" or state.pending or not state.tokens:
        return False
    target = state.tokens[-1]
    if target.type not in _BEFORE_ATTRIBUTES:
        return False
    found = attributes.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if target.nesting < 0:
        target = _opening(state.tokens)
    _give(state, target, found[1])
    state.pos = found[0]
    return True


def _opening(tokens: list[Token]) -> Token:
    depth = 0
    for token in reversed(tokens):
        depth += token.nesting
        if depth == 0:
            return token
    return tokens[-1]


def _give(state: StateInline, target: Token, given: attributes.Attributes) -> None:
    block = state.env["block"]
    attributes.give(target, given, state.env, block.map[0] if block and block.map else 0)
