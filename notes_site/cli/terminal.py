"""What a command says: results to standard output, progress and problems to standard error."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO

import click

from notes_site.base.diagnostics import Diagnostic, as_github, as_json, show
from notes_site.build.report import Report
from notes_site.config.project import seen_from
from notes_site.secrets import streams


def show_build(report: Report, seconds: float, root: Path, *, why: bool, as_json: bool, strict: bool) -> None:
    """Say what a build of the project in `root` did."""
    streams.allow(report.allow)
    if as_json:
        print_json(_as_object(report, seconds))
        return
    show_problems(report.diagnostics, root, notes=False)
    if why:
        for path, reasons in report.why:
            print(f"{path}: {', '.join(reasons)}")
    print(summary(report, seconds, strict=strict))


def summary(report: Report, seconds: float, *, strict: bool = False) -> str:
    """Return the one line at the end of a build."""
    if not report.published:
        errors, warnings = _count(report.diagnostics)
        stopping = _plural(errors, "error") if errors else f"{_plural(warnings, 'warning')} under --strict"
        return f"{_plural(report.notes, 'note')}: {stopping}, nothing published ({seconds:.2f} s)"
    return (
        f"{_plural(report.notes, 'note')}, {_plural(report.pages, 'page')}: {report.written} written, "
        f"{report.unchanged} unchanged, {report.removed} removed in {seconds:.2f} s"
    )


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _count(diagnostics: Sequence[Diagnostic]) -> tuple[int, int]:
    counts = Counter(d.severity for d in diagnostics)
    return counts["error"], counts["warning"]


def _as_object(report: Report, seconds: float) -> dict[str, object]:
    return {
        **{name: value for name, value in report._asdict().items() if name != "allow"},
        "diagnostics": as_json(report.diagnostics),
        "why": dict(report.why),
        "seconds": round(seconds, 3),
    }


def print_json(value: object) -> None:
    """Print a value as JSON to standard output, with the secrets in its texts hidden."""
    streams.write_raw(json.dumps(streams.MASK.value(value), indent=1) + "\n")


def show_problems(diagnostics: Sequence[Diagnostic], root: Path, *, notes: bool) -> None:
    """Print problems to standard error, their paths, which are relative to `root`, as seen from the working directory.

    Without `notes` those of that severity are only counted.
    """
    colour = has_colour(sys.stderr)
    told = [d for d in diagnostics if notes or d.severity != "note"]
    for d in seen_from(Path.cwd(), root, told):
        print(show(d, colour=colour), file=sys.stderr)
    counts = Counter(d.code for d in diagnostics if d.severity == "note")
    if counts and not notes:
        listed = ", ".join(f"{code} {number}" for code, number in sorted(counts.items()))
        print(f"{_plural(sum(counts.values()), 'note')} ({listed}): `notes-site check` shows them", file=sys.stderr)


def show_check(diagnostics: Sequence[Diagnostic], root: Path, form: str) -> None:
    """Say what `check` found in the project in `root`, in a form: `text`, `json` or `github`.

    GitHub looks for files from the root of the repository, which its runner names in GITHUB_WORKSPACE.
    """
    if form == "json":
        print_json(as_json(diagnostics))
    elif form == "github":
        repository = os.path.realpath(os.environ.get("GITHUB_WORKSPACE") or ".")
        for d in seen_from(repository, root, diagnostics):
            print(as_github(streams.MASK.diagnostic(d)))
    else:
        show_problems(diagnostics, root, notes=True)
        errors, warnings = _count(diagnostics)
        print(f"{_plural(errors, 'error')}, {_plural(warnings, 'warning')}")


def has_colour(stream: TextIO) -> bool:
    """Return whether to colour: on a terminal, unless NO_COLOR (no-color.org) says no."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that shows progress on one line of a terminal, and nothing in a pipe or under CI."""
    stream = sys.stderr
    shown = ""
    last = 0.0

    def say(what: str, done: int, of: int) -> None:
        nonlocal shown, last
        now = time.monotonic()
        if now - last < 0.1:
            return
        last = now
        text = f"{what} {done}/{of}"
        stream.write("\r" + text.ljust(len(shown)))
        stream.flush()
        shown = text

    def nothing(what: str, done: int, of: int) -> None:
        """Stay quiet."""

    try:
        yield say if stream.isatty() and not os.environ.get("CI") else nothing
    finally:
        if shown:
            stream.write("\r" + " " * len(shown) + "\r")
            stream.flush()


def reason(exc: OSError) -> str:
    """Return in a line what the system could not do, and with which file."""
    return ": ".join(filter(None, [exc.strerror or str(exc), str(exc.filename or "")]))


def fail(message: str) -> NoReturn:
    """Say what went wrong and end."""
    click.echo(f"error: {message}", err=True)
    sys.exit(1)
