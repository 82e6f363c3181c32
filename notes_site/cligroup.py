"""What commands share: a group that suggests the nearest one for a slip, the project, the way out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from notes_site.diagnostics import suggestion
from notes_site.project import NoProject, Project, find


class Group(click.Group):
    """Commands in the order in which a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for one that is not there."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as exc:
            hint = suggestion(args[0], self.commands)
            message = exc.format_message()
            raise click.UsageError(f"{message} {hint}" if "mean" not in message else message, ctx) from exc


def project_of(config: Path | None) -> Project:
    """Return the project here, or the one of a config file; without one it is wrong usage."""
    try:
        return find(Path.cwd(), config)
    except NoProject as exc:
        raise click.UsageError(str(exc)) from exc


def fail(message: str) -> NoReturn:
    """Say what went wrong and end."""
    click.echo(f"error: {message}", err=True)
    sys.exit(1)
