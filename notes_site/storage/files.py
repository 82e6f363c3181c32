"""Files: stamps, and reading and writing that neither follow links out of a folder nor wait for pipes. Loads nothing
heavy, so that a build with nothing to do stays fast.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat as modes
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from notes_site.base import jsondata
from notes_site.base.digest import hasher

STATE = ".notes-site"  # our folder beside the config, and in an output folder

_FINE_GRAIN = 20_000_000  # ns: kernels stamp files with a clock that ticks every 1 to 10 ms
_COARSE_GRAIN = 2_000_000_000  # ns: FAT keeps even seconds
_ATTEMPTS = 5  # at reading a file that changes meanwhile: a save is over by then, a log never


Read = TypeVar("Read")


class Stat(NamedTuple):
    """What tells that a file is as it was: size in bytes, modification and change in ns, inode."""

    size: int
    modified: int
    changed: int
    inode: int


UNSETTLED = Stat(-1, 2**63, 2**63, 0)
"""The stamp of what changed while it was read, again and again: no file has it, and its time never comes."""


def stat_of(result: os.stat_result) -> Stat:
    """Return the parts of a stat result that we compare."""
    return Stat(result.st_size, result.st_mtime_ns, result.st_ctime_ns, result.st_ino)


def stat_if_there(path: Path) -> Stat | None:
    """Return the stamp of a file, of a link itself that leads to nothing; None where there is neither."""
    for stat in (os.stat, os.lstat):
        with suppress(OSError):
            return stat_of(stat(path))
    return None


def settled(stat: Stat, now: int) -> bool:
    """Return whether a later change would show in the stamp: git's racy rule, by the clock's grain (times in ns)."""
    coarse = stat.modified % 1_000_000_000 == 0
    return max(stat.modified, stat.changed) + (_COARSE_GRAIN if coarse else _FINE_GRAIN) < now


def as_text(name: str) -> str:
    """Return a name with the bytes that are no UTF-8 spelled out: what is shown is also stored."""
    return name.encode("utf-8", "backslashreplace").decode()


def is_within(real: str, real_root: str) -> bool:
    """Return whether one real path (absolute, without links) is another or lies below it."""
    return real == real_root or real.startswith(real_root.rstrip(os.sep) + os.sep)


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


def open_regular(path: str | Path) -> FileIO:
    """Open a file to read it. A pipe, a device or a folder in its place is never waited for.

    Raises:
        OSError: the file cannot be read, or is no regular one.
    """
    return FileIO(path, "rb", opener=_regular)


def _regular(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has none, and no pipes among its files
    if not modes.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", path)
    return descriptor


def read_regular(path: str | Path) -> bytes:
    """Return the bytes of a regular file.

    Raises:
        OSError: the file cannot be read, or is no regular one.
    """
    with open_regular(path) as file:
        return file.readall()


def read_json(path: Path) -> Any:
    """Return the value in a file of JSON.

    Raises:
        OSError: the file cannot be read, or is no regular one.
        ValueError: it holds no JSON that we would have written.
    """
    with open_regular(path) as file:
        if os.fstat(file.fileno()).st_size > jsondata.LARGEST:
            raise ValueError("too large")
        return jsondata.decode(file.readall())


def read_digest(path: Path) -> str:
    """Return the digest of a file's bytes, which are read in blocks.

    Raises:
        OSError: the file cannot be read, or is no regular one.
    """
    with open_regular(path) as file:
        return digest_of_open(file)


def digest_of_open(file: FileIO | BufferedReader) -> str:
    """Return the digest of an open file's bytes."""
    return hashlib.file_digest(file, hasher).hexdigest()


def digest_file(path: Path) -> str:
    """Return the digest of a file's bytes, '' when it is no readable file."""
    try:
        return read_digest(path)
    except OSError:
        return ""


