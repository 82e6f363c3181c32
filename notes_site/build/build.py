"""The orchestrator: load, assemble, check, plan, render what changed, publish."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from notes_site.base.decoding import LIMIT
from notes_site.base.diagnostics import Diagnostic, dumps, failed, in_folder, in_order
from notes_site.base.errors import DamagedCache
from notes_site.base.paths import is_note
from notes_site.base.progress import Progress, silent
from notes_site.build import up_to_date
from notes_site.build.compose import Composed, compose
from notes_site.build.load import Loaded, load, looked_through
from notes_site.build.render import Rendering
from notes_site.build.report import Report
from notes_site.config.project import Project, check_output
from notes_site.secrets.masking import Mask, readable
from notes_site.site.assemble import Site, assemble
from notes_site.site.checks import from_the_future
from notes_site.storage.cache import Cache
from notes_site.storage.files import STATE, read_regular
from notes_site.storage.lock import lock
from notes_site.storage.output import Staging, foreign, remove_file
from notes_site.storage.record import BuildRecord, OutputFile, write_record


class Options(NamedTuple):
    """How to build. `output`: a folder instead of the config's; `today`: an ISO date instead of the config's; `jobs`:
    parsing processes, None for as many as pay; `write`: False only checks, with all rules for leaks there are.
    """

    output: str | None = None
    drafts: bool = False
    today: str = ""
    strict: bool = False
    clean: bool = False
    jobs: int | None = None
    write: bool = True


def build(project: Project, options: Options, cache: Cache, progress: Progress = silent) -> Report:
    """Build the site and publish it, unless a problem forbids.

    Raises:
        UnsafeOutput: the output folder must not be written to.
        LockHeld: another build of this folder is running.
        OSError: the output could not be written; it is as it was, or the next build sets it right.
    """
    with _collector_off():
        if options.clean:
            cache.clear()
        try:
            return _build(project, options, cache, progress)
        except DamagedCache:
            cache.clear()
            return _build(project, options, cache, progress)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Without the garbage collector: a build makes many small objects and no circles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _build(project: Project, options: Options, cache: Cache, progress: Progress) -> Report:
    composed = compose(project, cache, drafts=options.drafts, today=options.today, jobs=options.jobs, progress=progress)
    output = project.root / (options.output or composed.loaded.config.output)
    if not options.write or not composed.loaded.sound:  # a config with errors does not say where to
        rendering = Rendering(composed, cache, output)
        problems = rendering.run(None, progress)
        if composed.loaded.sound:
            check_output(output, project, composed.loaded.roots)
            problems = (*problems, *foreign(output, rendering.why, rendering.owned))
        return _finish(project, composed, options, cache, rendering, problems, 0)
    check_output(output, project, composed.loaded.roots)
    with lock(output / STATE):
        rendering = Rendering(composed, cache, output)
        staging = Staging(output)
        try:
            problems = (*rendering.run(staging, progress), *foreign(output, staging, rendering.owned))
            removed = 0
            if not failed((*composed.diagnostics, *problems), strict=options.strict):
                removed = _publish(rendering, staging, options, (*composed.diagnostics, *problems))
        finally:
            staging.discard()
        return _finish(project, composed, options, cache, rendering, problems, removed)


def _publish(rendering: Rendering, staging: Staging, options: Options, problems: Iterable[Diagnostic]) -> int:
    """Move all that is staged into place and prune. Returns how many files were removed."""
    output, owned = rendering.output, rendering.owned
    counts = Counter(d.code for d in in_order(problems))
    outputs = rendering.composed.plan.outputs
    files = {
        path: OutputFile(made.digest, outputs[path].kind, outputs[path].fingerprinted, outputs[path].origin)
        for path, made in rendering.made.items()
    }
    gone = [path for path in owned if path not in files]
    record = BuildRecord("complete", files, options.drafts, counts, rendering.composed.loaded.sources)
    if len(staging) or gone:
        write_record(output, record._replace(state="in-progress", files={**owned, **files}))
    removed = staging.clear_way(gone)
    for path in sorted(staging, key=lambda path: (_TURN[files[path].kind], path)):
        staging.move_in(path)
    removed += sum(remove_file(output, path) for path in gone)
    write_record(output, record)
    return removed


_TURN = {"asset": 0, "page": 1, "list": 2, "home": 3, "pointer": 3}
"""When a file is published: assets before the pages that need them, what shows or names other pages after these."""


def _finish(
    project: Project,
    composed: Composed,
    options: Options,
    cache: Cache,
    rendering: Rendering,
    problems: Iterable[Diagnostic],
    removed: int,
) -> Report:
    """Fill the cache, remember the run, report."""
    loaded = composed.loaded
    found = _told(project, composed, options, problems)
    published = options.write and not failed(found, strict=options.strict)
    composed.keep_compiled()
    records = [*composed.plan.search.used(), *(note.search for note in loaded.notes)]
    cache.keep("results")
    cache.keep("code", loaded.parsed)
    cache.keep("html", (note.body for note in loaded.notes))
    cache.keep("terms", records)
    cache.keep("sections", records)
    if published:
        rendering.remember()
    report = Report(
        notes=len(composed.site.notes),
        pages=len(composed.plan.outputs),
        written=len(rendering.why) if published else 0,
        unchanged=len(composed.plan.outputs) - len(rendering.why) if published else 0,
        removed=removed,
        diagnostics=found,
        why=tuple(sorted(rendering.why.items())),
        published=published,
        output=str(rendering.output),
        allow=loaded.config.leaks_allow,
    )
    if options.write:
        _remember(project, options, cache, loaded, report)
    cache.commit()
    return report


def _told(
    project: Project, composed: Composed, options: Options, problems: Iterable[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Return all that is to be said of a build, in order, secrets hidden."""
    loaded = composed.loaded
    # The clock may be asked for what is only said, never for what is published.
    day = composed.site.config.today or date.today().isoformat()
    early = in_folder(loaded.config.content, from_the_future(composed.site, day))
    found = in_order((*composed.diagnostics, *early, *problems))
    found = with_source(found, project.root, loaded.config.leaks_allow)
    return found if options.write else in_order(_with_more_leaks(found, project, loaded))


