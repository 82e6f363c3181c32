"""Links, images and footnotes of a README, pointed to where their targets are after the import. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from posixpath import dirname, join, normpath, relpath
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, unquote

from notes_site.base import paths
from notes_site.base.diagnostics import Diagnostic, warning
from notes_site.base.model import Heading, ParseOptions, Ref, RefKind
from notes_site.base.slugs import slug
from notes_site.content import markdown
from notes_site.content.markdown.lines import Line
from notes_site.content.markdown.outline import Definition, definitions, fold_label

_GITHUB = re.compile(
    r"https?://(?:(?:www\.)?github\.com/[^/]+/[^/]+/(?:blob|raw)|raw\.githubusercontent\.com/[^/]+/[^/]+)/([^?#]+)",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"[\s>*+-]*\[(?:[^\[\]\\]|\\.)+\]:[\s>]*(?:<([^<>\n]+)>|([^\s<]\S*))", re.DOTALL)
_REFERENCE = re.compile(r"(!?\[.*?\])(\[[^\[\]]*\])?", re.DOTALL)
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico)$", re.IGNORECASE)


_MACHINE = re.compile(r"[A-Za-z]:|file:", re.IGNORECASE)
_REFUSED = {
    "outside": ("leads out of the README's folder", "put a copy into it"),
    "absolute": ("is no file in the README's folder", "a path with `/` in front starts there, or at its git work tree"),
    "machine": ("means a file of one computer", "put a copy beside the README, and link to that"),
    "circle": ("leads in a circle of symbolic links", "put a copy in their place"),
    "hidden": ("is hidden or temporary, so it is left where it is", "give a copy another name if all may see it"),
    "special": ("is a pipe, socket or device, not a file", "put a file in its place"),
    "large": ("is too large to be taken along", "put it where large files are, and link to that"),
    "unreadable": ("cannot be read", "see who may read it"),
}


class Local(NamedTuple):
    """What became of a file that the README names: its path in the content folder, or None and why not, '' when no file
    is there that could be taken along.
    """

    path: str | None
    why: str = ""


class LinkPlace(NamedTuple):
    """Where the lines of the README go: the file that each line is in, and the README's own path and name. `links` are
    the addresses of the files' resources.
    """

    owner: Sequence[str]  # by line, relative to the content folder
    shown: Sequence[bool]  # by line: it is part of that file's text
    name: str  # the README's, for messages
    local: Callable[[str], Local]  # by path (percent escapes decoded) from the README's folder
    links: Mapping[str, str] = MappingProxyType({})  # by file


class Rewritten(NamedTuple):
    """The lines and the files' links with new targets, and the file of each line; `copied` maps files beside the README
    to their place in the content folder.

    `endings` are the footnotes that stand at the end of a file's text, `apart` the lines among them that stand nowhere
    else. `unused` are lines that define links of which none stands in the same file any more.
    """

    lines: list[str]
    links: dict[str, str]
    owner: list[str]
    endings: dict[str, list[str]]
    apart: frozenset[int]
    copied: dict[str, str]
    unused: frozenset[int]
    problems: tuple[Diagnostic, ...]


def rewrite(text: str, lines: Sequence[Line], place: LinkPlace) -> Rewritten:
    """Return the README's lines with every link and image pointed to where its target is now."""
    page = markdown.render(text, path=place.name, options=ParseOptions(), html="raw", title="\0")
    links, notes = definitions(text)
    owner, apart = list(place.owner), set[int]()
    placed = place_footnotes(notes, place.owner, place.shown)
    for note, file, moves, _ in placed:
        if moves:
            owner[note.start : note.end] = [file] * (note.end - note.start)
            apart.update(range(note.start, note.end))
    writer = _Writer(text, page, links, _anchors(page.headings, lines), place._replace(owner=owner))
    written = [writer.line(at, here) for at, here in enumerate(owner)]
    endings: dict[str, list[str]] = defaultdict(list)
    for note, file, moves, copies in placed:
        for here in (*([file] if moves else []), *copies):
            endings[here] += [writer.line(at, here) for at in range(note.start, note.end)]
    unused = set[int]()
    for link in links:
        if link in writer.used:
            written[link.start : link.end] = writer.definition(link)
        elif writer.source[link.start].lstrip().startswith("["):  # else a quote's or an item's sign stands before it
            unused.update(range(link.start, link.end))
    pointed = {file: writer.link(link, file) for file, link in place.links.items()}
    unsafe = (problem for problem in page.diagnostics if problem.code == "unsafe-link")
    problems = tuple(sorted({*writer.problems, *unsafe}, key=lambda problem: (problem.line, problem.column)))
    return Rewritten(written, pointed, owner, endings, frozenset(apart), writer.copied, frozenset(unused), problems)


