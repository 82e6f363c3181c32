"""A line read as the head of an item: `- [x] [Beginner] [Title](url) (video) - 20 min, 4 May 2021: notes`. Pure.

What stands at the ends of the title, in brackets or behind a separator, is peeled off as long as it is a time, a
date, a level or an address; a duration within the words of a title is part of the title.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import NamedTuple

from notes_site.base.kinds import kind_named, kind_of
from notes_site.base.paths import is_web
from notes_site.content.markdown.lines import Line
from notes_site.readme.importer.facts import (
    BRACKETS,
    EDGES,
    KINDS,
    NUMBER,
    SIGN,
    URL,
    Facts,
    facts_in,
    is_label,
    is_prose,
    is_sum,
    levels_in,
    spelled,
    status_in,
)

_BOX = re.compile(r"\s*\[([ xX✓✔]?)\]\s+|\s*([✅☑✔☐⬜❌])️?\s*")
_LEADING_SIGNS = re.compile(rf"^(?:{SIGN}\s*)+(?=\w|[\[(\"])")
_SEPARATOR = re.compile(
    r"(?<!\s\s)(?:\s+[-–—|:•·/]+\s*|\s*(?:[-–—]{2,}|[|•·~≈*@]|=>?|[()\[\]（）【】]+|"
    + SIGN
    + r")\s*|\s*[-–—,;:]\s+|\s*\.\s+(?=\w)|(?<!\d)[:,;](?=\d))|(?<=\s)(?=<?https?://)"
)
"""What may part a title from facts. Of a run of spaces only the beginning is tried, so that long ones take no time."""
_TRAILING_SIGN = re.compile(r"\s+[@/]$")
_TAIL = 500  # characters of what may stand behind a title
_MOST = 40  # pieces that are facts about one item
_LEAD = 40  # characters of what may stand before a title
_LOOSE = re.compile(
    r"(?<!\bin)(?<!\bfor)(?<!\bof)(?<!\bthe)(?<!\bto)(?<!\bafter)(?<!\bwithin)(?<!\bunder)(?<!\bfirst)(?<!\blast)(?<!\bjust)"
    r"(?<!\s\s)\s+(?=\d+(?:[.,]\d+)?\s*(?:minutes?|mins?|m|hours?|hrs?|h)\b)",
    re.IGNORECASE,
)
"""Before a time that nothing sets apart, as in `Why Docker? 10 mins`; `Go in 5 Minutes` has none."""


class Head(NamedTuple):
    """What a line says as an item's head.

    `strength` is the evidence that it is one: 3 for a time or for a link over the whole title, less for the rest.
    `more` tells that text follows which is no part of the head.
    """

    title: str
    facts: Facts = Facts()
    whole_link: bool = False
    more: bool = False
    part: str | None = None  # of a table's row: a column has its area or group
    texts: tuple[str, ...] = ()  # of a table's row: what the other cells say

    @property
    def strength(self) -> float:
        """The sum of the evidence."""
        facts = self.facts
        link = 3 if self.whole_link else 1 if facts.link else 0
        rest = (facts.kind is not None) * 2 + (facts.status is not None) + (facts.date is not None) + bool(facts.levels)
        return link + (3 if facts.time or facts.estimate else 0) + rest

    def completed(self, facts: Facts) -> Head:
        """Return the head with facts that it does not state itself."""
        found = self.facts | facts
        return self._replace(facts=found, whole_link=self.whole_link or found.link != self.facts.link)


class _Peel:
    """A text that is peeled from both ends: `text[start:end]` is what remains of it."""

    def __init__(self, line: Line) -> None:
        self.line, self.text = line, line.text
        self.start, self.end = 0, len(line.text)
        self.facts = Facts()
        self.more = False
        cuts = {found.span() for form in (_SEPARATOR, _LOOSE) for found in form.finditer(line.text)}
        self._cuts = sorted(cuts | {(at, at) for at in line.bounds})

    def peel(self) -> None:
        """Take what stands at the ends, as far as it is facts; then a time with text behind it."""
        found = 0
        while found < _MOST and (self._from_end() or self._from_start()):
            found += 1
        if not self.facts.time and self._from_middle():
            while found < _MOST and self._from_end():
                found += 1

    def _from_end(self) -> bool:
        for at, _ in self._between(max(self.start + 1, self.end - _TAIL), self.end):
            if self._take(at, self.end):
                self.end = at
                return True
        return False

    def _from_start(self) -> bool:
        for at, after in self._between(self.start + 1, self.start + _LEAD + 1):
            near = after < self.end and _is_closed(self.text[after : self.end])
            sentence = self.text[at:after].strip() == "."
            if near and not sentence and self._is_lead(at) and self._take(self.start, after):
                self.start = after
                return True
        return False

    def _between(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the cuts that begin from `start` to before `end`."""
        return self._cuts[bisect_left(self._cuts, (start, 0)) : bisect_left(self._cuts, (end, 0))]

    def _from_middle(self) -> bool:
        for (at, after), (end, behind) in pairwise(self._cuts):
            closed = self.text[end:behind].strip()[:1] in (*":;.", *BRACKETS)
            found = self._facts(after, end) if self.start < at and after < end < self.end and closed else None
            if found and found.time:
                self.facts |= found
                self.more, self.end = True, at
                return True
        return False

    def _is_lead(self, end: int) -> bool:
        """Tell whether facts may stand before a title; a lone word such as `Basics` may be its beginning."""
        text = self.text[self.start : end].strip(EDGES)
        return bool(re.search(r"\d", text)) or (levels_in(text) is not None and len(text.split()) == 1)

    def _take(self, start: int, end: int) -> bool:
        """Take a piece as facts about the item, all of it or nothing."""
        found = self._facts(start, end)
        if found is not None:
            self.facts |= found
        return found is not None

    def _facts(self, start: int, end: int) -> Facts | None:
        if any(link.start < start < link.end < end for link in self.line.links):
            return None  # the end of a link with what stands behind it
        text = self.text[start:end]
        if not text.strip(EDGES + "()[]"):
            return Facts() if text.count("(") == text.count(")") else None
        marked = text.strip()[-1] in BRACKETS or {start, end} <= self.line.bounds
        found = None if is_prose(text) else facts_in(spelled(self.line, start, end), words=True)
        return found if marked or found != Facts(kind=found and found.kind) else None


