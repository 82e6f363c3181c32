"""`notes-site deploy`: its options, what it refuses, and what it says. What is heavy is imported inside."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from notes_site.base.codes import REFUSED_BY_DEPLOY
from notes_site.base.diagnostics import visible
from notes_site.base.errors import AmbiguousTarget, DeployError, InvalidTarget, ProjectNotFound, UnsafeOutput
from notes_site.cli import options, terminal
from notes_site.cli.build import built
from notes_site.cli.options import here, project_of, with_config
from notes_site.cli.terminal import fail
from notes_site.config.project import CONFIG_NAME, Project, check_place, find, path_from
from notes_site.deploy.options import DeployOptions, Limit, parse_limit
from notes_site.deploy.store import Invalidate, Store
from notes_site.deploy.target import Target, parse_target
from notes_site.storage.record import BuildRecord


def _limit(_: click.Context, __: click.Parameter, value: str) -> Limit:
    try:
        return parse_limit(value)
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from None


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
    try:
        if setup:
            click.echo(_setup(config, setup, target, given), nl=False)
            return
        project = _project(config, given["output"])
        if given["build"]:
            _build(project, given["output"])
        _deploy(project, _options(project, target, given))
    except InvalidTarget as exc:
        raise click.UsageError(visible(str(exc))) from None
    except (DeployError, UnsafeOutput) as exc:
        if given["as_json"]:
            terminal.print_json({"state": "failed", "error": str(exc)})
        fail(visible(str(exc)))  # a server may have said anything


def _setup(config: Path | None, kind: str, target: str | None, given: dict[str, Any]) -> str:
    """Return what prepares a bucket: the one that is given, that of the settings here, or an example."""
    from notes_site.base.config import Config
    from notes_site.config.load import load_config
    from notes_site.deploy.setup import material

    try:
        settings = load_config(find(Path.cwd(), config))
    except ProjectNotFound:
        settings = Config()
    where = parse_target(os.path.expanduser(target or settings.deploy_target or "s3://example-notes"))
    region = given["region"] or settings.deploy_region or "us-east-1"
    return material(kind, where, region, given["distribution"] or settings.deploy_distribution)


def _project(config: Path | None, output: Path | None) -> Project:
    """Return the project here; a built site that is named needs none, and may come from elsewhere."""
    if config or not output:
        return project_of(config)
    for start in (here(), output.absolute().parent):
        with suppress(ProjectNotFound):
            return find(start)
    return Project(output.absolute().parent, output.absolute().parent / CONFIG_NAME)


def _build(project: Project, output: Path | None) -> None:
    """Build as `notes-site build` does."""
    started = time.perf_counter()
    report = built(project, output)
    terminal.show_problems(report.diagnostics, project.root, notes=False)
    click.echo(terminal.summary(report, time.perf_counter() - started), err=True)
    if not report.published:
        raise DeployError("the build has errors, so nothing is deployed")


def _options(project: Project, target: str | None, given: dict[str, Any]) -> DeployOptions:
    """Return what is asked for; what is not given on the command line is from the settings."""
    from notes_site.base.config import Config
    from notes_site.config.load import load_config

    config = load_config(project)
    text = target or config.deploy_target
    if not text:
        raise click.UsageError("where to? Name a target, or write one into notes-site.toml: `target` below `[deploy]`")
    base = Path.cwd() if target else project.root
    # The settings describe one target: for another one only what is given here counts.
    settings = config if text == config.deploy_target else Config()
    found = {
        "output": Path(os.path.relpath(project.root / config.output)),
        "profile": settings.deploy_profile,
        "region": settings.deploy_region,
        "endpoint_url": settings.deploy_endpoint_url,
        "distribution": settings.deploy_distribution,
        "base_url": config.base_url,
        "leaks_allow": config.leaks_allow,
        "sources": {name: project.root / getattr(config, name) for name in ("content", "templates", "static")},
        **{name: value for name, value in given.items() if value not in (None, "")},
    }
    where = _target(os.path.expanduser(text), base, asks=_asks(given["yes"], given["as_json"]))
    if where.folder:
        where = where._replace(folder=os.path.normpath(base / where.folder))
    return DeployOptions(target=where, **found)


def _target(text: str, base: Path, *, asks: bool) -> Target:
    """Return what a target means, seen from a folder. Whether a bare name is a bucket may be asked."""
    try:
        return parse_target(text, lambda name: (base / name).is_dir())
    except AmbiguousTarget:
        if not asks:
            raise
        question, answers = f"`{visible(text)}` may be a bucket or a folder. Which is it?", ["bucket", "folder"]
        scheme = "s3://" if click.prompt(question, type=click.Choice(answers), err=True) == "bucket" else "./"
        return parse_target(scheme + text)


def _asks(yes: bool, as_json: bool) -> bool:
    return not yes and not as_json and sys.stdin.isatty() and sys.stderr.isatty()


def _deploy(project: Project, options: DeployOptions) -> None:
    """Deploy, and report."""
    from notes_site.deploy import local, run, show

    started = time.perf_counter()
    record = local.complete_record(options.output)
    unsure = "" if options.stale or options.build else _refuse_stale(project, options.output, record)
    with terminal.progress() as progress:
        site = local.read_checked(options, record, progress)
    if unsure:
        click.echo(f"note: {unsure}, so nobody can tell whether it is older than its sources", err=True)
    if site.unknown:
        shown = ", ".join(map(visible, site.unknown[:3])) + (", ..." if len(site.unknown) > 3 else "")
        click.echo(
            f"not from the build, and so not published: {shown} ({len(site.unknown)} in {options.output})", err=True
        )
    with terminal.progress() as progress:  # a line of its own, below the question
        store, invalidate = _open(project, options)
        outcome = run.Deployment(
            site.files,
            store,
            options,
            invalidate=invalidate,
            confirm=lambda plan: _confirmed(show.table(plan, site.files), options),
            progress=lambda what, done, of: progress(f"[{'#' * (20 * done // max(of, 1)):20}] {what}", done, of),
        ).run()
    address = f"{options.base_url}/" if options.base_url else store.address
    seconds = time.perf_counter() - started
    if options.as_json:
        what = {"state": outcome.state, "deploy": outcome.deploy, **show.as_object(outcome.plan, site.files)}
        terminal.print_json({**what, "address": address, "seconds": round(seconds, 3)})
        return
    click.echo(show.report(outcome.state, outcome.plan, site.files, address, seconds))
    if (pending := len(outcome.plan.after.pending)) and outcome.state != "dry-run":
        click.echo(f"{pending} paths are still to be invalidated: give --distribution to do so", err=True)


def _confirmed(table: str, options: DeployOptions) -> bool:
    if not _asks(options.yes, options.as_json):
        return True
    click.echo(table, err=True)
    return click.confirm(f"Deploy to {options.target.shown}?", default=True, err=True)


def _refuse_stale(project: Project, output: Path, record: BuildRecord) -> str:
    """Return why it cannot be told whether the built site is older than its sources, '' when it is not.

    Raises:
        DeployError: it is.
    """
    from notes_site.build.sources import current
    from notes_site.config.load import load_config
    from notes_site.deploy.show import some

    if not record.sources:
        return f"{output} does not say what it was built from"
    now = current(project, load_config(project))
    if now is None:
        return f"what {output} was built from is not here"
    if now.sources == tuple(record.sources):
        return ""
    hint = "build it again, or give --build; --stale deploys it as it is"
    if now.sources.site == record.sources[0]:
        raise DeployError(f"{output} was built by another version of notes-site: {hint}")
    later = [path_from(Path.cwd(), project.root, path) for path in now.since(record.written)]
    raise DeployError(f"{output} is older than its sources{f' ({some(later)})' if later else ''}: {hint}")


def _open(project: Project, options: DeployOptions) -> tuple[Store, Invalidate | None]:
    """Return where to write to, and what tells a CDN."""
    from notes_site.deploy.aws import Distribution
    from notes_site.deploy.folder import FolderStore
    from notes_site.deploy.s3 import S3Store

    if options.target.bucket:
        store = S3Store(options)
        return store, Distribution(options).invalidate if options.distribution else None
    folder = Path(options.target.folder)
    kept = {**options.sources, "output": options.output}
    return FolderStore(folder, check_place(folder, project, kept, "choose another folder")), None
