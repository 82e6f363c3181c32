"""Every ref of every note, resolved once: to a slot, a backlink, a file to publish, or a problem. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from notes_site import paths
from notes_site.bodies import Slot
from notes_site.diagnostics import Diagnostic, suggestion, warning
from notes_site.model import Note, Ref
from notes_site.site import Site, level_names
from notes_site.views import Backlink

MISSING = Slot("missing")
IMAGE_SUFFIXES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp"})


class Links(NamedTuple):
    """The result. Keys of `slots` and `backlinks` are source paths; `files` maps output path to content path."""

    slots: dict[str, tuple[Slot, ...]]
    backlinks: dict[str, tuple[Backlink, ...]]
    files: dict[str, str]
    problems: tuple[Diagnostic, ...]


class _Found(NamedTuple):
    slot: Slot
    note: Note | None = None
    file: str = ""


def resolve_links(site: Site, files: Mapping[str, str], static: Iterable[str], generated: Iterable[str]) -> Links:
    """Resolve all refs. `files`: digest by content path of every attachment; `static`: names of static files;
    `generated`: output paths of the pages that no note stands for.
    """
    index = _Index(site, files, static, generated)
    slots: dict[str, tuple[Slot, ...]] = {}
    backlinks: dict[str, dict[str, Backlink]] = defaultdict(dict)
    published: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for note in site.published():
        resolved = []
        for ref in note.refs:
            found = index.find(ref, note)
            resolved.append(found.slot)
            if found.file:
                published[found.slot.href.partition("#")[0].partition("?")[0]] = found.file
            if found.note and found.note is not note:
                seen = backlinks[found.note.path]
                seen.setdefault(note.path, Backlink(index.url_of(note), note.card.title, ref.context))
            problems.extend(index.problems(ref, note, found))
        slots[note.path] = tuple(resolved)
    decoded = {unquote(url): file for url, file in published.items()}
    return Links(slots, {p: tuple(b.values()) for p, b in backlinks.items()}, decoded, tuple(problems))


class _Index:
    """Everything that a link can mean, by the ways in which one may write it."""

    def __init__(self, site: Site, files: Mapping[str, str], static: Iterable[str], generated: Iterable[str]) -> None:
        published = list(site.published())
        self.files = files
        self.static = frozenset(static)
        self.notes = {n.path: n for n in published}
        self.hidden = frozenset(n.path for n in site.hidden)
        self._area_urls = {area.intro.path: area.url for area in site.areas if area.intro}
        self.urls: dict[str, Note | None] = dict.fromkeys([*generated, *(a.url for a in site.areas)])
        self.urls.update({self.url_of(n): n for n in published})
        self.aliases = {a.lstrip("/"): n for n in published for a in n.front.aliases}
        self.names: dict[str, list[Note]] = defaultdict(list)
        for note in published:
            for name in {paths.slug(paths.stem(note.path)), paths.slug(note.card.title)}:
                self.names[name].append(note)
        levels = frozenset(level_names(site.config))
        self.anchors = {n.path: n.anchors | levels if n.path in self._area_urls else n.anchors for n in published}

    def url_of(self, note: Note) -> str:
        """Return the page that shows the note's text."""
        return self._area_urls.get(note.path, note.card.url)

    def find(self, ref: Ref, note: Note) -> _Found:
        """Resolve one ref as written in one note."""
        if paths.is_external(ref.target):
            return _Found(Slot("url", ref.target))
        target = paths.resolve(ref.target, note.path)
        if target.path == "":
            known = target.fragment in note.anchors or not target.fragment
            return _Found(Slot("anchor", target.fragment) if known else MISSING, note if known else None)
        if target.path is None:
            return _Found(MISSING)
        if ref.kind == "wikilink":
            return self._wikilink(target, note)
        if file := self._file(target.path, ref):
            return file
        if target.path in self.hidden:
            return _Found(MISSING)
        return self._page(target)

    def _wikilink(self, target: paths.Target, note: Note) -> _Found:
        """By path from the content folder, else by file name or title: in the same area first, then by path."""
        path = target.path or ""
        written = paths.resolve("/" + path, "").path or ""
        if (found := self._page(target._replace(path=written))).note:
            return found
        candidates = self.names.get(paths.slug(path.rpartition("/")[2]), [])
        best = min(candidates, key=lambda n: (n.card.area != note.card.area, n.path), default=None)
        return self._to_note(best, target) if best else _Found(MISSING)

    def _page(self, target: paths.Target) -> _Found:
        path = target.path or ""
        for name in self._spellings(path):
            if name in self.notes:
                return self._to_note(self.notes[name], target)
        for url in (path, f"{path}.html", f"{path}/index.html" if path else "index.html"):
            if url in self.urls:
                note = self.urls[url]
                return self._to_note(note, target) if note else _Found(_site(url, target))
        if alias := self.aliases.get(path) or self.aliases.get(path + "/"):
            return self._to_note(alias, target)
        return _Found(_site(path, target)) if path in self.static else _Found(MISSING)

    @staticmethod
    def _spellings(path: str) -> Iterator[str]:
        """The source files that a link may mean: itself, without its suffix, or the index of a folder."""
        yield path
        yield path + ".md"
        for stem in ("index", "_index", "README", "readme"):
            yield f"{path}/{stem}.md".lstrip("/")
        if path.endswith(".html"):
            yield path[: -len(".html")] + ".md"

    def _to_note(self, note: Note, target: paths.Target) -> _Found:
        if target.fragment not in self.anchors[note.path]:  # the page is there all the same
            target = target._replace(fragment="")
        return _Found(_site(self.url_of(note), target, note.card.title), note)

    def _file(self, path: str, ref: Ref) -> _Found | None:
        if path not in self.files:
            return None
        shown = ref.kind == "image" or (ref.kind == "html" and path.rpartition(".")[2].lower() in IMAGE_SUFFIXES)
        url = paths.file_url(path, self.files[path] if shown else "")
        target = paths.resolve(ref.target, path)
        return _Found(Slot("site", paths.href(url, target.fragment, target.query)), file=path)

    def problems(self, ref: Ref, note: Note, found: _Found) -> Iterator[Diagnostic]:
        """Yield what is wrong with the ref."""
        at = {"line": ref.line, "column": ref.column, "length": ref.length}
        target = paths.resolve(ref.target, note.path)
        if found.slot.kind == "missing":
            code, message, hint = self._why_missing(ref, note, target)
            yield warning(note.path, code, message, hint=hint, **at)
        elif found.note and target.fragment and target.fragment not in self.anchors[found.note.path]:
            hint = suggestion(target.fragment, self.anchors[found.note.path])
            message = f"`{found.note.path}` has no heading or anchor `#{target.fragment}`"
            yield warning(note.path, "broken-anchor", message, hint=hint, **at)

    def _why_missing(self, ref: Ref, note: Note, target: paths.Target) -> tuple[str, str, str]:
        if target.path == "":
            message = f"this note has no heading or anchor `#{target.fragment}`"
            return "broken-anchor", message, suggestion(target.fragment, note.anchors)
        if target.path is None:
            return "broken-link", f"`{ref.target}` leads out of the content folder", "move the file into it"
        if target.path in self.hidden or target.path + ".md" in self.hidden:
            return "link-to-draft", f"`{ref.target}` is a draft", "publish it, or build with --drafts"
        if ref.kind == "image":
            message = f"there is no image `{target.path}`"
            return "broken-image", message, suggestion(target.path, self.files)
        known = [*self.names] if ref.kind == "wikilink" else [*self.notes, *self.files]
        return "broken-link", f"there is nothing at `{target.path}`", suggestion(target.path, known)


def _site(url: str, target: paths.Target, text: str = "") -> Slot:
    return Slot("site", paths.href(url, target.fragment, target.query), text)
