"""What a build did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from notes_site.base.diagnostics import Diagnostic, loads
from notes_site.build.up_to_date import Run


class Report(NamedTuple):
    """What a build did. `why`: for each written file the reasons. `published` is False when problems stopped it.
    `allow`: fingerprints of what is no secret.
    """

    notes: int
    pages: int
    written: int
    unchanged: int
    removed: int
    diagnostics: tuple[Diagnostic, ...]
    why: tuple[tuple[str, tuple[str, ...]], ...]
    published: bool
    output: str
    allow: Sequence[str] = ()


def unchanged(run: Run) -> Report:
    """Return the report of a build that had nothing to do."""
    pages = run.pages if run.published else 0
    problems = loads(run.diagnostics)
    return Report(run.notes, run.pages, 0, pages, 0, problems, (), run.published, run.output, run.allow)
