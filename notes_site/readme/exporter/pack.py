"""From a site to one README in the format in which course notes are kept on GitHub. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from notes_site.base import durations, paths
from notes_site.base.kinds import kind_of
from notes_site.base.levels import level_names
from notes_site.base.model import FIELDS, FrontMatter, Note
from notes_site.base.slots import Slot
from notes_site.config.reading import parse_options
from notes_site.content import frontmatter
from notes_site.content.frontmatter import Source
from notes_site.readme.exporter import marks, text
from notes_site.readme.exporter.marks import Mark
from notes_site.site.assemble import Area, Site
from notes_site.site.links import Links
from notes_site.site.stats import sums, sums_by
from notes_site.site.values import Sums

ELSEWHERE = "Other"
"""What stands where a level's name stands, above notes that have none."""

NO_GROUP = "---"
"""What stands where a group's name stands, above notes that have none."""

_VISIBLE = frozenset({"title", "area", "level", "group", "link", "time", "draft"})


class Folders(NamedTuple):
    """Where the content and static folders are, as seen from the README: '' or with a slash at the end."""

    content: str
    static: str


def pack(site: Site, links: Links, sources: Mapping[str, Source], folders: Folders) -> str:
    """Return the README of all that is published. `sources`: the files of the notes, by path."""
    writer = _Writer(site, links, sources, folders)
    blocks = list(writer.blocks())  # a first time to learn which anchors are asked for
    blocks = list(writer.again().blocks())
    return marks.sign("\n\n".join(block for block in blocks if block) + "\n")


class _Writer:
    def __init__(self, site: Site, links: Links, sources: Mapping[str, Source], folders: Folders) -> None:
        self._site, self._links, self._sources, self._folders = site, links, sources, folders
        self._pages = {url: path for path, url in links.urls.items()}
        self._files = {url: (layer, path) for url, layer, path in links.files}
        self._notes = {note.path: note for note in site.published()}
        self._asked: dict[str, set[str]] = {}  # by path: ids of headings that something leads to, '' for the note
        self._footnotes: set[str] = set()
        self._kinds = parse_options(site.config).kinds

    def again(self) -> _Writer:
        """Forget all but the anchors that were asked for."""
        self._footnotes = set()
        return self

    def blocks(self) -> Iterator[str]:
        """Yield the README's blocks."""
        site, home = self._site, self._site.home
        mark, body = self._text(home, "home", {"title"}) if home else (Mark("home"), "")
        yield marks.write(mark)
        yield self._anchor(home)
        yield f"# {marks.escape(home.card.title if home else site.config.title)}"
        yield body
        yield sums_table(site)
        for number, area in enumerate(site.areas, 1):
            yield from self._area(area, number)
        for page in site.pages:
            mark, body = self._text(page, "page", {"title"})
            yield from (marks.write(mark), self._anchor(page), f"## {marks.escape(page.card.title)}", body)

    def _area(self, area: Area, number: int) -> Iterator[str]:
        mark, body = self._text(area.intro, "area", {"title"}) if area.intro else (Mark("area"), "")
        yield marks.write(mark)
        yield f'<a id="{marks.anchor(area.url)}"></a>'
        yield f"## Area {number}: {marks.escape(area.name)}"
        yield body
        names = level_names(self._site.config)
        level = group = ""
        for note in area.notes:
            if note.card.level != level:
                level, group = note.card.level, ""
                yield marks.write(Mark("level"))
                yield f"> {marks.escape(shown_level(names.get(level, ''))) or ELSEWHERE}"
            if note.card.group != group:
                group = note.card.group
                yield marks.write(Mark("group"))
                yield f"**{marks.escape(group)}**" if group else NO_GROUP
            yield from self._note(note)

    def _note(self, note: Note) -> Iterator[str]:
        mark, body = self._text(note, "note", _VISIBLE)
        yield marks.write(mark)
        yield self._anchor(note)
        yield head(note)
        yield body

    def _anchor(self, note: Note | None) -> str:
        wanted = note and "" in self._asked.get(note.path, ())
        return f'<a id="{marks.anchor_of(note.path)}"></a>' if note and wanted else ""

    def _text(self, note: Note, kind: str, visible: set[str] | frozenset[str]) -> tuple[Mark, str]:
        source = self._sources[note.path]
        wanted = self._asked.get(note.path, set())
        moved = text.moved(
            source.body,
            note,
            source.first_line,
            self._links.slots[note.path],
            self._target(note),
            {h.id: marks.anchor_of(note.path, h.id) for h in note.headings if h.id in wanted},
            self._footnotes,
        )
        return Mark(kind, note.path, moved.shift, self._fields(note, visible)), moved.text

    def _fields(self, note: Note, visible: set[str] | frozenset[str]) -> str:
        """Return as YAML what the README does not show of a note."""
        hidden = {name: value for name, value in facts(note.front).items() if name not in visible}
        if note.front.kind == kind_of(note.card.title, self._kinds):
            hidden.pop("kind", None)
        if note.card.link and not _is_plain(note.card.link):
            inside = self._links.resources.get(note.path)
            hidden["link"] = (inside and self._target(note)(inside)) or note.card.link
        return frontmatter.dump(hidden).removeprefix("---\n").removesuffix("---\n")

    def _target(self, note: Note) -> Callable[[Slot], str | None]:
        def target(slot: Slot) -> str | None:
            if slot.kind == "anchor":
                known = slot.href in (h.id for h in note.headings)
                return self._to(note, slot.href) if known else None
            if slot.kind != "site":
                return None
            rest, _, fragment = slot.href.partition("#")
            url = unquote(rest.partition("?")[0])
            if url in self._pages:
                return self._to(self._notes[self._pages[url]], fragment)
            if url in self._files:
                layer, path = self._files[url]
                folder = self._folders.content if layer == "content" else self._folders.static
                return quote(folder + path, safe="/~@!$&'*,;=+") + slot.href[len(rest.partition("?")[0]) :]
            return self._to_area(url)

        return target

    def _to_area(self, url: str) -> str | None:
        return f"#{marks.anchor(url)}" if any(area.url == url for area in self._site.areas) else None

    def _to(self, note: Note, heading: str) -> str:
        """Return the link to a note, and ask for its anchor. Only its headings have anchors of their own here."""
        heading = heading if heading in (h.id for h in note.headings) else ""
        self._asked.setdefault(note.path, set()).add(heading)
        return "#" + marks.anchor_of(note.path, heading)