class _Writer:
    """Writes lines as they must be in a file; remembers which definitions are used there, and what is wrong."""

    def __init__(
        self,
        text: str,
        page: markdown.Rendered,
        links: Sequence[Definition],
        anchors: dict[str, tuple[int, str]],
        place: LinkPlace,
    ) -> None:
        self.source = text.split("\n")
        self._anchors, self._place = anchors, place
        self._links = {link.label: link for link in links}
        self._refs: dict[int, list[Ref]] = defaultdict(list)
        for ref in page.refs:
            if ref.kind not in ("wikilink", "embed"):
                self._refs[ref.line - 1].append(ref)
        self.used = set[Definition]()
        self.copied: dict[str, str] = {}
        self.problems = set[Diagnostic]()

    def line(self, at: int, here: str) -> str:
        """Return a line of the README for the file `here`; one that is no text there as it is."""
        line = self.source[at]
        if not self._place.shown[at]:
            return line
        for ref in sorted(self._refs[at], key=lambda ref: ref.column, reverse=True):
            target = self._target(ref, here)
            if not ref.column:
                continue
            start, end = ref.column - 1, ref.column - 1 + ref.length
            if reference := _REFERENCE.fullmatch(self.source[at][start:end]):
                link = self._links.get(_label(reference[2] or reference[1]))
                if link is not None and self._place.owner[link.start] == here:
                    self.used.add(link)
                    continue
                target = f"{reference[1]}({_destination(target or ref.target)})"
            if target is not None:
                line = line[:start] + target + line[end:]
        return line

    def link(self, target: str, here: str) -> str:
        """Return the address of the resource of the file `here`."""
        return self._target(Ref(target, "link", 1, 0, 0, ""), here) or target

    def definition(self, link: Definition) -> list[str]:
        """Return the lines that define a link."""
        lines = self.source[link.start : link.end]
        text = "\n".join(lines)
        found = _DEFINITION.match(text)
        if not found:
            return lines
        written = found[1] or found[2]
        kind: RefKind = "image" if _IMAGE.search(written) else "link"
        target = self._target(Ref(written, kind, link.start + 1, 0, 0, ""), self._place.owner[link.start])
        start, end = found.span(1 if found[1] else 2)
        return (text[:start] + target + text[end:]).split("\n") if target else lines

    def _target(self, ref: Ref, here: str) -> str | None:
        """Return the new target of a link in the file `here`, None where it stays."""
        place = self._place
        image = ref.kind == "image" or (ref.kind == "html" and _IMAGE.search(ref.target) is not None)
        if ref.target.startswith("#"):
            return _inner(ref.target, here, self._anchors, place)
        external = paths.is_external(ref.target)
        path = _github(ref.target, place) if image and external else _relative(ref.target)
        found = place.local(path) if path else Local(None)
        if path is None or found.path is None:
            self._tell(ref, "machine" if _MACHINE.match(ref.target) else found.why, shown=image and not external)
            return None
        self.copied[path] = found.path
        rest = re.search(r"[?#].*$", ref.target) if not external else None
        return quote(relpath(found.path, dirname(here) or "."), safe="/~!$&'()*+,;=@") + (rest[0] if rest else "")

    def _tell(self, ref: Ref, why: str, *, shown: bool) -> None:
        """Tell why the file of a link, or of an image that is to be `shown`, is not taken along."""
        if not ref.column:  # at the definition of a link it has been told of
            return
        name = self._place.name
        at = {"line": ref.line, "column": ref.column, "length": ref.length, "text": self.source[ref.line - 1]}
        why = "absolute" if why == "gone" and ref.target.startswith("/") else why
        if shown and why in ("", "gone", "absolute"):
            hint = "put the file there and import again, or take the image out"
            self.problems.add(warning(name, "missing-image", f"there is no image `{ref.target}`", hint=hint, **at))
        elif why in _REFUSED:
            said, hint = _REFUSED[why]
            self.problems.add(warning(name, "file-refused", f"`{ref.target}` {said}", hint=hint, **at))


