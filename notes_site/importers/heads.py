"""A line read as the head of an item: `- [x] [Beginner] [Title](url) (video) - 20 min, 4 May 2021: notes`. Pure.

What stands at the ends of the title, in brackets or behind a separator, is peeled off as long as it is a time, a
date, a level or an address; a duration within the words of a title is part of the title.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from notes_site.importers import values
from notes_site.importers.facts import BRACKETS, EDGES, facts_in, is_prose, spelled
from notes_site.importers.times import Time
from notes_site.importers.words import NUMBER, SIGN, is_label
from notes_site.kinds import DEFAULT_KINDS, kind_of
from notes_site.markdown.lines import Line
from notes_site.paths import is_web

KINDS = tuple(DEFAULT_KINDS.items())
_BOX = re.compile(r"\s*\[([ xX✓✔]?)\]\s+|\s*([✅☑✔☐⬜❌])️?\s*")
_LEADING_SIGNS = re.compile(rf"^(?:{SIGN}\s*)+(?=\w|[\[(\"])")
_SEPARATOR = re.compile(
    r"\s+[-–—|:•·/]+\s*|\s*[-–—]{2,}\s*|\s*[|•·~≈]\s*|\s*[,;:.]\s+|[:,;](?=\d)|\s*[-–—:]\s+|\s*\*\s*|\s*=>?\s*|\s*@\s*|\s*"
    + SIGN
    + r"\s*|\s*[()\[\]（）【】]+\s*|(?<=\s)(?=<?https?://)"
)
_LEAD = 40  # characters of what may stand before a title
_LOOSE = re.compile(
    r"(?<!\bin)(?<!\bfor)(?<!\bof)(?<!\bthe)(?<!\bto)(?<!\bafter)(?<!\bwithin)(?<!\bunder)(?<!\bfirst)(?<!\blast)(?<!\bjust)"
    r"\s+(?=\d+(?:[.,]\d+)?\s*(?:minutes?|mins?|m|hours?|hrs?|h)\b)",
    re.IGNORECASE,
)
"""Before a time that nothing sets apart, as in `Why Docker? 10 mins`; `Go in 5 Minutes` has none."""


class Head(NamedTuple):
    """What a line says as an item's head.

    `strength` is the evidence that it is one: 3 for a time or for a link over the whole title, less for the rest.
    `more` tells that text follows which is no part of the head.
    """

    title: str
    link: str | None = None
    whole_link: bool = False
    time: Time | None = None
    date: values.Date | None = None
    levels: tuple[str, ...] = ()
    kind: str | None = None
    checked: bool | None = None
    more: bool = False
    area: str | None = None  # of a table's row: its area has a column
    texts: tuple[str, ...] = ()  # of a table's row: what the other cells say

    @property
    def strength(self) -> float:
        """The sum of the evidence."""
        link = 3 if self.whole_link else 1 if self.link else 0
        rest = (self.kind is not None) * 2 + (self.checked is not None) + (self.date is not None) + bool(self.levels)
        return link + (3 if self.time else 0) + rest


class _Peel:
    """A text that is peeled from both ends: `text[start:end]` is what remains of it."""

    def __init__(self, line: Line) -> None:
        self.line, self.text = line, line.text
        self.start, self.end = 0, len(line.text)
        self.facts: dict[str, object] = {}
        self.more = False
        cuts = {found.span() for form in (_SEPARATOR, _LOOSE) for found in form.finditer(line.text)}
        self._cuts = sorted(cuts | {(at, at) for at in line.bounds})

    def peel(self) -> None:
        """Take what stands at the ends, as far as it is facts; then a time with text behind it."""
        while self._from_end() or self._from_start():
            pass
        if "time" not in self.facts and self._from_middle():
            while self._from_end():
                pass

    def _from_end(self) -> bool:
        for at, _ in self._cuts:
            if self.start < at < self.end and self._take(at, self.end):
                self.end = at
                return True
        return False

    def _from_start(self) -> bool:
        for at, after in self._cuts:
            near = self.start < at <= self.start + _LEAD and after < self.end
            sentence = self.text[at:after].strip() == "."
            if near and not sentence and self._is_lead(at) and self._take(self.start, after):
                self.start = after
                return True
        return False

    def _from_middle(self) -> bool:
        for (at, after), (end, behind) in pairwise(self._cuts):
            closed = self.text[end:behind].strip()[:1] in (*":;.", *BRACKETS)
            if self.start < at and after < end < self.end and closed and "time" in (self._facts(after, end) or {}):
                self._take(after, end)
                self.more, self.end = True, at
                return True
        return False

    def _is_lead(self, end: int) -> bool:
        """Tell whether facts may stand before a title; a lone word such as `Basics` may be its beginning."""
        text = self.text[self.start : end].strip(EDGES)
        return bool(re.search(r"\d", text)) or (values.levels_in(text) is not None and len(text.split()) == 1)

    def _take(self, start: int, end: int) -> bool:
        """Take a piece as facts about the item, all of it or nothing."""
        found = self._facts(start, end)
        self.facts = (found or {}) | self.facts
        return found is not None

    def _facts(self, start: int, end: int) -> dict[str, object] | None:
        text = self.text[start:end]
        if not text.strip(EDGES + "()[]"):
            return {} if text.count("(") == text.count(")") else None
        return None if is_prose(text) else facts_in(spelled(self.line, start, end))


def read(line: Line) -> Head:
    """Return what the line says as a head."""
    if facts_in(line.text) is not None:
        return Head("")
    peel = _Peel(line)
    checked = _leading_box(peel)
    if number := NUMBER.match(peel.text, peel.start):
        peel.start = number.end()
    peel.peel()
    head = _head(peel, checked)
    return Head("") if is_label(head.title) and not head.time else head


def _leading_box(peel: _Peel) -> bool | None:
    box = _BOX.match(peel.text)
    if not box:
        return None
    peel.start = box.end()
    return (box[1] or box[2] or " ") not in " ☐⬜❌"


def _head(peel: _Peel, checked: bool | None) -> Head:
    start, end, text = peel.start, peel.end, peel.text
    links = [a for a in peel.line.links if a.end > start and a.start < end]
    title = _LEADING_SIGNS.sub("", text[start:end].strip(EDGES + "\t").strip())
    external = [a for a in links if is_web(a.target)]
    link = peel.facts.get("link") or (external[0].target if len(external) == 1 else None)
    covered = sum(min(a.end, end) - max(a.start, start) for a in external)
    behind_kind = [a for a in external if text[start : a.start].rstrip().endswith(":") and a.end >= end]
    whole = len(external) == 1 and (covered >= 0.6 * len(title) or len(behind_kind) == 1)
    inside = values.URL.search(title)
    if inside and not external:  # `Title (url) more`, `Title: url`
        link, title = link or inside[1], title.replace(inside[0], " ").strip(EDGES + "()[]") or inside[1]
    if title == link or values.URL.fullmatch(title):
        whole = False
    levels = peel.facts.get("levels", ())
    time, day = peel.facts.get("time"), peel.facts.get("date")
    assert isinstance(levels, tuple)
    return Head(
        title=" ".join(title.split()),
        link=str(link) if link else None,
        whole_link=whole or ("link" in peel.facts and not external),
        time=time if isinstance(time, Time) else None,
        date=day if isinstance(day, values.Date) else None,
        levels=levels,
        kind=kind_of(title, KINDS) or _last_word(title),
        checked=checked,
        more=peel.more,
    )


def _last_word(title: str) -> str | None:
    """Return the kind in a title such as `Docker Intro Lab` or `Docker Intro (video)`."""
    before, _, last = title.rpartition(" ")
    return kind_of(f"{last.strip('()[]')}: x", KINDS) if before and (last[:1].isupper() or last[:1] in "([") else None


def merge(head: Head, facts: dict[str, object]) -> Head:
    """Return the head with facts that it does not state itself."""
    link, time, day, levels = (facts.get(name) for name in ("link", "time", "date", "levels"))
    return head._replace(
        link=head.link or (str(link) if link else None),
        whole_link=head.whole_link or (link is not None and head.link is None),
        time=head.time or (time if isinstance(time, Time) else None),
        date=head.date or (day if isinstance(day, values.Date) else None),
        levels=head.levels or (levels if isinstance(levels, tuple) else ()),
    )