def _with_more_leaks(problems: tuple[Diagnostic, ...], project: Project, loaded: Loaded) -> tuple[Diagnostic, ...]:
    """Return the problems with what the extra `leaks` finds, or with a word on it where it is not installed."""
    from notes_site.secrets import kingfisher

    if not kingfisher.is_there():
        return (*problems, kingfisher.recommended(project.config.name))
    return kingfisher.added(problems, looked_through(project, loaded), loaded.config.leaks_allow)


def load_site(
    project: Project, cache: Cache, *, drafts: bool = False, progress: Progress = silent
) -> tuple[Site, tuple[Diagnostic, ...]]:
    """Return the assembled site and the problems of its files, nothing planned."""
    with _collector_off():
        loaded = load(project, cache, progress=progress)
        cache.commit()
        site = assemble(loaded.config, loaded.notes, drafts=drafts)
        return site, with_source(in_order(loaded.diagnostics), project.root, loaded.config.leaks_allow)


def run_key(project: Project, options: Options) -> str:
    """Return the key under which a build with these options is remembered."""
    flags = {"drafts": options.drafts, "today": options.today, "strict": options.strict}
    return up_to_date.run_key(project.config, options.output, **flags)


def _remember(project: Project, options: Options, cache: Cache, loaded: Loaded, report: Report) -> None:
    # A folder that is not there and an empty one have the same stamp.
    trusted = loaded.stamp and not any(d.code == "no-content" for d in report.diagnostics)
    stamp = f"{loaded.stamp} {up_to_date.output_stamp(report.output)}" if trusted else ""
    run = up_to_date.Run(
        stamp,
        loaded.roots,
        loaded.shown,
        report.output,
        report.published,
        report.notes,
        report.pages,
        dumps(report.diagnostics),
        report.allow,
    )
    up_to_date.remember(cache, run_key(project, options), run)


def with_source(
    problems: Iterable[Diagnostic], root: Path, allow: Collection[str], all_problems: Iterable[Diagnostic] | None = None
) -> tuple[Diagnostic, ...]:
    """Return the problems with the source line that each points at, and without a secret in any of their texts.

    The leak check has told which notes have secrets: of these, and of files that it does not look through, the whole
    text is read: a line alone may not show what it holds. `all_problems`: those in which it told, where these are a
    part of them.
    """
    found = tuple(problems)
    told = {d.path for d in all_problems or found if d.code == "leak" or d.code == "not-text"}
    mask = Mask(allow)
    lines: dict[str, list[str]] = {}
    for path in sorted({d.path for d in found if d.path in told or not is_note(d.path)} | told):
        lines[path] = mask.learn(_text(root / path)).split("\n")
    result = []
    for d in found:
        if d.line and not d.text:
            if d.path not in lines:
                lines[d.path] = _text(root / d.path).split("\n")
            known = lines[d.path]
            d = d._replace(text=known[d.line - 1] if d.line <= len(known) else "")
        result.append(mask.diagnostic(d))
    return tuple(result)


def _text(path: Path) -> str:
    try:
        return readable(read_regular(path)) if path.stat().st_size <= LIMIT else ""
    except OSError:
        return ""
