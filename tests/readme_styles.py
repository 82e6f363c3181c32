"""How strangers write READMEs of learning notes: where areas, levels, links and times stand, and in which words."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Style:
    """How one document is written. `shape` is what it has: areas, levels, items, or topics alone."""

    shape: str
    title: str
    toc: str
    area: str  # heading, setext, bold, list, none
    area_depth: int
    area_name: str  # a format with {n} and {name}
    level: str  # heading, quote, bold, in-area, prefix, none
    level_name: str  # a format with {level}
    level_prefix: str  # the same before each title
    group: str  # heading, bold, none
    item: str  # heading, bullet, numbered, quoted, bold, link, dash, table
    item_depth: int
    bullet: str
    number: str  # a format with {a} and {n} before each head
    columns: tuple[str, ...]
    link: str  # title, raw, behind, below, none
    below_link: str
    kind: str  # prefix, suffix, none
    time: str  # head, in-link, below, after, none
    time_form: str
    head_time: str
    below_time: str
    after_time: str
    date: str
    date_form: str  # iso, or a format with {day}, {month}, {short}, {number}, {year}
    rule: str  # none, areas, items
    anchors: bool
    indent: str
    flush: bool
    closing: bool
    crlf: bool

    @property
    def summary(self) -> str:
        """The style's main traits, as one line."""
        if self.shape == "topics":
            return f"topics depth={self.item_depth} title={self.title} toc={self.toc}"
        time = {"head": self.head_time, "below": self.below_time, "after": self.after_time}.get(self.time, self.time)
        return (
            f"area={self.area}{self.area_depth} level={self.level} group={self.group} item={self.item}"
            f"{self.item_depth if self.item == 'heading' else ''} link={self.link} time={self.time} `{time}`"
        )


def choose_style(rng: random.Random) -> Style:
    """Return a style that a person could keep up: no two things look the same."""

    def one(*choices: T) -> T:
        return rng.choice(choices)

    shape = one("all", "all", "all", "all", "areas", "areas", "areas", "levels", "items", "topics", "tables")
    area = "none"
    if shape in ("all", "areas", "tables"):
        area = one("heading", "heading", "heading", "heading", "heading", "heading", "setext", "bold")
    if shape == "areas" and rng.random() < 0.1:
        area = "list"
    level, group = "none", "none"
    if shape == "all":
        level = one("heading", "heading", "heading", "quote", "quote", "bold", "in-area", "prefix")
        if area == "bold":
            level = one("quote", "prefix")
    elif shape == "levels":
        level = one("heading", "heading", "quote")
    items = ["heading", "heading", "heading", "bullet", "numbered", "quoted", "bold", "link", "dash"]
    if area == "bold" or level == "quote":
        items.remove("quoted")
    if area == "bold" or level == "bold":
        items.remove("bold")
    if area == "bold":
        items = [name for name in items if name != "heading"]
    item = {"tables": "table", "topics": "heading"}.get(shape) or rng.choice(items)
    if area == "list":
        item = "bullet"
    if (
        shape in ("all", "areas")
        and item != "dash"
        and area not in ("bold", "list")
        and level != "bold"
        and rng.random() < 0.3
    ):
        group = "heading" if item == "bold" or rng.random() < 0.7 else "bold"
    title = one("h1", "h1", "h1", "h1", "setext", "none") if shape != "items" else "h1"
    area_depth = {"setext": 2}.get(area) or (one(1, 2, 2, 2, 2, 3) if area == "heading" else 0)
    if shape == "topics" and title == "none":
        title = "h1"
    inner = [area_depth or (1 if title != "none" else 0), level == "heading", group == "heading"]
    item_depth = sum(inner) + 1
    if item == "heading" and rng.random() < 0.1 and shape != "topics":
        item_depth += 1
    link, time = _places(rng, item, shape)
    return Style(
        shape=shape,
        title=title,
        toc=one("none", "none", "list", "nested") if area in ("heading", "setext") else "none",
        area=area,
        area_depth=area_depth,
        area_name=one("Area {n}: {name}", "Area {n} - {name}", "{name}", "{name}", "**{name}**", "{n}. {name}",
                      "Part {n}: {name}", "Module {n} — {name}", "Unit {n} {name}"),
        level=level,
        level_name=one("{level}", "{level} Level", "{level} level:", "{level} Courses", "Level: {level}",
                       "**{level}**", "⭐ {level}"),
        level_prefix=one("{level}: ", "[{level}] ", "({level}) ", "{level} - "),
        group=group,
        item=item,
        item_depth=item_depth,
        bullet=one("-", "*", "+", "- [x]") if item != "numbered" else one("{n}.", "{n})"),
        number=one("", "", "", "", "{n}. ", "{a}.{n} ") if item == "heading" and shape != "topics" else "",
        columns=one((), (), ("level",), ("date",), ("level", "date")),
        link=link,
        below_link=one("{url}", "<{url}>", "Link: {url}", "[Link]({url})", "Source: <{url}>"),
        kind=one("prefix", "prefix", "suffix", "none"),
        time=time,
        time_form=one("min", "mins", "minutes", "glued", "about", "hours", "long", "sum", "short"),
        head_time=one("({})", "({})", "(time: {})", "(Time: {})", "[{}]", " - {}", " — {}", " -- elapsed time: {}",
                      ", {}", "⏱ {}", "`{}`", "*({})*"),
        below_time=one("Time: {}", "**Time:** {}", "_Time: {}_", "__Time: {}__", "Time spent: {}", "Duration: {}",
                       "*{}*", "({})", "⏱ {}"),
        after_time=one("Time spent: {}", "***spent {}***", "**Time: {}**", "spent {}", "Total time: {}",
                       "Time taken: {}"),
        date=one("none", "none", "none", "none", "none", "Date: {}", "Completed: {}", "*Finished on {}*"),
        date_form=one("iso", "iso", "{day} {month} {year}", "{short} {day}, {year}", "{year}/{number:02}/{day:02}"),
        rule=one("none", "none", "none", "areas", "items") if item != "table" and area != "list" else "none",
        anchors=rng.random() < 0.1 and area != "list",
        indent=one("  ", "    ") if item != "numbered" else one("   ", "    "),
        flush=rng.random() < 0.15 and area != "list",
        closing=rng.random() < 0.08 and area == "heading",
        crlf=rng.random() < 0.03,
    )  # fmt: skip


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


