"""From a site to one README in the format in which course notes are kept on GitHub. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from notes_site.base import durations
from notes_site.base.config import level_names
from notes_site.base.model import Note
from notes_site.base.paths import ContentPath, OutputPath
from notes_site.base.slots import Slot
from notes_site.content.frontmatter import FrontMatterSource
from notes_site.content.note import implied_status
from notes_site.readme.exporter import signature
from notes_site.readme.exporter.text import embed, escape, note_anchor, page_anchor
from notes_site.site.assemble import Area, Site
from notes_site.site.links import Links
from notes_site.site.stats import sums, sums_by
from notes_site.site.values import Sums

OTHER = "Other"
"""What stands where the name of a level or a group stands, above notes that have none."""


class Folders(NamedTuple):
    """Where the content and static folders are, as seen from the README: '' or with a slash at the end."""

    content: str
    static: str


def write(site: Site, links: Links, sources: Mapping[ContentPath, FrontMatterSource], folders: Folders) -> str:
    """Return the README of all that is published. `sources`: the files of the notes, by path."""
    anchored: dict[str, set[str]] = {}
    list(_Writer(site, links, sources, folders, anchored).blocks())  # to learn which anchors are needed
    blocks = _Writer(site, links, sources, folders, anchored).blocks()
    return signature.sign("\n\n".join(block for block in blocks if block) + "\n")


class _Writer:
    def __init__(
        self,
        site: Site,
        links: Links,
        sources: Mapping[ContentPath, FrontMatterSource],
        folders: Folders,
        anchored: dict[str, set[str]],
    ) -> None:
        self._site, self._links, self._sources, self._folders = site, links, sources, folders
        self._pages = {url: path for path, url in links.urls.items()}
        self._files = {url: (layer, path) for url, layer, path in links.files}
        self._notes = {note.path: note for note in site.published()}
        self._anchored = anchored  # by path: ids of headings that something leads to, '' for the note
        self._footnotes: set[str] = set()

    def blocks(self) -> Iterator[str]:
        """Yield the README's blocks."""
        site, home = self._site, self._site.home
        yield self._anchor(home)
        yield f"# {escape(home.card.title if home else site.config.title)}"
        yield self._text(home)
        yield sums_table(site) if site.areas else ""
        for number, area in enumerate(site.areas, 1):
            yield from self._area(area, number)
        for page in site.pages:
            yield from (self._anchor(page), f"## {escape(page.card.title)}", self._text(page))

    def _area(self, area: Area, number: int) -> Iterator[str]:
        yield f'<a id="{page_anchor(area.url)}"></a>'
        yield f"## Area {number}: {escape(area.name)}"
        yield self._text(area.intro)
        names = level_names(self._site.config)
        group = ""
        level = None if any(note.card.group for note in area.notes) else ""  # groups always stand below a level
        for note in area.notes:
            if note.card.level != level:
                level, group = note.card.level, ""
                yield f"> {escape(_shown_level(names.get(level, ''))) or OTHER}"
            if note.card.group != group:
                group = note.card.group
                yield f"**{escape(group) or OTHER}**"
            yield from (self._anchor(note), self._head(note), self._text(note))

    def _anchor(self, note: Note | None) -> str:
        wanted = note and "" in self._anchored.get(note.path, ())
        return f'<a id="{note_anchor(note.path)}"></a>' if note and wanted else ""

    def _text(self, note: Note | None) -> str:
        if note is None:
            return ""
        source = self._sources[note.path]
        wanted = self._anchored.get(note.path, set())
        return embed(
            source.body,
            note,
            source.first_line,
            self._links.slots[note.path],
            self._target(note),
            {h.id: note_anchor(note.path, h.id) for h in note.headings if h.id in wanted},
            self._footnotes,
        )

    def _head(self, note: Note) -> str:
        """Return a note's head: `[Title](link) (time: 30 min)`."""
        card = note.card
        inside = self._links.resources.get(note.path)
        link = (inside and self._target(note)(inside)) or _address(card.link)
        title = escape(card.title)
        if link:
            title = f"[{title}](<{link}>)" if "(" in link or ")" in link else f"[{title}]({link})"
        return f"{title} ({', '.join(_facts(note))})"

    def _target(self, note: Note) -> Callable[[Slot], str | None]:
        def target(slot: Slot) -> str | None:
            if slot.kind == "anchor":
                known = slot.href in (h.id for h in note.headings)
                return self._to(note, slot.href) if known else None
            if slot.kind != "site":
                return None
            rest, _, fragment = slot.href.partition("#")
            url = OutputPath(unquote(rest.partition("?")[0]))
            if url in self._pages:
                return self._to(self._notes[self._pages[url]], fragment)
            if url in self._files:
                layer, path = self._files[url]
                folder = self._folders.content if layer == "content" else self._folders.static
                return quote(folder + path, safe="/~@!$&'*,;=+") + slot.href[len(rest.partition("?")[0]) :]
            return self._to_area(url)

        return target

    def _to_area(self, url: OutputPath) -> str | None:
        return f"#{page_anchor(url)}" if any(area.url == url for area in self._site.areas) else None

    def _to(self, note: Note, heading: str) -> str:
        """Return the link to a note, and ask for its anchor. Only its headings have anchors of their own here."""
        heading = heading if heading in (h.id for h in note.headings) else ""
        self._anchored.setdefault(note.path, set()).add(heading)
        return "#" + note_anchor(note.path, heading)


def _address(link: str) -> str:
    """Return a link as it can stand in Markdown."""
    return quote(link, safe="%/:?#[]@!$&'()*+,;=~") if any(c in link for c in " \t<>\\") else link


def _facts(note: Note) -> Iterator[str]:
    """Yield what stands in brackets behind a note's title: its status only if its time and text do not say it."""
    card = note.card
    yield "time: " + ("" if card.time is None else durations.show(card.time))
    if card.estimate is not None:
        yield f"estimate: {durations.show(card.estimate)}"
    if card.status != implied_status(note.front, has_text=card.has_text):
        yield "in progress" if card.status == "doing" else card.status


def _shown_level(name: str) -> str:
    """Return a level's name as the README has it: `Beginner Level`."""
    return f"{name} Level" if name and "level" not in name.casefold() else name


def sums_table(site: Site) -> str:
    """Return the time of each area and level as a table."""
    rows = []
    names = level_names(site.config)
    for area in site.areas:
        link = f"[{escape(area.name)}](#{page_anchor(area.url)})"
        levels = sums_by((note.card for note in area.notes), lambda card: card.level)
        rows += [_row(link, names.get(level, OTHER), part) for level, part in levels.items()]
        if len(levels) != 1:
            rows.append(_row(f"**{link}**", "**all**", sums(note.card for note in area.notes)))
    rows.append(_row("**Total**", "", sums(note.card for note in site.notes)))
    lines = ["| Area | Level | Resources | Done | Time | Planned |", "| --- | --- | --: | --: | --: | --: |", *rows]
    return "\n".join(lines)


def _row(area: str, level: str, part: Sums) -> str:
    times = (durations.show(part.time), durations.show(part.estimate) if part.estimate else "")
    return f"| {area} | {level} | {part.notes} | {part.done} | {times[0]} | {times[1]} |"