def open_inside(root: str, file: Path) -> BufferedReader:
    """Open a file below a folder; links on the way are followed while they lead to a file there, as in a scan.

    Raises:
        OSError: it is not there, cannot be opened, or is something else.
    """
    try:
        return open_below(root, str(file))
    except OSError as exc:
        if exc.errno not in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):  # of a link, by system
            raise
    real, real_root = os.path.realpath(file), os.path.realpath(root)
    if not is_within(real, real_root):
        raise link_in_the_way(file)
    return open_below(real_root, real)


def open_below(root: str, file: str) -> BufferedReader:
    """Open a file below a folder from descriptor to descriptor, through no link: no name on the way can have become one
    since it was looked at. Where the system has no such calls (Windows), the file is looked at again once it is open.

    Raises:
        OSError: it is not there, cannot be opened, or is something else.
    """
    if not _BY_DESCRIPTOR:
        held = open_plain(Path(file))
        if is_within(os.path.realpath(file), os.path.realpath(root)):
            return held
        held.close()
        raise link_in_the_way(Path(file))
    *folders, name = os.path.relpath(file, root).split(os.sep)
    way = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY
    here = os.open(root, way)
    try:
        for folder in folders:
            here, above = os.open(folder, way | _NO_LINKS, dir_fd=here), here
            os.close(above)
        return os.fdopen(plain_descriptor(Path(name), os.O_RDONLY, here), "rb")
    finally:
        os.close(here)


def read_inside(root: str, file: Path) -> bytes:
    """Return the bytes of a file below a folder (see `open_inside`)."""
    with open_inside(root, file) as held:
        return held.read()


def digest_inside(root: str, file: Path) -> str:
    """Return the digest of a file below a folder (see `open_inside`)."""
    with open_inside(root, file) as held:
        return digest_of_open(held)


def open_plain(path: Path) -> BufferedReader:
    """Open a plain file to read: never through a symbolic link, and nothing that would make us wait.

    Raises:
        OSError: it is not there, cannot be opened, or is something else.
    """
    return os.fdopen(plain_descriptor(path, os.O_RDONLY), "rb")


def plain_descriptor(path: Path, flags: int, folder: int | None = None) -> int:
    """Open a plain file, as `open_plain` does, with the flags of `os.open`. `folder`: what its path starts from."""
    if not _NO_LINKS and path.is_symlink():
        raise link_in_the_way(path)
    descriptor = os.open(
        path, flags | _NO_LINKS | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0), 0o666, dir_fd=folder
    )
    if not modes.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "this is no plain file", str(path))
    return descriptor


_NO_LINKS: int = getattr(os, "O_NOFOLLOW", 0)  # 0 on Windows, which cannot be told so
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and _NO_LINKS


def write_whole(
    target: Path,
    data: bytes | Iterator[bytes],
    *,
    staged: Path | None = None,
    new: bool = False,
    mode: int = 0o666,
) -> None:
    """Write a file whole or not at all, never through a link. What `data` raises, when it
    comes in parts, ends it. `staged`: where it lies until it is whole, else beside its place; with `new` nothing is
    replaced; `mode`: its rights, but for those that the umask takes.

    Raises:
        OSError: it cannot be written; the error names `target`.
    """
    place = target if new else staged or target.with_name(f".notes-site-{os.urandom(8).hex()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(place, flags, mode), "wb") as file:
            try:
                file.writelines((data,) if isinstance(data, bytes) else data)
                file.close()
                if place != target:
                    os.replace(place, target)
            except BaseException:
                file.close()
                place.unlink(missing_ok=True)
                raise
    except OSError as exc:
        exc.filename, exc.filename2 = str(target), None
        raise


def link_in_the_way(path: Path) -> OSError:
    """Return the error for a symbolic link where a file or folder of ours should be."""
    return OSError(errno.ELOOP, "this is a symbolic link; delete it", str(path))


def is_inside(path: str) -> bool:
    """Return whether a path that a record of ours names leads to a file of the site: in its folder, and not ours."""
    if os.name == "nt" and {"\\", ":"} & set(path):
        return False
    return not {"", ".", "..", STATE} & set(path.split("/"))