def write_day(year: int, month: int, day: int, form: str) -> str:
    """Return a date as a person of this habit writes it."""
    if form == "iso":
        return f"{year}-{month:02}-{day:02}"
    name = MONTHS[month - 1]
    return form.format(day=day, month=name, short=name[:3], number=month, year=year)


def _places(rng: random.Random, item: str, shape: str) -> tuple[str, str]:
    """Where links and times stand. A list item without either in its head would be no item to any reader."""
    if shape == "topics":
        return "none", "none"
    link = rng.choice(["title", "title", "title", "title", "raw", "behind", "below", "none", "none"])
    time = rng.choice(["head", "head", "head", "head", "below", "below", "after", "in-link", "none"])
    if item == "link":
        link = "title"
    if item == "table":
        return rng.choice(["title", "title", "none"]), rng.choice(["head", "head", "none"])
    if item in ("bullet", "numbered", "quoted", "dash", "bold") and link in ("below", "none"):
        time = "head"
    if time == "in-link" and link != "title":
        time = "head"
    return link, time


def spell(minutes: int, form: str, rng: random.Random) -> str:
    """Return a duration as a person of this habit writes it."""
    hours, rest = divmod(minutes, 60)
    if form == "sum" and minutes > 20:
        first = rng.choice(range(5, minutes, 5))
        return f"{first} min + {minutes - first} min"
    if form == "about":
        return f"~{minutes} min"
    if form == "hours" and hours and not rest:
        return rng.choice([f"{hours} hour{'s' if hours > 1 else ''}", f"{hours}h"])
    if form == "hours" and hours and rest == 30:
        return f"{hours}.5 hours"
    if form == "long" and hours:
        return f"{hours} hour{'s' if hours > 1 else ''}" + (f" {rest} minutes" if rest else "")
    if form == "short" and hours:
        return f"{hours}h" + (f" {rest}m" if rest else "")
    return {"mins": f"{minutes} mins", "minutes": f"{minutes} minutes", "glued": f"{minutes}min"}.get(
        form, f"{minutes} min"
    )
