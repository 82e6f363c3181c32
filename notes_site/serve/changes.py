"""A changed file, read as a scan would read it; what a scan would refuse or doubt is left to one."""

from __future__ import annotations

import os
import stat as modes
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from notes_site.digest import digest
from notes_site.files import MAX_BYTES, as_text, settled, stat_of
from notes_site.inputs import ignored_in, reads_as_text, stamp_of

Place = tuple[str, str]
"""A layer, and a file's path in it."""

_EXACT_NAMES = sys.platform == "linux"  # elsewhere one file answers to several spellings


class Odd(Exception):
    """Only a scan of everything can tell what a change means."""


class Change(NamedTuple):
    """A file as it is now: `data` is None when it is gone. `stamp` is '' when too young to vouch for the bytes."""

    layer: str
    path: str
    data: bytes | None
    digest: str | None
    stamp: str

    @property
    def place(self) -> Place:
        """Layer and path."""
        return self.layer, self.path


def places_of(file: Path, config: Path, roots: Mapping[str, str]) -> Iterator[Place]:
    """Yield where a file stands among the inputs; nothing for what is none."""
    if file == config:
        yield "config", file.name
    for layer, root in roots.items():
        if not file.is_relative_to(root):
            continue
        path = file.relative_to(root)
        if path.parts and not any(map(ignored_in(layer), path.parts)) and not _is_folder(file):
            yield layer, path.as_posix()


def _is_folder(file: Path) -> bool:
    return file.is_dir() and not file.is_symlink()


def read_change(place: Place, roots: Mapping[str, str], digests: Mapping[str, Mapping[str, str]]) -> Change:
    """Read a changed file.

    Raises:
        Odd: the config, our own source, or anything but a plain file of a name and size that a scan lets pass.
    """
    layer, path = place
    if layer in ("config", "program") or as_text(path) != path:
        raise Odd
    file = Path(roots[layer], path)
    if not _EXACT_NAMES and (path not in digests[layer] or not file.is_file()):
        raise Odd
    try:
        if os.path.realpath(file) != os.path.join(os.path.realpath(roots[layer]), *path.split("/")):
            raise Odd  # through a symbolic link
        now = time.time_ns()
        before = file.lstat()
        if not modes.S_ISREG(before.st_mode) or (before.st_size > MAX_BYTES and reads_as_text(layer, path)):
            raise Odd
        data = file.read_bytes()
    except FileNotFoundError:
        return Change(layer, path, None, None, "")
    except OSError as exc:
        raise Odd from exc
    stat = stat_of(before)
    return Change(layer, path, data, digest(data), stamp_of(stat) if settled(stat, now) else "")


def stamp_now(file: Path) -> str:
    """A file's stamp, 'gone' when it is no longer there: no file has that one."""
    try:
        return stamp_of(stat_of(file.stat()))
    except OSError:
        return "gone"
