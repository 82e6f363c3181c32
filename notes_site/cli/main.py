"""The command line: all commands in one group, and how each ends."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import click

from notes_site import __version__
from notes_site.base.diagnostics import suggestion
from notes_site.cli.begin import init, new, schema
from notes_site.cli.build import build, check, clean
from notes_site.cli.deploy import deploy
from notes_site.cli.import_ import import_
from notes_site.cli.options import FilePath
from notes_site.cli.report import export, stats
from notes_site.cli.serve import serve
from notes_site.cli.terminal import reason
from notes_site.secrets import streams


class CommandGroup(click.Group):
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


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="notes-site")
@click.option("--config", type=FilePath(path_type=Path, dir_okay=False), help="Use this config file.")
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


for command in (build, serve, deploy, check, stats, export, init, new, import_, schema, clean):
    cli.add_command(command)


def _terminated(number: int, _: object) -> NoReturn:
    """Unwind, so that what was begun is put away. The exit code is the shell's for a signal."""
    raise SystemExit(128 + number)


def main() -> NoReturn:
    """Run the command line. Exit codes: 0 fine, 1 problems found, 2 wrong usage, 130 Ctrl-C, 143 SIGTERM."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminated)
    _open_streams()
    code, failure = _run()
    try:
        sys.stdout.flush()
    except OSError as exc:
        if not isinstance(exc, BrokenPipeError):  # the reader of our output has gone (`| head`): nothing is left to say
            failure = failure or exc
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if failure:
        click.echo(f"error: {reason(failure)}", err=True)
    sys.exit(1 if failure else code if isinstance(code, int) else 0)


def _open_streams() -> None:
    """Let the terminal's streams take what its encoding lacks, spelled out; those that are closed lead nowhere, and no
    file of ours gets their numbers. Secrets are hidden in all that is written.
    """
    for name, mode in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, mode), "w" if mode else "r"))
        elif isinstance(stream, io.TextIOWrapper) and mode:
            stream.reconfigure(errors="backslashreplace")
    streams.install()


def _run() -> tuple[object, OSError | None]:
    """Run the command. Returns its exit code, and what the system could not do."""
    try:
        return cli.main(standalone_mode=False), None
    except click.exceptions.Exit as exc:
        return exc.exit_code, None
    except click.Abort:
        click.echo("stopped", err=True)
        return 130, None
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code, None
    except SystemExit as exc:
        return exc.code, None
    except OSError as exc:
        return 1, exc
