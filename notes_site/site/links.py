"""Every ref of every note, resolved once: to a slot, a backlink, a file to publish, or a problem. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import unquote

from msgspec import structs

from notes_site.base import diagnostics, paths
from notes_site.base.codes import WarningCode
from notes_site.base.diagnostics import Diagnostic, nearest, warning
from notes_site.base.model import Note, Ref
from notes_site.base.paths import ContentPath, OutputPath
from notes_site.base.slots import Slot
from notes_site.base.slugs import slug as heading_id
from notes_site.site.assemble import Site
from notes_site.site.values import Backlink

MISSING = Slot("missing")
_CONTENTS = frozenset({"toc", "_toc_"})  # wikilinks that are tables of contents elsewhere
_MOST_COMPARISONS = 50_000  # of broken links with what they may mean: less than half a second
IMAGE_SUFFIXES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp"})


class Links(NamedTuple):
    """The result. Keys of `slots`, `backlinks`, `resources` (the note's own `link`, where that lies on this site) and
    `urls` (the page that shows the note) are content paths; `files` has the output path of each file to publish,
    and where it comes from: `content` or `static`, and its path there.
    """

    slots: dict[ContentPath, tuple[Slot, ...]]
    backlinks: dict[ContentPath, tuple[Backlink, ...]]
    resources: dict[ContentPath, Slot]
    urls: dict[ContentPath, OutputPath]
    files: tuple[tuple[OutputPath, str, str], ...]
    problems: tuple[Diagnostic, ...]


class _Resolved(NamedTuple):
    slot: Slot
    note: Note | None = None
    url: str = ""
    files: tuple[tuple[str, str], ...] = ()
    anchor: str = ""


def resolve_links(
    site: Site,
    files: Mapping[str, str],
    static: Mapping[str, str],
    generated: Iterable[str],
    unread: frozenset[str] = frozenset(),
) -> Links:
    """Resolve all refs. `files`: digest by content path of every attachment; `static`: that of static files by name;
    `generated`: output paths of the pages that no note stands for; `unread`: content paths of files that are there
    and could not be read, which is told of elsewhere.
    """
    index = _Index(site, files, static, generated, unread)
    slots: dict[ContentPath, tuple[Slot, ...]] = {}
    backlinks: dict[ContentPath, dict[ContentPath, Backlink]] = defaultdict(dict)
    resources: dict[ContentPath, Slot] = {}
    published: dict[tuple[OutputPath, str, str], None] = {}
    problems: list[Diagnostic] = []

    def resolved(ref: Ref, note: Note) -> _Resolved:
        found = index.find(ref, note)
        if found.slot.text and ref.kind != "wikilink":  # only a link without words of its own shows the title
            found = found._replace(slot=structs.replace(found.slot, text=""))
        for file in found.files:
            url = OutputPath(unquote(found.slot.href.partition("#")[0].partition("?")[0]))
            published[url, *file] = None
        if found.slot is MISSING or "#" in ref.target:
            problems.extend(index.problems(ref, note, found))
        return found

    for note in site.published():
        found_refs = [(ref, resolved(ref, note)) for ref in note.refs]
        for ref, found in found_refs:
            if found.note and found.note is not note:
                seen = backlinks[found.note.path]
                seen.setdefault(note.path, Backlink(index.url_of(note), note.card.title, ref.context))
        slots[note.path] = tuple(found.slot for _, found in found_refs)
        if note.card.link and not paths.is_external(note.card.link):
            span = note.front.spans["link"]
            resources[note.path] = resolved(Ref(note.card.link, "link", *span, context=""), note).slot
    urls = {note.path: index.url_of(note) for note in index.notes.values()}
    linking = {path: tuple(links.values()) for path, links in backlinks.items()}
    return Links(slots, linking, resources, urls, tuple(published), tuple(problems))


class _Absent(NamedTuple):
    """Files that are there and not published: their paths, the addresses and the wikilinks that would mean them."""

    files: frozenset[str]
    addresses: frozenset[str]
    names: frozenset[str]


class _Index:
    """Everything that a link can mean, by the ways in which one may write it."""

    def __init__(
        self,
        site: Site,
        files: Mapping[str, str],
        static: Mapping[str, str],
        generated: Iterable[str],
        unread: frozenset[str],
    ) -> None:
        published = list(site.published())
        # macOS writes names in NFD, people write links in NFC: all look-ups are by the latter.
        self.files, self.static = _composed(files), _composed(static)
        self.notes = {paths.nfc(n.path): n for n in published}
        self.hidden = frozenset(paths.nfc(n.path) for n in site.hidden)
        self._drafts = _absent(self.hidden, self._titles_of(site.hidden))
        self._unread = _absent(unread, map(paths.stem, unread))
        self._comparisons = _MOST_COMPARISONS
        self._area_urls = {area.intro.path: area.url for area in site.areas if area.intro}
        self._area_names = {area.url: area.name for area in site.areas}
        self.urls: dict[str, Note | None] = dict.fromkeys([*generated, *(a.url for a in site.areas)])
        self.urls.update({self.url_of(n): n for n in published})
        self.aliases = {paths.alias_url(a): n for n in published for a in n.front.aliases if paths.is_address(a)}
        self.names: dict[str, list[Note]] = defaultdict(list)
        for note in published:
            for name in {paths.slug(name) for name in self._titles_of([note])}:
                self.names[name].append(note)
        self.files_by_name = {path.rpartition("/")[2]: path for path in sorted(self.files, reverse=True)}
        self.anchors: dict[str, frozenset[str]] = {self.url_of(n): n.anchors for n in published}
        for area in site.areas:
            levels = frozenset(n.card.level or "other" for n in area.notes)
            self.anchors[area.url] = self.anchors.get(area.url, frozenset()) | levels

    @staticmethod
    def _titles_of(notes: Iterable[Note]) -> Iterator[str]:
        """The names by which a wikilink may call a note."""
        for note in notes:
            yield from (paths.stem(note.path), note.card.title, *note.front.aliases)

    def url_of(self, note: Note) -> OutputPath:
        """Return the page that shows the note's text."""
        return self._area_urls.get(note.path, note.card.url)

    def find(self, ref: Ref, note: Note) -> _Resolved:
        """Resolve one ref as written in one note."""
        by_name = ref.kind in ("wikilink", "embed")  # `[[Lab: Docker]]` names a title, not a scheme
        if not by_name and paths.is_external(ref.target):
            return _Resolved(Slot("url", ref.target))
        target = paths.resolve(ref.target, note.path)
        if target.path == "":
            anchor = _anchor(target.fragment, note, note.anchors)
            known = anchor or not target.fragment
            return _Resolved(Slot("anchor", anchor) if known else MISSING, note if known else None)
        if target.path is None:
            return _Resolved(MISSING)
        if by_name:
            return self._wikilink(ref, note)
        found = self._there(target, ref)
        from_root = paths.resolve(ref.target, "")  # as Obsidian writes paths, from the vault's root
        if found.slot is MISSING and target.path not in self.hidden and from_root.path:
            return self._there(from_root, ref)
        return found

    def _there(self, target: paths.LinkTarget, ref: Ref) -> _Resolved:
        """What is there at a path: a file of the content, a page, a static file."""
        path = target.path or ""
        if path in self.files:
            return _file("content", target, ref, self.files[path])
        if path in self.hidden:
            return _Resolved(MISSING)
        found = self._page(target)
        if found.slot is MISSING and path in self.static:
            return _file("static", target, ref, self.static[path])
        return _Resolved(MISSING) if ref.kind == "image" else found  # a page is no image

    def _wikilink(self, ref: Ref, note: Note) -> _Resolved:
        """By path from the note or from the content folder, else by name: in the same area first, then by path. What
        is embedded is an image, never a page.
        """
        pages = ref.kind == "wikilink"
        for base in (note.path, ""):
            target = paths.resolve(ref.target, base)
            if target.path in self.files:
                return _file("content", target, ref, self.files[target.path])
            if pages and (found := self._page(target)).slot is not MISSING:
                return found
        whole = target.path or ""
        name = whole.rpartition("/")[2]
        candidates = self.names.get(paths.slug(whole)) or self.names.get(paths.slug(name), [])
        best = min(candidates, key=lambda n: (n.card.area != note.card.area, n.path), default=None)
        if pages and best:
            return self._to_page(self.url_of(best), best, target)
        file = self.files_by_name.get(name)
        return _file("content", target, ref, self.files[file]) if file else _Resolved(MISSING)

    def _page(self, target: paths.LinkTarget) -> _Resolved:
        path = target.path or ""
        for name in paths.spellings(path):
            if name in self.notes:
                return self._to_page(self.url_of(self.notes[name]), self.notes[name], target)
        for name in (path, f"{path}.html", f"{path}/index.html" if path else "index.html"):
            if (url := OutputPath(name)) in self.urls:
                return self._to_page(url, self.urls[url], target)
        if alias := self.aliases.get(paths.alias_url("/" + path)):
            return self._to_page(self.url_of(alias), alias, target)
        return _Resolved(MISSING)

    def _to_page(self, url: OutputPath, note: Note | None, target: paths.LinkTarget) -> _Resolved:
        anchor = _anchor(target.fragment, note, self.anchors.get(url, frozenset()))  # without, the page is there still
        text = note.card.title if note else self._area_names.get(url, url)
        return _Resolved(Slot("site", paths.href(url, anchor, target.query), text), note, url, anchor=anchor)

    def problems(self, ref: Ref, note: Note, found: _Resolved) -> Iterator[Diagnostic]:
        """Yield what is wrong with the ref."""
        at = {"line": ref.line, "column": ref.column, "length": ref.length}
        target = paths.resolve(ref.target, note.path)
        if found.slot.kind == "missing":
            if self._means(target, ref, self._unread):
                return
            if ref.kind == "wikilink" and ref.target.lower() in _CONTENTS:
                message = f"`[[{ref.target}]]` is shown as text: the page has a table of contents anyway"
                yield diagnostics.note(note.path, "shown-as-text", message, hint="leave it out", **at)
                return
            code, message, hint = self._why_missing(ref, note, target)
            yield warning(note.path, code, message, hint=hint, **at)
        elif found.url and target.fragment and not found.anchor:
            hint = self._near_anchor(target.fragment, self.anchors.get(found.url, frozenset()))
            shown = found.note.path if found.note else found.url
            message = f"`{shown}` has no heading or anchor `#{target.fragment}`"
            yield warning(note.path, "broken-anchor", message, hint=hint, **at)

    def _why_missing(self, ref: Ref, note: Note, target: paths.LinkTarget) -> tuple[WarningCode, str, str]:
        if target.path == "":
            message = f"this note has no heading or anchor `#{target.fragment}`"
            return "broken-anchor", message, self._near_anchor(target.fragment, note.anchors)
        if target.path is None:
            return "broken-link", f"`{ref.target}` leads out of the content folder", "move the file into it"
        if self._means(target, ref, self._drafts):
            return "link-to-draft", f"`{ref.target}` is a draft", "publish it, or build with --drafts"
        if ref.kind not in ("wikilink", "embed") and (address := paths.meant_address(ref.target)):
            begin = address[: address.index(":") + 1] + "//" * (not address.startswith("mailto:"))
            message = f"`{ref.target}` has no `{begin}`, so it names a file here, which is not there"
            code: WarningCode = "broken-image" if ref.kind == "image" else "broken-link"
            return code, message, f"write `{address}`"
        if ref.kind == "image" and self._page(target).slot is not MISSING:
            return "broken-image", f"`{ref.target}` is a page, not an image", "link to it without the `!`"
        if _is_image(ref, target.path):
            hint = self._likely(target.path, ref, note, self.files) or "put it there, or correct its address"
            return "broken-image", f"there is no image `{target.path}`", hint
        if ref.kind == "wikilink":
            name = unquote(ref.target.partition("#")[0])
            near = self._nearest(paths.slug(name.rpartition("/")[2]), self.names)
            hint = f"did you mean `{near}`?" if near else "write it, or correct the name"
            return "broken-link", f"there is no note `{name}`", hint
        hint = self._likely(target.path, ref, note, (*self.notes, *self.files))
        return "broken-link", f"there is nothing at `{target.path}`", hint or "write it, or correct the link"

    def _means(self, target: paths.LinkTarget, ref: Ref, absent: _Absent) -> bool:
        """Tell whether a ref that found nothing means one of these files."""
        path = target.path or ""
        if ref.kind == "wikilink" and paths.slug(path.rpartition("/")[2]) in absent.names:
            return True
        return path in absent.addresses or any(name in absent.files for name in paths.spellings(path))

    def _nearest(self, word: str, known: Collection[str]) -> str:
        """Return the nearest word, until too many broken links have been compared with too many words."""
        self._comparisons -= len(known)
        return nearest(word, known) if self._comparisons >= 0 else ""

    def _near_anchor(self, fragment: str, anchors: Collection[str]) -> str:
        near = self._nearest(fragment, anchors)
        return f"did you mean `#{near}`?" if near else "name one of its headings"

    def _likely(self, path: str, ref: Ref, note: Note, files: Collection[str]) -> str:
        """Return the suggestion of the file with the nearest name, as the link should be written."""
        if self._comparisons < len(files):
            return ""
        here = dirname(note.path)
        by_name: dict[str, str] = {}
        for file in sorted(files, key=lambda file: (dirname(file) != here, file)):
            if file != note.path:
                by_name.setdefault(paths.stem(file).casefold(), file)
        near = self._nearest(paths.stem(path), by_name)
        if not near:
            return ""
        file = by_name[near]
        return f"did you mean `{'/' + file if ref.target.startswith('/') else relpath(file, here or '.')}`?"


def _anchor(fragment: str, note: Note | None, anchors: Collection[str]) -> str:
    """Return the id on a page that a fragment means, '' for none: an id, a heading by its words, the slug of either;
    of `Languages#Python`, a heading below a heading, the last.
    """
    if fragment in anchors:
        return fragment
    for words in dict.fromkeys((fragment, fragment.rpartition("#")[2])):
        if note and (named := [h.id for h in note.headings if h.text.casefold() == words.casefold()]):
            return named[0]
        if words in anchors or (words := heading_id(words)) in anchors:
            return words
    return ""


def _is_image(ref: Ref, path: str) -> bool:
    return ref.kind in ("image", "embed") or (ref.kind == "html" and path.rpartition(".")[2].lower() in IMAGE_SUFFIXES)


def _absent(files: frozenset[str], names: Iterable[str]) -> _Absent:
    addresses = frozenset(paths.note_url(path) for path in files if paths.is_note(path))
    return _Absent(files, addresses, frozenset(map(paths.slug, names)))


def _composed(files: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Path and digest of files by path in NFC, which several can share."""
    found = defaultdict(list)
    for path, digest in files.items():
        found[paths.nfc(path)].append((path, digest))
    return dict(found)


def _file(origin: str, target: paths.LinkTarget, ref: Ref, meant: Sequence[tuple[str, str]]) -> _Resolved:
    """An attachment or static file: what is shown is fingerprinted, what is linked keeps its name. Where several files
    may be meant, all are published: they collide, which is told of.
    """
    path, digest = meant[0]
    shown = _is_image(ref, path)
    name = paths.nfc(path) if origin == "static" and not shown else paths.file_url(path, digest if shown else "")
    return _Resolved(
        Slot("site", paths.href(name, target.fragment, target.query)), files=tuple((origin, path) for path, _ in meant)
    )
