"""What a deploy says: the plan as a table, as JSON, and the address of the site. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from notes_site.base.diagnostics import visible
from notes_site.deploy.keys import Target
from notes_site.deploy.model import LocalFile
from notes_site.deploy.plan import Plan

_DASH_REGIONS = frozenset({
    "us-east-1", "us-west-1", "us-west-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-west-1",
    "sa-east-1", "us-gov-west-1",
})  # fmt: skip  # AWS General Reference, "Amazon S3 website endpoints": the others have a dot


def table(plan: Plan, files: Mapping[str, LocalFile]) -> str:
    """Return the plan in four rows: files and bytes."""
    rows = [("new", plan.new), ("changed", plan.changed), ("removed", plan.removed), ("unchanged", plan.unchanged)]
    lines = [f"{'':9} {'files':>7} {'bytes':>12}"]
    for name, keys in rows:
        size = f"{_bytes(keys, files):>12,}" if name != "removed" else ""
        lines.append(f"{name:9} {len(keys):>7} {size}".rstrip())
    return "\n".join(lines)


def listing(plan: Plan) -> str:
    """Return every file that is not as it should be, with what will be done."""
    rows = [("new", plan.new), ("changed", plan.changed), ("removed", plan.removed)]
    return "".join(f"{name:9} {visible(key)}\n" for name, keys in rows for key in sorted(keys))


def as_object(plan: Plan, files: Mapping[str, LocalFile]) -> dict[str, object]:
    """Return the plan for programs."""
    return {
        "new": sorted(plan.new),
        "changed": sorted(plan.changed),
        "removed": sorted(plan.removed),
        "unchanged": len(plan.unchanged),
        "bytes": _bytes((*plan.new, *plan.changed), files),
        "invalidated": [path for step in plan.steps if step.action == "invalidate" for path in step.keys],
        "owed": list(plan.after.owed),
        "generation": plan.after.generation,
    }


def _bytes(keys: Iterable[str], files: Mapping[str, LocalFile]) -> int:
    return sum(files[key].size for key in keys if key in files)


def address(target: Target, base_url: str, region: str, endpoint_url: str) -> str:
    """Return where the site can be read, as far as that can be known."""
    if base_url:
        return f"{base_url}/"
    if target.folder:
        return f"{target.folder.rstrip('/')}/index.html"
    prefix = quote(target.prefix, safe="/")
    if endpoint_url:
        return f"{endpoint_url.rstrip('/')}/{target.bucket}/{prefix}index.html"
    dot = "-" if region in _DASH_REGIONS else "."
    end = ".cn" if region.startswith("cn-") else ""
    return f"http://{target.bucket}.s3-website{dot}{region}.amazonaws.com{end}/{prefix}"
