"""READMEs of learning notes as strangers write them, each with the truth about what stands in it.

`generate(seed)` chooses a style (where areas, levels, links and times stand and how they are written), then writes a
document in it, with a slip here and there. A careful reader can label every document as the truth does. Nothing here
knows the importer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace

from tests.readme_styles import Style, choose_style, spell, write_day
from tests.readme_subjects import CODE, SENTENCES, STEPS, SUBHEADINGS, SUBJECTS, TITLES

KINDS = {"Video": "video", "Lab": "lab", "Tutorial": "tutorial", "Article": "reading", "Paper": "reading"}
LEVELS = ("Beginner", "Intermediate", "Advanced")
SLIPS = 0.03  # how often a person slips where one can


@dataclass(frozen=True)
class Note:
    """One labelled item, in the shape of the truth files."""

    line: int
    end_line: int
    area: str | None
    level: str | None
    group: str | None
    title: str
    raw_title: str
    kind: str | None
    link: str | None
    minutes: int | None
    done_on: str | None


@dataclass(frozen=True)
class Generated:
    """A README, how it is written, and what stands in it."""

    seed: int
    text: str
    style: Style
    course_title: str | None
    notes: tuple[Note, ...]

    def truth(self) -> dict[str, object]:
        """Return the labels as JSON-ready objects."""
        notes = [asdict(note) for note in self.notes]
        return {"source": f"seed-{self.seed}", "course_title": self.course_title, "notes": notes}


def generate(seed: int) -> Generated:
    """Return the README of a seed: the same on every machine."""
    return _Writer(random.Random(seed)).write(seed)


@dataclass
class _Head:
    """An item's head as it is written, and what the reader takes from it."""

    text: str
    title: str
    raw_title: str
    kind: str | None
    link: str | None
    minutes: int | None
    date: str | None
    below: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


