"""The site in memory: told what changed, it makes any one output on request, by the same plan as a build.

Nothing here waits, listens or watches; `app` and `watch` do that. All methods run in one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from notes_site import config as configs
from notes_site import parsing
from notes_site.build import with_source
from notes_site.cache import Cache
from notes_site.compose import Composed, compose_loaded
from notes_site.diagnostics import Diagnostic, failed, in_order
from notes_site.digest import combine, digest, digest_of
from notes_site.files import stat_of
from notes_site.inputs import ignored_in, reads_as_text, stamp_of
from notes_site.loader import Loaded, Progress, load, silent
from notes_site.making import Maker
from notes_site.model import Note, Parsed
from notes_site.pages import Copy, Output
from notes_site.paths import is_note
from notes_site.project import Project
from notes_site.templates import TemplateFault


class Face(NamedTuple):
    """What a page looks like, without rendering it: `key` covers all but the stylesheets, which `styles` names."""

    key: str
    styles: tuple[str, ...]


class Answer(NamedTuple):
    """An output as it is published. `data` is None for a file to be sent as it stands, which is `file`."""

    path: str
    data: bytes | None
    file: Path | None
    media_type: str
    face: Face
    fault: Diagnostic | None = None


class Preview:
    """The site in memory."""

    def __init__(
        self, project: Project, *, drafts: bool = False, jobs: int | None = None, progress: Progress = silent
    ) -> None:
        """Load the whole site; on a cold cache all notes are parsed first, in workers."""
        self.project, self._drafts, self._jobs, self._progress = project, drafts, jobs, progress
        self._cache = Cache(project.state)
        self.reload()

    def close(self) -> None:
        """Let go of the cache."""
        self._cache.close()

    # --- what changed

    def reload(self) -> None:
        """Scan everything: at the start, when the config changed, and when the watcher is in doubt."""
        loaded = load(self.project, self._cache, jobs=self._jobs, progress=self._progress)
        loaded.memo.save(forget=False)
        self._cache.save_bodies(loaded.new_bodies)
        self._cache.commit()
        self._stamps = {name: stamp for name, (stamp, _) in loaded.inputs.stamps.items()}
        self._take(compose_loaded(self.project, self._cache, loaded, drafts=self._drafts))

    def _take(self, composed: Composed) -> None:
        """Make this the site; while it has errors the last one without stays in view."""
        self._newest = composed
        self._settled = True
        if not failed(composed.diagnostics) or not hasattr(self, "_shown"):
            self._shown = composed
            self._maker = Maker(composed)

    def refresh(self, changed: Iterable[Path], *, final: bool = False) -> bool:
        """Take in what changed on the disk. Returns False, with nothing taken in, when a file is empty or wrong and
        may still be being written; call again after a moment with `final`.
        """
        places = {place for path in changed if (place := self._place(path))}
        if any(layer in ("config", "program") for layer, _ in places):
            self.reload()
            return True
        old = self._newest.loaded
        digests = {layer: dict(known) for layer, known in old.inputs.digests.items()}
        data = dict(old.inputs.data)
        parsed = dict(old.parsed)
        read: list[tuple[str, str]] = []
        for layer, path in sorted(places):
            content = self._read(layer, path)
            if content is None:
                digests[layer].pop(path, None)
                data.pop((layer, path), None)
                if layer == "content":
                    parsed.pop(path, None)
            elif digests[layer].get(path) != digest(content):
                if not content and not final:
                    return False
                digests[layer][path] = digest(content)
                if reads_as_text(layer, path):
                    data[layer, path] = content
                read.append((layer, path))
        notes = [(path, data[layer, path]) for layer, path in read if layer == "content" and is_note(path)]
        for path, result, body in self._parse(notes):
            if failed(result.diagnostics) and not final:
                return False
            parsed[path] = result
            if result.note:
                old.new_bodies[result.note.body] = body
        if digests == old.inputs.digests:
            return True
        inputs = old.inputs._replace(digests=digests, data=data)
        loaded = old._replace(inputs=inputs, parsed=dict(sorted(parsed.items())))
        if self._shown is self._newest and all(_only_text(old, loaded, *place) for place in places):
            self._swap(loaded, [path for _, path in places])
        else:
            self._take(compose_loaded(self.project, self._cache, loaded, drafts=self._drafts))
        return True

    def _place(self, path: Path) -> tuple[str, str] | None:
        """The layer of a file and its path in it; None for what is no input."""
        if path == self.project.config:
            return "config", path.name
        for layer, root in self._newest.loaded.roots.items():
            with suppress(ValueError):
                relative = path.relative_to(root).as_posix()
                if any(map(ignored_in(layer), relative.split("/"))) or path.is_dir():
                    return None
                return layer, relative
        return None

    def _read(self, layer: str, path: str) -> bytes | None:
        """A file's bytes, None when it is gone. Notes its stamp before it reads."""
        file = Path(self._newest.loaded.roots[layer], path)
        self._stamps[f"{layer}:{path}"] = _stamp(file)
        try:
            return file.read_bytes() if file.is_file() else None
        except OSError:
            return None

    def _parse(self, notes: list[tuple[str, bytes]]) -> Iterable[tuple[str, Parsed, str]]:
        loaded = self._newest.loaded
        options = configs.parse_options(loaded.config)
        for path, encoded, body in parsing.parse_all(notes, options, self._jobs, self._progress):
            yield path, msgspec.msgpack.decode(encoded, type=Parsed), body

    def _swap(self, loaded: Loaded, paths: Iterable[str]) -> None:
        """Show the new text of notes; the rest of the site is as it was. `settle` makes it exact."""
        for path in paths:
            if note := loaded.parsed[path].note:
                self._shown.plan.views.take_text(note)
        self._newest = self._shown = self._newest._replace(loaded=loaded)
        self._settled = False

    def settle(self) -> None:
        """Bring what was swapped into the whole, places of problems above all. For a quiet moment."""
        if not self._settled:
            self._take(compose_loaded(self.project, self._cache, self._newest.loaded, drafts=self._drafts))

    # --- what is asked for

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """All problems of the newest state, each with its source line."""
        return with_source(in_order(self._newest.diagnostics), self.project.root)

    @property
    def base(self) -> str:
        """The path at which the site stands: that of `base_url`, with a slash at both ends."""
        path = self._shown.loaded.config.base_url.partition("://")[2].partition("/")[2].strip("/")
        return f"/{path}/" if path else "/"

    @property
    def outputs(self) -> Mapping[str, Output]:
        """All outputs by path."""
        return self._shown.plan.outputs

    @property
    def roots(self) -> dict[str, str]:
        """The folders of all layers."""
        return self._newest.loaded.roots

    def pages_of(self, changed: Iterable[Path]) -> list[str]:
        """Return the output paths of the notes among some files."""
        places = [self._place(path) for path in changed]
        sources = {
            f"{self._shown.loaded.config.content}/{place[1]}" for place in places if place and place[0] == "content"
        }
        return [path for path, output in self._shown.plan.outputs.items() if output.source in sources]

    def touched(self, path: str) -> Path | None:
        """Return the source of an output when its stamp is no longer the one that was read."""
        output = self._shown.plan.outputs.get(path)
        folder = f"{self._shown.loaded.config.content}/"
        if output is None or not output.source.startswith(folder):
            return None
        source = output.source.removeprefix(folder)
        file = Path(self._shown.loaded.roots["content"], source)
        return file if self._stamps.get(f"content:{source}") != _stamp(file) else None

    def published(self, url_path: str) -> str | None:
        """Return the output at an address's path (decoded, below `base`), as a static host finds it; None for none."""
        outputs = self._shown.plan.outputs
        candidates = (url_path, f"{url_path.rstrip('/')}/index.html".removeprefix("/"))
        return next((path for path in candidates if path in outputs), None)

    def face(self, path: str) -> Face:
        """Return what an output looks like, without rendering it."""
        try:
            return self._face(self._shown.plan.outputs[path])[0]
        except TemplateFault as fault:
            return Face(digest_of(fault.diagnostic), ())

    def answer(self, path: str) -> Answer:
        """Make one output. A template at fault gives a page that says so, with the problem in `fault`."""
        output = self._shown.plan.outputs[path]
        media_type = _media_type(path)
        if isinstance(output, Copy):
            return Answer(path, None, self._maker.origin(output), media_type, Face(output.digest, ()))
        try:
            face, render = self._face(output)
            return Answer(path, render(), None, media_type, face)
        except TemplateFault as fault:
            problem = with_source([fault.diagnostic], self.project.root)[0]
            key = digest_of(problem)
            return Answer(
                path, b"<!DOCTYPE html><title>Problem</title><body></body>", None, media_type, Face(key, ()), problem
            )

    def _face(self, output: Output) -> tuple[Face, Callable[[], bytes]]:
        parts, render = self._maker.parts(output)
        styles: tuple[str, ...] = ()
        if "site" in parts:
            site = self._shown.plan.views.site
            styles = site.styles
            parts["site"] = digest_of(msgspec.structs.replace(site, styles=()))
        return Face(combine(*(text for part in parts.items() for text in part)), styles), render


