"""The commands: read arguments, call, report, exit code. What is heavy is imported inside the command."""

from __future__ import annotations

import io
import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import click

from notes_site import __version__, noop, reporting
from notes_site.cache import Cache
from notes_site.cligroup import Group
from notes_site.cligroup import fail as _fail
from notes_site.cligroup import project_of as _project
from notes_site.deploy.command import deploy
from notes_site.importing import import_
from notes_site.project import Project, Refused


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="notes-site")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Use this config file.")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Turn a folder of learning notes into a static site.

    \b
    Example:
      notes-site init my-course
      cd my-course
      notes-site build
    """
    ctx.obj = config


_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
_drafts = click.option("--drafts", is_flag=True, help="Publish drafts like other notes.")
_today = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _ctx, _param, value: value.date().isoformat() if value else "",
    metavar="YYYY-MM-DD",
    help="Count the age of notes to this date.",
)
_strict = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
_jobs = click.option("--jobs", type=click.IntRange(1), metavar="N", help="Parse in N processes (default: what pays).")


@cli.command()
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Write the site to this folder.")
@_drafts
@_today
@_strict
@click.option("--clean", is_flag=True, help="Forget the cache first.")
@_jobs
@click.option("--why", is_flag=True, help="Say for each file that is written what changed.")
@_json
@click.pass_obj
def build(
    config: Path | None,
    output: Path | None,
    drafts: bool,
    today: str,
    strict: bool,
    clean: bool,
    jobs: int | None,
    why: bool,
    as_json: bool,
) -> None:
    """Build the site: only what changed is made again.

    \b
    Example:
      notes-site build --why
    """
    started = time.perf_counter()
    project = _project(config)
    chosen = str(Path.cwd() / output) if output else None
    with closing(Cache(project.state)) as cache:
        key = noop.run_key(project.config, chosen, drafts=drafts, today=today, strict=strict)
        run = None if clean else noop.recall(cache, key, project.config)
        if run:
            report = reporting.unchanged(run)
        else:
            options = {"drafts": drafts, "today": today, "strict": strict, "clean": clean, "jobs": jobs}
            report = _build(project, cache, chosen, **options)
    reporting.show_build(report, time.perf_counter() - started, why=why, json_too=as_json, strict=strict)
    sys.exit(0 if report.published else 1)


def _build(project: Project, cache: Cache, output: str | None, **options: Any) -> reporting.Report:
    from notes_site import build as builder
    from notes_site import files

    try:
        with reporting.progress() as progress:
            return builder.build(project, builder.Options(output, **options), cache, progress)
    except Refused as exc:
        _fail(str(exc))
    except files.Busy as exc:
        _fail(f"another build of this folder is running ({exc}); wait for it, or stop it")
    except OSError as exc:
        _fail("the site could not be written: " + ": ".join(filter(None, [exc.strerror or str(exc), exc.filename])))


@cli.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The next free one is taken."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--open", "open_browser", is_flag=True, help="Open the site in a browser.")
@_drafts
@_today
@click.option("--poll", is_flag=True, help="Look for changes twice a second: for network and WSL folders.")
@click.option("--allow-host", "allowed_hosts", multiple=True, metavar="NAME", help="Answer requests for this host too.")
@click.pass_obj
def serve(config: Path | None, /, **given: Any) -> None:
    """Preview the site live: save a note, and the open page shows it.

    \b
    Example:
      notes-site serve --open
    """
    from notes_site.serve import run

    def say(line: str) -> None:
        click.echo(line, err=True)

    project = _project(config)
    settings = run.Settings(say=say, **given)
    if settings.host not in ("127.0.0.1", "localhost", "::1"):
        say(f"warning: at {settings.host} anyone on the network can read this preview, drafts too")
    try:
        run.serve(project, settings, reporting.progress)
    except KeyboardInterrupt:
        sys.exit(130)
    except run.NoPort as exc:
        _fail(str(exc))


cli.add_command(deploy)


@cli.command()
@_drafts
@_strict
@_jobs
@click.option("--json", "form", flag_value="json", help="Print the problems as JSON.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print.")
@click.pass_obj
def check(config: Path | None, drafts: bool, strict: bool, jobs: int | None, form: str) -> None:
    """Find all problems without writing the site.

    \b
    Example:
      notes-site check --format github
    """
    from notes_site.diagnostics import failed

    project = _project(config)
    with closing(Cache(project.state)) as cache:
        report = _build(project, cache, None, drafts=drafts, strict=strict, jobs=jobs, write=False)
    reporting.show_check(report.diagnostics, form)
    sys.exit(1 if failed(report.diagnostics, strict=strict) else 0)


@cli.command()
@_json
@click.option("--csv", "as_csv", is_flag=True, help="Print the sums as CSV.")
@_drafts
@click.pass_obj
def stats(config: Path | None, as_json: bool, as_csv: bool, drafts: bool) -> None:
    """Sum up time and counts by area, level, kind and week.

    \b
    Example:
      notes-site stats --csv > times.csv
    """
    from notes_site import overview
    from notes_site.build import load_site

    project = _project(config)
    with closing(Cache(project.state)) as cache, reporting.progress() as progress:
        site, problems = load_site(project, cache, drafts=drafts, progress=progress)
    errors = [d for d in problems if d.severity == "error"]
    reporting.show_problems(errors, notes=False)
    result = overview.overview(site)
    if as_json:
        reporting.print_json(overview.as_object(result))
    else:
        click.echo(overview.as_csv(result) if as_csv else overview.as_text(result), nl=False)
    sys.exit(1 if errors else 0)


@cli.group()
def export() -> None:
    """Write the course in another form.

    \b
    Example:
      notes-site export readme --output README.md
    """


@export.command()
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to stdout.")
@click.option("--force", is_flag=True, help="Replace a file that notes-site did not write.")
@click.pass_obj
def readme(config: Path | None, output: Path | None, force: bool) -> None:
    """Write the whole course as one README, with the sums of time; `import` reads it back.

    \b
    Example:
      notes-site export readme --output README.md
    """
    from notes_site import exporting, scaffold

    project = _project(config)
    result = exporting.export(project, output.parent.absolute() if output else project.root)
    if result.errors:
        reporting.show_problems(result.errors, notes=False)
        _fail("the notes have errors, nothing is exported")
    if output is None:
        click.echo(result.text, nl=False)
        return
    try:
        written = exporting.save(output, result.text, project.root / scaffold.settings(project).content, force=force)
    except exporting.Refused as exc:
        _fail(str(exc))
    except OSError as exc:
        _fail(": ".join(filter(None, [exc.strerror or str(exc), exc.filename])))
    click.echo(f"{output}: {'written' if written else 'unchanged'}", err=True)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Begin a site in FOLDER.

    \b
    Example:
      notes-site init my-course
    """
    from notes_site import scaffold

    try:
        for path in scaffold.init(folder):
            click.echo(path)
    except scaffold.Exists as exc:
        _fail(str(exc))
    click.echo(f"\nNext: cd {folder} && notes-site build", err=True)


