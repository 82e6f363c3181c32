"""The tags of a note's raw HTML as browsers nest them: what ends what, and what is never ended.

These are the parsing rules of HTML (section 13.2.6) for the body of a page, as far as an element's end depends on them.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal, NamedTuple

from markdown_it.token import Token

from notes_site.content.markdown import elements
from notes_site.content.markdown.tags import Piece

_MAX_DEPTH = 400  # browsers stop nesting at 512

CODE = "put it between backticks"
CLOSE = "close it, or put it between backticks"
DELETE = "delete it, or put it between backticks"

BEGIN, END = "*", "/*"
"""The names of Markdown's own tags within a paragraph."""


class Fix(NamedTuple):
    """What becomes of a tag: shown as text, with a warning unless `message` is empty; or `closed` on the spot."""

    message: str = ""
    hint: str = ""
    closed: bool = False


Place = Literal["", "li", "cell", "other"]  # a container: the note, a list item, a table's cell, another


@dataclass(slots=True, eq=False)
class Tag:
    """A tag, or an element of Markdown, which browsers see as a tag too (`piece` is None)."""

    token: Token
    name: str
    block: int  # number of the block, for elements that must end in it
    piece: Piece | None = None
    prose: bool = False  # an inline tag with words right behind it
    paired: bool = False  # there is a tag of that name for it
    foreign: bool = False  # within `<svg>` or `<math>`, or one of these
    holds_html: bool = False  # a foreign element with HTML in it
    fix: Fix | None = None

    @property
    def closing(self) -> bool:
        """Whether it is an end tag."""
        return self.piece is not None and self.piece.kind == "end"

    @property
    def bare(self) -> bool:
        """Whether it has no attributes."""
        return self.piece is None or not self.piece.attributes.strip("\t\n\f /")

    def unclosed(self) -> None:
        """Decide on a start tag without an end: an anchor is closed on the spot."""
        if self.fix is None and self.name == "a" and self.piece and "href" not in self.piece.attributes.lower():
            self.fix = Fix(closed=True) if not self.bare else None
        self.shown("is not nested properly" if self.paired else "is never closed", CLOSE)

    def shown(self, why: str, hint: str) -> None:
        """Decide that it is shown as text."""
        if self.fix is None and self.piece is not None:
            written = self.token.content[self.piece.start : self.piece.tag_end or self.piece.end]
            what = written.split("\n")[0]
            self.fix = Fix(f"`{what if len(what) <= 40 else what[:39] + '…'}` {why} and is shown as text", hint)


