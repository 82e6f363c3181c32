"""Which tags of a note's raw HTML stay tags, and which are shown as text.

A tag stays when it shows or encloses something and leaves what follows as it is: when it is closed in the container
(the list item, the quote, the cell, the note) in which it is opened, and browsers take the two for a pair. So a note
cannot break the page that is around it, and a word in angle brackets is not lost. A container's tags are judged
together, as browsers nest them, until nothing changes: what is shown as text encloses nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain

from markdown_it.token import Token

from notes_site.content.markdown import elements
from notes_site.content.markdown.nesting import BEGIN, CODE, DELETE, END, Fix, Nesting, Place, Tag
from notes_site.content.markdown.tags import Piece, pieces

_MAX_PASSES = 20
_CUSTOM = re.compile(r"[a-z][^@:/+#]*-[^@:/+#]*")  # elements of one's own (HTML, section 4.13.3); no addresses


@dataclass(slots=True)
class _Container:
    place: Place
    tags: list[Tag] = field(default_factory=list)


_PLACES: dict[str, Place] = {"list_item_open": "li", "td_open": "cell", "th_open": "cell"}


def balance(tokens: list[Token], *, hides: bool) -> None:
    """Decide on all tags. An inline tag that is shown becomes a `shown_html` token with its `fix`; for a block they
    stand in `meta["fixes"]`, by offset. `hides`: elements stay that hide what stands in them.
    """
    for container in _containers(tokens):
        for _ in range(_MAX_PASSES):
            if not _changes(container, hides):
                break
        else:
            for tag in _left(container):
                tag.shown("is nested wrongly", "close each tag where it is opened")
        for tag in container.tags:
            _note(tag)


def _changes(container: _Container, hides: bool) -> bool:
    """Decide on more tags, as long as one look at them settles it; tell whether there were any."""
    tags = _left(container)
    _mark_foreign(tags)
    _judge_alone(tags, hides)
    _judge_pairs([tag for tag in tags if tag.fix is None], hides)
    if all(tag.fix is None for tag in tags):
        nesting = Nesting(container.place)
        for tag in tags:
            nesting.read(tag)
        nesting.finish()
    return any(tag.fix is not None for tag in tags)


def _note(tag: Tag) -> None:
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
    found = [_Container("")]
    open_ = [found[0]]
    for block, token in enumerate(tokens):
        kind = token.type
        if kind == "html_block":
            open_[-1].tags += _tags(token, block)
        elif kind == "inline":
            _inline(token, block, open_[-1], found)
        elif token.nesting < 0 and token.tag != "p":
            open_.pop()
        elif not token.hidden:
            open_[-1].tags.append(Tag(token, "table" if kind == "table_open" else "p", block))
            if token.nesting > 0 and token.tag != "p":
                found.append(_Container(_PLACES.get(kind, "other")))
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
            found.append(_Container("other"))
            _inline(child.meta["inline"], block, found[-1], found)
        words = child.type != "html_inline" and (words or child.content.strip() != "")
    if any(tag.piece for tag in tags):
        container.tags += reversed(tags)


def _tags(token: Token, block: int) -> Iterator[Tag]:
    for piece in pieces(token.content):
        if piece.kind in ("start", "end", "alien"):
            yield Tag(token, piece.name, block, piece)


def _left(container: _Container) -> list[Tag]:
    """Return the tags that have not been decided on."""
    return [tag for tag in container.tags if tag.fix is None]


def _mark_foreign(tags: list[Tag]) -> None:
    """Note which tags stand between the tags of a foreign element."""
    open_: dict[str, list[int]] = {name: [] for name in elements.FOREIGN}
    change = [0] * (len(tags) + 1)
    for at, tag in enumerate(tags):
        tag.paired = False
        starts = open_.get(tag.name)
        if starts is None:
            continue
        if not tag.closing:
            starts.append(at)
        elif starts:
            change[starts.pop() + 1] += 1
            change[at] -= 1
    for tag, depth in zip(tags, accumulate(change), strict=False):
        tag.foreign = depth > 0


def _judge_alone(tags: Iterable[Tag], hides: bool) -> None:
    """Show what is no element of a page's body, and elements that would show nothing."""
    unknown = set[str]()
    for tag in tags:
        piece, name = tag.piece, tag.name
        if piece is None or (tag.foreign and (hides or piece.kind != "alien")):
            continue
        if piece.kind == "alien":
            _judge_alien(tag, piece)
        elif name in elements.NEVER:
            tag.shown("does nothing here", CODE)
        elif name not in elements.KNOWN and not _CUSTOM.fullmatch(name):
            if piece.kind == "end" and name in unknown:
                tag.fix = Fix()
            tag.shown("is no HTML element", CODE)
            unknown.add(name)
        elif name in elements.EMPTY_BARE and tag.bare and piece.kind == "start":
            tag.shown("shows nothing", CODE)


def _judge_alien(tag: Tag, piece: Piece) -> None:
    whole = tag.token.content[piece.start : piece.end]
    if whole.startswith(("<!", "<?")) and not whole.startswith("<!--"):
        tag.shown("is no part of a page", "put it into a block of code")
    else:
        what = whole[:20].split("\n")[0]
        tag.fix = Fix(f"`{what}` is never closed and is shown as text", "close it")


def _judge_pairs(tags: Iterable[Tag], hides: bool) -> None:
    """Show start tags without an end tag of that name, and the other way round."""
    waiting: dict[tuple[str, int], list[Tag]] = defaultdict(list)
    voids = {"br"}
    for tag in tags:
        piece, name = tag.piece, tag.name
        if piece is None or piece.is_whole or tag.foreign:
            continue
        if name in elements.VOID:
            if not tag.closing:
                voids.add(name)
            elif name not in voids:
                tag.shown("closes nothing", DELETE)
            continue
        key = name, tag.block if name in elements.ONE_BLOCK or name not in elements.KNOWN else -1
        if not tag.closing:
            if not piece.closes_itself or name == "p":
                waiting[key].append(tag)
            elif tag.bare:
                tag.shown("is never closed", CODE)
            else:
                tag.fix = Fix(closed=True)
        elif waiting[key]:
            start = waiting[key].pop()
            start.paired = True
            if hides and start.prose and start.bare and name in elements.UNSEEN_WORDS:
                start.shown("would hide what follows", CODE)
                tag.shown("is not needed", CODE)
        elif name != "p":
            tag.shown("closes nothing", DELETE)
    for tag in chain.from_iterable(waiting.values()):
        if tag.name != "p" and tag.name not in elements.PARENTS:
            tag.unclosed()
