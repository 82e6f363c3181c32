"""A file of an import as text: front matter, what became of it as comments, the README's lines. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from notes_site.content import frontmatter
from notes_site.content.markdown.raw_html import is_active
from notes_site.readme.importer import slices
from notes_site.readme.importer.rewrite import Rewritten

_ROOM = 32_000  # characters of comments in front matter; what is more stays in the text


class Writer:
    """Writes the files of a README called `name`: its `source` lines, whether each is `shown`, and where each goes."""

    def __init__(self, name: str, source: Sequence[str], shown: Sequence[bool], moved: Rewritten) -> None:
        self._name, self._source, self._shown, self._moved = name, source, shown, moved
        self._mine: dict[str, list[int]] = defaultdict(list)
        for at, path in enumerate(moved.owner):
            self._mine[path].append(at)

    def says_something(self, path: str) -> bool:
        """Tell whether any line goes to the file."""
        return any(self._source[at].strip() for at in self._mine[path])

    def text(self, path: str, fields: Mapping[str, Any], *, head: int | None = None, cells: Sequence[str] = ()) -> str:
        """Return a file. `head`: the line of the list item whose text it is, indented below it; `cells`: the parts of a
        table's row that are its text.
        """
        mine, shown = self._mine[path], self._shown
        hidden = [at for at in mine if not shown[at] and self._source[at].strip()]
        if sum(len(self._source[at]) for at in hidden) > _ROOM:
            hidden, shown = [], [True] * len(shown)
        body = slices.trimmed([self._moved.lines[at] for at in mine if shown[at] and at not in self._moved.apart])
        body = body if head is None else slices.outdented(body, self._source[head])
        parts = ("\n".join(body) or "\n\n".join(cells), "\n".join(self._moved.endings.get(path, ())))
        text = "\n\n".join(filter(None, parts))
        active = {"html": "safe"} if is_active(text) else {}
        comments = [f"# {self._name}:{at + 1}: {self._comment(at, cells)}" for at in hidden]
        block = frontmatter.dump({**fields, **active}).removesuffix("---\n")
        return "\n".join([block + "\n".join([*comments, "---"]), *([text] if text else []), ""])

    def _comment(self, at: int, cells: Sequence[str]) -> str:
        """Return a line as its comment; of a table's row without the cells that are the note's text."""
        line = self._source[at]
        for cell in cells:
            line = line.replace(cell, "…", 1)
        return frontmatter.clean(line)