@cli.command()
@click.argument("title")
@click.option("--area", help="The area; its folder takes the note.")
@click.option("--level", help="One of the site's levels.")
@click.option("--link", help="The address of the resource.")
@click.option("--time", metavar="DURATION", help="Time spent, such as 45 min or 1h 10m.")
@click.option("--estimate", metavar="DURATION", help="Time planned.")
@click.option("--kind", help="One of the site's kinds; else guessed from the title.")
@click.option("--tag", "tags", multiple=True, help="A tag; may be given several times.")
@click.pass_obj
def new(config: Path | None, /, title: str, tags: tuple[str, ...], **given: str | None) -> None:
    """Write a new note with the front matter filled in; never overwrites one.

    \b
    Example:
      notes-site new "Video: Why Docker?" --area "Docker and Containers" \\
        --level beginner --link https://example.org/video --time "10 min"
    """
    from notes_site import scaffold

    project = _project(config)
    settings = scaffold.settings(project)
    try:
        fields = scaffold.checked(settings, {**given, "tags": tags})
        click.echo(os.path.relpath(scaffold.new(project.root / settings.content, title, fields)))
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    except scaffold.Exists as exc:
        _fail(str(exc))


cli.add_command(import_)


@cli.command()
@click.option("--config", "of_config", is_flag=True, help="Print the schema of notes-site.toml instead.")
def schema(of_config: bool) -> None:
    """Print the JSON Schema of a note's front matter, for editors.

    \b
    Example:
      notes-site schema > .vscode/notes.schema.json
    """
    from notes_site import config as settings
    from notes_site import frontmatter

    reporting.print_json(settings.json_schema() if of_config else frontmatter.json_schema())


@cli.command()
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Clean this folder.")
@click.pass_obj
def clean(config: Path | None, output: Path | None) -> None:
    """Delete the cache and the published files; nothing that the build did not write.

    \b
    Example:
      notes-site clean
    """
    from notes_site import publish, scaffold

    project = _project(config)
    target = output or project.root / scaffold.settings(project).output
    removed = publish.clean(target)
    publish.remove_folder(project.state.parent)
    click.echo(f"removed {removed} files from {target}, and the cache")


def main() -> NoReturn:
    """Run the command line. Exit codes: 0 fine, 1 problems found, 2 wrong usage, 130 Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what the terminal's encoding lacks is spelled out
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as exc:
        code = exc.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        code = 130
    except click.ClickException as exc:
        exc.show()
        code = exc.exit_code
    except SystemExit as exc:
        code = exc.code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code if isinstance(code, int) else 0)
