"""Commands with which one begins: `init`, `new`, `schema`."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from notes_site.base.errors import CannotWrite
from notes_site.cli import terminal
from notes_site.cli.options import FilePath, fail, project_of, with_config


@click.command()
@click.argument("folder", type=FilePath(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Begin a site in FOLDER.

    \b
    Example:
      notes-site init my-course
    """
    from notes_site.cli import scaffold

    try:
        for path in scaffold.init(folder):
            click.echo(path)
    except CannotWrite as exc:
        fail(str(exc))
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    click.echo(f"\nNext: {there}notes-site build", err=True)


@click.command()
@click.argument("title")
@click.option("--area", help="The area; its folder takes the note.")
@click.option("--level", help="One of the site's levels.")
@click.option("--link", help="The address of the resource.")
@click.option("--time", metavar="DURATION", help="Time spent, such as 45 min or 1h 10m.")
@click.option("--estimate", metavar="DURATION", help="Time planned.")
@click.option("--kind", help="One of the site's kinds; else guessed from the title.")
@click.option("--tag", "tags", multiple=True, help="A tag; may be given several times.")
@with_config
def new(config: Path | None, /, title: str, tags: tuple[str, ...], **given: str | None) -> None:
    """Write a new note with its front matter; never overwrites one.

    \b
    Example:
      notes-site new "Video: Why Docker?" --area "Docker and Containers" \\
        --level beginner --link https://example.org/video --time "10 min"
    """
    from notes_site.cli import scaffold
    from notes_site.config.load import load_config

    project = project_of(config)
    settings = load_config(project)
    try:
        fields = scaffold.checked(settings, {**given, "tags": tags})
        click.echo(os.path.relpath(scaffold.new(project.root / settings.content, title, fields)))
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    except CannotWrite as exc:
        fail(str(exc))
    if "area" not in fields:
        click.echo("it is a plain page, outside all sums: `--area NAME` makes it a note of an area", err=True)


@click.command()
@click.option("--config", "of_config", is_flag=True, help="Print the schema of notes-site.toml instead.")
def schema(of_config: bool) -> None:
    """Print the JSON Schema of a note's front matter, for editors.

    \b
    Example:
      notes-site schema > .vscode/notes.schema.json
    """
    from notes_site.config import reading as settings
    from notes_site.content import frontmatter

    terminal.print_json(settings.json_schema() if of_config else frontmatter.json_schema())
