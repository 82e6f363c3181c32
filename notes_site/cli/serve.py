"""The command `serve`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from notes_site.base.errors import PortUnavailable
from notes_site.cli import options, terminal
from notes_site.cli.options import project_of, with_config
from notes_site.cli.terminal import fail


def _end(_number: int, _frame: object) -> NoReturn:
    """SIGTERM is a clean end. While the server runs it has a handler of its own, and then raises the signal again."""
    sys.exit(0)


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The next free one is taken."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--open", "open_browser", is_flag=True, help="Open the site in a browser.")
@options.drafts
@options.today
@click.option("--poll", is_flag=True, help="Look for changes twice a second: for network and WSL folders.")
@click.option("--allow-host", "allowed_hosts", multiple=True, metavar="NAME", help="Answer requests for this host too.")
@with_config
def serve(config: Path | None, /, **given: Any) -> None:
    """Preview the site live: save a note, and the open page shows it.

    \b
    Example:
      notes-site serve --open
    """
    signal.signal(signal.SIGTERM, _end)
    from notes_site.serve import server

    def say(line: str) -> None:
        click.echo(line, err=True)

    project = project_of(config)
    settings = server.Settings(say=say, **given)
    if settings.host not in ("127.0.0.1", "localhost", "::1"):
        say(f"warning: at {settings.host} anyone on the network can read this preview, drafts too")
    try:
        server.serve(project, settings, terminal.progress)
    except KeyboardInterrupt:
        sys.exit(130)
    except PortUnavailable as exc:
        fail(str(exc))
