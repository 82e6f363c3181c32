"""A line read as the head of an item: `- [x] [Beginner] [Title](url) (video) - 20 min, 4 May 2021: notes`. Pure.

What stands at the ends of the title, in brackets or behind a separator, is peeled off as long as it is a time, a
date, a level or an address; a duration within the words of a title is part of the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from notes_site.importers import values
from notes_site.importers.facts import BRACKETS, EDGES, facts_in
from notes_site.importers.times import Time, time_in
from notes_site.importers.words import NUMBER, SIGN
from notes_site.kinds import DEFAULT_KINDS, kind_of
from notes_site.markdown.lines import Line, Link
from notes_site.paths import is_web

KINDS = tuple(DEFAULT_KINDS.items())
_RESOURCES = re.compile(
    r"(?:video|lab|tutorial|course|article|book|lecture|talk|podcast|lesson|exercise|workshop|paper|guide|docs?|"
    r"documentation|manual|blog|post|project|quiz|webinar|screencast|reading|slides|demo|link|source|url|website|here)s?",
    re.IGNORECASE,
)
_BOX = re.compile(r"\s*\[([ xX✓✔]?)\]\s+|\s*([✅☑✔☐⬜❌])️?\s*")
_LEADING_SIGNS = re.compile(rf"^(?:{SIGN}\s*)+(?=\w|[\[(\"])")
_SEPARATOR = re.compile(
    r"\s+[-–—|:•·/]+\s*|\s*[-–—]{2,}\s*|\s*[|•·~≈]\s*|\s*[,;:]\s+|[:,;](?=\d)|\s*[-–—:]\s+|\s*\*\s*|\s*=>?\s*|\s*@\s*|\s*"
    + SIGN
    + r"\s*"
)
_LOOSE = re.compile(
    r"(?<!\bin)(?<!\bfor)(?<!\bof)(?<!\bthe)(?<!\bto)(?<!\bafter)(?<!\bwithin)(?<!\bunder)(?<!\bfirst)(?<!\blast)\s+"
    r"(\d+(?:[.,]\d+)?\s*(?:minutes?|mins?|m|hours?|hrs?|h)\.?(?:\s*\d+\s*(?:minutes?|mins?|m)\.?)?)$",
    re.IGNORECASE,
)


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
    loose: Time | None = None  # at the end of the title, with nothing that sets it apart
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
        self.start, self.end = 0, len(line.text.rstrip())
        self.facts: dict[str, object] = {}
        self.link: str | None = None
        self.more = False

    def rest(self) -> str:
        """Return what nothing was taken from yet."""
        return self.text[self.start : self.end]

    def take(self, text: str, at: int) -> bool:
        """Take a piece as facts about the item, all of it or nothing."""
        found = facts_in(text)
        if found is None and (link := self._linked(at, at + len(text))) and _RESOURCES.fullmatch(text.strip(EDGES)):
            found = {"link": link.target}
        if found is None:
            return False
        for name, value in found.items():
            self.facts.setdefault(name, value)
        return True

    def _linked(self, start: int, end: int) -> Link | None:
        return next((a for a in self.line.links if a.start >= start and a.end <= end), None)


def read(line: Line) -> Head:
    """Return what the line says as a head."""
    if facts_in(line.text) is not None:
        return Head("")
    peel = _Peel(line)
    checked = _leading_box(peel)
    if number := NUMBER.match(peel.text, peel.start):
        peel.start = number.end()
    while _from_end(peel) or _from_start(peel):
        pass
    if "time" not in peel.facts:
        _from_middle(peel)
    head = _head(peel, checked)
    return Head("") if is_label(head.title) and not head.time else head


def is_label(text: str) -> bool:
    """Tell whether a text only says what sort of thing is linked: `Link`, `the video`."""
    return _RESOURCES.fullmatch(text.strip(EDGES).removeprefix("the ")) is not None


def _leading_box(peel: _Peel) -> bool | None:
    box = _BOX.match(peel.text)
    if not box:
        return None
    peel.start = box.end()
    return (box[1] or box[2] or " ") not in " ☐⬜❌"


def _from_end(peel: _Peel) -> bool:
    text = peel.rest().rstrip(" \t.,;:*_")
    if not text:
        return False
    if opening := BRACKETS.get(text[-1]):
        at = text.rfind(opening)
        if at > 0 and (not text[at + 1 : -1].strip() or peel.take(text[at + 1 : -1], peel.start + at + 1)):
            peel.end = peel.start + at
            return True
    for at, after in _cuts(peel, text):
        if peel.take(text[after:], peel.start + after):
            peel.end = peel.start + at
            return True
    return False


def _cuts(peel: _Peel, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a piece at the end may begin, the longest first: behind a separator, or where markup changes."""
    cuts = {(m.start(), m.end()) for m in _SEPARATOR.finditer(text) if m.start() and m.end() < len(text)}
    if text.count("(") > text.count(")"):  # one that was not closed
        cuts.add((text.rindex("("), text.rindex("(") + 1))
    cuts |= {(b - peel.start,) * 2 for b in peel.line.bounds if peel.start < b < peel.start + len(text)}
    cuts |= {
        (m.start(), m.start()) for m in re.finditer(r"(?<=\s)<?https?://|~|(?<=[)\]])\s*(?=\d)", text) if m.start()
    }
    return iter(sorted(cuts))


