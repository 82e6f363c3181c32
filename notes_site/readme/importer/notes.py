"""From a README's outline to the files of its import: notes, areas' texts, the home's text. Pure.

Every line of the README goes to one file. What became front matter (an item's head, the facts below it, the
headings of areas and levels) stands there as a comment with its line number; the rest is the file's text, a slice of
the README but for the targets of links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from notes_site.base import paths
from notes_site.base.config import Config, level_names
from notes_site.base.diagnostics import Diagnostic
from notes_site.base.kinds import kind_of
from notes_site.base.paths import file_name
from notes_site.config.reading import parse_options
from notes_site.content import frontmatter
from notes_site.content.markdown import lines as readers
from notes_site.content.markdown.lines import Line
from notes_site.content.markdown.outline import outline
from notes_site.pages.addresses import is_own
from notes_site.readme.exporter import signature
from notes_site.readme.importer import outline as outlines
from notes_site.readme.importer import rewrite
from notes_site.readme.importer.markers import Marker
from notes_site.readme.importer.outline import OutlineEntry, ReadmeOutline
from notes_site.readme.importer.output import Writer, empty_boxes

_HOME = "index.md"
_LONGEST = 500  # characters of a name in front matter; a line that says more stays in the text too
_LONGEST_LINK = 8_000  # characters of an address in front matter: servers take no longer ones


class Imported(NamedTuple):
    """A note of the import, with what `--json` says of it. `line` to `end_line` are its lines in the README."""

    line: int
    end_line: int
    path: str
    area: str | None
    level: str | None
    group: str | None
    title: str
    kind: str | None
    link: str | None
    time: int | None
    estimate: int | None
    date: str | None
    status: str | None


class UnwrittenPiece(NamedTuple):
    """A text of the README that became no note, and the file that has it."""

    line: int
    end_line: int
    path: str


class Doubt(NamedTuple):
    """What the import was unsure of."""

    line: int
    what: str


class Import(NamedTuple):
    """All that an import would write: texts by path, and files to copy (from beside the README to a path)."""

    course: str | None
    notes: tuple[Imported, ...]
    remainder: tuple[UnwrittenPiece, ...]
    unsure: tuple[Doubt, ...]
    texts: dict[str, str]
    copied: dict[str, str]
    problems: tuple[Diagnostic, ...]


def plan(
    text: str,
    name: str,
    config: Config,
    *,
    area: str | None = None,
    planned: bool = False,
    local: Callable[[str], rewrite.Local],
) -> Import:
    """Return what a README becomes. `text` has LF line ends; `area` takes what is in none.

    With `planned` its times are estimates. `local` tells where a file beside the README goes in the content
    folder.
    """
    text = signature.without(text)
    found = outlines.outline(readers.read(text))
    maker = _Maker(text, name, config, found, area, planned)
    owner, shown = maker.ownership()
    links = {note.path: note.link for note in maker.notes if note.link and not paths.is_external(note.link)}
    moved = rewrite.rewrite(text, found.lines, rewrite.LinkPlace(owner, shown, name, local, links))
    maker.notes = [note._replace(link=moved.links.get(note.path, note.link)) for note in maker.notes]
    for at in moved.unused:
        shown[at] = False
    texts = maker.texts(Writer(name, text.split("\n"), shown, moved))
    return Import(
        course=maker.course,
        notes=tuple(maker.notes),
        remainder=tuple(_pieces(text.split("\n"), moved.owner, shown, {note.path for note in maker.notes})),
        unsure=tuple(sorted(maker.doubts)),
        texts=texts,
        copied=moved.copied,
        problems=moved.problems,
    )


class _Maker:
    def __init__(
        self, text: str, name: str, config: Config, found: ReadmeOutline, area: str | None, planned: bool
    ) -> None:
        self._source, self._config, self._found = text.split("\n"), config, found
        self._planned = planned
        self._levels, self._kinds = level_names(config), parse_options(config).kinds
        lines = found.lines
        self.course = outlines.title_of(found)
        self._default = area or self.course or "Notes"
        self._folders: dict[str, str] = {}  # the folder's name -> the area's shown name, in order
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = defaultdict(lambda: 1)  # up to which all paths of a name are taken
        self.doubts: list[Doubt] = []
        self.notes = [self._note(entry, lines[entry.at].number) for entry in found.entries]

    def _note(self, entry: OutlineEntry, line: int) -> Imported:
        facts = entry.head.facts
        title = _named(entry.head.title)
        time, day = facts.time, facts.date
        if self._planned:
            time, facts = None, facts._replace(estimate=facts.estimate or time)
        for doubtful in (time, facts.estimate):
            if doubtful and doubtful.doubt:
                self.doubts.append(Doubt(line + 1, f"{doubtful.doubt}: no time is noted"))
        if day and not day.iso:
            self.doubts.append(Doubt(line + 1, "a date that may be read in two ways is not noted"))
        if entry.level and entry.level not in self._levels:
            self.doubts.append(
                Doubt(line + 1, f"`{entry.level}` is no level of this site: add it to `levels` in notes-site.toml")
            )
        return Imported(
            line=line + 1,
            end_line=self._last(entry),
            path=self._path(self._folder(entry.area or self._default), title),
            area=entry.area,
            level=entry.level,
            group=_shortened(entry.group) if entry.group else None,
            title=title,
            kind=kind_of(title, self._kinds) or (facts.kind if facts.kind in self._config.kinds else None),
            link=facts.link if len(facts.link or "") <= _LONGEST_LINK else None,
            time=time.minutes if time else None,
            estimate=facts.estimate.minutes if facts.estimate else None,
            date=day.iso or None if day else None,
            status=facts.status,
        )

    def _last(self, entry: OutlineEntry) -> int:
        """Return the last line of a note that says something (from 1)."""
        return self._found.lines[entry.end - 1].end

    def _folder(self, area: str) -> str:
        try:
            name = file_name("area", area)
        except ValueError:
            name = "area"
        name = f"{name}-notes" if is_own(name) else name
        self._folders.setdefault(name, area)
        return name

    def _path(self, folder: str, title: str) -> str:
        """Return a path that no other note has; the same for the same README."""
        try:
            name = file_name("title", title)
        except ValueError:
            name = "untitled"
        first = path = f"{folder}/{name}.md"
        number = self._numbers[first]
        while paths.collision_key(path) in self._taken:
            number += 1
            path = f"{folder}/{name}-{number}.md"
        self._numbers[first] = number
        self._taken.add(paths.collision_key(path))
        return path

    def ownership(self) -> tuple[list[str], list[bool]]:
        """Return for each source line the file that it goes to, and whether it is part of that file's text."""
        found, count = self._found, len(self._source)
        owner, shown = [_HOME] * count, [True] * count
        parts: dict[int, Marker | OutlineEntry] = {m.start: m for m in found.markers}
        notes = {}
        for entry, note in zip(found.entries, self.notes, strict=True):
            parts[entry.start], notes[entry.start] = entry, note.path
        here = _HOME
        starts = [*sorted(parts), len(found.lines)]
        for at, behind in pairwise(starts):
            part, start, until = parts[at], found.lines[at].number, self._number(behind)
            if isinstance(part, Marker):
                here = self._text_of(part, here)
                end = found.lines[part.at].end
                owner[start:until], shown[start:end] = [here] * (until - start), [False] * (end - start)
                continue
            body, end, after = (self._number(n) for n in (part.body, part.end, part.after))
            owner[start:after], owner[after:until] = [notes[at]] * (after - start), [here] * (until - after)
            shown[start : min(body, after)] = [False] * (min(body, after) - start)
            shown[end:after] = [False] * (after - end)
        for at, line in enumerate(found.lines):
            if at in found.contents:
                owner[line.number], shown[line.number] = _HOME, False
            if line.shape == "head" and parts.keys() & {at + 2}:  # of a table whose rows are items
                shown[line.number : line.number + 2] = [False] * 2
        title = found.lines[found.title] if found.title >= 0 else None
        if title and owner[title.number] == _HOME and not self._is_heading_of_home(title, owner, shown):
            shown[title.number : title.end] = [False] * (title.end - title.number)
        heads = (*(entry.at for entry in found.entries), *(marker.at for marker in found.markers), found.title)
        for at in {*parts, *heads} - {-1}:
            line = found.lines[at]
            if len(line.text) > _LONGEST:
                shown[line.number : line.end] = [True] * (line.end - line.number)
        for at in empty_boxes(found.lines, owner, shown):
            shown[at] = False
        return owner, shown

    def _is_heading_of_home(self, title: Line, owner: Sequence[str], shown: Sequence[bool]) -> bool:
        """Tell whether the home page takes its title out of its text; it does not if that is in HTML, say."""
        above = (at for at in range(title.end) if shown[at] and owner[at] == _HOME)
        return outline("\n".join(self._source[at] for at in above), self.course).title is not None

    def _text_of(self, marker: Marker, here: str) -> str:
        """Return the file that takes what stands below a marker: its area's text, or the home's."""
        if marker.at in self._found.areas:
            return f"{self._folder(self._found.areas[marker.at])}/{_HOME}"
        return _HOME if marker.rank <= self._found.area_rank else here

    def _number(self, at: int) -> int:
        return self._found.lines[at].number if at < len(self._found.lines) else len(self._source)

    def texts(self, writer: Writer) -> dict[str, str]:
        """Return the text of every file."""
        texts = {}
        for order, (folder, area) in enumerate(self._folders.items(), 1):
            path = f"{folder}/{_HOME}"
            texts[path] = writer.text(path, {"title": _named(area), "order": order})
        orders: dict[str, int] = defaultdict(int)
        for entry, note in zip(self._found.entries, self.notes, strict=True):
            folder = paths.first_folder(note.path)
            orders[folder] += 1
            fields = self._fields(note) | {"order": orders[folder]}
            line = self._found.lines[entry.at]
            head = line.number if line.depth else None
            texts[note.path] = writer.text(note.path, fields, head=head, cells=entry.head.texts)
        if writer.says_something(_HOME):
            texts[_HOME] = writer.text(_HOME, {"title": _shortened(self.course or self._config.title)})
        return texts

    def _fields(self, note: Imported) -> dict[str, Any]:
        fields = {
            name: getattr(note, name) for name in ("title", "group", "link", "time", "estimate", "date", "status")
        }
        level = self._levels.get(note.level or "")
        kind = note.kind if note.kind != kind_of(note.title, self._kinds) else None
        return fields | {"level": level, "kind": kind}


def _named(text: str) -> str:
    return _shortened(frontmatter.clean(text)) or "Untitled"


def _shortened(text: str) -> str:
    """Return a name as front matter can hold it, cut at a word if need be."""
    if len(text) <= _LONGEST:
        return text
    return (text[:_LONGEST].rpartition(" ")[0] or text[:_LONGEST]) + "…"


def _pieces(
    source: Sequence[str], owner: Sequence[str], shown: Sequence[bool], notes: set[str]
) -> Iterator[UnwrittenPiece]:
    """Yield the runs of lines that are in no note."""
    start, said = 0, 0
    for at in range(len(source) + 1):
        if at < len(source) and owner[at] == owner[start] and shown[at] == shown[start]:
            said = at if source[at].strip() else said
            continue
        texts = [line for line in source[start:at] if line.strip()]
        if texts and shown[start] and owner[start] not in notes:
            yield UnwrittenPiece(start + 1, said + 1, owner[start])
        start = said = at
