"""Footnotes: numbered by their first reference, at the end of the body, none lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_REFERENCE = re.compile(r"\[\^([^\s\[\]]+)\]")


def rule(state: StateInline, silent: bool) -> bool:
    """Read `[^label]` of a footnote that is defined, and `^[a footnote in place]`."""
    start = state.pos
    first = state.src[start]
    if first == "^":
        return _footnote_in_place(state, silent)
    if first != "[" or (found := _REFERENCE.match(state.src, start, state.posMax)) is None:
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
    message = f"no footnote `{written}` is defined"
    state.env["source"].report("undefined-footnote", message, hint, index=line)


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


class _Footnote:
    """A definition: its tokens, and once it is referenced its number and how often."""

    def __init__(self, label: str, line: int, tokens: list[Token]) -> None:
        self.label = label
        self.line = line
        self.tokens = tokens
        self.number = 0
        self.count = 0


def collect(tokens: list[Token], env: Any) -> list[Token]:
    """Return the tokens with the definitions taken out of the text, numbered, and appended.

    A footnote that nothing refers to, or that is defined twice, is appended without a link back, with a warning:
    in markdown-it it would vanish.
    """
    if "footnotes" not in env and not _has_inline(tokens):
        return tokens
    text, notes = _split(tokens)
    known: dict[str, _Footnote] = {}
    for note in notes:
        known.setdefault(note.label, note)
    order: list[_Footnote] = []
    _number(text, known, order)
    walked = 0
    for candidate in (None, *notes):
        if candidate is not None and not candidate.number:
            _report(candidate, known, env)
            order.append(candidate)
            candidate.number = len(order)
        while walked < len(order):  # which grows: notes refer to notes
            _number(order[walked].tokens, known, order)
            walked += 1
    env["footnote_ids"] = [*_ids(order)]
    return [*text, *_appendix(order)] if order else text


def _has_inline(tokens: list[Token]) -> bool:
    return any(child.type == "footnote_ref" for token in tokens for child in token.children or ())


def _split(tokens: list[Token]) -> tuple[list[Token], list[_Footnote]]:
    """Return the tokens outside of definitions, and the definitions, those inside others too."""
    text: list[Token] = []
    notes: list[_Footnote] = []
    targets = [text]
    for token in tokens:
        if token.type == "footnote_reference_open":
            note = _Footnote(token.meta["label"], token.map[0] if token.map else 0, [])
            notes.append(note)
            targets.append(note.tokens)
        elif token.type == "footnote_reference_close":
            targets.pop()
        else:
            targets[-1].append(token)
    for note in notes:  # none of them is what the text begins with
        for token in note.tokens:
            token.meta.pop("lead", None)
    return text, notes


def _number(tokens: list[Token], known: dict[str, _Footnote], order: list[_Footnote]) -> None:
    """Number what the tokens refer to, and count the references."""
    for token in tokens:
        for ref in token.children or ():
            if ref.type != "footnote_ref":
                continue
            inner: Token | None = ref.meta.get("inline")
            note = _Footnote("", 0, _paragraph(inner)) if inner else known[ref.meta["label"]]
            if not note.number:
                order.append(note)
                note.number = len(order)
            note.count += 1
            ref.meta["id"] = _ref_id(note.number, note.count)
            ref.meta["number"] = note.number


def _paragraph(block: Token) -> list[Token]:
    return [Token("paragraph_open", "p", 1, block=True), block, Token("paragraph_close", "p", -1, block=True)]


def _ref_id(number: int, nth: int) -> str:
    return f"fnref-{number}" if nth == 1 else f"fnref-{number}-{nth}"


def _report(note: _Footnote, known: dict[str, _Footnote], env: Any) -> None:
    if known[note.label] is note:
        code, message = "unused-footnote", f"nothing refers to the footnote `[^{note.label}]`"
        hint = f"write [^{note.label}] where it belongs, or delete it"
    else:
        code, message = "duplicate-footnote", f"the footnote `[^{note.label}]` is defined twice"
        hint = "give this one another name"
    env["source"].report(code, message, hint, index=note.line)


def _appendix(order: list[_Footnote]) -> Iterator[Token]:
    yield Token("footnotes_open", "div", 1)
    for note in order:
        yield Token("footnote_open", "li", 1, meta={"number": note.number})
        back = [_ref_id(note.number, n) for n in range(1, note.count + 1)]
        last = note.tokens[-1] if note.tokens else None
        inside = last is not None and last.type == "paragraph_close" and not last.hidden
        anchor = Token("footnote_back", "", 0, meta={"refs": back, "inside": inside})
        yield from note.tokens[:-1] if inside else note.tokens
        if back:
            yield anchor
        if inside and last is not None:
            yield last
        yield Token("footnote_close", "li", -1)
    yield Token("footnotes_close", "div", -1)


def _ids(order: list[_Footnote]) -> Iterator[str]:
    for note in order:
        yield f"fn-{note.number}"
        yield from (_ref_id(note.number, n) for n in range(1, note.count + 1))
