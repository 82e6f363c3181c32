"""The site in memory: told what changed, it renders any one output on request, by the same plan as a build.

Nothing here waits, listens or watches; `app` and `watch` do that. All methods run in one thread.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

import msgspec

from notes_site.base.diagnostics import Diagnostic, failed, in_order, show
from notes_site.base.errors import DamagedCache, FilesChanging, RescanNeeded, TemplateError
from notes_site.base.mediatypes import media_type
from notes_site.base.model import Parsed, overwrite
from notes_site.base.paths import Origin, is_note
from notes_site.base.progress import Progress, silent
from notes_site.build import workers
from notes_site.build.build import with_source
from notes_site.build.compose import Composed, compose_loaded
from notes_site.build.inputs import stamp_of
from notes_site.build.load import Loaded, load, put_text
from notes_site.build.render import Renderer
from notes_site.config.project import Project, seen_from
from notes_site.config.reading import parse_options
from notes_site.pages.outputs import Copy, Output, Page
from notes_site.pages.templates import distinct
from notes_site.secrets import streams
from notes_site.serve.changes import (
    Change,
    changed_by,
    config_stamp,
    diagnostics_after,
    differing,
    half_written,
    is_linked,
    only_text_changed,
    origins_of,
    read_change,
    same_site,
    stamps_now,
)
from notes_site.serve.responses import CleanedCopies, RenderedOutput, Version, error_page, open_unchanged, versioned
from notes_site.storage.cache import Cache, Namespace
from notes_site.storage.files import stat_if_there

_SPARE = 100  # texts and search records kept in vain until they are looked for
_ATTEMPTS = 4  # at finding all files at rest
_LOST = "This page of the last good site is lost: the cache was cleared. Fix the problems to see the new one."


class Preview:
    """The site in memory. While the newest one has errors, the last one without stays in view."""

    _newest: Composed
    _renderer: Renderer

    def __init__(
        self,
        project: Project,
        *,
        drafts: bool = False,
        today: str = "",
        jobs: int | None = None,
        progress: Progress = silent,
    ) -> None:
        """Load the whole site; on a cold cache all notes are parsed first, in workers."""
        self.project, self._drafts, self._today = project, drafts, today
        self._jobs, self._progress = jobs, progress
        self._cache = Cache(project.state)
        self._copies = CleanedCopies()
        self._shown: Composed | None = None
        self._stamps: dict[str, str] = {}  # of files as they were read, by `layer:path`
        self._links_moved, self._is_tidy = False, False
        self._prune_beyond = 0
        self._problems: tuple[Composed, tuple[Diagnostic, ...]] | None = None
        self._page_errors: dict[str, tuple[Diagnostic, Version]] = {}
        self.reload()
        self._progress = silent  # what comes later takes no time worth showing

    def close(self) -> None:
        """Close the cache, and delete temporary files."""
        self._cache.close()
        self._copies.close()

    # --- changes on the disk

    def reload(self, *, final: bool = True, now: Mapping[str, str] | None = None) -> bool:
        """Scan everything: at the start, when the config changed, and when the watcher is in doubt. Without `final`
        nothing changes, and False is returned, when a changed file is empty or wrong. `now` as for `_refresh`.
        """
        with _gc_off():
            config = config_stamp(self.project.config)
            loaded = load(self.project, self._cache, jobs=self._jobs, progress=self._progress)
            self._check_at_rest(now)
            streams.allow(loaded.config.leaks_allow)
            if not final and half_written(self._newest.loaded, loaded, self.project.config):
                return False
            self._cache.commit()
            data = {place: content for place, content in loaded.inputs.data.items() if place[0] != "content"}
            loaded = loaded._replace(inputs=loaded.inputs._replace(data=data))
            self._stamps = config | {name: stamp for name, (stamp, _) in loaded.inputs.stamps.items()}
            if self._shown is None or not same_site(self._newest.loaded, loaded):
                self._compose(loaded)
            self._prune()
        return True

    def refresh(self, changed: Iterable[Path], *, final: bool = False) -> bool:
        """Read what changed on the disk. Return False, with nothing changed, when a file is empty or wrong and may
        still be being written; call again after a moment, in the end with `final`.
        """
        return self._refresh([*changed], final)

    def catch_up(self, *, final: bool = False) -> bool:
        """Read all that is no longer as it was read, told of or not, as it is at one moment; if it never comes to
        rest the site stays as it is. Else like `refresh`.
        """
        config = self.project.config
        for _ in range(_ATTEMPTS):
            now = stamps_now(self.roots, config)
            with suppress(FilesChanging):
                return self._refresh(differing(self._stamps, now, self.roots, config), final, now)
        return True

    def _refresh(self, files: Sequence[Path], final: bool, now: Mapping[str, str] | None = None) -> bool:
        """Read these files. `now`: the stamps that all files must still have once these are read.

        Raises:
            FilesChanging: they have not.
        """
        old = self._newest.loaded
        origins = self.origins(files)
        if not origins:
            return True
        try:
            if old.inputs.problems or any(is_linked(file, old.inputs.links) for file in files):
                raise RescanNeeded  # a file could not be read, or has several names
            changes = [read_change(origin, old) for origin in sorted(origins)]
        except RescanNeeded:
            return self.reload(final=final, now=now)
        stamps = {f"{change.layer}:{change.path}": change.stamp for change in changes}
        changes = [
            change for change in changes if change.digest != old.inputs.digests[change.layer].get(change.path, "")
        ]
        if not final and any(c.is_empty for c in changes):  # empty, or gone: some editors save like this
            return False
        self._check_at_rest(now)
        parsed = self._parse(changes)
        if not final and any(failed(result.diagnostics) for result in parsed.values()):
            return False
        self._stamps.update(stamps)
        if changes:
            self._apply(changed_by(old, changes, parsed), changes)
            self._prune()
        return True

    def _check_at_rest(self, now: Mapping[str, str] | None) -> None:
        if now is not None and stamps_now(self.roots, self.project.config) != now:
            raise FilesChanging

    def _parse(self, changes: Iterable[Change]) -> dict[str, Parsed]:
        """Parse the notes among some changes."""
        is_text = [c for c in changes if c.layer == "content" and c.data is not None and is_note(c.path)]
        notes = [workers.Task(change.path, change.data or b"") for change in is_text]
        options = parse_options(self._newest.loaded.config)
        found = {}
        for path, encoded, body, record, _ in workers.parse_all(notes, options, self._jobs, self._progress):
            found[path] = result = msgspec.msgpack.decode(encoded, type=Parsed)
            if result.note:
                put_text(self._cache, result.note, body, record)
        return found

    def _apply(self, loaded: Loaded, changes: Iterable[Change]) -> None:
        old = self._newest.loaded
        if self._shown is self._newest and all(only_text_changed(old, loaded, change) for change in changes):
            self._replace_texts(loaded, {change.path for change in changes})
        if self._newest.loaded is not loaded or self._newest.plan.search.outgrown:
            with _gc_off():
                self._compose(loaded)

    def _replace_texts(self, loaded: Loaded, paths: Collection[str]) -> None:
        """Show the new text of notes; the rest of the site is as it was."""
        for note in self.shown.site.published():
            if note.path in paths and (newer := loaded.parsed[note.path].note):
                overwrite(note, newer)
        found, moved = diagnostics_after(self._newest.diagnostics, self._newest.loaded, loaded, paths)
        self._links_moved = self._links_moved or moved
        self._newest = self._shown = self._newest._replace(loaded=loaded, diagnostics=found)
        self._renderer.composed = self._newest
        self._newest.plan.search.refresh()

    def _compose(self, loaded: Loaded) -> None:
        """Make a site of what is loaded, and show it if it has no errors. Templates that have not changed are kept, as
        they are compiled.
        """
        composed = compose_loaded(self.project, self._cache, loaded, drafts=self._drafts, today=self._today)
        if self._shown and self._newest.templates_key == composed.templates_key:
            composed = composed._replace(templates=self._newest.templates)
        used = {output.template for output in composed.plan.outputs.values() if isinstance(output, Page)}
        faults = composed.templates.faults(sorted(used))
        self._newest = composed._replace(diagnostics=(*composed.diagnostics, *faults))
        self._links_moved, self._is_tidy = False, False
        if self._shown is None or failed(self._shown.diagnostics) or not failed(self._newest.diagnostics):
            self._shown = self._newest
            self._renderer = Renderer(self._newest)
        else:
            self._keep_for(self._shown)

    # --- memory

    def _keep_for(self, shown: Composed) -> None:
        """Keep in memory what the site in view needs and the newest does not name: a build elsewhere forgets it."""
        older, newer = _needs(shown), _needs(self._newest)
        for part, keys in older.items():
            self._cache.hold(part, keys - newer[part])

    def _prune(self) -> None:
        """Let go of texts and records that neither the site in view nor the newest needs, when some have gathered."""
        if self._cache.held <= self._prune_beyond:
            return
        shown, newest = _needs(self.shown), _needs(self._newest)
        for part, keys in shown.items():
            self._cache.release(part, keys | newest[part])
        self._prune_beyond = self._cache.held + _SPARE

    def settle(self) -> bool:
        """For a quiet moment: find problems with links again where a new text may have moved them. Return whether it
        did.
        """
        if not self._links_moved:
            return False
        with _gc_off():
            self._compose(self._newest.loaded)
        return True

    def tidy(self) -> None:
        """For a longer one: keep what was compiled, make ready what the next edit needs, free memory."""
        if self._is_tidy:
            return
        self._is_tidy = True
        workers.parse_chunk([workers.Task("nothing.md", b"")], parse_options(self._newest.loaded.config))
        self._newest.keep_compiled()
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    # --- problems

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The errors and warnings of the newest site, and why pages that were asked for cannot be made."""
        if self._problems is None or self._problems[0] is not self._newest:
            before = self._page_errors.items()
            self._page_errors = {p: (d, v) for p, (d, v) in before if p in self.outputs and self.version(p) == v}
            found = (*self._newest.diagnostics, *distinct(d for d, _ in self._page_errors.values()))
            self._problems = self._newest, in_order(d for d in found if d.severity != "note")
        return self._problems[1]

    def show(self, problems: Iterable[Diagnostic]) -> list[str]:
        """Return problems as the terminal shows them, each with its source line."""
        root, newest = self.project.root, self._newest
        shown = with_source(problems, root, newest.loaded.config.leaks_allow, newest.diagnostics)
        return [show(problem) for problem in seen_from(Path.cwd(), root, shown)]

    # --- the site in view

    @property
    def shown(self) -> Composed:
        """The site that is in view."""
        assert self._shown
        return self._shown

    @property
    def roots(self) -> Mapping[str, str]:
        """The folders of all layers."""
        return self._newest.loaded.roots

    @property
    def base(self) -> str:
        """The path at which the site stands, decoded: that of `base_url`, with a slash at both ends."""
        path = unquote(self.shown.loaded.config.base_url.partition("://")[2].partition("/")[2].strip("/"))
        return f"/{path}/" if path else "/"

    @property
    def outputs(self) -> Mapping[str, Output]:
        """All outputs by path."""
        return self.shown.plan.outputs

    def note_pages(self) -> frozenset[str]:
        """Return the outputs of notes."""
        pages = (path for path, output in self.outputs.items() if output.origin and output.origin.layer == "content")
        return frozenset(path for path in pages if path.endswith(".html"))

    def origins(self, files: Iterable[Path]) -> frozenset[Origin]:
        """Return where files stand among the inputs, as outputs name them."""
        return frozenset(origin for file in files for origin in origins_of(file, self.project.config, self.roots))

    def is_touched(self, path: str) -> bool:
        """Return whether the stamp of an output's source is no longer the one that was read, or cannot be trusted."""
        output, loaded = self.outputs.get(path), self.shown.loaded
        if output is None or output.origin is None:
            return False
        layer, name = loaded.layer_of(output.origin), output.origin.path
        stat = stat_if_there(Path(loaded.roots[layer], name))
        return self._stamps.get(f"{layer}:{name}") != (stamp_of(stat) if stat else "gone")

    def output_at(self, address: str) -> str | None:
        """Return the output at an address (decoded, below `base`), as a static host finds it; None for none."""
        if address.endswith("/") or not address:
            address += "index.html"
        return address if address in self.outputs else None

    def is_folder(self, address: str) -> bool:
        """Return whether a static host sends a browser from this address to the same one with a slash."""
        return bool(address) and f"{address}/index.html" in self.outputs

    # --- rendering

    def version(self, path: str) -> Version:
        """Return what an output looks like, without rendering it."""
        try:
            return versioned(self._renderer, self.outputs[path])[0]
        except TemplateError as problem:
            return self._error_page(path, problem).version

    def render(self, path: str) -> RenderedOutput:
        """Render one output. A template at fault gives a page that says so, and so does what the last good site needs
        and nobody has any more.
        """
        try:
            return self._render(path)
        except DamagedCache:  # a build elsewhere cleared it
            if self._shown is self._newest:
                self._cache.clear()
                self.reload()
                with suppress(DamagedCache, KeyError):
                    return self._render(path)
        return error_page(path, _LOST)

    def _render(self, path: str) -> RenderedOutput:
        output = self.outputs[path]
        kind = media_type(path)
        if isinstance(output, Copy):
            return RenderedOutput(path, None, self._renderer.source(output), kind, Version(output.digest, ""))
        version = self.version(path)
        try:
            return RenderedOutput(path, versioned(self._renderer, output)[1](), None, kind, version)
        except TemplateError as problem:
            self._page_errors[path] = problem.diagnostic, version
            self._problems = None
            return self._error_page(path, problem)._replace(version=version)

    def _error_page(self, path: str, problem: TemplateError) -> RenderedOutput:
        return error_page(path, *self.show([problem.diagnostic]))

    def open_file(self, rendered: RenderedOutput) -> BinaryIO | None:
        """Open the file of an output, without its metadata; None when it is no longer what it was."""
        if rendered.file is None:
            return None
        opened = open_unchanged(*rendered.file, self._newest.loaded, self._stamps)
        if opened is None or rendered.file.digest == rendered.version.key:
            return opened
        with opened:
            return self._copies.open(opened, rendered.version.key)


def _needs(site: Composed) -> dict[Namespace, set[str]]:
    """Return the keys of all that a site is made from in the cache."""
    notes = site.loaded.notes
    records = {*site.plan.search.used(), *(note.search for note in notes)}
    return {"html": {note.body for note in notes}, "terms": records, "sections": records}


@contextmanager
def _gc_off() -> Iterator[None]:
    """Keep the garbage collector from thousands of notes, at which it would look again and again; nor does it look at
    what was made meanwhile, until `Preview.tidy`.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
