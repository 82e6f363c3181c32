"""Footnotes: numbered by their first reference, at the end of the body, none lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_it.token import Token


class _Note:
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
    known: dict[str, _Note] = {}
    for note in notes:
        known.setdefault(note.label, note)
    order: list[_Note] = []
    _number(text, known, order)
    walked = 0
    for straggler in (None, *notes):
        if straggler is not None and not straggler.number:
            _complain(straggler, known, env)
            order.append(straggler)
            straggler.number = len(order)
        while walked < len(order):  # which grows: notes refer to notes
            _number(order[walked].tokens, known, order)
            walked += 1
    env["footnote_ids"] = [*_ids(order)]
    return [*text, *_appendix(order)] if order else text


def _has_inline(tokens: list[Token]) -> bool:
    return any(child.type == "footnote_ref" for token in tokens for child in token.children or ())


def _split(tokens: list[Token]) -> tuple[list[Token], list[_Note]]:
    """Return the tokens outside of definitions, and the definitions, those inside others too."""
    text: list[Token] = []
    notes: list[_Note] = []
    targets = [text]
    for token in tokens:
        if token.type == "footnote_reference_open":
            note = _Note(token.meta["label"], token.map[0] if token.map else 0, [])
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


def _number(tokens: list[Token], known: dict[str, _Note], order: list[_Note]) -> None:
    """Number what the tokens refer to, and count the references."""
    for token in tokens:
        for ref in token.children or ():
            if ref.type != "footnote_ref":
                continue
            inner: Token | None = ref.meta.get("inline")
            note = _Note("", 0, _paragraph(inner)) if inner else known[ref.meta["label"]]
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


def _complain(note: _Note, known: dict[str, _Note], env: Any) -> None:
    if known[note.label] is note:
        code, message = "unused-footnote", f"nothing refers to the footnote `[^{note.label}]`"
        hint = f"write [^{note.label}] where it belongs, or delete it"
    else:
        code, message = "duplicate-footnote", f"the footnote `[^{note.label}]` is defined twice"
        hint = "give this one another name"
    env["findings"].append(("warning", code, message, hint, note.line))


def _appendix(order: list[_Note]) -> Iterator[Token]:
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


def _ids(order: list[_Note]) -> Iterator[str]:
    for note in order:
        yield f"fn-{note.number}"
        yield from (_ref_id(note.number, n) for n in range(1, note.count + 1))
