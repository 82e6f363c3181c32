"""The file system: scanning, stamps, settled reads, the build lock. Loads nothing heavy, so that a build with
nothing to do stays fast.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat as modes
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from notes_site.diagnostics import Diagnostic, error, note
from notes_site.digest import hasher

STATE = ".notes-site"  # our folder beside the config, and in an output folder

_FINE_GRAIN = 20_000_000  # ns: kernels stamp files with a clock that ticks every 1 to 10 ms
_COARSE_GRAIN = 2_000_000_000  # ns: FAT keeps even seconds
_ATTEMPTS = 5  # at reading a file that changes meanwhile: a save is over by then, a log never
_EDITOR_LEFTOVERS = ("~", ".swp", ".swo", ".swx", ".tmp", "___jb_tmp___", "___jb_old___")


# Folders from which Jekyll, Hugo's and Obsidian's users, npm and macOS publish nothing.
_KEPT_HOME = frozenset(
    {
        "__macosx", "_data", "_drafts", "_includes", "_layouts", "_plugins", "_private", "_sass", "_site", "_templates",
        "node_modules",
    }
)  # fmt: skip
_LEFT_OUT = "folders of this name are not published, nor is what lies in this one"
_PUBLISH_IT = "to publish it, give it another name"

Read = TypeVar("Read")


class Stat(NamedTuple):
    """What tells that a file is as it was: size in bytes, modification and change in ns, inode."""

    size: int
    modified: int
    changed: int
    inode: int


UNSETTLED = Stat(-1, 2**63, 2**63, 0)
"""The stamp of what changed while it was read, again and again: no file has it, and its time never comes."""


class Scan(NamedTuple):
    """Files below a folder by their relative path with forward slashes, in order, and what is wrong with others.
    `links` are the symbolic links, and where they lead, both in full.
    """

    files: dict[str, Stat]
    problems: tuple[Diagnostic, ...]
    links: frozenset[str] = frozenset()


def stat_of(result: os.stat_result) -> Stat:
    """Return the parts of a stat result that we compare."""
    return Stat(result.st_size, result.st_mtime_ns, result.st_ctime_ns, result.st_ino)


def settled(stat: Stat, now: int) -> bool:
    """Tell whether a later change would show in the stamp: git's racy rule, by the clock's grain (times in ns)."""
    coarse = stat.modified % 1_000_000_000 == 0
    return max(stat.modified, stat.changed) + (_COARSE_GRAIN if coarse else _FINE_GRAIN) < now


def is_ignored(name: str) -> bool:
    """Tell whether a file or folder is no part of a site: hidden ones, and what editors leave while they save."""
    of_emacs = name.startswith("#") and name.endswith("#")
    return name.startswith(".") or of_emacs or name.endswith(_EDITOR_LEFTOVERS) or name == "4913"


def is_left_out(name: str) -> bool:
    """Tell whether a file or folder of the content stays at home: what is ignored, and what other tools keep back."""
    return is_ignored(name) or name.lower() in _KEPT_HOME


def scan(root: Path, shown: str, ignored: Callable[[str], bool] = is_ignored) -> Scan:
    """Return the files below `root`; a folder that is not there has none. `shown` names the root in problems.

    Links are followed while they stay below the root; pipes, sockets and devices are errors, never opened. Folders that
    `is_left_out` leaves out are told of.
    """
    files: dict[str, Stat] = {}
    problems: list[Diagnostic] = []
    links = set[str]()
    real_root = os.path.realpath(root)
    pending = [(str(root), "", frozenset[tuple[int, int]]())]
    while pending:
        folder, prefix, above = pending.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda e: e.name)
            own = os.stat(folder)
        except FileNotFoundError:
            continue
        except OSError as exc:
            problems.append(unreadable(f"{shown}/{prefix}".rstrip("/"), exc))
            continue
        inside = above | {(own.st_dev, own.st_ino)}
        for entry in found:
            path = prefix + entry.name
            if ignored(entry.name):
                if ignored is is_left_out and entry.is_dir(follow_symlinks=False):
                    problems.append(note(f"{shown}/{path}", "left-out", _LEFT_OUT, hint=_PUBLISH_IT))
                continue
            try:
                result = _kind(entry, real_root, inside)
            except OSError as exc:
                problems.append(unreadable(f"{shown}/{path}", exc))
                continue
            if entry.is_symlink():
                links.update((entry.path, os.path.realpath(entry.path)))
            if isinstance(result, str):
                if result != "gone":
                    problems.append(_refused(f"{shown}/{path}", result, entry))
            elif modes.S_ISDIR(result.st_mode):
                pending.append((entry.path, path + "/", inside))
            else:
                files[path] = stat_of(result)
    return Scan(dict(sorted(files.items())), tuple(problems), frozenset(links))


_REFUSED = {
    "outside": ("link-outside", "this symbolic link leads out of its folder", "put a copy in its place"),
    "loop": ("link-loop", "this symbolic link leads in a circle", "delete it"),
    "dangling": ("link-dangling", "this symbolic link leads to `{}`, which is not there", "mend it, or delete it"),
    "special": ("not-a-file", "this is a pipe, socket or device, not a file", "delete it, or move it elsewhere"),
    "name": ("bad-name", "the name is no text in UTF-8", "rename it"),
}


def _refused(path: str, why: str, entry: os.DirEntry[str]) -> Diagnostic:
    code, message, hint = _REFUSED[why]
    if why == "dangling":
        message = message.format(os.readlink(entry.path))
    return error(as_text(path), code, as_text(message), hint=hint)


def as_text(name: str) -> str:
    """Return a name with the bytes that are no UTF-8 spelled out: what is shown is also stored."""
    return name.encode("utf-8", "backslashreplace").decode()


def _kind(entry: os.DirEntry[str], real_root: str, inside: frozenset[tuple[int, int]]) -> os.stat_result | str:
    """The entry's stat, or why it is refused; `gone` when it has been deleted since its folder was read."""
    if as_text(entry.name) != entry.name:
        return "name"
    try:
        result = entry.stat()
    except FileNotFoundError:
        return "dangling" if entry.is_symlink() else "gone"
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            return "loop"
        raise
    if entry.is_symlink():
        real = os.path.realpath(entry.path)
        if real != real_root and not real.startswith(real_root.rstrip(os.sep) + os.sep):
            return "outside"
        if (result.st_dev, result.st_ino) in inside:
            return "loop"
    return result if modes.S_ISREG(result.st_mode) or modes.S_ISDIR(result.st_mode) else "special"


