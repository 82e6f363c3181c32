"""What a site was built from, as digests in its build record: so that an old build can be told from a fresh one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from notes_site.base.config import Config
from notes_site.base.digest import combine, digest
from notes_site.build.inputs import read_inputs, remembered, scan_layers
from notes_site.config.project import Project, layers, read_config
from notes_site.storage.cache import Cache

_OURS = ("program", "theme-static", "theme-templates")


class Sources(NamedTuple):
    """Digests of all that a site is built from: `site` of its settings and files, drafts and all, `program` of this
    program and its theme. Bytes count, not dates; installed libraries do not.
    """

    site: str
    program: str


class Current(NamedTuple):
    """The sources as they are now. `changed`: when each file of the site was changed last, in ns, by its path."""

    sources: Sources
    changed: dict[str, int]

    def since(self, then: int) -> list[str]:
        """Return the files that were changed after a time in ns, the latest first."""
        return sorted((path for path, at in self.changed.items() if at > then), key=lambda path: -self.changed[path])


def sources_of(config: bytes, digests: Mapping[str, Mapping[str, str]]) -> Sources:
    """Return the digests of a config and of files, whose own digests are given by layer and path."""

    def of(layers: list[str]) -> list[str]:
        return [part for layer in layers for path, found in sorted(digests[layer].items()) for part in (path, found)]

    own = [layer for layer in sorted(digests) if layer not in _OURS]
    ours = [layer for layer in sorted(digests) if layer in _OURS]
    return Sources(combine(digest(config), *own, *of(own)), combine(*ours, *of(ours)))


def current(project: Project, config: Config) -> Current | None:
    """Return what a build would read now, None when the folder of the notes is not here. Where there is a cache, only
    what has changed since is read.
    """
    roots = layers(project, config.content, config.templates, config.static)
    if not Path(roots["content"]).is_dir():
        return None
    shown = {"content": config.content, "templates": config.templates, "static": config.static}
    known = {}
    if project.state.is_file():
        with closing(Cache(project.state)) as cache:
            known = remembered(cache)
    scans = scan_layers(roots, shown)
    digests = read_inputs(roots, scans, shown, known).digests
    changed = {
        f"{shown[layer]}/{path}": stat.modified
        for layer, found in scans.items()
        if layer in shown
        for path, stat in found.files.items()
    }
    settings = read_config(project)
    if settings.stamp:
        changed[project.config.name] = settings.stamp.modified
    return Current(sources_of(settings.data, digests), changed)
