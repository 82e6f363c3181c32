"""From an exported README back to the notes' files. Pure: nothing is guessed, every comment says what stands below."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import quote, unquote

from notes_site.base import durations, paths
from notes_site.base.errors import Problem
from notes_site.base.model import FrontMatter
from notes_site.content import frontmatter
from notes_site.content.markdown.outline import outline
from notes_site.readme.exporter import marks, text
from notes_site.readme.exporter.marks import Mark
from notes_site.readme.exporter.pack import ELSEWHERE, NO_GROUP, facts

_HEAD = re.compile(r"(.*) \(time: ?([^()]*)\)")
_LINKED = re.compile(r"\[(.*)\]\((?:<([^<>]*)>|([^()<>]*))\)")
_AREA = re.compile(r"\A#{1,2} (?:Area \d+: )?")
_ANCHOR_LINE = re.compile(r'\s*<a id="([^"]*)"></a>\n')


class File(NamedTuple):
    """A note's file: its path in the content folder, the fields of its front matter as `frontmatter.dump` takes them,
    its text, and from which lines of the README it is. Links to files, in the fields too, lead there from the README.

    `kind` is that of its comment: `note`, or `home`, `area` or `page`. `area` is the shown name of a note's area.
    """

    kind: str
    path: str
    fields: dict[str, object]
    body: str
    area: str
    line: int
    end_line: int

    @property
    def link(self) -> str:
        """The address of its resource."""
        return str(self.fields.get("link") or "")

    @property
    def text(self) -> str:
        """The whole file."""
        front = frontmatter.dump(self.fields)
        return f"{front}\n{self.body}\n" if self.body.strip() else front


def unpack(readme: str) -> tuple[File, ...]:
    """Return the files of a README for which `marks.is_ours` holds."""
    return _Reader(_without_sums(readme.replace("\r\n", "\n"))).read()


def _without_sums(readme: str) -> str:
    """Return the README with the sums as empty lines, so that no line moves."""
    start, end = readme.find(marks.SUMS), readme.find(marks.SUMS_END)
    if start < 0 or end < start:
        return readme
    end += len(marks.SUMS_END)
    return readme[:start] + "\n" * readme.count("\n", start, end) + readme[end:]


class _Reader:
    def __init__(self, readme: str) -> None:
        self._readme = readme
        self._parts = tuple(_with_safe_paths(marks.split(readme)))
        self._paths = {marks.anchor_of(mark.path): mark.path for mark, _ in self._parts if mark.path}
        for mark, below in self._parts:
            if mark.kind == "area":
                slug = _slug_of_area(below)
                self._paths[slug] = mark.path or f"{slug}.html"
        self._area = self._slug = self._level = self._group = ""
        self._described = False

    def read(self) -> tuple[File, ...]:
        """Return the files that the README was made from."""
        files: list[File] = []
        at, stray = 0, [marks.above(self._readme).strip()]
        for mark, below in self._parts:
            at = self._readme.index(below, at)
            file = self._part(mark, below)
            if file is None:
                stray.append(below.strip() if mark.kind in ("note", "page") else _cut(below)[1])
            else:
                head = at + len(below) - len(_below_anchors(below))
                lines = (self._readme.count("\n", 0, i) + 1 for i in (head, at + len(below.rstrip())))
                files.append(File(mark.kind, mark.path, *file, self._area if mark.kind == "note" else "", *lines))
        return tuple(_with_stray(files, "\n\n".join(filter(None, stray))))

    def _part(self, mark: Mark, below: str) -> tuple[dict[str, object], str] | None:
        head, body = _cut(below)
        if mark.kind == "level":
            level = marks.unescape(head.removeprefix("> ")).strip()
            self._level, self._group = "" if level == ELSEWHERE else re.sub(r" Level\Z", "", level), ""
        elif mark.kind == "group":
            self._group = "" if head == NO_GROUP else marks.unescape(head.strip()[2:-2])
        elif mark.kind == "area":
            name = _AREA.sub("", head)
            self._area, self._slug, self._level, self._group = marks.unescape(name), _slug_of_area(below), "", ""
            self._described = bool(mark.path)
            return self._file(mark, {"title": self._area}, body) if mark.path else None
        elif mark.kind in ("home", "page") and mark.path:
            return self._file(mark, {"title": marks.unescape(_AREA.sub("", head))}, body)
        elif mark.kind == "note" and mark.path:
            return self._file(mark, self._head(mark, head), body)
        return None

    def _head(self, mark: Mark, head: str) -> dict[str, object]:
        """Return what a note's head and its place in the README say."""
        title, time = _timed(head)
        fields: dict[str, object] = {"level": self._level or None, "group": self._group or None}
        if linked := _LINKED.fullmatch(title):
            title = linked[1]
            fields["link"] = linked[2] if linked[2] is not None else linked[3]
        if time is not None:
            fields["time"] = time
        folder = paths.first_folder(mark.path)
        if paths.slug(folder) != self._slug or not (self._described or paths.words_of(folder) == self._area):
            fields["area"] = self._area if paths.slug(self._area) == self._slug else self._slug
        return {"title": marks.unescape(title), **fields}

    def _file(self, mark: Mark, fields: dict[str, object], body: str) -> tuple[dict[str, object], str]:
        hidden = facts(_front(mark.fields))
        if "sessions" in hidden:
            fields.pop("time", None)
        fields |= hidden
        target = self._target(mark.path)
        page, _, heading = str(fields.get("link", "")).removeprefix("#").partition("---")
        fields |= {"link": inside} if (inside := target(page, heading)) else {}
        body = text.restored(body, mark.shift, target)
        if outline(body, title := str(fields["title"])).title:  # the first such heading would be the title again
            body = f"# {title}\n\n{body}"
        return fields, body

    def _target(self, here: str) -> Callable[[str, str], str | None]:
        def target(page: str, heading: str) -> str | None:
            path = self._paths.get(unquote(page))
            if path is None:
                return None
            fragment = f"#{heading}" if heading else ""
            if path == here:
                return fragment or quote(path.rpartition("/")[2])
            return quote(relpath(path, dirname(here) or "."), safe="/~@!$&'*,;=+") + fragment

        return target


