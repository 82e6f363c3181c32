"""Which tags of a note's raw HTML stay tags, and which are shown as text.

A tag stays when it shows or encloses something and leaves what follows as it is: when it is closed in the container
(the list item, the quote, the cell, the note) in which it is opened, and browsers take the two for a pair. So a note
cannot break the page that is around it, and a word in angle brackets is not lost. A container's tags are judged
together, as browsers nest them, until nothing changes: what is shown as text encloses nothing.

How browsers nest tags, what ends what and what is never ended, are the parsing rules of HTML (section 13.2.6) for the
body of a page, as far as an element's end depends on them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Literal, NamedTuple

from markdown_it.token import Token

from notes_site.content.markdown import html_syntax
from notes_site.content.markdown.html_syntax import HtmlPiece, pieces

_MAX_PASSES = 20
_CUSTOM = re.compile(r"[a-z][^@:/+#]*-[^@:/+#]*")  # elements of one's own (HTML, section 4.13.3); no addresses
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


Fixes = Mapping[int, Fix]
"""What becomes of the tags of a block of raw HTML, by where they begin."""

Place = Literal["", "li", "cell", "other"]  # a container: the note, a list item, a table's cell, another


@dataclass(slots=True, eq=False)
class Tag:
    """A tag, or an element of Markdown, which browsers see as a tag too (`piece` is None)."""

    token: Token
    name: str
    block: int  # number of the block, for elements that must end in it
    piece: HtmlPiece | None = None
    prose: bool = False  # an inline tag with words right behind it
    paired: bool = False  # there is a tag of that name for it
    foreign: bool = False  # within `<svg>` or `<math>`, or one of these
    holds_html: bool = False  # a foreign element with HTML in it
    fix: Fix | None = None

    @property
    def is_end(self) -> bool:
        """Whether it is an end tag."""
        return self.piece is not None and self.piece.kind == "end"

    @property
    def bare(self) -> bool:
        """Whether it has no attributes."""
        return self.piece is None or not self.piece.attributes.strip("\t\n\f /")

    def show_unclosed(self) -> None:
        """Decide on a start tag without an end: an anchor is closed on the spot."""
        if self.fix is None and self.name == "a" and self.piece and "href" not in self.piece.attributes.lower():
            self.fix = Fix(closed=True) if not self.bare else None
        self.show("is not nested properly" if self.paired else "is never closed", CLOSE)

    def show(self, why: str, hint: str) -> None:
        """Decide that it is shown as text."""
        if self.fix is None and self.piece is not None:
            written = self.token.content[self.piece.start : self.piece.tag_end or self.piece.end]
            what = written.split("\n")[0]
            self.fix = Fix(f"`{what if len(what) <= 40 else what[:39] + '…'}` {why} and is shown as text", hint)


class _Container(NamedTuple):
    place: Place
    tags: list[Tag]

    def undecided(self) -> list[Tag]:
        return [tag for tag in self.tags if tag.fix is None]


_PLACES: dict[str, Place] = {"list_item_open": "li", "td_open": "cell", "th_open": "cell"}


def balance(tokens: list[Token], *, hides: bool) -> None:
    """Decide on all tags. An inline tag that is shown becomes a `shown_html` token with its `fix`; for a block they
    stand in `meta["fixes"]`, by offset. `hides`: elements stay that hide what stands in them.
    """
    for container in _containers(tokens):
        for _ in range(_MAX_PASSES):
            if not _decide(container, hides):
                break
        else:
            for tag in container.undecided():
                tag.show("is nested wrongly", "close each tag where it is opened")
        for tag in container.tags:
            _mark_token(tag)


def _decide(container: _Container, hides: bool) -> bool:
    """Decide on more tags, as long as one look at them settles it; return whether there were any."""
    tags = container.undecided()
    _mark_foreign(tags)
    _check_alone(tags, hides)
    _check_pairs(container.undecided(), hides)
    if all(tag.fix is None for tag in tags):
        nesting = Nesting(container.place)
        for tag in tags:
            nesting.read(tag)
        nesting.finish()
    return any(tag.fix is not None for tag in tags)


def _mark_token(tag: Tag) -> None:
    if tag.fix is None or tag.piece is None:
        return
    if tag.token.type == "html_block":
        tag.token.meta.setdefault("fixes", {})[tag.piece.start] = tag.fix
    elif tag.fix.closed:
        tag.token.content += f"</{tag.name}>"
    else:
        tag.token.type = "shown_html"
        tag.token.meta["fix"] = tag.fix


def _containers(tokens: list[Token]) -> list[_Container]:
    found = [_Container("", [])]
    open_ = [found[0]]
    for block, token in enumerate(tokens):
        kind = token.type
        if kind == "html_block":
            open_[-1].tags.extend(_tags(token, block))
        elif kind == "inline":
            _inline(token, block, open_[-1], found)
        elif token.nesting < 0 and token.tag != "p":
            open_.pop()
        elif not token.hidden:
            open_[-1].tags.append(Tag(token, "table" if kind == "table_open" else "p", block))
            if token.nesting > 0 and token.tag != "p":
                found.append(_Container(_PLACES.get(kind, "other"), []))
                open_.append(found[-1])
    return found


def _inline(token: Token, block: int, container: _Container, found: list[_Container]) -> None:
    tags: list[Tag] = []
    words = False  # whether any stand between this and the next tag
    for child in reversed(token.children or []):
        if child.type == "html_inline":
            found_here = list(_tags(child, block))
            for tag in found_here:
                tag.prose = words
            tags += reversed(found_here)
        elif child.nesting:
            tags.append(Tag(child, BEGIN if child.nesting > 0 else END, block))
        elif child.type == "footnote_ref" and "inline" in child.meta:
            found.append(_Container("other", []))
            _inline(child.meta["inline"], block, found[-1], found)
        words = child.type != "html_inline" and (words or child.content.strip() != "")
    if any(tag.piece for tag in tags):
        container.tags.extend(reversed(tags))


def _tags(token: Token, block: int) -> Iterator[Tag]:
    for piece in pieces(token.content):
        if piece.kind in ("start", "end", "alien"):
            yield Tag(token, piece.name, block, piece)


def _mark_foreign(tags: list[Tag]) -> None:
    """Note which tags stand between the tags of a foreign element."""
    open_: dict[str, list[int]] = {name: [] for name in html_syntax.FOREIGN}
    change = [0] * (len(tags) + 1)
    for at, tag in enumerate(tags):
        tag.paired = False
        starts = open_.get(tag.name)
        if starts is None:
            continue
        if not tag.is_end:
            starts.append(at)
        elif starts:
            change[starts.pop() + 1] += 1
            change[at] -= 1
    for tag, depth in zip(tags, accumulate(change), strict=False):
        tag.foreign = depth > 0


def _check_alone(tags: Iterable[Tag], hides: bool) -> None:
    """Show what is no element of a page's body, and elements that would show nothing."""
    unknown = set[str]()
    for tag in tags:
        piece, name = tag.piece, tag.name
        if piece is None or (tag.foreign and (hides or piece.kind != "alien")):
            continue
        if piece.kind == "alien":
            _check_alien(tag, piece)
        elif name in html_syntax.NEVER:
            tag.show("does nothing here", CODE)
        elif name not in html_syntax.KNOWN and not _CUSTOM.fullmatch(name):
            if piece.kind == "end" and name in unknown:
                tag.fix = Fix()
            tag.show("is no HTML element", CODE)
            unknown.add(name)
        elif name in html_syntax.EMPTY_BARE and tag.bare and piece.kind == "start":
            tag.show("shows nothing", CODE)