class Nesting:
    """The elements that are open while the tags of a container are read as browsers do."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open: list[Tag] = []

    def read(self, tag: Tag) -> None:
        """Take the next tag."""
        if tag.name == BEGIN:
            self._end_foreign()
            self._open.append(tag)
        elif tag.name == END:
            self._end_formatting()
        elif tag.closing:
            self._end(tag)
        else:
            self._start(tag)

    def finish(self) -> None:
        """End what is open when the container ends."""
        self._interrupted(0)

    def _start(self, tag: Tag) -> None:
        name, open_ = tag.name, self._open
        tag.foreign = tag.holds_html = False
        if tag.piece is None and (roots := [at for at, other in enumerate(open_) if other.name in elements.FOREIGN]):
            self._interrupted(roots[0])
        if open_ and open_[-1].foreign:
            if name not in elements.ENDS_FOREIGN:
                tag.holds_html = name in elements.INTEGRATION
                tag.foreign = not tag.holds_html
                if not (tag.piece and tag.piece.closes_itself):
                    open_.append(tag)
                return
            self._end_foreign()
        if name in elements.PARENTS and not self._begin_part(tag):
            return
        if name == "table":
            self._end_table()
        elif name in elements.HEADINGS and open_ and open_[-1].name in elements.HEADINGS:
            self._interrupted(len(open_) - 1)
        elif name in elements.ENDS and (at := self._find({elements.ENDS[name]}, elements.SCOPES)) >= 0:
            self._interrupted(at)
        if name in elements.ENDS_P and (at := self._find({"p"}, elements.P_SCOPES)) >= 0:
            del open_[at]
        if tag.piece is None or tag.piece.is_whole or name in elements.VOID:
            return
        if len(open_) >= _MAX_DEPTH:
            tag.shown("is nested too deeply", "nest less")
            return
        tag.foreign = name in elements.FOREIGN
        open_.append(tag)

    def _begin_part(self, tag: Tag) -> bool:
        """Begin an element of a list or a table, whose predecessor ends; tell whether it may stand here."""
        name, open_ = tag.name, self._open
        level = elements.TABLE_LEVELS.get(name)
        if level is not None:
            holders = {other for other, depth in elements.TABLE_LEVELS.items() if depth < level}
            at = self._find(holders, elements.TABLE_SCOPES)
            if at < 0:
                tag.shown("is outside of a `<table>`", CODE)
            else:
                self._interrupted(at + 1)
            return at >= 0
        if not any(other.name in elements.PARENTS[name] for other in open_) and not (
            tag.paired and (name not in elements.SPECIAL or self._place in ("", "cell"))
        ):
            tag.shown("is outside of a list", CODE)
            return False
        if name in elements.SPECIAL:
            same = {"li"} if name == "li" else {"dd", "dt"}
            at = self._find(same, elements.ITEM_SCOPES)
            if at >= 0:
                self._interrupted(at)
        return True

    def _end_table(self) -> None:
        """A table right within a table, not in a cell, ends it."""
        at = self._find(set(elements.TABLE_LEVELS), elements.TABLE_SCOPES)
        if at >= 0 and self._open[at].name not in ("td", "th", "caption"):
            self._interrupted(self._find({"table"}, elements.TABLE_SCOPES))

    def _end(self, tag: Tag) -> None:
        name, open_ = tag.name, self._open
        if name in ("br", "p"):
            self._end_foreign()
        if name in elements.VOID:
            return
        for at in range(len(open_) - 1, -1, -1):
            if not (open_[at].foreign or open_[at].holds_html):
                break
            if open_[at].name == name:
                del open_[at:]
                return
        in_table = name in elements.TABLE_LEVELS
        at = self._find({name}, elements.TABLE_SCOPES | {"table"} if in_table else elements.SCOPES)
        if at < 0:
            if name != "p":
                tag.shown("closes nothing", DELETE)
        elif name in elements.SPECIAL and name != "p":
            del open_[at]
            self._interrupted(at)
        else:
            del open_[at]

    def _end_formatting(self) -> None:
        """End an element of Markdown: it would go on if one were open in it that no end tag reaches out of."""
        at = self._find({BEGIN}, frozenset())
        if at >= 0:
            if any(tag.name in elements.SCOPES for tag in self._open[at:]):
                self._interrupted(at + 1)
            del self._open[at]

    def _end_foreign(self) -> None:
        while self._open and self._open[-1].foreign:
            self._interrupted(len(self._open) - 1)

    def _find(self, names: Set[str], until: Set[str]) -> int:
        """Return where the innermost open element with one of these names is, -1 when another ends the search."""
        for at in range(len(self._open) - 1, -1, -1):
            name = self._open[at].name
            if name in names and not self._open[at].holds_html:
                return at
            if name in until or self._open[at].holds_html:
                return -1
        return -1

    def _interrupted(self, at: int) -> None:
        """End what is open from there on. What needs an end tag of its own was never closed, and text formatting
        goes on.
        """
        ended, self._open[at:] = self._open[at:], []
        for tag in ended:
            if tag.name in elements.FOREIGN or (tag.name in elements.SPECIAL and not self._may_end(tag)):
                tag.unclosed()
            elif tag.name not in elements.SPECIAL and not tag.foreign:
                self._open.append(tag)

    def _may_end(self, tag: Tag) -> bool:
        return tag.name == "p" or tag.name in elements.PARENTS
