"""What `notes-site deploy` can be asked for. Loads nothing heavy: the command line begins with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from notes_site.deploy.target import Target


class Limit(NamedTuple):
    """A number, or a percentage."""

    number: int
    percent: bool

    def of(self, total: int) -> int:
        """Return how many of a total it allows."""
        return total * self.number // 100 if self.percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


def parse_limit(text: str) -> Limit:
    """Return what `20` or `50%` means.

    Raises:
        ValueError: it is no such limit.
    """
    number = text.removesuffix("%")
    if not number.isdecimal():
        raise ValueError("write a number like 20, or a share like 50%")
    return Limit(int(number), text != number)


class DeployOptions(NamedTuple):
    """How to deploy: each option of the command line under its name; for what is not given, what `[deploy]` in the
    settings says, or the default. `output` is the folder with the built site, `sources` are those that no site may be
    written to; `leaks_allow`: the fingerprints of what is no secret.
    """

    output: Path
    target: Target
    sources: Mapping[str, Path] = {}
    base_url: str = ""
    leaks_allow: Collection[str] = ()
    profile: str = ""
    region: str = ""
    endpoint_url: str = ""
    distribution: str = ""
    dry_run: bool = False
    yes: bool = False
    jobs: int = 16
    max_delete: Limit = Limit(50, percent=True)
    adopt: bool = False
    no_lock: bool = False
    build: bool = False
    stale: bool = False
    allow: tuple[str, ...] = ()
    as_json: bool = False
