"""The build that has nothing to do: found out from stamps alone, before anything heavy is loaded."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from notes_site.base import jsondata
from notes_site.base.digest import combine
from notes_site.build.inputs import scan_layers
from notes_site.storage.cache import Cache
from notes_site.storage.files import STATE, Stat, stat_if_there, stat_of
from notes_site.storage.record import record_path
from notes_site.storage.scan import Scan, scan

_DEPENDENCIES = (
    "click", "jinja2", "markdown_it_py", "markupsafe", "mdit_py_plugins", "mdurl", "msgspec", "nh3",
    "pygments", "pyyaml", "rjsmin",
)  # fmt: skip


class Run(NamedTuple):
    """A run as the cache remembers it. `roots` and `shown` are the folders of its layers and what problems call them;
    `diagnostics` is what `diagnostics.dumps` wrote, `allow` the fingerprints of what is no secret. An empty stamp
    vouches for nothing.
    """

    stamp: str
    roots: Mapping[str, str]
    shown: Mapping[str, str]
    output: str
    published: bool
    notes: int
    pages: int
    diagnostics: str
    allow: Sequence[str]


def toolchain() -> tuple[str, ...]:
    """Return what else decides the output: Python, and our dependencies' versions.

    The names of their `*.dist-info` folders tell; `importlib.metadata` takes twenty times as long to say so.
    """
    found = set[str]()
    for folder in filter(None, sys.path):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        found.update(n for n in names if n.endswith(".dist-info") and n.partition("-")[0].lower() in _DEPENDENCIES)
    return (sys.version, *sorted(found))


def run_key(config: Path, output: str | None, **flags: object) -> str:
    """Return the key of a run: the config, all flags and variables that decide the outcome, and which installation
    of this program it is.
    """
    program = str(Path(__file__).resolve().parents[1])
    return json.dumps([str(config), output, flags, os.environ.get("SOURCE_DATE_EPOCH"), program], sort_keys=True)


def input_stamp(config: Stat | None, scans: Mapping[str, Scan]) -> str:
    """Return one digest of the stamps of all inputs and of the toolchain. `config`: the stamp of the config read."""
    inputs = (repr((name, [*found.files.items()], found.problems)) for name, found in sorted(scans.items()))
    return combine(repr(toolchain()), repr(config), *inputs)


def output_stamp(output: str) -> str:
    """Return one digest of the stamps of all files in an output folder, the build record with them."""
    try:
        record = repr(stat_of(record_path(Path(output)).stat()))
    except OSError:
        record = ""
    found = scan(Path(output), output, _ignored_in_output)
    return combine(record, repr([*found.files.items()]), repr(found.problems))


def _ignored_in_output(name: str) -> bool:
    return name in (STATE, ".git")


def recall(cache: Cache, key: str, config: Path) -> Run | None:
    """Return the last run with these flags when nothing has changed since."""
    try:
        run = Run(*jsondata.decode(cache.get("runs", key) or b""))
    except (TypeError, ValueError):
        return None
    inputs, _, output = run.stamp.partition(" ")
    if not inputs or inputs != input_stamp(stat_if_there(config), scan_layers(run.roots, run.shown)):
        return None
    return run if output == output_stamp(run.output) else None


def remember(cache: Cache, key: str, run: Run) -> None:
    """Keep a run for `recall`."""
    cache.put("runs", key, json.dumps(run).encode())