def _only_text(old: Loaded, new: Loaded, layer: str, path: str) -> bool:
    """Tell whether what changed in a file is what no page but the note's own shows."""
    before, after = old.parsed.get(path), new.parsed.get(path)
    if layer != "content" or not before or not after or not before.note or not after.note:
        return False
    return _outside(before.note) == _outside(after.note)


def _outside(note: Note) -> Note:
    """What other pages may see of a note, and what its own links mean."""
    refs = tuple(msgspec.structs.replace(ref, line=0, column=0, length=0) for ref in note.refs)
    return msgspec.structs.replace(note, body="", excerpt="", words=0, headings=(), refs=refs)


def _stamp(file: Path) -> str:
    try:
        return stamp_of(stat_of(file.stat()))
    except OSError:
        return ""


def _media_type(path: str) -> str:
    """The type of a file by its suffix, from one fixed table: the system's differ."""
    return _TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")


_TEXT = "; charset=utf-8"
_TYPES = {
    "html": "text/html" + _TEXT, "htm": "text/html" + _TEXT, "css": "text/css" + _TEXT, "js": "text/javascript" + _TEXT,
    "json": "application/json" + _TEXT, "xml": "application/xml" + _TEXT, "txt": "text/plain" + _TEXT,
    "md": "text/markdown" + _TEXT, "csv": "text/csv" + _TEXT, "svg": "image/svg+xml" + _TEXT, "png": "image/png",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif",
    "ico": "image/x-icon", "pdf": "application/pdf", "zip": "application/zip", "mp4": "video/mp4", "webm": "video/webm",
    "mp3": "audio/mpeg", "wasm": "application/wasm", "woff2": "font/woff2",
}  # fmt: skip
