"""What a deploy says: the plan as a table, as a list and as JSON, and how it ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from notes_site.base.diagnostics import visible
from notes_site.deploy.plan import DeployPlan, SiteFile


def table(plan: DeployPlan, files: Mapping[str, SiteFile]) -> str:
    """Return the plan in four rows: files and bytes."""
    lines = [f"{'':9} {'files':>7} {'bytes':>12}"]
    for name, keys in (*_changes(plan), ("unchanged", plan.unchanged)):
        size = f"{_bytes(keys, files):>12,}" if name != "removed" else ""
        lines.append(f"{name:9} {len(keys):>7} {size}".rstrip())
    return "\n".join(lines)


def _listing(plan: DeployPlan) -> str:
    """Return every file that is not as it should be, with what will be done."""
    return "".join(f"{name:9} {visible(key)}\n" for name, keys in _changes(plan) for key in sorted(keys))


def as_object(plan: DeployPlan, files: Mapping[str, SiteFile]) -> dict[str, object]:
    """Return the plan for programs."""
    return {
        **{name: sorted(keys) for name, keys in _changes(plan)},
        "unchanged": len(plan.unchanged),
        "bytes": _bytes((*plan.new, *plan.changed), files),
        "invalidated": [path for step in plan.steps if step.action == "invalidate" for path in step.keys],
        "owed": list(plan.after.pending),
        "generation": plan.after.generation,
    }


def _changes(plan: DeployPlan) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from (("new", plan.new), ("changed", plan.changed), ("removed", plan.removed))


def _bytes(keys: Iterable[str], files: Mapping[str, SiteFile]) -> int:
    return sum(files[key].size for key in keys if key in files)


def report(state: str, plan: DeployPlan, files: Mapping[str, SiteFile], address: str, seconds: float) -> str:
    """Return what a deploy has done, or would do. `state`: that of a `run.Outcome`; `address`: of the site."""
    ending = {
        "deployed": f"deployed in {seconds:.1f} s: {address}",
        "unchanged": f"nothing to do ({seconds:.1f} s): {address}",
        "dry-run": "dry run: nothing was written",
        "declined": "nothing was written",
    }[state]
    if state == "declined":
        return ending
    return (_listing(plan) if state == "dry-run" else "") + f"{table(plan, files)}\n{ending}"


def some(names: Iterable[str], most: int = 3) -> str:
    """Return the first few of some names, and how many more there are."""
    shown = [*names]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(map(visible, shown[:most])) + more
