"""The command `import`: a README or an instructor's plan becomes notes. What is heavy is imported inside."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from notes_site.base.diagnostics import Diagnostic
from notes_site.base.errors import ProjectNotFound, UnusableDocument
from notes_site.cli import terminal
from notes_site.cli.options import FilePath, here, with_config
from notes_site.config.project import CONFIG_NAME, Project, find
from notes_site.secrets import masking, streams

_ESTIMATES = {
    "filled": "estimate filled in: {}",
    "same": "has its estimate already: {}",
    "kept": "not touched, it has another estimate: {}",
}


class ImportOptions(NamedTuple):
    """What the command line asks for. `content`: the folder to write to."""

    document: Path
    content: Path
    dry_run: bool
    as_json: bool
    area: str | None
    force: bool
    yes: bool


@click.command("import")
@click.argument("document", type=FilePath(path_type=Path, dir_okay=False, exists=True))
@click.option("--into", type=FilePath(path_type=Path, file_okay=False), help="Write to this content folder.")
@click.option("--plan", "is_plan", is_flag=True, help="Read an instructor's plan: planned notes with estimates.")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
@click.option("--area", metavar="NAME", help="The area of what stands in none.")
@click.option("--force", is_flag=True, help="Replace files that differ, after showing which.")
@click.option("--yes", is_flag=True, help="Replace without asking.")
@with_config
def import_(config: Path | None, /, document: Path, into: Path | None, is_plan: bool, **given: Any) -> None:
    """Turn one long README into notes, without losing a word.

    A file that is there already and differs is never touched without --force.

    \b
    Example:
      notes-site import README.md --dry-run
      notes-site import README.md
      notes-site import PLAN.md --plan
    """
    from notes_site.config.load import load_config
    from notes_site.readme.importer import disk

    project = _project(config)
    settings = load_config(project)
    content = into or project.root / settings.content
    try:
        text, problems = disk.read(document)
        streams.allow(settings.leaks_allow)
        streams.MASK.learn(text)
        options = ImportOptions(document, content, **given)
        (_import_plan if is_plan else _import_readme)(text, problems, settings, options)
    except UnusableDocument as exc:
        streams.MASK.learn(masking.readable(document.read_bytes()))
        terminal.show_problems([exc.diagnostic], document.parent, notes=True)
        sys.exit(1)


def _import_readme(text: str, problems: Sequence[Diagnostic], settings: Any, options: ImportOptions) -> None:
    from notes_site.readme.importer import disk, notes, plan

    document, content = options.document, options.content
    beside = disk.Beside(document, content)
    found = notes.plan(text, document.name, settings, area=options.area, local=beside.local)
    data = {path: made.encode() for path, made in found.texts.items()}
    data |= {place: beside.files[place] for place in found.copied.values() if place in beside.files}
    disk.check_places(content, data)
    if options.as_json:
        terminal.print_json(plan.import_object(found))
    elif options.dry_run:
        click.echo(plan.table(found), nl=False)
    _report(document, [*problems, *found.problems, *_leaks(document, text, settings)], found.unsure)
    if not options.dry_run:
        _write(data, options)


def _import_plan(text: str, problems: Sequence[Diagnostic], settings: Any, options: ImportOptions) -> None:
    from notes_site.readme.importer import disk, notes, plan
    from notes_site.readme.importer.rewrite import Local

    document, content = options.document, options.content
    read = notes.plan(text, document.name, settings, area=options.area, planned=True, local=lambda path: Local(None))
    made = plan.plan(read, disk.notes_in(content))
    disk.check_places(content, made.texts)
    if options.as_json:
        terminal.print_json(plan.plan_object(made))
    elif options.dry_run:
        click.echo(plan.table(read, made.unwritten), nl=False)
    _report(document, [*problems, *read.problems, *_leaks(document, text, settings)], read.unsure)
    for estimate in made.estimates:
        click.echo(_ESTIMATES[estimate.what].format(_shown(content / estimate.path)), err=True)
    for piece in made.unwritten if options.as_json or not options.dry_run else ():
        click.echo(f"{_shown(document)}: {plan.not_written(piece, _shown(content / piece.path))}", err=True)
    if not options.dry_run:
        for path, data in made.filled.items():
            disk.put(content / path, data)
        _write({path: text.encode() for path, text in made.texts.items()}, options)


def _report(document: Path, problems: Sequence[Diagnostic], unsure: Sequence[Any]) -> None:
    terminal.show_problems(problems, document.parent, notes=True)
    for doubt in unsure:
        click.echo(f"unsure: {_shown(document)}:{doubt.line}: {doubt.what}", err=True)


def _leaks(document: Path, text: str, settings: Any) -> tuple[Diagnostic, ...]:
    from notes_site.secrets import detect

    return detect.check(document.name, text, settings.leaks_allow)


def _write(data: dict[str, bytes], options: ImportOptions) -> None:
    from notes_site.readme.importer import disk

    content = options.content
    if options.force:
        differing = [path for path, made in sorted(data.items()) if disk.state(content, path, made) == "kept"]
        if differing:
            _confirm_replacing([_shown(content / path) for path in differing], options)
    done = disk.write(content, data, force=options.force)
    for path in done.kept:
        click.echo(f"not touched, it differs: {_shown(content / path)}", err=True)
    if done.kept:
        click.echo("(--force lists such files and replaces them)", err=True)
    counts = f"{len(done.new)} new, {len(done.unchanged)} unchanged, {len(done.replaced)} replaced"
    summary = f"{counts}, {len(done.kept)} not touched in {_shown(content)}"
    click.echo(summary, err=options.as_json)


def _confirm_replacing(files: list[str], options: ImportOptions) -> None:
    for file in files:
        click.echo(f"replaces {file}", err=True)
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("--force replaces the files above: say --yes too, as there is no terminal to ask at")
    click.confirm("Replace these files?", abort=True, err=True)


def _shown(path: Path) -> str:
    """Return a path as seen from here, if it is near."""
    try:
        shown = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return str(path) if shown.startswith("..") else shown


def _project(config: Path | None) -> Project:
    """Return the project; without one, this folder is to become one."""
    try:
        return find(here(), config)
    except ProjectNotFound as exc:
        if config is not None:
            raise click.UsageError(str(exc)) from exc
        return Project(here(), here() / CONFIG_NAME)
