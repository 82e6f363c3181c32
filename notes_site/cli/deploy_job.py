"""One run of `notes-site deploy`: from options and settings to a store, and what is said about it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

import click

from notes_site.base.config import Config
from notes_site.base.diagnostics import visible
from notes_site.base.errors import AmbiguousTarget, DeployError, ProjectNotFound
from notes_site.build import sources as origins
from notes_site.cli import terminal
from notes_site.cli.deploy_options import Given
from notes_site.config.load import load_config
from notes_site.config.project import Project, check_place, find, path_from
from notes_site.deploy import local, run, secrets, show
from notes_site.deploy.aws import Account
from notes_site.deploy.cloudfront import Distribution
from notes_site.deploy.folder import FolderStore
from notes_site.deploy.keys import NO_JEKYLL, Target, bad_keys, parse_target
from notes_site.deploy.s3 import S3Store
from notes_site.deploy.setup import material
from notes_site.storage.record import BuildRecord


def setup(config: Path | None, kind: str, target: str | None, given: Given) -> str:
    """Return what prepares a bucket: the one that is given, that of the settings here, or an example.

    Raises:
        InvalidTarget: the target cannot be understood.
    """
    try:
        settings = load_config(find(Path.cwd(), config))
    except ProjectNotFound:
        settings = Config()
    where = parse_target(os.path.expanduser(target or settings.deploy_target or "s3://example-notes"))
    region = given.region or settings.deploy_region or "us-east-1"
    return material(kind, where, region, given.distribution or settings.deploy_distribution)


class _Job(NamedTuple):
    """What is deployed, where to, and as whom; what is not given on the command line is from the settings."""

    project: Project
    config: Config
    output: Path
    target: Target
    account: Account
    distribution: str


def deploy(project: Project, target: str | None, given: Given) -> None:
    """Deploy as the options and settings say, and report.

    Raises:
        InvalidTarget: the target cannot be understood.
        UnsafeOutput: the target is a folder that must not be written to.
        DeployError: it could not be done.
    """
    started = time.perf_counter()
    job = _job(project, target, given)
    with terminal.progress() as progress:
        site = _site(job, given, progress)
    with terminal.progress() as progress:  # a line of its own, below the question
        options = run.Options(
            jobs=given.jobs,
            adopt=given.adopt,
            lock=not given.no_lock,
            dry_run=given.dry_run,
            max_delete=given.max_delete,
            prefix=job.target.prefix,
            if_absent=frozenset({NO_JEKYLL}),
            confirm=lambda plan: _confirmed(show.table(plan, site.files), job.target.shown, given),
            progress=lambda what, done, of: progress(f"[{'#' * (20 * done // max(of, 1)):20}] {what}", done, of),
        )
        result, region = (_to_folder if job.target.folder else _to_s3)(job, site, options)
    place = show.address(job.target, job.config.base_url, region, job.account.endpoint_url)
    _report(result, site, place, time.perf_counter() - started, given)


def _job(project: Project, target: str | None, given: Given) -> _Job:
    config = load_config(project)
    text = target or config.deploy_target
    if not text:
        raise click.UsageError("where to? Name a target, or write one into notes-site.toml: `target` below `[deploy]`")
    base = Path.cwd() if target else project.root
    where = _target(os.path.expanduser(text), base, given)
    if where.folder:
        where = where._replace(folder=os.path.normpath(base / where.folder))
    # The settings describe one target: for another one only what is given here counts.
    settings = config if text == config.deploy_target else Config()
    account = Account(
        given.profile or settings.deploy_profile,
        given.region or settings.deploy_region,
        given.endpoint_url or settings.deploy_endpoint_url,
        given.jobs,
    )
    output = given.output or Path(os.path.relpath(project.root / config.output))
    return _Job(project, config, output, where, account, given.distribution or settings.deploy_distribution)


def _target(text: str, base: Path, given: Given) -> Target:
    """Return what a target means, seen from a folder. Whether a bare name is a bucket is asked on a terminal."""
    try:
        return parse_target(text, lambda name: (base / name).is_dir())
    except AmbiguousTarget:
        if not _asks(given):
            raise
        question, answers = f"`{visible(text)}` may be a bucket or a folder. Which is it?", ["bucket", "folder"]
        scheme = "s3://" if click.prompt(question, type=click.Choice(answers), err=True) == "bucket" else "./"
        return parse_target(scheme + text)


def _asks(given: Given) -> bool:
    return not given.yes and not given.as_json and sys.stdin.isatty() and sys.stderr.isatty()


def _site(job: _Job, given: Given, progress: run.Progress) -> local.Built:
    record = local.read_record(job.output)
    unsure = "" if given.stale or given.build else _refuse_stale(job, record)
    local.refuse_problems(job.output, record, given.allow)
    if problems := bad_keys(job.target.prefix, record.files):
        raise DeployError(visible("; ".join(problems[:5])) + ": rename them, and build again")
    site = local.read_site(job.output, record, changed="changed" in given.allow, progress=progress)
    if "leaks" not in given.allow:
        secrets.refuse(job.output, site.files, job.config.leaks_allow)
    if job.target.folder:
        site.files.setdefault(NO_JEKYLL, local.EMPTY)
    if unsure:
        click.echo(f"note: {unsure}, so nobody can tell whether it is older than its sources", err=True)
    if site.strangers:
        shown = ", ".join(map(visible, site.strangers[:3])) + (", ..." if len(site.strangers) > 3 else "")
        click.echo(
            f"not from the build, and so not published: {shown} ({len(site.strangers)} in {job.output})", err=True
        )
    return site


def _refuse_stale(job: _Job, record: BuildRecord) -> str:
    """Return why it cannot be told whether the built site is older than its sources, '' when it is not.

    Raises:
        DeployError: it is.
    """
    if not record.sources:
        return f"{job.output} does not say what it was built from"
    now = origins.current(job.project, job.config)
    if now is None:
        return f"what {job.output} was built from is not here"
    if now.sources == record.sources:
        return ""
    mend = "build it again, or give --build; --stale deploys it as it is"
    if now.sources.site == record.sources[0]:
        raise DeployError(f"{job.output} was built by another version of notes-site: {mend}")
    later = [visible(path_from(Path.cwd(), job.project.root, path)) for path in now.since(record.written)]
    shown = f" ({', '.join(later[:3])}{f' and {len(later) - 3} more' if len(later) > 3 else ''})" if later else ""
    raise DeployError(f"{job.output} is older than its sources{shown}: {mend}")


def _to_folder(job: _Job, site: local.Built, options: run.Options) -> tuple[run.Result, str]:
    config, root, target = job.config, job.project.root, job.target.folder
    kept = {"content": root / config.content, "templates": root / config.templates, "static": root / config.static}
    real = check_place(Path(target), job.project, {**kept, "output": job.output}, "choose another folder")
    return run.deploy(job.output, site.files, target, FolderStore(real), options), ""


def _to_s3(job: _Job, site: local.Built, options: run.Options) -> tuple[run.Result, str]:
    store = S3Store(job.target.bucket, job.target.prefix, job.account)
    if job.distribution:
        options = options._replace(invalidate=Distribution(job.distribution, job.account).invalidate)
    target = f"{job.target.shown} {job.account.endpoint_url}".strip()
    return run.deploy(job.output, site.files, target, store, options), store.region


def _confirmed(table: str, target: str, given: Given) -> bool:
    if not _asks(given):
        return True
    click.echo(table, err=True)
    return click.confirm(f"Deploy to {target}?", default=True, err=True)


def _report(result: run.Result, site: local.Built, place: str, seconds: float, given: Given) -> None:
    if given.as_json:
        what = {"state": result.state, "deploy": result.deploy, **show.as_object(result.plan, site.files)}
        terminal.print_json({**what, "address": place, "seconds": round(seconds, 3)})
        return
    if given.dry_run:
        click.echo(show.listing(result.plan), nl=False)
    if result.state != "declined":
        click.echo(show.table(result.plan, site.files))
    if result.plan.after.owed and result.state != "dry-run":
        owed = len(result.plan.after.owed)
        click.echo(f"{owed} paths are still to be invalidated: give --distribution to do so", err=True)
    done = {
        "deployed": f"deployed in {seconds:.1f} s: {place}",
        "unchanged": f"nothing to do ({seconds:.1f} s): {place}",
        "dry-run": "dry run: nothing was written",
        "declined": "nothing was written",
    }
    click.echo(done[result.state])
