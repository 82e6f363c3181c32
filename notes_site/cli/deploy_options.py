"""The options of the command, as they are given."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Given(NamedTuple):
    """The options of the command. None: not given, so that the settings under `[deploy]` count."""

    output: Path | None
    profile: str | None
    region: str | None
    endpoint_url: str | None
    distribution: str | None
    dry_run: bool
    yes: bool
    jobs: int
    max_delete: str
    adopt: bool
    no_lock: bool
    allow: tuple[str, ...]
    build: bool
    stale: bool
    as_json: bool
