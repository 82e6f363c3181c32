"""From a note's text to its front matter, body and problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from notes_site.base import durations
from notes_site.base.codes import Code, Severity, field_code, severity_of
from notes_site.base.decoding import line_at, position
from notes_site.base.diagnostics import Diagnostic, suggestion
from notes_site.base.errors import Problem
from notes_site.base.model import Field, FrontMatter, Record, Session, Span
from notes_site.content.frontmatter import names, values, yaml_tree
from notes_site.content.frontmatter.block import find
from notes_site.content.frontmatter.names import Meaning, fold
from notes_site.content.frontmatter.yaml_tree import Mapping, Node, Scalar, Sequence

_COMMENT = re.compile(r"[ \t]+#.*")
_MOST_PROBLEMS = 100
_MOST_STRANGE_KEYS = 20  # beyond it one message counts the rest: each suggestion costs a millisecond


class FrontMatterSource(Record, frozen=True):
    """A note's front matter and text. `first_line` is the line of the file, from 1, on which `body` begins."""

    front: FrontMatter
    body: str
    first_line: int
    diagnostics: tuple[Diagnostic, ...]


class _Entry(NamedTuple):
    """A key of the block with its value; `name` is how we call it, with the map that it stands in."""

    name: str
    folded: str
    key: Scalar
    value: Node
    meaning: Meaning | None
    nested: bool


def parse(path: str, text: str) -> FrontMatterSource:
    """Return the note's front matter and body; never raises.

    `text` is decoded and has LF line ends. Problems are diagnostics: a field with a bad value is as if absent,
    front matter that cannot be read at all is as if empty.
    """
    found = find(text)
    if found is None:
        return FrontMatterSource(FrontMatter(), text, 1, ())
    first_line = text.count("\n", 0, found.body) + 1
    reader = _Reader(path, text, 0 if found.problem else found.start)
    if found.problem:
        reader.tell(found.problem)
        front = FrontMatter()
    else:
        front = reader.read(text[found.start : found.end])
    return FrontMatterSource(front, text[found.body :], first_line, tuple(reader.problems))


def _rank(entry: _Entry) -> int:
    return entry.meaning.rank if entry.meaning else 0