def _with_safe_paths(parts: list[tuple[Mark, str]]) -> Iterator[tuple[Mark, str]]:
    """Yield the parts; no path leads out of the content folder, none is there twice."""
    taken = set[str]()
    for mark, below in parts:
        path = mark.path
        if path and not _is_safe(path):
            path = "/".join(filter(None, map(paths.slug, path.rpartition(".")[0].split("/")))) or "note"
            path += ".md"
        number = 1
        while path and paths.collision_key(path) in taken:
            number += 1
            path = f"{mark.path.rpartition('.')[0]}-{number}.md" if _is_safe(mark.path) else f"note-{number}.md"
        taken.add(paths.collision_key(path))
        yield mark._replace(path=path), below


def _is_safe(path: str) -> bool:
    segments = path.split("/")
    plain = path.isprintable() and not re.search(r'[\\:*?"<>|]', path)
    return plain and paths.is_note(path) and not any(not s.strip(" .") or s.startswith(".") for s in segments)


def _with_stray(files: list[File], stray: str) -> list[File]:
    """Return the files, with text that no comment claims (it was added by hand) at the end of the home page's."""
    if not stray:
        return files
    homes = [file for file in files if file.path == "index.md"]
    home = homes[0] if homes else File("home", "index.md", {}, "", "", 1, 1)
    body = "\n\n".join(filter(None, (home.body, stray)))
    return [home._replace(body=body), *(file for file in files if file is not home)]


def _timed(head: str) -> tuple[str, int | None]:
    """Return a head without its time, and the time in minutes. What is no time belongs to the title."""
    found = _HEAD.fullmatch(head)
    try:
        return (found[1], durations.parse(found[2]) if found[2].strip() else None) if found else (head, None)
    except Problem:
        return head, None


def _slug_of_area(below: str) -> str:
    found = _ANCHOR_LINE.match(below)
    return found[1] if found else ""


def _front(fields: str) -> FrontMatter:
    return frontmatter.parse("", f"---\n{fields}---\n").front if fields else FrontMatter()


def _cut(below: str) -> tuple[str, str]:
    """Return the head below a comment, and the text below that."""
    head, _, body = _below_anchors(below).partition("\n")
    return head.rstrip(), body.strip("\n")


def _below_anchors(below: str) -> str:
    below = below.lstrip("\n")
    while found := _ANCHOR_LINE.match(below):
        below = below[found.end() :].lstrip("\n")
    return below