def unreadable(path: str, exc: OSError) -> Diagnostic:
    """Return the error for a file or folder that the system does not let us read."""
    return error(path, "unreadable", f"this cannot be read: {exc.strerror}", hint="see who may read it, or delete it")


def settled_with(path: Path, read: Callable[[Path], Read]) -> tuple[Read, Stat]:
    """Return what `read` returns of a file, with a stamp that vouches for it: waits until the stamp has settled (some
    ms), and reads again when the file changed meanwhile. A stamp of whole seconds is not waited for. What is read of a
    file that does not come to rest has the stamp `UNSETTLED`.

    Raises:
        OSError: the file cannot be read.
    """
    for _ in range(_ATTEMPTS):
        before = stat_of(path.stat())
        late = max(before.modified, before.changed) + _FINE_GRAIN - time.time_ns()
        if 0 < late <= _FINE_GRAIN:
            time.sleep(late / 1e9)
        found = read(path)
        if stat_of(path.stat()) == before:
            return found, before
    return found, UNSETTLED


def read_digest(path: Path) -> str:
    """Return the digest of a file's bytes, which are read in blocks.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, hasher).hexdigest()


def digest_file(path: Path) -> str:
    """Return the digest of a file's bytes, '' when it is no readable file."""
    try:
        return read_digest(path)
    except OSError:
        return ""


class Busy(Exception):
    """Another build holds the lock; its text says who."""


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the one lock of an output folder while the body runs. The system frees it when the process ends.

    Raises:
        Busy: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+b") as held:
        try:
            _lock(held.fileno())
            if not os.path.samestat(os.fstat(held.fileno()), os.stat(held.name)):
                raise FileNotFoundError  # who had it has deleted it, and somebody else may have made another
        except OSError:
            held.seek(0)
            raise Busy(held.read(200).decode(errors="replace") or "another process") from None
        held.truncate(0)
        held.write(f"process {os.getpid()}".encode())
        held.flush()
        try:
            yield
        finally:
            held.truncate(0)


def _lock(descriptor: int) -> None:
    """Lock without waiting; raises OSError when somebody else has the lock."""
    if os.name == "nt":
        import msvcrt

        os.lseek(descriptor, 1_000_000, os.SEEK_SET)  # past the text, which others must be able to read
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