def _from_start(peel: _Peel) -> bool:
    text = peel.rest()
    lead = len(text) - len(text.lstrip(EDGES))
    text = text[lead:]
    closing = {opening: closing for closing, opening in BRACKETS.items()}.get(text[:1])
    at = text.find(closing) if closing else 0
    if 0 < at < len(text) - 1 and peel.take(text[1:at], peel.start + lead + 1):
        peel.start += lead + at + 1
        return True
    for found in _SEPARATOR.finditer(text):
        if found.start() > 40:
            break
        if found.start() and _is_lead(text[: found.start()]) and peel.take(text[: found.start()], peel.start + lead):
            peel.start += lead + found.end()
            return True
    return False


def _is_lead(text: str) -> bool:
    """Tell whether facts may stand before a title in this form; a lone word such as `Basics` may be its beginning."""
    return bool(re.search(r"\d|^\W*$", text)) or (values.levels_in(text) is not None and len(text.split()) == 1)


_MIDDLE = (
    re.compile(r"\s*[(\[（]([^()\[\]（）]{1,40})[)\]）]"),
    re.compile(r"(?:\s[-–—|]+\s*|[,;]\s+|\s?[~≈])\s*([^:;,.()]{1,30})(?=[:;.]\s)"),
)


def _from_middle(peel: _Peel) -> None:
    """Find a time with text behind it: `Title (20 min): what I learned`, `Title - 20 min. What I learned`."""
    for form in _MIDDLE:
        for found in form.finditer(peel.text, peel.start + 1, peel.end):
            facts = facts_in(found[1])
            if facts and "time" in facts:
                peel.take(found[1], found.start(1))
                peel.more, peel.end = True, found.start()
                while _from_end(peel):
                    pass
                return


def _head(peel: _Peel, checked: bool | None) -> Head:
    start, end, text = peel.start, peel.end, peel.text
    links = [a for a in peel.line.links if a.end > start and a.start < end]
    title = _LEADING_SIGNS.sub("", text[start:end].strip(EDGES + "\t").strip())
    external = [a for a in links if is_web(a.target)]
    link = peel.facts.get("link") or (external[0].target if len(external) == 1 else None)
    covered = sum(min(a.end, end) - max(a.start, start) for a in external)
    whole = len(external) == 1 and (covered >= 0.6 * len(title) or _only_kind(text[start:end], external[0], start))
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
        loose=None if time else _loose_time(title),
    )


def _only_kind(title: str, link: Link, start: int) -> bool:
    """Tell whether a title is a link but for its kind: `Video: [Title](url)`."""
    before, after = title[: link.start - start], title[link.end - start :].strip(EDGES)
    return not after and (is_label(before) or kind_of(before + "x", KINDS) is not None)


def _loose_time(title: str) -> Time | None:
    """Return the time at the end of `Video: Why Docker? 10 mins`; in `Go in 5 Minutes` it is of the sentence."""
    found = _LOOSE.search(title)
    return time_in(found[1]) if found else None


def without_loose(head: Head) -> Head:
    """Return the head with the time at its title's end taken for what it is."""
    found = _LOOSE.search(head.title)
    return head._replace(time=head.loose, title=head.title[: found.start()].rstrip()) if found and head.loose else head


def _last_word(title: str) -> str | None:
    """Return the kind in a title such as `Docker Intro Lab` or `Docker Intro (video)`."""
    words = title.split()
    if not 1 < len(words) <= 12 or not (words[-1][:1].isupper() or words[-1][0] in "(["):
        return None
    return kind_of(f"{words[-1].strip('()[]')}: x", KINDS)


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