class _Writer:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.style = choose_style(rng)
        self.subject, areas = rng.choice(sorted(SUBJECTS.items()))
        self.areas = rng.sample(sorted(areas.items()), min(len(areas), rng.choice((2, 3, 3, 4))))
        self.lines: list[str] = []
        self.marks: list[int] = []  # lines that end what stands above them
        self.notes: list[Note] = []
        self.used: set[str] = set()
        self.area: str | None = None
        self.level: str | None = None
        self.group: str | None = None
        self.number = self.area_number = 0

    def write(self, seed: int) -> Generated:
        style = self.style
        course = self._course_title()
        if style.shape == "topics":
            self._topics()
        elif style.area == "none":
            self._levels(self._all_topics())
        else:
            for number, (name, topics) in enumerate(self.areas, 1):
                self._area(number, name, topics)
        if style.closing:
            self._mark()
            self._emit(f"{'#' * style.area_depth} License", "", "Everything here may be shared under CC BY 4.0.", "")
        text = "\n".join(self.lines).rstrip("\n") + "\n"
        notes = tuple(self._ended(note, text.count("\n")) for note in self.notes)
        return Generated(seed, text.replace("\n", "\r\n") if style.crlf else text, style, course, notes)

    def _ended(self, note: Note, last: int) -> Note:
        later = [mark for mark in self.marks if mark > note.line]
        return replace(note, end_line=min(later) - 1 if later else last)

    def _all_topics(self) -> tuple[str, ...]:
        return tuple(topic for _, topics in self.areas for topic in topics)

    # lines

    def _emit(self, *lines: str) -> int:
        """Add lines; return the number of the first."""
        self.lines.extend(lines)
        return len(self.lines) - len(lines) + 1

    def _blank(self) -> None:
        if self.lines and self.lines[-1].strip():
            self._emit("")

    def _mark(self) -> None:
        self.marks.append(len(self.lines) + 1)

    def _slip(self) -> bool:
        return self.rng.random() < SLIPS

    def _heading(self, depth: int, text: str) -> int:
        """Write an ATX heading; once in a while the space behind the `#` is forgotten."""
        self._blank()
        closing = " " + "#" * depth if self._slip() else ""
        at = self._emit("#" * depth + ("" if self._slip() else " ") + text + closing)
        if self.rng.random() < 0.85:
            self._emit("")
        return at

    # the document's frame

    def _course_title(self) -> str | None:
        style, rng = self.style, self.rng
        title = rng.choice((f"{self.subject} Notes", f"Learning {self.subject}", self.subject, f"{self.subject} Diary"))
        if style.title == "h1":
            self._emit(f"# {title}", "")
        elif style.title == "setext":
            self._emit(title, "=" * len(title), "")
        if rng.random() < 0.6:
            self._emit(f"What I learn about {self.subject.lower()}, with the time it took.", "")
        if style.toc != "none":
            self._toc()
        return title if style.title != "none" else None

    def _toc(self) -> None:
        style = self.style
        self._emit(f"{'#' * style.area_depth} {self.rng.choice(('Contents', 'Table of Contents'))}", "")
        for number, (name, _) in enumerate(self.areas, 1):
            shown = style.area_name.format(n=number, name=name).replace("*", "")
            self._emit(f"- [{shown}](#{slug(shown)})")
            if style.toc == "nested" and style.level == "heading":
                self._emit(*(f"  - [{level}](#{slug(level)})" for level in LEVELS[:2]))
        self._emit("")

    def _area(self, number: int, name: str, topics: Sequence[str]) -> None:
        style, rng = self.style, self.rng
        if style.level == "in-area":
            half = len(topics) // 2
            for level, some in ((LEVELS[0], topics[:half]), (LEVELS[1], topics[half:])):
                self._area_mark(number, name, f" ({style.level_name.format(level=level).strip(':*')})")
                self.level = level.casefold()
                self._items(some)
            return
        self._area_mark(number, name, "")
        if rng.random() < 0.25 and style.area != "list":
            self._emit(f"This part is about {', '.join(topics[:2])} and more.", "")
        if style.level == "none" or style.level == "prefix":
            self._grouped(topics)
        else:
            self._levels(topics)

    def _area_mark(self, number: int, name: str, more: str) -> None:
        style = self.style
        self._blank()
        self._mark()
        if style.rule == "areas" and number > 1:
            self._emit("---", "")
        text = style.area_name.format(n=number, name=name) + more
        if style.anchors:
            self._emit(f'<a name="{slug(name)}"></a>', "")
        if style.area == "setext":
            self._emit(text, "-" * max(len(text), 3), "")
        elif style.area == "list":
            self._emit(f"- {text}")
        elif style.area == "bold":
            self._emit(f"**{text.replace('*', '')}**", "")
        else:
            self._heading(style.area_depth, text)
        self.area, self.level, self.group, self.number, self.area_number = name, None, None, 0, number

    def _levels(self, topics: Sequence[str]) -> None:
        style, rng = self.style, self.rng
        if style.level == "none" or style.level == "prefix":
            self._grouped(topics)
            return
        count = min(rng.choice((1, 2, 2, 3)), len(topics))
        for index, level in enumerate(LEVELS[:count]):
            share = topics[index * len(topics) // count : (index + 1) * len(topics) // count]
            if share:
                self._level_mark(level)
                self._grouped(share)

    def _level_mark(self, level: str) -> None:
        style = self.style
        text = style.level_name.format(level=level.lower() if self._slip() else level)
        text += ":" if self._slip() and not text.endswith((":", "*")) else ""
        self._blank()
        self._mark()
        if style.level == "heading":
            self._heading((style.area_depth or (1 if style.title != "none" else 0)) + 1, text)
        elif style.level == "quote":
            self._emit(f"> {text}", "")
        else:
            self._emit(f"**{text.replace('*', '')}**", "")
        self.level, self.group, self.number = level.casefold(), None, 0

    def _grouped(self, topics: Sequence[str]) -> None:
        style = self.style
        if style.group == "none" or len(topics) < 4:
            self._items(topics)
            return
        half = len(topics) // 2
        for name, some in (("First Things", topics[:half]), ("Going Further", topics[half:])):
            self._blank()
            self._mark()
            if style.group == "heading":
                self._heading(style.item_depth - 1 if style.item == "heading" else self._group_depth(), name)
            else:
                self._emit(f"**{name}**", "")
            self.group, self.number = name, 0
            self._items(some)

    def _group_depth(self) -> int:
        return self.style.area_depth + (self.style.level == "heading") + 1

    # items

    def _items(self, topics: Sequence[str]) -> None:
        if self.style.item == "table":
            self._table(topics)
            return
        for topic in topics:
            self._item(self._head(topic))

    def _item(self, head: _Head) -> None:
        style, rng = self.style, self.rng
        listed = style.item in ("bullet", "numbered", "dash")
        if style.area != "list" and not (listed and rng.random() < 0.3):
            self._blank()
        self._mark()
        if style.rule == "items" and self.number:
            self._blank()
            self._emit("---", "")
        self.number += 1
        at = self._item_line(head.text)
        nested = style.item in ("bullet", "numbered") and not style.flush
        inner = (style.indent if nested else "") + ("  " if style.area == "list" else "")
        if head.below:
            for line in head.below:
                if listed or not self.lines[-1].strip():
                    self._emit(*(["", inner + line] if self.lines[-1].strip() else [inner + line]))
                else:
                    self._emit("", line)
            self._emit("")
        notes = self._notes()
        self._blank_if(notes, nested)
        self._emit(*(inner + line if line else "" for line in notes))
        if head.after:
            self._blank()
            self._emit(*(inner + line for line in head.after), "")
        self._note(at, head)
        if rng.random() < 0.9 and not (listed and not notes):
            self._blank()

    def _blank_if(self, notes: Sequence[str], nested: bool) -> None:
        """Between head and notes stands an empty line, unless they begin with a list below a list item."""
        if notes and not (nested and notes[0].startswith(("- ", "* ", "1."))):
            self._blank()

    def _item_line(self, text: str) -> int:
        style = self.style
        if style.item == "heading":
            number = style.number.format(a=self.area_number or 1, n=self.number)
            return self._heading(style.item_depth, number + text)
        if style.item == "bold":
            return self._emit(_bold(text))
        if style.item == "quoted":
            return self._emit(f"> {text}")
        if style.item == "dash":
            return self._emit(f"-{text}")
        marker = {"bullet": style.bullet + " ", "numbered": style.bullet.format(n=self.number) + " "}.get(
            style.item, ""
        )
        return self._emit(marker + text)

    def _head(self, topic: str) -> _Head:
        style, rng = self.style, self.rng
        title = self._title(topic)
        kind = rng.choice(list(KINDS)) if style.kind != "none" else None
        raw = {"prefix": f"{kind}: {title}", "suffix": f"{title} ({(kind or '').lower()})"}.get(style.kind, title)
        level = rng.choice(LEVELS[:2]) if style.level == "prefix" else None
        if level:
            self.level = level.casefold()
        shown = style.level_prefix.format(level=level) + raw if level else raw
        url = f"https://{rng.choice(('video', 'learn', 'www'))}.example.org/{slug(title)}"
        link = None if style.link == "none" or (style.link != "title" and self._slip()) else url
        if style.link == "title" and style.item != "link" and shown[0] != "[" and rng.random() < 0.08:
            link = None
        minutes = None if style.time == "none" or rng.random() < 0.1 else _some_minutes(rng)
        if style.item in ("bullet", "numbered", "quoted", "dash", "bold") and link is None and minutes is None:
            minutes = None if style.time in ("none", "below", "after") else _some_minutes(rng)
            link = url if minutes is None and style.link != "none" else link
        head = _Head("", title, raw, KINDS.get(kind or ""), link, minutes, None)
        head.text = self._head_text(shown, head)
        self._further(head)
        return head

    def _title(self, topic: str) -> str:
        """Return a title that no other note of the document has."""
        while True:
            form = self.rng.choice(TITLES)
            others = [t for t in self._all_topics() if t != topic]
            title = form.format(*[_capital(t) for t in (topic, self.rng.choice(others))])
            if title not in self.used:
                self.used.add(title)
                return title

    def _head_text(self, shown: str, head: _Head) -> str:
        style, rng = self.style, self.rng
        time = spell(head.minutes, style.time_form, rng) if head.minutes else ""
        if style.time == "in-link" and head.link:
            return f"[{shown} ~{time.lstrip('~')}]({head.link})" if time else f"[{shown}]({head.link})"
        text = shown
        if head.link and style.link == "title":
            text = f"[{shown}]({head.link})"
        elif head.link and style.link == "raw":
            text = f"{shown}({head.link})" if rng.random() < 0.5 else f"{shown} ({head.link})"
        elif head.link and style.link == "behind":
            text = f"{shown} [link]({head.link})"
        if style.time in ("head", "in-link"):
            form = style.head_time if style.time == "head" else "({})"
            if time:
                written = form.format(time)
                if written.endswith(")") and self._slip():
                    written = written[:-1]
                text += written if form[0] in " ," or (form[0] == "(" and self._slip()) else " " + written
            elif "time" in form.lower() and form[0] == "(" and rng.random() < 0.5:
                text += " (time: )"
        return text

    def _further(self, head: _Head) -> None:
        style, rng = self.style, self.rng
        if head.link and style.link == "below":
            head.below.append(style.below_link.format(url=head.link))
        if head.minutes and style.time == "below":
            head.below.append(style.below_time.format(spell(head.minutes, style.time_form, rng)))
        if style.date != "none" and rng.random() < 0.8:
            day = (rng.randint(2017, 2024), rng.randint(1, 12), rng.randint(1, 28))
            head.date = "{}-{:02}-{:02}".format(*day)
            head.below.append(style.date.format(write_day(*day, style.date_form)))
        if head.minutes and style.time == "after":
            head.after.append(style.after_time.format(spell(head.minutes, style.time_form, rng)))

    def _table(self, topics: Sequence[str]) -> None:
        style, rng = self.style, self.rng
        names = ["Resource", *(name.capitalize() for name in style.columns)]
        names += [*(["Time"] if style.time == "head" else []), "Remarks"]
        self._blank()
        self._mark()
        self._emit("| " + " | ".join(names) + " |", "|" + " --- |" * len(names))
        for topic in topics:
            head = self._head(topic)
            self.level = rng.choice(LEVELS[:2]) if "level" in style.columns else None
            head.date = f"2023-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}" if "date" in style.columns else None
            head.minutes = head.minutes if style.time == "head" else None
            said = {"level": self.level, "date": head.date}
            cells = [head.raw_title if head.link is None else f"[{head.raw_title}]({head.link})"]
            cells += [said[name] or "" for name in style.columns]
            cells += [spell(head.minutes, style.time_form, rng) if head.minutes else ""] * (style.time == "head")
            self._mark()
            at = self._emit("| " + " | ".join([*cells, self._sentence(topic)]) + " |")
            self.level = self.level and self.level.casefold()
            self._note(at, head)
        self._emit("")

    def _note(self, line: int, head: _Head) -> None:
        self.notes.append(
            Note(
                line=line,
                end_line=0,
                area=self.area,
                level=self.level,
                group=self.group,
                title=head.title,
                raw_title=head.raw_title,
                kind=head.kind,
                link=head.link,
                minutes=head.minutes,
                done_on=head.date,
            )
        )

    # topics

    def _topics(self) -> None:
        """A document by topic: sections with text, nothing that could be a resource."""
        for name, topics in self.areas:
            self._blank()
            self._mark()
            at = self._heading(self.style.item_depth, name)
            self._blank()
            for n, topic in enumerate(topics[:4]):
                if n and self.rng.random() < 0.2:
                    self._heading(self.style.item_depth + 1, _capital(topic))
                    self._blank()
                self._emit(*self._block(topic, headings=False), "")
            self.notes.append(Note(at, 0, None, None, None, name, name, None, None, None, None))

    # what stands in a note

    def _notes(self) -> list[str]:
        """Return the lines of a note's text, blocks apart; some notes have none."""
        rng = self.rng
        if rng.random() < 0.12:
            return []
        topic = rng.choice(self._all_topics())
        headings = self.style.item == "heading" or (self.style.item == "link" and self.style.area == "heading")
        lines: list[str] = []
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
            lines += [*self._block(topic, headings=headings), ""]
        return lines[:-1]

    def _block(self, topic: str, *, headings: bool) -> list[str]:
        rng, style = self.rng, self.style
        flush = style.item in ("bullet", "numbered", "dash") and (style.flush or style.item == "dash")
        makers: list[Callable[[], list[str]]] = [
            lambda: [" ".join(self._sentence(topic) for _ in range(rng.randint(1, 4)))],
            lambda: [" ".join(self._sentence(topic) for _ in range(rng.randint(1, 4)))],
            lambda: list(rng.choice(CODE)),
            lambda: [f"![{_capital(topic)}](images/{slug(topic)}.png)"],
        ]
        if not flush:
            bullet = "*" if style.bullet == "-" else "-"
            makers += [
                lambda: [f"{bullet} {self._sentence(topic)}" for _ in range(rng.randint(2, 4))],
                lambda: ["| term | meaning |", "| --- | --- |", f"| {topic} | {rng.choice(self._all_topics())} |"],
            ]
            if style.item != "numbered":
                makers.append(lambda: [f"{n}. {step.format(topic)}" for n, step in enumerate(rng.sample(STEPS, 3), 1)])
        if headings:
            depth = (style.item_depth if style.item == "heading" else self._group_depth() + 1) + 1
            name = rng.choice(SUBHEADINGS)
            makers.append(lambda: [f"{'#' * min(depth, 6)} {name}", "", self._sentence(topic)])
        return rng.choice(makers)()

    def _sentence(self, topic: str) -> str:
        rng = self.rng
        other = rng.choice([t for t in self._all_topics() if t != topic])
        text = rng.choice(SENTENCES).format(topic, other, slug=slug(topic))
        return text[0].upper() + text[1:]


def _some_minutes(rng: random.Random) -> int:
    return rng.choice((5, 10, 15, 20, 25, 30, 35, 40, 45, 60, 70, 75, 90, 120, 150))


def _capital(text: str) -> str:
    """Return a topic as it stands in a title."""
    small = {"of", "and", "the", "by", "with", "or", "to"}
    words = [word if n and word in small else word[:1].upper() + word[1:] for n, word in enumerate(text.split())]
    return " ".join(words)


def _bold(text: str) -> str:
    """Return a head in bold letters, a link in it too."""
    return f"**{text}**"


def slug(text: str) -> str:
    """Return a text as an anchor or file name."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
