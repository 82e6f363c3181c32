"""What several commands share: options, the project, how a command ends."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from notes_site.base.errors import InvalidConfig, Problem, ProjectNotFound
from notes_site.cli import terminal
from notes_site.config.project import Project, epoch_day, find


def _day(_: click.Context, __: click.Parameter, value: datetime | None) -> str:
    if not value:
        return ""
    from notes_site.base import dates

    try:
        return dates.iso(value.date())
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from None


class FilePath(click.Path):
    """A path as somebody types it: a `~` that the shell has left, as in `--output=~/site`, is the home folder too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        found = os.path.expanduser(value)
        if isinstance(found, str) and found.startswith("~"):
            self.fail(f"there is no home folder for `{found}`; a file of that name is ./{found}", param, ctx)
        return super().convert(found, param, ctx)


json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
drafts = click.option("--drafts", is_flag=True, help="Publish drafts like other notes.")
today = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_day,
    metavar="YYYY-MM-DD",
    help="Count the age of notes to this date.",
)
strict = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
jobs = click.option("--jobs", type=click.IntRange(1), metavar="N", help="Parse in N processes (default: what pays).")


def output(about: str, *, folder: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option `--output`."""
    return click.option("--output", type=FilePath(path_type=Path, file_okay=not folder, dir_okay=folder), help=about)


def with_config(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the config file that `--config` names, before its name or behind it, as its first argument.

    A config whose errors the command cannot do with ends it.
    """

    @functools.wraps(command)
    def guarded(*args: Any, **given: Any) -> Any:
        try:
            return command(*args, **given)
        except InvalidConfig as exc:
            terminal.show_problems(exc.diagnostics, Path(exc.root), notes=False)
            sys.exit(1)

    option = click.option(
        "--config",
        type=FilePath(path_type=Path, dir_okay=False),
        expose_value=False,
        callback=_remember,
        help="Use this config file.",
    )
    return option(click.pass_obj(guarded))


def _remember(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.obj = value


def project_of(config: Path | None) -> Project:
    """Return the project here, or the one of a config file; without one it is wrong usage, and so is a
    `SOURCE_DATE_EPOCH` that is no time.
    """
    try:
        epoch_day()
        return find(here(), config)
    except (Problem, ProjectNotFound) as exc:
        raise click.UsageError(str(exc)) from exc


def here() -> Path:
    """Return the working directory."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        terminal.fail("the working directory is no longer there")
