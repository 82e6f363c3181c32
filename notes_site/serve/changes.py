"""A changed file, read as a scan would read it, and what it changes; what a scan would refuse is left to one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

import msgspec

from notes_site.base.decoding import LIMIT
from notes_site.base.diagnostics import Diagnostic, failed, in_folder
from notes_site.base.digest import digest
from notes_site.base.errors import RescanNeeded
from notes_site.base.model import Note, Parsed
from notes_site.base.paths import Origin
from notes_site.build.inputs import ignored_in, reads_as_text, scan_layers, stamp_of
from notes_site.build.load import Loaded, checked_for_leaks, leaks_in_file
from notes_site.secrets import detect
from notes_site.secrets.files import private
from notes_site.storage.files import as_text, digest_of_open, open_plain, settled, stat_if_there, stat_of

_EMPTY = digest(b"")
_EXACT_NAMES = sys.platform == "linux"  # elsewhere one file answers to several spellings


class Change(NamedTuple):
    """A file as it is now: `digest` is empty when it is gone, `stamp` also when it is too young to vouch for the
    bytes; `data` is None then, and for what is read as no text. `leaks` are the secrets in a file that is no note.
    """

    layer: str
    path: str
    data: bytes | None
    digest: str
    stamp: str
    leaks: tuple[Diagnostic, ...] = ()

    @property
    def origin(self) -> Origin:
        """Where the file stands among the inputs."""
        return Origin(self.layer, self.path)

    @property
    def is_empty(self) -> bool:
        """Whether the file is empty, or gone."""
        return self.digest in ("", _EMPTY)


def origins_of(file: Path, config: Path, roots: Mapping[str, str]) -> Iterator[Origin]:
    """Yield where a file stands among the inputs; nothing for what is none."""
    if file == config:
        yield Origin("config", file.name)
    for layer, root in roots.items():
        if not file.is_relative_to(root):
            continue
        path = file.relative_to(root)
        if path.parts and not any(map(ignored_in(layer), path.parts)) and not _is_folder(file):
            yield Origin(layer, path.as_posix())


def stamps_now(roots: Mapping[str, str], config: Path) -> dict[str, str]:
    """Return the stamps of all files of the site, its config with them, as they are on the disk, by `layer:path`."""
    watched = {layer: root for layer, root in roots.items() if layer != "program"}
    scans = scan_layers(watched, {})
    stamps = {f"{layer}:{path}": stamp_of(stat) for layer, found in scans.items() for path, stat in found.files.items()}
    return {**config_stamp(config), **stamps}


def config_stamp(config: Path) -> dict[str, str]:
    """Return the stamp of the config as one of `stamps_now`; nothing when there is no config."""
    stat = stat_if_there(config)
    return {f"config:{config.name}": stamp_of(stat)} if stat else {}


def differing(read: Mapping[str, str], now: Mapping[str, str], roots: Mapping[str, str], config: Path) -> list[Path]:
    """Return the files whose stamps are no longer those that were read."""
    names = (name for name in {**read, **now} if read.get(name) != now.get(name))
    folders = {"config": str(config.parent), **roots}
    places = (name.partition(":") for name in names)
    return [Path(folders[layer], path) for layer, _, path in places if layer != "program"]


def is_linked(file: Path, links: Collection[str]) -> bool:
    """Return whether a file is one of these links or what they lead to, or lies below one: it may be several inputs."""
    names = {os.path.abspath(file), os.path.realpath(file)} if links else ()
    return any(name == link or name.startswith(link + os.sep) for name in names for link in links)


def _is_folder(file: Path) -> bool:
    return file.is_dir() and not file.is_symlink()


def read_change(origin: Origin, old: Loaded) -> Change:
    """Read a changed file of what is loaded.

    Raises:
        RescanNeeded: the config, our own source, or anything but a plain file of a name and size that a scan lets pass.
    """
    layer, path = origin
    if layer in ("config", "program") or as_text(path) != path or _is_told_by_name(old, layer, path):
        raise RescanNeeded
    file = Path(old.roots[layer], path)
    if not _EXACT_NAMES and (path not in old.inputs.digests[layer] or not file.is_file()):
        raise RescanNeeded
    try:
        if os.path.realpath(file) != os.path.join(os.path.realpath(old.roots[layer]), *path.split("/")):
            raise RescanNeeded  # through a symbolic link
        now = time.time_ns()
        before = file.lstat()
        if not S_ISREG(before.st_mode) or (before.st_size > LIMIT and reads_as_text(layer, path)):
            raise RescanNeeded
        is_text = reads_as_text(layer, path)
        data: bytes | None = None
        leaked: tuple[Diagnostic, ...] = ()
        if checked_for_leaks(layer, path):
            data, leaked = leaks_in_file(old.inputs, layer, path, before.st_size, old.config.leaks_allow)
        with open_plain(file) as held:
            if is_text and data is None:
                data = held.read()
            found = digest_of_open(held) if data is None else digest(data)
    except FileNotFoundError:
        return Change(layer, path, None, "", "")
    except OSError as exc:
        raise RescanNeeded from exc
    stat = stat_of(before)
    return Change(layer, path, data if is_text else None, found, stamp_of(stat) if settled(stat, now) else "", leaked)


def _is_told_by_name(old: Loaded, layer: str, path: str) -> bool:
    """Return whether the name of a file is a problem, which may be that of its folder."""
    name = f"{old.shown.get(layer, layer)}/{path}"
    return private(name) is not None or bool(detect.check_names([name]))


def same_site(old: Loaded, new: Loaded) -> bool:
    """Return whether two scans found the same."""
    return (old.config, old.roots, old.inputs.digests, {*old.problems}, old.program) == (
        new.config, new.roots, new.inputs.digests, {*new.problems}, new.program
    )  # fmt: skip


def half_written(old: Loaded, new: Loaded, config: Path) -> bool:
    """Return whether a changed file looks as if it were still being written: empty, or newly wrong."""
    for (layer, path), data in new.inputs.data.items():
        if not data and old.inputs.digests.get(layer, {}).get(path) != new.inputs.digests[layer][path]:
            return True
    if (old.sound and not new.sound) or (new.config != old.config and _is_empty(config)):
        return True
    was = {path for path, result in old.parsed.items() if failed(result.diagnostics)}
    return any(failed(result.diagnostics) for path, result in new.parsed.items() if path not in was)


def _is_empty(file: Path) -> bool:
    """Return whether there is nothing in a file, or no file."""
    return not file.is_file() or not file.stat().st_size


def changed_by(old: Loaded, changes: Collection[Change], parsed: Mapping[str, Parsed]) -> Loaded:
    """What is loaded after some changes; all else is as it was."""
    digests, data, notes = dict(old.inputs.digests), dict(old.inputs.data), {**old.parsed, **parsed}
    for layer in {change.layer for change in changes}:
        digests[layer] = dict(digests[layer])
    for change in changes:
        if not change.digest:
            digests[change.layer].pop(change.path, None)
            data.pop(change.origin, None)
            if change.layer == "content":
                notes.pop(change.path, None)
        else:
            digests[change.layer][change.path] = change.digest
            if change.layer != "content" and change.data is not None:
                data[change.origin] = change.data
    if len(notes) != len(old.parsed) or old.parsed.keys() != notes.keys():
        notes = dict(sorted(notes.items()))
    again = {f"{old.shown[c.layer]}/{c.path}" for c in changes if checked_for_leaks(c.layer, c.path)}
    kept = [d for d in old.problems if d.code not in ("leak", "not-searched") or d.path not in again]
    problems = (*kept, *(leak for change in changes for leak in change.leaks))
    return old._replace(inputs=old.inputs._replace(digests=digests, data=data), problems=problems, parsed=notes)


def only_text_changed(old: Loaded, new: Loaded, change: Change) -> bool:
    """Return whether what changed in a file is what no page but the note's own shows."""
    before, after = old.parsed.get(change.path), new.parsed.get(change.path)
    if change.layer != "content" or not before or not after or not before.note or not after.note:
        return False
    if failed(before.diagnostics) or failed(after.diagnostics):
        return False
    return _seen_elsewhere(before.note) == _seen_elsewhere(after.note)


def diagnostics_after(
    found: tuple[Diagnostic, ...], old: Loaded, new: Loaded, paths: Collection[str]
) -> tuple[tuple[Diagnostic, ...], bool]:
    """Return the problems of a site after the text of these notes changed, and whether some may have moved that only
    the whole site tells.
    """
    folder = new.config.content
    shown = {f"{folder}/{path}" for path in paths}
    gone = {d for path in paths for d in in_folder(folder, old.parsed[path].diagnostics)}
    come = [d for path in paths for d in in_folder(folder, new.parsed[path].diagnostics)]
    if gone != set(come):
        found = (*(d for d in found if d.path not in shown or d not in gone), *come)
    return found, any(d.path in shown and d not in come and d.severity != "note" for d in found)


def _seen_elsewhere(note: Note) -> Note:
    """What other pages may see of a note, and what its own links mean."""
    refs = tuple(msgspec.structs.replace(ref, line=0, column=0, length=0) for ref in note.refs)
    return msgspec.structs.replace(note, body="", excerpt="", words=0, search="", terms=0, headings=(), refs=refs)
