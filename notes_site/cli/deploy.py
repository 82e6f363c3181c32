"""`notes-site deploy`: its arguments and exit codes. What is heavy is imported inside."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from notes_site.base.codes import REFUSED_BY_DEPLOY
from notes_site.base.diagnostics import visible
from notes_site.base.errors import ProjectNotFound
from notes_site.cli import options, terminal
from notes_site.cli.build import built
from notes_site.cli.deploy_options import Given
from notes_site.cli.options import fail, here, project_of, with_config
from notes_site.config.project import CONFIG_NAME, Project, find


def _limit(_: click.Context, __: click.Parameter, value: str) -> str:
    if not value.removesuffix("%").isdecimal():
        raise click.BadParameter("write a number like 20, or a share like 50%")
    return value


def _no_force(_: click.Context, __: click.Parameter, given: bool) -> None:
    if given:
        names = ", ".join(f"--allow {name}" for name in (*REFUSED_BY_DEPLOY, "changed"))
        raise click.UsageError(f"--force would let everything pass: say what may, {names}; or --stale, --adopt")


@click.command()
@click.argument("target", required=False)
@options.output("The built site, if it lies elsewhere.")
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
@click.option("--build", is_flag=True, help="Build first.")
@click.option("--stale", is_flag=True, help="Deploy a build that is older than its sources.")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice([*REFUSED_BY_DEPLOY, "changed"]),
    help="Let leaks, broken links or files changed after the build pass; may be given several times.",
)
@click.option("--force", is_flag=True, hidden=True, expose_value=False, callback=_no_force)
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
    from notes_site.base.errors import DeployError, InvalidTarget, UnsafeOutput
    from notes_site.cli import deploy_job

    chosen = Given(**given)
    try:
        if setup:
            click.echo(deploy_job.setup(config, setup, target, chosen), nl=False)
        else:
            project = _project(config, chosen.output)
            if chosen.build and not _build(project, chosen.output):
                raise DeployError("the build has errors, so nothing is deployed")
            deploy_job.deploy(project, target, chosen)
    except InvalidTarget as exc:
        raise click.UsageError(visible(str(exc))) from None
    except (DeployError, UnsafeOutput) as exc:
        if chosen.as_json:
            terminal.print_json({"state": "failed", "error": str(exc)})
        fail(visible(str(exc)))  # a server may have said anything


def _project(config: Path | None, output: Path | None) -> Project:
    """Return the project here; a built site that is named needs none, and may come from elsewhere."""
    if config or not output:
        return project_of(config)
    for start in (here(), output.absolute().parent):
        with suppress(ProjectNotFound):
            return find(start)
    return Project(output.absolute().parent, output.absolute().parent / CONFIG_NAME)


def _build(project: Project, output: Path | None) -> bool:
    """Build as `notes-site build` does. Tell whether the site was published."""
    started = time.perf_counter()
    report = built(project, output)
    terminal.show_problems(report.diagnostics, project.root, notes=False)
    click.echo(terminal.summary(report, time.perf_counter() - started), err=True)
    return report.published