def _check_alien(tag: Tag, piece: HtmlPiece) -> None:
    whole = tag.token.content[piece.start : piece.end]
    if whole.startswith(("<!", "<?")) and not whole.startswith("<!--"):
        tag.show("is no part of a page", "put it into a block of code")
    else:
        what = whole[:20].split("\n")[0]
        tag.fix = Fix(f"`{what}` is never closed and is shown as text", "close it")


def _check_pairs(tags: Iterable[Tag], hides: bool) -> None:
    """Show start tags without an end tag of that name, and the other way round."""
    waiting: dict[tuple[str, int], list[Tag]] = defaultdict(list)
    voids = {"br"}
    for tag in tags:
        piece, name = tag.piece, tag.name
        if piece is None or piece.is_whole or tag.foreign:
            continue
        if name in html_syntax.VOID:
            if not tag.is_end:
                voids.add(name)
            elif name not in voids:
                tag.show("closes nothing", DELETE)
            continue
        key = name, tag.block if name in html_syntax.ONE_BLOCK or name not in html_syntax.KNOWN else -1
        if not tag.is_end:
            if not piece.closes_itself or name == "p":
                waiting[key].append(tag)
            elif tag.bare:
                tag.show("is never closed", CODE)
            else:
                tag.fix = Fix(closed=True)
        elif waiting[key]:
            start = waiting[key].pop()
            start.paired = True
            if hides and start.prose and start.bare and name in html_syntax.UNSEEN_WORDS:
                start.show("would hide what follows", CODE)
                tag.show("is not needed", CODE)
        elif name != "p":
            tag.show("closes nothing", DELETE)
    for tag in chain.from_iterable(waiting.values()):
        if tag.name not in html_syntax.END_OPTIONAL:
            tag.show_unclosed()


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
        elif tag.is_end:
            self._end(tag)
        else:
            self._start(tag)

    def finish(self) -> None:
        """End what is open when the container ends."""
        self._end_from(0)

    def _start(self, tag: Tag) -> None:
        name, open_ = tag.name, self._open
        tag.foreign = tag.holds_html = False
        if tag.piece is None and (roots := [at for at, other in enumerate(open_) if other.name in html_syntax.FOREIGN]):
            self._end_from(roots[0])
        if open_ and open_[-1].foreign:
            if name not in html_syntax.ENDS_FOREIGN:
                tag.holds_html = name in html_syntax.INTEGRATION
                tag.foreign = not tag.holds_html
                if not (tag.piece and tag.piece.closes_itself):
                    open_.append(tag)
                return
            self._end_foreign()
        if name in html_syntax.PARENTS and not self._begin_part(tag):
            return
        if name == "table":
            self._end_table()
        elif name in html_syntax.HEADINGS and open_ and open_[-1].name in html_syntax.HEADINGS:
            self._end_from(len(open_) - 1)
        elif name in html_syntax.ENDS and (at := self._find({html_syntax.ENDS[name]}, html_syntax.SCOPES)) >= 0:
            self._end_from(at)
        if name in html_syntax.ENDS_P and (at := self._find({"p"}, html_syntax.P_SCOPES)) >= 0:
            del open_[at]
        if tag.piece is None or tag.piece.is_whole or name in html_syntax.VOID:
            return
        if len(open_) >= _MAX_DEPTH:
            tag.show("is nested too deeply", "nest less")
            return
        tag.foreign = name in html_syntax.FOREIGN
        open_.append(tag)

    def _begin_part(self, tag: Tag) -> bool:
        """Begin an element of a list or a table, whose predecessor ends; return whether it may stand here."""
        name, open_ = tag.name, self._open
        level = html_syntax.TABLE_LEVELS.get(name)
        if level is not None:
            holders = {other for other, depth in html_syntax.TABLE_LEVELS.items() if depth < level}
            at = self._find(holders, html_syntax.TABLE_SCOPES)
            if at < 0:
                tag.show("is outside of a `<table>`", CODE)
            else:
                self._end_from(at + 1)
            return at >= 0
        if not any(other.name in html_syntax.PARENTS[name] for other in open_) and not (
            tag.paired and (name not in html_syntax.SPECIAL or self._place in ("", "cell"))
        ):
            tag.show("is outside of a list", CODE)
            return False
        if name in html_syntax.SPECIAL:
            same = {"li"} if name == "li" else {"dd", "dt"}
            at = self._find(same, html_syntax.ITEM_SCOPES)
            if at >= 0:
                self._end_from(at)
        return True

    def _end_table(self) -> None:
        """End the table in which another begins outside of a cell."""
        at = self._find(set(html_syntax.TABLE_LEVELS), html_syntax.TABLE_SCOPES)
        if at >= 0 and self._open[at].name not in ("td", "th", "caption"):
            self._end_from(self._find({"table"}, html_syntax.TABLE_SCOPES))

    def _end(self, tag: Tag) -> None:
        name, open_ = tag.name, self._open
        if name in ("br", "p"):
            self._end_foreign()
        if name in html_syntax.VOID:
            return
        for at in range(len(open_) - 1, -1, -1):
            if not (open_[at].foreign or open_[at].holds_html):
                break
            if open_[at].name == name:
                del open_[at:]
                return
        in_table = name in html_syntax.TABLE_LEVELS
        at = self._find({name}, html_syntax.TABLE_SCOPES | {"table"} if in_table else html_syntax.SCOPES)
        if at < 0:
            if name != "p":
                tag.show("closes nothing", DELETE)
        elif name in html_syntax.SPECIAL and name != "p":
            del open_[at]
            self._end_from(at)
        else:
            del open_[at]

    def _end_formatting(self) -> None:
        """End an element of Markdown: it would go on if one were open in it that no end tag reaches out of."""
        at = self._find({BEGIN}, frozenset())
        if at >= 0:
            if any(tag.name in html_syntax.SCOPES for tag in self._open[at:]):
                self._end_from(at + 1)
            del self._open[at]

    def _end_foreign(self) -> None:
        while self._open and self._open[-1].foreign:
            self._end_from(len(self._open) - 1)

    def _find(self, names: Set[str], until: Set[str]) -> int:
        """Return where the innermost open element with one of these names is, -1 when another ends the search."""
        for at in range(len(self._open) - 1, -1, -1):
            name = self._open[at].name
            if name in names and not self._open[at].holds_html:
                return at
            if name in until or self._open[at].holds_html:
                return -1
        return -1

    def _end_from(self, at: int) -> None:
        """End what is open from there on. What needs an end tag of its own was never closed, and text formatting
        goes on.
        """
        ended, self._open[at:] = self._open[at:], []
        for tag in ended:
            special = tag.name in html_syntax.SPECIAL
            if tag.name in html_syntax.FOREIGN or (special and tag.name not in html_syntax.END_OPTIONAL):
                tag.show_unclosed()
            elif not special and not tag.foreign:
                self._open.append(tag)
