"""All files that a build reads, with their digests: only what changed since the last build is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from notes_site.base.decoding import LIMIT, too_large
from notes_site.base.diagnostics import Diagnostic
from notes_site.base.digest import digest
from notes_site.base.paths import is_note
from notes_site.storage.cache import Cache
from notes_site.storage.files import STATE, Stat, digest_inside, read_inside, settled, settled_with
from notes_site.storage.scan import Scan, is_ignored, is_left_out, scan, unreadable

_NOISE = frozenset({".DS_Store", ".git", ".gitignore", ".gitkeep", "Thumbs.db", STATE})
_TEXT_LAYERS = ("templates", "theme-templates", "program")


class Inputs(NamedTuple):
    """`roots`: the folder of each layer; `shown`: what problems call it, where it is the site's own. `digests` by layer
    and path; `data` of the texts that were read now; `stamps` to remember, by `layer:path`; `links` as in a scan.
    """

    roots: Mapping[str, str]
    shown: Mapping[str, str]
    digests: dict[str, dict[str, str]]
    data: dict[tuple[str, str], bytes]
    stamps: dict[str, tuple[str, str]]
    problems: tuple[Diagnostic, ...]
    links: frozenset[str]

    def read(self, layer: str, path: str) -> bytes:
        """Return the bytes of a file as they were when it was read for its digest, else as they are now.

        Raises:
            OSError: it cannot be read.
        """
        data = self.data.get((layer, path))
        return read_inside(self.roots[layer], Path(self.roots[layer], path)) if data is None else data


def scan_layers(roots: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, Scan]:
    """Scan every layer. `shown` is how a layer's folder is called in problems."""
    return {name: scan(Path(root), shown.get(name, root), ignored_in(name)) for name, root in roots.items()}


def ignored_in(layer: str) -> Callable[[str], bool]:
    """Return what tells whether a name in a layer is no part of the site."""
    of_static = {"static": _ignored_in_static, "theme-static": _ignored_in_static}
    return {**of_static, "content": is_left_out, "program": _ignored_in_program}.get(layer, is_ignored)


def _ignored_in_static(name: str) -> bool:
    """Hidden files such as `.well-known` and `.nojekyll` are part of a site."""
    return name in _NOISE or name.endswith(("~", ".swp"))


def _ignored_in_program(name: str) -> bool:
    return ("." in name and not name.endswith(".py")) or name in ("__pycache__", "_theme")


def read_inputs(
    roots: Mapping[str, str], scans: Mapping[str, Scan], shown: Mapping[str, str], known: Mapping[str, tuple[str, str]]
) -> Inputs:
    """Return the digests of all scanned files. `known`: stamp and digest by `layer:path` from the last build."""
    digests: dict[str, dict[str, str]] = {}
    data: dict[tuple[str, str], bytes] = {}
    stamps: dict[str, tuple[str, str]] = {}
    problems = [problem for found in scans.values() for problem in found.problems]
    for layer, found in scans.items():
        of_layer = digests[layer] = {}
        for path, stat in found.files.items():
            name = f"{layer}:{path}"
            before = known.get(name)
            if before and before[0] == stamp_of(stat):
                of_layer[path] = before[1]
                stamps[name] = before
                continue
            file, is_text = Path(roots[layer], path), reads_as_text(layer, path)
            if stat.size > LIMIT and is_text:
                problems.append(too_large(f"{shown.get(layer, layer)}/{path}", stat.size))
                continue
            try:
                if is_text:
                    data[layer, path], stat = settled_with(file, partial(read_inside, roots[layer]))
                    of_layer[path] = digest(data[layer, path])
                else:
                    of_layer[path], stat = settled_with(file, partial(digest_inside, roots[layer]))
            except OSError as exc:
                problems.append(unreadable(f"{shown.get(layer, layer)}/{path}", exc))
                continue
            stamps[name] = (stamp_of(stat) if settled(stat, time.time_ns()) else "", of_layer[path])
    links = frozenset[str]().union(*(found.links for found in scans.values()))
    return Inputs(roots, shown, digests, data, stamps, tuple(problems), links)


def remembered(cache: Cache) -> dict[str, tuple[str, str]]:
    """Return stamp and digest of every input that is known, by `layer:path`."""
    found = ((path, value.decode().partition(" ")) for path, value in cache.items("inputs").items())
    return {path: (stamp, digest) for path, (digest, _, stamp) in found}


def remember(cache: Cache, known: Mapping[str, tuple[str, str]], inputs: Inputs) -> None:
    """Remember the inputs that are no longer as they were known, and forget those that are gone."""
    for name, (stamp, found) in inputs.stamps.items():
        if known.get(name) != (stamp, found):
            cache.put("inputs", name, f"{found} {stamp}".encode())
    cache.forget("inputs", known.keys() - inputs.stamps.keys())


def reads_as_text(layer: str, path: str) -> bool:
    """Return whether a file's bytes are needed in a build, not its digest alone."""
    return (layer == "content" and is_note(path)) or layer in _TEXT_LAYERS


def stamp_of(stat: Stat) -> str:
    """Return a stamp as one text."""
    return " ".join(map(str, stat))
