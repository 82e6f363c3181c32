"""Commands that tell of the course: `stats`, `export`."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import click

from notes_site.base.errors import CannotWrite
from notes_site.cli import options, terminal
from notes_site.cli.options import project_of, with_config
from notes_site.cli.terminal import fail
from notes_site.config.project import path_from
from notes_site.secrets import streams
from notes_site.storage.cache import Cache


@click.command()
@options.json
@click.option("--csv", "as_csv", is_flag=True, help="Print the sums as CSV.")
@options.drafts
@with_config
def stats(config: Path | None, as_json: bool, as_csv: bool, drafts: bool) -> None:
    """Sum up time and counts by area, level, kind and week.

    \b
    Example:
      notes-site stats --csv > times.csv
    """
    from notes_site.build.build import load_site
    from notes_site.site import overview

    project = project_of(config)
    with closing(Cache(project.state)) as cache, terminal.progress() as progress:
        site, problems = load_site(project, cache, drafts=drafts, progress=progress)
    errors = [d for d in problems if d.severity == "error"]
    terminal.show_problems(errors, project.root, notes=False)
    result = overview.overview(site)
    if as_json:
        terminal.print_json(overview.as_object(result))
    else:
        content = project.root / site.config.content
        text = overview.as_csv(result) if as_csv else overview.as_text(result, partial(path_from, Path.cwd(), content))
        click.echo(text, nl=False)
    sys.exit(1 if errors else 0)


@click.group()
def export() -> None:
    """Write the course in another form.

    \b
    Example:
      notes-site export readme --output README.md
    """


@export.command()
@options.output("Write to this file, not to stdout.", folder=False)
@click.option("--force", is_flag=True, help="Replace a file that notes-site did not write.")
@with_config
def readme(config: Path | None, output: Path | None, force: bool) -> None:
    """Write the whole course as one README, with the sums of time; `import` reads it back.

    \b
    Example:
      notes-site export readme --output README.md
    """
    from notes_site.config.load import load_config
    from notes_site.readme import export as exporting

    project = project_of(config)
    result = exporting.export(project, output.parent.absolute() if output else project.root)
    if result.errors:
        terminal.show_problems(result.errors, project.root, notes=False)
        fail("the notes have errors, nothing is exported")
    if output is None:
        streams.write_raw(result.text)
        return
    try:
        written = exporting.save(output, result.text, project.root / load_config(project).content, force=force)
    except CannotWrite as exc:
        fail(str(exc))
    click.echo(f"{output}: {'written' if written else 'unchanged'}", err=True)