def _destination(target: str) -> str:
    return f"<{target}>" if re.search(r"[\s()]", target) else target


def _anchors(headings: Sequence[Heading], lines: Sequence[Line]) -> dict[str, tuple[int, str]]:
    """Return, by folded name, the line of every anchor and how it is written there."""
    found = {h.id.casefold(): (h.line - 1, h.id) for h in reversed(headings)}
    for line in lines:
        found |= {unquote(name).casefold(): (line.number, name) for name in line.anchors}
        if line.is_heading:
            found.setdefault(slug(line.text), (line.number, slug(line.text)))
    return found


def _inner(target: str, here: str, anchors: dict[str, tuple[int, str]], place: LinkPlace) -> str | None:
    name = unquote(target[1:]).casefold()
    at, written = anchors.get(name) or anchors.get(slug(name), (-1, ""))
    if at < 0:
        return None
    there = place.owner[at]
    if there == here and place.shown[at]:
        return f"#{written}"
    path = quote(relpath(there, dirname(here) or "."), safe="/~!$&'()*+,;=@")
    return f"{path}#{quote(written)}" if place.shown[at] else path


def _github(target: str, place: LinkPlace) -> str | None:
    """Return the path of a file that GitHub shows from this repository, if it lies beside the README."""
    found = _GITHUB.match(target)
    if not found:
        return None
    parts = unquote(found[1]).split("/")
    tails = ("/".join(parts[n:]) for n in range(1, len(parts)))  # a branch's name may have slashes
    return next((tail for tail in tails if place.local(tail).path is not None), None)


def _relative(target: str) -> str | None:
    if paths.is_external(target) or not target or target.startswith("#"):
        return None
    path = unquote(re.split(r"[?#]", target, maxsplit=1)[0]).replace("\\", "/")
    return normpath(path) if path else None


def _label(text: str) -> str:
    return fold_label(text.removeprefix("!")[1:-1])


def beside(path: str) -> str:
    """Return where a file beside the README goes in the content folder: its own path, if that leads nowhere else."""
    return path if not path.startswith("../") else join("files", path.rpartition("/")[2])


class PlacedFootnote(NamedTuple):
    """A footnote's definition: the file that its lines go to, whether they leave their place for that, and the further
    files that get a copy.
    """

    note: Definition
    file: str
    moves: bool
    copies: tuple[str, ...]


def place_footnotes(notes: Sequence[Definition], owner: Sequence[str], shown: Sequence[bool]) -> list[PlacedFootnote]:
    """Return where the footnotes go. `owner` has the file of each line, `shown` tells whether it is text there."""
    files = _files_using(notes, owner, shown)
    found = []
    for note in notes:
        lines = range(note.start, note.end)
        users = files[note.label]
        if not users or len({owner[n] for n in lines}) > 1 or not all(shown[n] for n in lines):
            continue  # what the import took for something else stays where it is
        moves = owner[note.start] not in users
        file = users[0] if moves else owner[note.start]
        found.append(PlacedFootnote(note, file, moves, tuple(user for user in users if user != file)))
    return found


def _files_using(notes: Iterable[Definition], owner: Sequence[str], shown: Sequence[bool]) -> dict[str, list[str]]:
    """Return the files that use each footnote, in the text or in a footnote that they use."""
    inside = {n: note.label for note in notes for n in range(note.start, note.end)}
    files = {
        note.label: [*dict.fromkeys(owner[n] for n in note.uses if shown[n] and n not in inside)] for note in notes
    }
    waiting = [note.label for note in notes]
    by_user: dict[str, list[str]] = {label: [] for label in files}
    for note in notes:
        for user in {inside[n] for n in note.uses if n in inside}:
            by_user[user].append(note.label)
    while waiting:
        user = waiting.pop()
        for label in by_user[user]:
            if more := [file for file in files[user] if file not in files[label]]:
                files[label] += more
                waiting.append(label)
    return files
