"""Every ref of every note, resolved once: to a slot, a backlink, a file to publish, or a problem. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import unquote

from notes_site import paths
from notes_site.bodies import Slot
from notes_site.diagnostics import Diagnostic, nearest, suggestion, warning
from notes_site.model import Note, Ref
from notes_site.site import Site, level_names
from notes_site.views import Backlink

MISSING = Slot("missing")
_MOST_COMPARISONS = 200_000  # of broken links with files: some seconds
IMAGE_SUFFIXES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp"})


class Links(NamedTuple):
    """The result. Keys of `slots`, `backlinks` and `urls` (the page that shows the note) are source paths; `files`
    maps output path to content path.
    """

    slots: dict[str, tuple[Slot, ...]]
    backlinks: dict[str, tuple[Backlink, ...]]
    urls: dict[str, str]
    files: dict[str, str]
    problems: tuple[Diagnostic, ...]


class _Found(NamedTuple):
    slot: Slot
    note: Note | None = None
    file: str = ""


def resolve_links(
    site: Site,
    files: Mapping[str, str],
    static: Iterable[str],
    generated: Iterable[str],
    unread: frozenset[str] = frozenset(),
) -> Links:
    """Resolve all refs. `files`: digest by content path of every attachment; `static`: names of static files;
    `generated`: output paths of the pages that no note stands for; `unread`: content paths of files that are there
    and could not be read, which is told of elsewhere.
    """
    index = _Index(site, files, static, generated, unread)
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
    urls = {note.path: index.url_of(note) for note in index.notes.values()}
    return Links(slots, {p: tuple(b.values()) for p, b in backlinks.items()}, urls, decoded, tuple(problems))


class _Index:
    """Everything that a link can mean, by the ways in which one may write it."""

    def __init__(
        self,
        site: Site,
        files: Mapping[str, str],
        static: Iterable[str],
        generated: Iterable[str],
        unread: frozenset[str],
    ) -> None:
        published = list(site.published())
        self.files = files
        self.static = frozenset(static)
        self.notes = {n.path: n for n in published}
        self.hidden = frozenset(n.path for n in site.hidden)
        self._hidden_names = {*map(paths.slug, self._titles_of(site.hidden)), *_addresses(self.hidden)}
        self._unread, self._unread_names = unread, {*(paths.slug(paths.stem(p)) for p in unread), *_addresses(unread)}
        self._comparisons = _MOST_COMPARISONS
        self._area_urls = {area.intro.path: area.url for area in site.areas if area.intro}
        self.urls: dict[str, Note | None] = dict.fromkeys([*generated, *(a.url for a in site.areas)])
        self.urls.update({self.url_of(n): n for n in published})
        self.aliases = {paths.alias_url(a): n for n in published for a in n.front.aliases if paths.is_address(a)}
        self.names: dict[str, list[Note]] = defaultdict(list)
        for note in published:
            for name in {paths.slug(name) for name in self._titles_of([note])}:
                self.names[name].append(note)
        levels = frozenset(level_names(site.config))
        self.anchors = {n.path: n.anchors | levels if n.path in self._area_urls else n.anchors for n in published}

    @staticmethod
    def _titles_of(notes: Iterable[Note]) -> Iterator[str]:
        """The names by which a wikilink may call a note."""
        for note in notes:
            yield from (paths.stem(note.path), note.card.title, *note.front.aliases)

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
        if alias := self.aliases.get(paths.alias_url("/" + path)):
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
        url = paths.file_url(path, self.files[path] if _is_image(ref, path) else "")
        target = paths.resolve(ref.target, path)
        return _Found(Slot("site", paths.href(url, target.fragment, target.query)), file=path)

    def problems(self, ref: Ref, note: Note, found: _Found) -> Iterator[Diagnostic]:
        """Yield what is wrong with the ref."""
        at = {"line": ref.line, "column": ref.column, "length": ref.length}
        target = paths.resolve(ref.target, note.path)
        if found.slot.kind == "missing":
            if self._means(target, ref, self._unread, self._unread_names):
                return
            code, message, hint = self._why_missing(ref, note, target)
            yield warning(note.path, code, message, hint=hint, **at)
        elif found.note and target.fragment and target.fragment not in self.anchors[found.note.path]:
            hint = _near_anchor(target.fragment, self.anchors[found.note.path])
            message = f"`{found.note.path}` has no heading or anchor `#{target.fragment}`"
            yield warning(note.path, "broken-anchor", message, hint=hint, **at)

    def _why_missing(self, ref: Ref, note: Note, target: paths.Target) -> tuple[str, str, str]:
        if target.path == "":
            message = f"this note has no heading or anchor `#{target.fragment}`"
            return "broken-anchor", message, _near_anchor(target.fragment, note.anchors)
        if target.path is None:
            return "broken-link", f"`{ref.target}` leads out of the content folder", "move the file into it"
        if self._means(target, ref, self.hidden, self._hidden_names):
            return "link-to-draft", f"`{ref.target}` is a draft", "publish it, or build with --drafts"
        if _is_image(ref, target.path):
            hint = self._likely(target.path, ref, note, self.files) or "put it there, or correct its address"
            return "broken-image", f"there is no image `{target.path}`", hint
        if ref.kind == "wikilink":
            name = unquote(ref.target.partition("#")[0])
            hint = suggestion(paths.slug(name.rpartition("/")[2]), self.names)
            return "broken-link", f"there is no note `{name}`", hint or "write it, or correct the name"
        hint = self._likely(target.path, ref, note, (*self.notes, *self.files))
        return "broken-link", f"there is nothing at `{target.path}`", hint or "write it, or correct the link"

    def _means(self, target: paths.Target, ref: Ref, files: frozenset[str], names: Container[str]) -> bool:
        """Tell whether a ref that found nothing means one of these files, which are not published."""
        path = target.path
        if not path:
            return False
        name = paths.slug(path.rpartition("/")[2]) if ref.kind == "wikilink" else path
        return name in names or any(spelling in files for spelling in self._spellings(path))

    def _likely(self, path: str, ref: Ref, note: Note, files: Collection[str]) -> str:
        """Return the suggestion of the file with the nearest name, as the link should be written."""
        if self._comparisons < len(files):  # each of many broken links costs as much as there are files
            return ""
        self._comparisons -= len(files)
        here = dirname(note.path)
        by_name: dict[str, str] = {}
        for file in sorted(files, key=lambda file: (dirname(file) != here, file)):
            if file != note.path:
                by_name.setdefault(paths.stem(file).casefold(), file)
        near = nearest(paths.stem(path), by_name)
        if not near:
            return ""
        file = by_name[near]
        return f"did you mean `{'/' + file if ref.target.startswith('/') else relpath(file, here or '.')}`?"


def _is_image(ref: Ref, path: str) -> bool:
    return ref.kind == "image" or (ref.kind == "html" and path.rpartition(".")[2].lower() in IMAGE_SUFFIXES)


def _addresses(files: Iterable[str]) -> Iterator[str]:
    return (paths.note_url(path) for path in files if paths.is_note(path))


def _near_anchor(fragment: str, anchors: Iterable[str]) -> str:
    return suggestion(f"#{fragment}", (f"#{name}" for name in anchors)) or "name one of its headings"


def _site(url: str, target: paths.Target, text: str = "") -> Slot:
    return Slot("site", paths.href(url, target.fragment, target.query), text)
