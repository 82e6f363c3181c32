"""`notes-site deploy`: its arguments and exit codes. What is heavy is imported inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from notes_site.commands.options import FilePath, fail, project_of, with_config
from notes_site.deploy.given import Given


def _limit(_: click.Context, __: click.Parameter, value: str) -> str:
    if not value.removesuffix("%").isdecimal():
        raise click.BadParameter("write a number like 20, or a share like 50%")
    return value


@click.command()
@click.argument("target", required=False)
@click.option("--output", type=FilePath(path_type=Path, file_okay=False), help="The built site, if it lies elsewhere.")
@click.option("--profile", help="The profile of your AWS credentials.")
@click.option("--region", help="The region of the bucket.")
@click.option("--endpoint-url", metavar="URL", help="A server other than Amazon's that speaks the S3 protocol.")
@click.option("--distribution", metavar="ID", help="Invalidate what changes in this CloudFront distribution.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
@click.option("--jobs", type=click.IntRange(1, 256), default=16, metavar="N", help="Write N files at once (16).")
@click.option("--max-delete", default="50%", metavar="N", callback=_limit, help="Delete at most N files, or N% (50%).")
@click.option("--adopt", is_flag=True, help="Take over files that notes-site did not put there.")
@click.option("--no-lock", is_flag=True, help="For servers without conditional writes: you see to it that it is alone.")
@click.option("--force", is_flag=True, help="Deploy despite leaks, broken links or files changed after the build.")
@click.option(
    "--setup", type=click.Choice(["website", "cloudfront"]), help="Print how to prepare a bucket; do nothing."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
@with_config
def deploy(config: Path | None, /, target: str | None, setup: str | None, **given: Any) -> None:
    """Put the built site on S3 or into a folder, never half-updated.

    TARGET is s3://bucket, s3://bucket/prefix or a folder; without it, that of `[deploy]` in notes-site.toml.

    \b
    Example:
      notes-site deploy s3://example-notes --dry-run
    """
    from notes_site import reporting
    from notes_site.deploy import job
    from notes_site.deploy.keys import BadTarget
    from notes_site.deploy.model import DeployError
    from notes_site.project import Refused

    chosen = Given(**given)
    try:
        if setup:
            click.echo(job.setup(config, setup, target, chosen), nl=False)
        else:
            job.deploy(project_of(config), target, chosen)
    except BadTarget as exc:
        raise click.UsageError(str(exc)) from None
    except (DeployError, Refused) as exc:
        if chosen.as_json:
            reporting.print_json({"state": "failed", "error": str(exc)})
        fail(str(exc))