def head(note: Note) -> str:
    """Return a note's head: `[Title](link) (time: 30 min)`."""
    card = note.card
    title = marks.escape(card.title)
    if paths.is_external(card.link):
        link = card.link if _is_plain(card.link) else quote(card.link, safe="%/:?#[]@!$&'()*+,;=~")
        title = f"[{title}](<{link}>)" if "(" in link or ")" in link else f"[{title}]({link})"
    return f"{title} (time: {'' if card.time is None else durations.show(card.time)})"


def _is_plain(link: str) -> bool:
    """Tell whether a head can show the link as it is."""
    return paths.is_external(link) and not any(c in link for c in " \t<>\\")


def shown_level(name: str) -> str:
    """Return a level's name as the README has it: `Beginner Level`."""
    return f"{name} Level" if name and "level" not in name.casefold() else name


def facts(front: FrontMatter) -> dict[str, object]:
    """Return the fields of a front matter that say something, as `frontmatter.dump` takes them."""
    default = FrontMatter()
    names = [field.name for field in FIELDS]
    found = {name: getattr(front, name) for name in names if getattr(front, name) != getattr(default, name)}
    if front.sessions:  # which say the time, and the date if nothing else does
        found.pop("time", None)
        if front.date == max(session.date for session in front.sessions):
            found.pop("date", None)
    return found


def sums_table(site: Site) -> str:
    """Return the time of each area and level as a table, between the comments by which it is known."""
    rows = []
    names = level_names(site.config)
    for area in site.areas:
        link = f"[{marks.escape(area.name)}](#{marks.anchor(area.url)})"
        levels = sums_by((note.card for note in area.notes), lambda card: card.level)
        rows += [_row(link, names.get(level, ELSEWHERE), part) for level, part in levels.items()]
        if len(levels) != 1:
            rows.append(_row(f"**{link}**", "**all**", sums(note.card for note in area.notes)))
    rows.append(_row("**Total**", "", sums(note.card for note in site.notes)))
    lines = ["| Area | Level | Resources | Done | Time | Planned |", "| --- | --- | --: | --: | --: | --: |", *rows]
    return "\n".join([marks.SUMS, "", *lines, "", marks.SUMS_END])


def _row(area: str, level: str, part: Sums) -> str:
    times = (durations.show(part.time), durations.show(part.estimate) if part.estimate else "")
    return f"| {area} | {level} | {part.notes} | {part.done} | {times[0]} | {times[1]} |"
