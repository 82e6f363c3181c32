"""Commands that build: `build`, `check`, `clean`."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from notes_site.base.errors import LockHeld, UnsafeOutput
from notes_site.build import up_to_date
from notes_site.build.report import Report, unchanged
from notes_site.cli import options, terminal
from notes_site.cli.options import here, project_of, with_config
from notes_site.cli.terminal import fail, reason
from notes_site.config.project import Project
from notes_site.secrets import streams
from notes_site.storage.cache import Cache

_BUSY = "another build of this folder is running ({}); wait for it, or stop it"


@click.command()
@options.output("Write the site to this folder.")
@options.drafts
@options.today
@options.strict
@click.option("--clean", is_flag=True, help="Forget the cache first.")
@options.jobs
@click.option("--why", is_flag=True, help="Say for each file that is written what changed.")
@options.json
@with_config
def build(config: Path | None, /, output: Path | None, why: bool, as_json: bool, **flags: Any) -> None:
    """Build the site: only what changed is made again.

    \b
    Example:
      notes-site build --why
    """
    started = time.perf_counter()
    project = project_of(config)
    report = built(project, output, **flags)
    seconds = time.perf_counter() - started
    terminal.show_build(report, seconds, project.root, why=why, as_json=as_json, strict=flags["strict"])
    sys.exit(0 if report.published else 1)


def built(
    project: Project, output: Path | None, *, clean: bool = False, jobs: int | None = None, **flags: Any
) -> Report:
    """Build a project into a folder, None for that of its settings, unless nothing has changed since the last time.
    `flags`: the options of `build` that decide what is written.
    """
    chosen = str(here() / output) if output else None
    flags = {"drafts": False, "today": "", "strict": False, **flags}
    with closing(Cache(project.state)) as cache:
        key = up_to_date.run_key(project.config, chosen, **flags)
        run = None if clean else up_to_date.recall(cache, key, project.config)
        return unchanged(run) if run else _build(project, cache, chosen, **flags, clean=clean, jobs=jobs)


def _build(project: Project, cache: Cache, output: str | None, **options: Any) -> Report:
    from notes_site.build import build as builder

    try:
        with terminal.progress() as progress:
            return builder.build(project, builder.Options(output, **options), cache, progress)
    except UnsafeOutput as exc:
        fail(str(exc))
    except LockHeld as exc:
        fail(_BUSY.format(exc))
    except OSError as exc:
        fail(f"the site could not be written: {reason(exc)}")


@click.command()
@options.drafts
@options.strict
@options.jobs
@click.option("--json", "form", flag_value="json", help="Print the problems as JSON.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print.")
@with_config
def check(config: Path | None, drafts: bool, strict: bool, jobs: int | None, form: str) -> None:
    """Find all problems without writing the site. Exits with 1 for errors, and for what `deploy` would refuse.

    \b
    Example:
      notes-site check --format github
    """
    from notes_site.base.codes import counted, refused
    from notes_site.base.diagnostics import failed

    project = project_of(config)
    with closing(Cache(project.state)) as cache:
        report = _build(project, cache, None, drafts=drafts, strict=strict, jobs=jobs, write=False)
    streams.allow(report.allow)
    stopping = refused(Counter(d.code for d in report.diagnostics))
    terminal.show_check(report.diagnostics, project.root, form)
    if stopping:
        click.echo(f"deploy would stop: {counted(stopping)}", err=form != "text")
    sys.exit(1 if stopping or failed(report.diagnostics, strict=strict) else 0)


@click.command()
@options.output("Clean this folder.")
@with_config
def clean(config: Path | None, output: Path | None) -> None:
    """Delete the cache and what was published, nothing else.

    \b
    Example:
      notes-site clean
    """
    from notes_site.config.load import load_config
    from notes_site.storage.output import remove_folder, remove_site

    project = project_of(config)
    target = output or project.root / load_config(project).output
    try:
        removed, left = remove_site(target)
    except LockHeld as exc:
        fail(_BUSY.format(exc))
    except OSError as exc:
        fail(f"nothing was deleted: {reason(exc)}")
    of_cache = remove_folder(project.state.parent)
    click.echo(f"removed {removed} files from {target}" + ("" if of_cache else ", and the cache"))
    left += of_cache
    if left:
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        fail(f"could not be deleted: {', '.join(map(str, left[:3]))}{more}")
