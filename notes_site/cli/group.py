"""A group of commands that suggests the nearest one for a slip."""

from __future__ import annotations

import click

from notes_site.base.diagnostics import suggestion


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