def _is_closed(text: str) -> bool:
    """Tell whether every bracket that closes in a text opens there too."""
    return all(text.count(opening) >= text.count(closing) for closing, opening in BRACKETS.items())


def read(line: Line) -> Head:
    """Return what the line says as a head."""
    if facts_in(line.text) is not None:
        return Head("")
    peel = _Peel(line)
    box = _BOX.match(peel.text)
    if box:
        peel.start = box.end()
    if number := NUMBER.match(peel.text, peel.start):
        peel.start = number.end()
    peel.peel()
    if box:
        sign = (box[1] or box[2] or "").replace("x", "✓").replace("X", "✓")
        peel.facts = Facts(status=status_in(sign) or "planned") | peel.facts
    head = _head(peel)
    said = head.facts.time or not is_label(head.title)
    return head if said and not (is_sum(head.title) and not line.links) else Head("")


def _head(peel: _Peel) -> Head:
    start, end, text = peel.start, peel.end, peel.text
    links = [a for a in peel.line.links if a.end > start and a.start < end]
    title = _TRAILING_SIGN.sub("", _LEADING_SIGNS.sub("", text[start:end].strip()).strip(EDGES))
    external = [a for a in links if is_web(a.target)]
    link = peel.facts.link or (external[0].target if len(external) == 1 else None)
    covered = sum(min(a.end, end) - max(a.start, start) for a in external)
    behind_kind = [a for a in external if text[start : a.start].rstrip().endswith(":") and a.end >= end]
    whole = len(external) == 1 and (covered >= 0.6 * len(title) or len(behind_kind) == 1)
    inside = URL.search(title)
    if inside and not external:  # `Title (url) more`, `Title: url`
        link, title = link or inside[1], title.replace(inside[0], " ").strip(EDGES + "()[]") or inside[1]
    if title == link or URL.fullmatch(title):
        whole = False
    if end < len(text) and title.count("(") > title.count(")"):
        title += ")"  # what stood behind it in the brackets are facts
    if peel.facts.time and not link and len(links) == 1 and links[0].end - links[0].start >= 0.6 * len(title):
        link = links[0].target  # of a file: alone it would be no resource
    kind = kind_of(title, KINDS) or peel.facts.kind or _last_word(title)
    return Head(
        title=" ".join(title.split()),
        facts=peel.facts._replace(link=link, kind=kind),
        whole_link=whole or (peel.facts.link is not None and not external),
        more=peel.more,
    )


def _last_word(title: str) -> str | None:
    """Return the kind in a title such as `Docker Intro Lab` or `Docker Intro (video)`."""
    before, _, last = title.rpartition(" ")
    return kind_named(last.strip("()[]"), KINDS) if before and (last[:1].isupper() or last[:1] in "([") else None