class _Reader:
    """Reads one block and gathers its problems; `offset` is where the block begins in the file's text."""

    def __init__(self, path: str, text: str, offset: int) -> None:
        self.problems: list[Diagnostic] = []
        self._untold: list[Diagnostic] = []
        self._path, self._text, self._offset = path, text, offset

    def read(self, block: str) -> FrontMatter:
        """Return what the block says; what is wrong with it is in `problems`."""
        try:
            root = yaml_tree.read(block)
        except (yaml.YAMLError, ValueError, TypeError) as exc:
            from notes_site.content.frontmatter.hints import explain

            self.tell(explain(block, exc))
            return FrontMatter()
        if root is None:
            if comment := re.search(r"#.*", block):
                message = "this front matter has only comments, which are not shown"
                self._tell(
                    "only-comments", message, *comment.span(), "remove the `#` before a field, or the whole block"
                )
            return FrontMatter()
        if not isinstance(root, Mapping):
            from notes_site.content.frontmatter.hints import explain_text

            hint = "write one `name: value` a line, like `title: Launch a VM`"
            none = Problem("the front matter has no fields", hint, code="no-fields", at=yaml_tree.span(root))
            self.tell((explain_text(block, root.start) if isinstance(root, Scalar) else None) or none)
            return FrontMatter()
        claims = self._claims(root)
        found: dict[str, Any] = {}
        spans: dict[str, Span] = {}
        for field, entry in claims.values():
            value = self._value(field, entry)
            if value is not None and value != ():
                found[field.name] = value
                spans[field.name] = self._span(entry.value.start, entry.value.end)
                if field.type == "paths":
                    items = values.placed_texts(entry.value).values()
                    spans |= {f"{field.name}.{n}": self._span(item.start, item.end) for n, item in enumerate(items)}
        self._add_up(found, spans, claims)
        self._tell_of_the_rest()
        return FrontMatter(**found, spans=spans)

    def _claims(self, root: Mapping) -> dict[str, tuple[Field, _Entry]]:
        """Return each field that is given with the entry that counts, by name, and tell of all other entries."""
        claims: dict[str, tuple[Field, _Entry]] = {}
        strange: list[_Entry] = []
        for entry in self._entries(root):
            if entry.meaning is None:
                strange.append(entry)
                continue
            field = entry.meaning.field
            if field.name in claims:
                other = claims[field.name][1]
                entry, loser = sorted((other, entry), key=_rank)
                self._tell_twice(entry, loser)
            claims[field.name] = (field, entry)
        self._tell_strange(strange)
        return claims

    def _entries(self, root: Mapping) -> Iterator[_Entry]:
        """Yield the entries of the block and of the maps in which other tools keep theirs."""
        for folded, key, value in self._distinct(root):
            if not (isinstance(value, Mapping) and names.is_nest(folded)):
                text = value.text if isinstance(value, Scalar) else None
                yield _Entry(key.text, folded, key, value, names.meaning(folded, text), False)
                continue
            for inner, inner_key, inner_value in self._distinct(value):
                text = inner_value.text if isinstance(inner_value, Scalar) else None
                meaning = names.meaning_within(folded, inner, text)
                yield _Entry(f"{key.text}.{inner_key.text}", inner, inner_key, inner_value, meaning, True)

    def _distinct(self, node: Mapping) -> Iterator[tuple[str, Scalar, Node]]:
        first: dict[str, Scalar] = {}
        for key, value in node.pairs:
            folded = fold(key.text)
            if folded in first:
                line, _ = position(self._text, self._offset + first[folded].start)
                message = f"`{key.text}` stands here a second time (first on line {line})"
                self._tell("duplicate-key", message, key.start, key.end, "keep one of them")
                continue
            first[folded] = key
            yield folded, key, value

    def _value(self, field: Field, entry: _Entry) -> Any:
        node = entry.value
        if field.type == "first" and isinstance(node, Sequence) and len(node.items) > 1:
            node = self._first_of(entry, node)
        if values.VALUES[field.type].prose:
            self._check_cut(field, entry, node)
        try:
            value = values.VALUES[field.type].parse(node)
        except Problem as bad:
            name = entry.name if fold(entry.name) == field.name else f"{entry.name} ({field.name})"
            self._tell(field_code(field.name), f"{name}: {bad}", *(bad.at or yaml_tree.span(node)), bad.hint)
            return None
        inverted = entry.meaning is not None and entry.meaning.inverted
        return not value if inverted and value is not None else value

    def _first_of(self, entry: _Entry, node: Sequence) -> Node:
        first, rest = node.items[0], node.items[1:]
        dropped = ", ".join(f"`{item.text}`" for item in rest if isinstance(item, Scalar))
        message = f"a note belongs to one area: the first of `{entry.name}` counts, {dropped or 'the rest'} does not"
        self._tell("one-area", message, rest[0].start, rest[-1].end, "keep one, and make the others tags")
        return first

    def _check_cut(self, field: Field, entry: _Entry, node: Node) -> None:
        """Warn where ` #` began a comment in the middle of what may be meant as text."""
        for part in node.items if isinstance(node, Sequence) else (node,):
            if not isinstance(part, Scalar) or not part.plain:
                continue
            comment = _COMMENT.match(self._text, self._offset + part.end)
            if comment is None:
                continue
            dropped = comment[0].strip()
            whole = f"{part.text} {dropped}".strip().replace("\\", "\\\\").replace('"', '\\"')
            self._tell(
                "cut-value",
                f"the value of `{entry.name}` ends before ` #`: `{dropped}` is dropped",
                comment.start() - self._offset + len(comment[0]) - len(comment[0].lstrip()),
                comment.end() - self._offset,
                f'put quotes round the value, if it belongs to it: `"{whole}"`',
            )

    def _add_up(self, found: dict[str, Any], spans: dict[str, Span], claims: dict[str, tuple[Field, _Entry]]) -> None:
        """Let the sessions say the time, and the date if nothing else does."""
        sessions: tuple[Session, ...] | None = found.get("sessions")
        if not sessions:
            return
        total = sum(session.minutes for session in sessions)
        if (stated := found.get("time", total)) != total:
            value = claims["time"][1].value
            message = f"time says {durations.show(stated)}, the sessions add up to {durations.show(total)}"
            self._tell("time-differs", message, value.start, value.end, "the sum counts: remove `time`")
        found["time"] = total
        spans.setdefault("time", spans["sessions"])
        if "date" not in found and "date" not in claims:
            found["date"] = max(session.date for session in sessions)
            spans["date"] = spans["sessions"]

    def _tell_twice(self, winner: _Entry, loser: _Entry) -> None:
        message = f"`{loser.name}` says the same as `{winner.name}`, which counts"
        self._tell("given-twice", message, loser.key.start, loser.key.end, f"remove `{loser.name}`")

    def _tell_strange(self, strange: list[_Entry]) -> None:
        unknown = 0
        for entry in strange:
            at = (entry.key.start, entry.key.end)
            off = isinstance(entry.value, Scalar) and entry.value.text.casefold() in ("false", "no", "")
            if names.is_promise(entry.folded) and not off:
                message = f"`{entry.name}` hides nothing here: the note is published"
                self._tell("unsupported-key", message, *at, "write `draft: true` to keep it off the site")
            elif entry.nested or names.is_foreign(entry.folded) or names.is_promise(entry.folded):
                self._tell("ignored-key", f"`{entry.name}` means nothing here and is ignored", *at, "")
            elif entry.name.startswith("-") and not entry.nested:
                message = "there is no space behind the `-` of a list"
                self._tell("missing-space", message, at[0], at[0] + 1, "put one there")
            else:
                unknown += 1
                if unknown <= _MOST_STRANGE_KEYS:
                    hint = suggestion(entry.name, names.NAMES) or "remove it, or see docs/front-matter.md"
                    self._tell("unknown-key", f"`{entry.name}` is no field of a note", *at, hint)
        if unknown > _MOST_STRANGE_KEYS:
            message = f"{unknown - _MOST_STRANGE_KEYS} more keys are no fields of a note"
            last = strange[-1].key
            self._tell("unknown-key", message, last.start, last.end, "see docs/front-matter.md")

    def _span(self, start: int, end: int) -> Span:
        """Return the place in the file, as far as it reaches on its first line."""
        start, end = start + self._offset, end + self._offset
        line_end = self._text.find("\n", start)
        line, column = position(self._text, start)
        return Span(line, column, max(min(end, line_end if line_end >= 0 else end) - start, 0))

    def tell(self, problem: Problem) -> None:
        """Take in why the block as a whole cannot be read."""
        assert problem.code
        self._tell(problem.code, problem.message, *(problem.at or (0, 0)), problem.hint, "error")

    def _tell(
        self, code: Code, message: str, start: int, end: int, hint: str, severity: Severity | None = None
    ) -> None:
        line, column, length = self._span(start, end)
        severity = severity or severity_of(code)
        problem = Diagnostic(self._path, line, column, length, severity, code, message, hint)
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem._replace(text=line_at(self._text, start + self._offset)))
        else:
            self._untold.append(problem)

    def _tell_of_the_rest(self) -> None:
        """Say that there is more, as gravely as the gravest of it."""
        if self._untold:
            worst = min(self._untold, key=lambda d: ("error", "warning", "note").index(d.severity))
            message = f"{worst.message}; and {len(self._untold) - 1} more problems in this block"
            self.problems.append(worst._replace(message=message))
