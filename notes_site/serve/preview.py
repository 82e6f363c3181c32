"""The site in memory: told what changed, it makes any one output on request, by the same plan as a build.

Nothing here waits, listens or watches; `app` and `watch` do that. All methods run in one thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from notes_site.base.diagnostics import Diagnostic, failed, in_order, show
from notes_site.base.errors import DamagedCache, FilesChanging, RescanNeeded, TemplateError
from notes_site.base.mediatypes import media_type
from notes_site.base.model import Parsed, overwrite
from notes_site.base.paths import is_note
from notes_site.base.progress import Progress, silent
from notes_site.build import workers
from notes_site.build.build import with_source
from notes_site.build.compose import Composed, compose_loaded
from notes_site.build.load import Loaded, load
from notes_site.build.making import Maker
from notes_site.config import reading as configs
from notes_site.config.project import Project, seen_from
from notes_site.pages.outputs import Copy, Page
from notes_site.pages.templates import distinct
from notes_site.secrets import streams
from notes_site.serve import collector
from notes_site.serve.changes import (
    Change,
    changed_by,
    config_stamp,
    differing,
    half_written,
    is_linked,
    only_text,
    places_of,
    read_change,
    same_site,
    stamps_now,
    swapped,
)
from notes_site.serve.copies import Copies
from notes_site.serve.outputs import Outputs, opened
from notes_site.serve.responses import Answer, Face, faced, fault
from notes_site.storage.cache import Cache
from notes_site.storage.search_records import Records

_SPARE = 100  # texts and records held in vain until they are looked for
_ATTEMPTS = 4  # at finding all files at rest
_LOST = "This page of the last good site is lost: the cache was cleared. Mend the problems to see the new one."


class Preview(Outputs):
    """The site in memory."""

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
        super().__init__()
        self.project, self._drafts, self._today = project, drafts, today
        self._jobs, self._progress = jobs, progress
        self._cache = Cache(project.state)
        self._copies = Copies()
        self._bodies: dict[str, str] = {}
        self._records = Records(self._cache)
        self._moved, self._tidy = False, False
        self._room = 0
        self._problems: tuple[Composed, tuple[Diagnostic, ...]] | None = None
        self._faults: dict[str, tuple[Diagnostic, Face]] = {}
        self.reload()
        self._progress = silent  # what comes later takes no time worth showing

    def close(self) -> None:
        """Let go of the cache."""
        self._cache.close()
        self._copies.close()

    # --- what changed

    def reload(self, *, final: bool = True, now: Mapping[str, str] | None = None) -> bool:
        """Scan everything: at the start, when the config changed, and when the watcher is in doubt. Without `final`
        nothing is taken in, and False returned, when a changed file is empty or wrong. `now` as for `_refresh`.
        """
        with collector.off():
            config = config_stamp(self.project.config)
            loaded = load(self.project, self._cache, jobs=self._jobs, progress=self._progress)
            self._compare(now)
            streams.allow(loaded.config.leaks_allow)
            if not final and half_written(self._newest.loaded, loaded, self.project.config):
                return False
            loaded.memo.save(forget=False)
            self._cache.save_bodies(loaded.new_bodies)
            loaded.records.save()
            self._cache.commit()
            self._bodies.update(loaded.new_bodies)
            self._records.new.update(loaded.records.new)
            data = {place: content for place, content in loaded.inputs.data.items() if place[0] != "content"}
            loaded = loaded._replace(
                inputs=loaded.inputs._replace(data=data), new_bodies=self._bodies, records=self._records
            )
            self._stamps = config | {name: stamp for name, (stamp, _) in loaded.inputs.stamps.items()}
            if self._shown is None or not same_site(self._newest.loaded, loaded):
                self._take(self._composed(loaded))
            self._prune()
        return True

    def _composed(self, loaded: Loaded) -> Composed:
        """The site of what is loaded. Templates that have not changed are kept, as they are compiled."""
        composed = compose_loaded(self.project, self._cache, loaded, drafts=self._drafts, today=self._today)
        if self._shown and self._newest.templates_key == composed.templates_key:
            composed = composed._replace(templates=self._newest.templates)
        used = {output.template for output in composed.plan.outputs.values() if isinstance(output, Page)}
        faults = composed.templates.faults(sorted(used))
        return composed._replace(diagnostics=(*composed.diagnostics, *faults))

    def _take(self, composed: Composed) -> None:
        """Make this the site; while it has errors the last one without stays in view."""
        self._newest = composed
        self._moved, self._tidy = False, False
        if self._shown is None or failed(self._shown.diagnostics) or not failed(composed.diagnostics):
            self._shown = composed
            self._maker = Maker(composed)
        else:
            self._hold(self._shown, composed)

    def _hold(self, shown: Composed, newest: Composed) -> None:
        """Keep in memory what the site in view needs and the newest does not name: a build elsewhere forgets it."""
        for body in {note.body for note in shown.loaded.notes}.difference(note.body for note in newest.loaded.notes):
            if body not in self._bodies and (html := self._cache.body(body)) is not None:
                self._bodies[body] = html
        records, still = (
            {*site.plan.search.used(), *(note.search for note in site.loaded.notes)} for site in (shown, newest)
        )
        self._records.hold(records - still)

    def refresh(self, changed: Iterable[Path], *, final: bool = False) -> bool:
        """Take in what changed on the disk. Returns False, with nothing taken in, when a file is empty or wrong and
        may still be being written; call again after a moment, in the end with `final`.
        """
        return self._refresh([*changed], final)

    def catch_up(self, *, final: bool = False) -> bool:
        """Take in all that is no longer as it was read, told of or not, as it is at one moment; if it never comes to
        rest the site stays as it is. Else like `refresh`.
        """
        config = self.project.config
        for _ in range(_ATTEMPTS):
            now = stamps_now(self.roots, config)
            with suppress(FilesChanging):
                return self._refresh(differing(self._stamps, now, self.roots, config), final, now)
        return True

    def _refresh(self, files: Sequence[Path], final: bool, now: Mapping[str, str] | None = None) -> bool:
        """Take in these files. `now`: the stamps that all files must still have once these are read.

        Raises:
            FilesChanging: they have not.
        """
        old = self._newest.loaded
        places = {place for file in files for place in places_of(file, self.project.config, old.roots)}
        if not places:
            return True
        try:
            if old.inputs.problems or any(is_linked(file, old.inputs.links) for file in files):
                raise RescanNeeded  # a file could not be read, or has several names: only a scan tells what it is now
            changes = [read_change(place, old) for place in sorted(places)]
        except RescanNeeded:
            return self.reload(final=final, now=now)
        stamps = {f"{change.layer}:{change.path}": change.stamp for change in changes}
        changes = [
            change for change in changes if change.digest != old.inputs.digests[change.layer].get(change.path, "")
        ]
        if not final and any(c.is_nothing for c in changes):  # empty, or gone: some editors save like this
            return False
        self._compare(now)
        parsed = self._parsed(changes)
        if not final and any(failed(result.diagnostics) for result in parsed.values()):
            return False
        self._stamps.update(stamps)
        if changes:
            self._take_in(changed_by(old, changes, parsed), changes)
            self._prune()
        return True

    def _compare(self, now: Mapping[str, str] | None) -> None:
        if now is not None and stamps_now(self.roots, self.project.config) != now:
            raise FilesChanging

    def _prune(self) -> None:
        """Let go of texts and records that neither the site in view nor the newest needs, when some have gathered."""
        if len(self._bodies) + len(self._records.new) <= self._room:
            return
        bodies, records = set[str](), set[str]()
        for site in (self.shown, self._newest):
            bodies |= {note.body for note in site.loaded.notes}
            records |= {*site.plan.search.used(), *(note.search for note in site.loaded.notes)}
        for body in self._bodies.keys() - bodies:  # every site looks into this one dictionary
            del self._bodies[body]
        self._records.keep(records)
        self._room = len(self._bodies) + len(self._records.new) + _SPARE

    def _parsed(self, changes: Iterable[Change]) -> dict[str, Parsed]:
        """The changed notes."""
        is_text = [c for c in changes if c.layer == "content" and c.data is not None and is_note(c.path)]
        notes = [workers.Task(change.path, change.data or b"") for change in is_text]
        options = configs.parse_options(self._newest.loaded.config)
        found = {}
        for path, encoded, body, record, _ in workers.parse_all(notes, options, self._jobs, self._progress):
            found[path] = result = msgspec.msgpack.decode(encoded, type=Parsed)
            if result.note:
                self._bodies[result.note.body] = body
                self._records.put(result.note.search, record)
        return found

    def _take_in(self, loaded: Loaded, changes: Iterable[Change]) -> None:
        old = self._newest.loaded
        if self._shown is self._newest and all(only_text(old, loaded, change) for change in changes):
            self._swap(loaded, [change.path for change in changes])
        if self._newest.loaded is not loaded or self._newest.plan.search.outgrown:
            with collector.off():
                self._take(self._composed(loaded))

    def _swap(self, loaded: Loaded, paths: Collection[str]) -> None:
        """Show the new text of notes; the rest of the site is as it was."""
        for note in self._newest.site.published():
            if note.path in paths and (newer := loaded.parsed[note.path].note):
                overwrite(note, newer)
        found, moved = swapped(self._newest.diagnostics, self._newest.loaded, loaded, paths)
        self._moved = self._moved or moved
        self._newest = self._shown = self._newest._replace(loaded=loaded, diagnostics=found)
        self._maker.composed = self._newest
        self._newest.plan.search.refresh()

    def settle(self) -> bool:
        """For a quiet moment: find problems with links again where a swap may have moved them. Tells whether it did."""
        if not self._moved:
            return False
        with collector.off():
            self._take(self._composed(self._newest.loaded))
        return True

    def tidy(self) -> None:
        """For a longer one: keep what was compiled, make ready what the next edit needs, free memory."""
        if self._tidy:
            return
        self._tidy = True
        workers.parse_chunk([workers.Task("nothing.md", b"")], configs.parse_options(self._newest.loaded.config))
        self._newest.keep_compiled()
        collector.collect()

    # --- what is asked for

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The errors and warnings of the newest state, and why pages that were asked for cannot be made."""
        if self._problems is None or self._problems[0] is not self._newest:
            of_pages = self._faults.items()
            self._faults = {p: (d, face) for p, (d, face) in of_pages if p in self.outputs and self.face(p) == face}
            found = (*self._newest.diagnostics, *distinct(d for d, _ in self._faults.values()))
            self._problems = self._newest, in_order(d for d in found if d.severity != "note")
        return self._problems[1]

    def show(self, problems: Iterable[Diagnostic]) -> list[str]:
        """Return problems as the terminal shows them, each with its source line."""
        root, newest = self.project.root, self._newest
        shown = with_source(problems, root, newest.loaded.config.leaks_allow, newest.diagnostics)
        return [show(problem) for problem in seen_from(Path.cwd(), root, shown)]

    @property
    def roots(self) -> dict[str, str]:
        """The folders of all layers."""
        return self._newest.loaded.roots

    def sources(self, files: Iterable[Path]) -> frozenset[str]:
        """Return what outputs call these files, where they are the source of some."""
        loaded = self._newest.loaded
        places = (place for file in files for place in places_of(file, self.project.config, loaded.roots))
        return frozenset(f"{loaded.shown[layer]}/{path}" for layer, path in places if layer in loaded.shown)

    def face(self, path: str) -> Face:
        """Return what an output looks like, without rendering it."""
        try:
            return faced(self._maker, self.outputs[path])[0]
        except TemplateError as problem:
            return self._fault(path, problem).face

    def answer(self, path: str) -> Answer:
        """Make one output. A template at fault gives a page that says so, and so does what the last good site needs
        and nobody has any more.
        """
        try:
            return self._made(path)
        except DamagedCache:  # a build elsewhere cleared it
            if self._shown is self._newest:
                self._cache.clear()
                self.reload()
                with suppress(DamagedCache, KeyError):
                    return self._made(path)
        return fault(path, _LOST)

    def opened(self, answer: Answer) -> BinaryIO | None:
        """Open the file that is an answer, without its metadata; None when it is no longer what it was."""
        if answer.file is None:
            return None
        held = opened(*answer.file, self._newest.loaded, self._stamps)
        if held is None or answer.file.digest == answer.face.key:
            return held
        with held:
            return self._copies.of(held, answer.face.key)

    def _made(self, path: str) -> Answer:
        output = self.outputs[path]
        kind = media_type(path)
        if isinstance(output, Copy):
            return Answer(path, None, self._maker.origin(output), kind, Face(output.digest, ""))
        face = self.face(path)
        try:
            return Answer(path, faced(self._maker, output)[1](), None, kind, face)
        except TemplateError as problem:
            self._faults[path] = problem.diagnostic, face
            self._problems = None
            return self._fault(path, problem)._replace(face=face)

    def _fault(self, path: str, problem: TemplateError) -> Answer:
        return fault(path, *self.show([problem.diagnostic]))
