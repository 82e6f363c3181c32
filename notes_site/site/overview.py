"""`notes-site stats`: what was learned, how long it took, what is still open. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from notes_site.base import durations
from notes_site.base.config import level_names
from notes_site.base.diagnostics import columns
from notes_site.base.model import Card
from notes_site.site import stats
from notes_site.site.assemble import Site
from notes_site.site.values import Sums

NO_NAME = "(none)"
_HEADS = ("notes", "done", "doing", "planned", "spent", "estimate", "left")


class Overview(NamedTuple):
    """All sums of a site. `weeks`: minutes by ISO week; `days`: days with time; `missing`: path and title of notes
    without a time.
    """

    total: Sums
    areas: dict[str, Sums]
    levels: dict[str, Sums]
    kinds: dict[str, Sums]
    weeks: dict[str, int]
    comparison: stats.Comparison
    days: int
    missing: tuple[tuple[str, str], ...]


def overview(site: Site) -> Overview:
    """Return the sums of a site."""
    cards = [note.card for note in site.notes]
    levels, areas = level_names(site.config), {area.slug: area.name for area in site.areas}
    return Overview(
        total=stats.sums(cards),
        areas=_by(cards, lambda c: areas[c.area]),
        levels=_ordered(_by(cards, lambda c: levels.get(c.level, c.level)), levels.values()),
        kinds=_by(cards, lambda c: c.kind),
        weeks=stats.minutes_by_week(site.notes),
        comparison=stats.comparison(cards),
        days=len(stats.minutes_by_day(site.notes)),
        missing=tuple((n.path, n.card.title) for n in site.notes if stats.lacks_time(n.card)),
    )


def _by(cards: Iterable[Card], key: Callable[[Card], str]) -> dict[str, Sums]:
    return {name or NO_NAME: sums for name, sums in stats.sums_by(cards, key).items()}


def _ordered(sums: dict[str, Sums], order: Iterable[str]) -> dict[str, Sums]:
    known = [name for name in order if name in sums]
    return {name: sums[name] for name in (*known, *(name for name in sums if name not in known))}


def as_object(result: Overview) -> dict[str, object]:
    """Return the overview as a JSON-ready object; times are whole minutes."""
    return {
        "total": _fields(result.total),
        "areas": _named(result.areas),
        "levels": _named(result.levels),
        "kinds": _named(result.kinds),
        "weeks": [{"week": week, "time": minutes} for week, minutes in result.weeks.items()],
        "active_days": result.days,
        "planned_against_spent": result.comparison._asdict(),
        "without_time": [{"path": path, "title": title} for path, title in result.missing],
    }


def _fields(sums: Sums) -> dict[str, int]:
    return {name: getattr(sums, name) for name in sums.__struct_fields__}


def _named(groups: dict[str, Sums]) -> list[dict[str, object]]:
    return [{"name": name, **_fields(sums)} for name, sums in groups.items()]


def as_csv(result: Overview) -> str:
    """Return the overview as CSV (RFC 4180): one row a group, minutes as numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["by", "name", *Sums.__struct_fields__])
    for by, groups in _groups(result):
        writer.writerows([by, name, *_fields(sums).values()] for name, sums in groups.items())
    for week, minutes in result.weeks.items():
        writer.writerow(["week", week, "", "", "", "", "", minutes, "", "", ""])
    return out.getvalue()


def _groups(result: Overview) -> Iterator[tuple[str, dict[str, Sums]]]:
    yield "area", result.areas
    yield "level", result.levels
    yield "kind", result.kinds
    yield "total", {"all": result.total}


def as_text(result: Overview, shown: Callable[[str], str] = str) -> str:
    """Return the overview as tables for a terminal. `shown`: how people see a path in the content folder."""
    lines = []
    for by, groups in _groups(result):
        head = "Total" if by == "total" else f"By {by}"
        rows = [(name, *_cells(sums)) for name, sums in groups.items()]
        lines += [*_table((head, *_HEADS), rows), ""]
    if result.weeks:
        weeks = [(week, durations.show(minutes)) for week, minutes in result.weeks.items()]
        lines += [*_table(("By week", "spent"), weeks), "", f"Active days: {result.days}"]
    compared = result.comparison
    if compared.notes:
        spent, planned = durations.show(compared.time), durations.show(compared.estimate)
        head = f"Planned against spent, where both are noted ({compared.notes})"
        lines.append(f"{head}: {planned} planned, {spent} spent.")
    if result.missing:
        lines.append(f"Without a time ({len(result.missing)}):")
        lines += [f"  {shown(path)}: {title}" for path, title in result.missing]
    return "\n".join(lines).rstrip("\n") + "\n"


def _cells(sums: Sums) -> tuple[str, ...]:
    counts = (sums.notes, sums.done, sums.doing, sums.planned)
    return (*map(str, counts), *(durations.show(minutes) for minutes in (sums.time, sums.estimate, sums.left)))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, the others to the right."""
    lines = (heads, *rows)
    widths = [max(columns(row[n]) for row in lines) for n in range(len(heads))]
    return ["  ".join(map(_padded, row, widths, (False, *[True] * len(row)))).rstrip() for row in lines]


def _padded(cell: str, width: int, right: bool) -> str:
    space = " " * (width - columns(cell))
    return space + cell if right else cell + space
